/**
 * An outage of the only provider under load, beside a daemon that it does not touch.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inFolder } from "../actors/commands/run.ts";
import { SIM_INSTRUMENTS } from "../simulators/alpaca/market.ts";
import { SIM_KEYS, start } from "../simulators/alpaca/simulator.ts";
import { TcpProxy } from "../simulators/tcpproxy.ts";
import { openStream } from "../sse.ts";
import {
  atLast,
  candlesOf,
  gapsOf,
  inMinute,
  live,
  MINUTE,
  settingsAt,
  SYMBOL,
  untilFilled,
  whileOpen,
} from "./backfills.ts";
import { Daemon, pause } from "./daemon.ts";

/** How long the venue is away, in milliseconds; `MARKETD_TEST_OUTAGE` makes it longer. */
const OUTAGE = Number(Deno.env.get("MARKETD_TEST_OUTAGE") ?? 5_000);
/** Ticks a second. */
const RATE = 1_000;
/** The key of the daemon that nothing happens to. */
const OTHER = { keyId: "PKSIMULATED0000002", secret: "another-secret-that-nobody-may-see" };

Deno.test(
  `after ${OUTAGE / 1_000} s without its only provider, at ${RATE} ticks a second, a daemon has ` +
    "every candle that one without an outage has",
  whileOpen("NASDAQ", OUTAGE),
  async () => {
    const instruments = SIM_INSTRUMENTS.filter(({ symbol }) => symbol === SYMBOL);
    const venue = await start({ instruments, rate: RATE });
    venue.addAccount(OTHER.keyId, OTHER.secret);
    const proxy = TcpProxy.listen({ hostname: "127.0.0.1", port: venue.port });
    const files = (port: number, keys: typeof SIM_KEYS) => ({
      "marketd.yaml": settingsAt(port, keys),
    });
    const args = ["--store", "sqlite:test.db"];
    try {
      await inFolder(
        files(proxy.port, SIM_KEYS),
        (folder) =>
          inFolder(files(venue.port, OTHER), async (elsewhere) => {
            const [victim, witness] = await Promise.all([
              Daemon.start({ folder, args }),
              Daemon.start({ folder: elsewhere, args }),
            ]);
            try {
              await Promise.all([live(victim), live(witness)]);
              // Over the end of a minute: both heard the next from its beginning, or should have.
              await inMinute(55, 57);
              const first = Date.now() * 1_000;
              const stream = await openStream(
                `${victim.url}/api/v1/stream?types=gap&snapshot=false`,
              );
              proxy.cut();
              const cut = performance.now();
              const [gap] = (await stream.until(({ event }) => event === "gap"))
                .filter(({ event }) => event === "gap").map(({ data }) => JSON.parse(data));
              const took = Math.round(performance.now() - cut);
              await stream.close();
              assertEquals([gap.symbol, gap.reason, gap.status], [SYMBOL, "disconnect", "open"]);
              await pause(Math.max(0, OUTAGE - (performance.now() - cut)));
              proxy.resume();
              const back = performance.now();
              await live(victim);
              await untilFilled(victim);
              const mended = Math.round(performance.now() - back);
              // What is filled in parts is as many gaps.
              const parts = (await gapsOf(victim)).filter(({ from, reason }) =>
                reason === "disconnect" && Date.parse(from) >= Date.parse(gap.from)
              );
              assertEquals(parts.filter(({ status }) => status !== "filled"), []);
              const end = Math.max(...parts.map(({ to }) => Date.parse(to)));
              assert(end - Date.parse(gap.from) >= OUTAGE - 1_000, JSON.stringify(parts));
              venue.hush();
              const over = Date.now() * 1_000;
              const close = over - over % MINUTE + MINUTE;
              await atLast(
                "the minute is over",
                () => Promise.resolve(Date.now() * 1_000 > close + 4_000_000),
              );
              for (const interval of ["1m", "2m"]) {
                const of = async (daemon: Daemon) =>
                  (await candlesOf(daemon, interval)).filter(({ start, status }) =>
                    status !== "forming" && Date.parse(start) * 1_000 > first
                  );
                const [mended, whole] = [await of(victim), await of(witness)];
                const told = ({ revision: _, status: __, ...rest }: typeof whole[0]) => rest;
                assertEquals(mended.map(told), whole.map(told), interval);
                assertEquals(whole.filter(({ status }) => status !== "complete"), []);
                const missed = mended.filter(({ start }) => Date.parse(start) < end);
                assert(interval !== "1m" || missed.length > 0);
                assertEquals(missed.filter(({ status }) => status !== "repaired"), []);
              }
              console.log(
                `    told after ${took} ms; filled ${mended} ms after the return, ` +
                  `${venue.market.books.get(SYMBOL)!.trades.length} trades`,
              );
            } finally {
              await Promise.all([victim.stop(), witness.stop()]);
            }
          }),
      );
    } finally {
      await proxy.close();
      await venue.stop();
    }
  },
);
