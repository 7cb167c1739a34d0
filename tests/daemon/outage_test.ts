/**
 * A store that goes away under a running daemon, and comes back.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inFolder, marketd } from "../actors/commands/run.ts";
import { ask, ENDPOINT, makePlace, type PostgresPlace, SKIP } from "../db/postgres/server.ts";
import { TcpProxy } from "../simulators/tcpproxy.ts";
import { openStream } from "../sse.ts";
import { Daemon, eventually, pause } from "./daemon.ts";
import { parseCsv } from "./csv.ts";

/** How long the store is away, in milliseconds; `MARKETD_TEST_OUTAGE` makes it longer. */
const OUTAGE = Number(Deno.env.get("MARKETD_TEST_OUTAGE") ?? 5_000);
const SYMBOLS = ["AAPL", "EURUSD", "VOD.L"];
const CONFIG = `providers:\n  demo: { rate: 5000, symbols: [${SYMBOLS.join(", ")}] }\n`;

/** The run of numbers that the demo counts an instrument's ticks with, from its ids. */
function serials(rows: readonly Readonly<Record<string, string>>[]): number[] {
  return rows.filter(({ kind }) => kind !== "gap").map(({ id }) => Number(id!.split("-").at(-1)));
}

async function inDatabase(work: (place: PostgresPlace) => Promise<void>): Promise<void> {
  const place = await makePlace();
  try {
    await work(place);
  } finally {
    await place.remove();
  }
}

Deno.test({
  name:
    "a store that is cut off and joined again has every tick once and in order, and the stream" +
    " never paused (needs Postgres)",
  ignore: SKIP,
  fn: () =>
    inDatabase(async ({ url, urlAt }) => {
      const proxy = TcpProxy.listen(ENDPOINT);
      try {
        await inFolder({ "marketd.yaml": CONFIG }, async (folder) => {
          const args = ["--store", urlAt(proxy.port)];
          const daemon = await Daemon.start({ folder, args });
          try {
            await daemon.ready();
            const path = `${daemon.url}/api/v1/stream?types=trade&symbols=AAPL&snapshot=false`;
            const stream = await openStream(path);
            await stream.until(({ event }) => event === "trade");
            proxy.cut();
            const back = pause(OUTAGE).then(() => "back" as const);
            let isAway = true;
            const away = back.then(() => isAway = false);
            let during = 0;
            // The reader gives up on a stream that stays silent for ten seconds.
            await stream.until(({ event }) => {
              if (event === "trade") during++;
              return !isAway;
            });
            await away;
            assert(during > 100, `${during} trades came during the outage`);
            const metrics = await (await daemon.get("/metrics")).text();
            assert(Number(/^marketd_spool_rows (\d+)$/m.exec(metrics)![1]) > 0);
            proxy.resume();
            await eventually("the store has it all", async () => {
              const text = await (await daemon.get("/metrics")).text();
              return /^marketd_spool_rows 0$/m.test(text) && /^marketd_store_up 1$/m.test(text);
            });
            await stream.close();
            await daemon.ready();
          } finally {
            assertEquals(await daemon.stop(), 0, daemon.stderr);
          }
          for (const symbol of SYMBOLS) {
            const { stdout } = await marketd(folder, ["export", "ticks", symbol, "--store", url]);
            const found = serials(parseCsv(stdout));
            assertEquals(found, found.toSorted((a, b) => a - b));
            assertEquals(new Set(found).size, found.length);
          }
          // The demo counts all of its ticks in one row: between the first and the last none lacks.
          const all: number[] = [];
          for (const symbol of SYMBOLS) {
            const { stdout } = await marketd(folder, ["export", "ticks", symbol, "--store", url]);
            all.push(...serials(parseCsv(stdout)));
          }
          all.sort((a, b) => a - b);
          assertEquals(all.length, all.at(-1)! - all[0]! + 1);
        });
      } finally {
        await proxy.close();
      }
    }),
});

Deno.test({
  name: "a daemon starts without its store, takes to it what came meanwhile, and tells what it" +
    " had missed (needs Postgres)",
  ignore: SKIP,
  fn: () =>
    inDatabase(async ({ database, urlAt }) => {
      const proxy = TcpProxy.listen(ENDPOINT);
      try {
        await inFolder({ "marketd.yaml": CONFIG }, async (folder) => {
          const args = ["--store", urlAt(proxy.port)];
          const before = await Daemon.start({ folder, args });
          await before.ready();
          await eventually("enough is kept", async () => {
            const text = await (await before.get("/metrics")).text();
            return Number(/^marketd_store_ticks_total (\d+)$/m.exec(text)?.[1]) > 2_000;
          });
          assertEquals(await before.stop(), 0);
          proxy.cut();
          const daemon = await Daemon.start({ folder, args });
          try {
            const stream = await openStream(`${daemon.url}/api/v1/stream?types=trade,candle`);
            await stream.until(({ event }) => event === "candle");
            await stream.close();
            await pause(1_000);
            proxy.resume();
            await eventually("the gap is told", async () => {
              const page = await daemon.get("/api/v1/gaps?symbol=AAPL");
              const text = await page.text();
              return page.ok && /"reason":"restart"/.test(text);
            });
          } finally {
            assertEquals(await daemon.stop(), 0);
          }
          const counts = await ask<{ clean: boolean; count: number }>(
            database,
            `SELECT runs.clean, count(*)::int AS count FROM runs
              JOIN ticks ON ticks.received_at BETWEEN runs.started_at AND runs.alive_until
              GROUP BY runs.epoch, runs.clean`,
          );
          assertEquals(counts.map(({ clean, count }) => clean && count > 1_000), [true, true]);
        });
      } finally {
        await proxy.close();
      }
    }),
});
