/**
 * What a `kill -9` costs.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { marketd } from "../actors/commands/run.ts";
import { openStream } from "../sse.ts";
import { parseCsv } from "./csv.ts";
import { Daemon, eventually, pause } from "./daemon.ts";
import { onEachStore } from "./stores.ts";

interface Gap {
  symbol: string;
  from: string;
  to: string;
  reason: string;
}
interface Candle {
  start: string;
  end: string;
  tickVolume: number;
  realVolume: number;
  status: string;
}

const CONFIG = "providers:\n  demo: { rate: 2000, symbols: [AAPL, EURUSD] }\n";

onEachStore(
  "after a kill -9 what was flushed is there once, a gap tells the rest, and candles go on",
  { files: { "marketd.yaml": CONFIG } },
  async ({ folder, store }) => {
    const live = ["--store", await store()];
    const first = await Daemon.start({ folder, args: live });
    await eventually("ticks are kept", async () => {
      const page = await first.json<{ data: unknown[] }>("/api/v1/ticks?symbol=AAPL&limit=1000");
      return page.data.length === 1_000;
    });
    await pause(1_500);
    const killedAt = Date.now();
    assertEquals(await first.stop("SIGKILL"), null);
    const second = await Daemon.start({ folder, args: live });
    try {
      await second.ready();
      const told = async () =>
        (await second.json<{ data: Gap[] }>("/api/v1/gaps?symbol=AAPL")).data;
      // Told with the instrument's first tick, which may come after readiness.
      await eventually("the restart is told", async () => (await told()).length > 1);
      const gaps = await told();
      assertEquals(gaps.map(({ reason }) => reason), ["joined", "restart"]);
      const gap = gaps[1];
      assert(Date.parse(gap!.from) <= killedAt && killedAt <= Date.parse(gap!.to));
      await eventually("ticks come again", async () => {
        const { data } = await second.json<{ data: { time: string }[] }>(
          `/api/v1/ticks?symbol=AAPL&from=${gap!.to}&limit=100`,
        );
        return data.length === 100;
      });
      const { data: candles } = await second.json<{ data: Candle[] }>(
        "/api/v1/candles?symbol=AAPL&interval=1h",
      );
      assertEquals(candles.length, 1);
      assertEquals(candles[0]!.status, "forming");
    } finally {
      assertEquals(await second.stop(), 0);
    }

    const args = ["export", "ticks", "AAPL", ...live];
    const { stdout } = await marketd(folder, args);
    const ticks = parseCsv(stdout).filter(({ kind }) => kind !== "gap");
    const keys = new Set(ticks.map(({ time, kind, id }) => `${time} ${kind} ${id}`));
    assertEquals(keys.size, ticks.length);
  },
);

/** The flush interval, in milliseconds: what a kill may cost. */
const INTERVAL = 250;
/** Kills at moments that have nothing to do with the flushes. */
const KILLS = [1_000, 1_130, 1_270, 1_390, 1_510];

onEachStore(
  "a kill -9 costs no more than one flush interval of what had been received",
  { files: { "marketd.yaml": CONFIG } },
  async ({ folder, store }) => {
    for (const delay of KILLS) {
      const live = ["--store", await store()];
      const daemon = await Daemon.start({ folder, args: live });
      await daemon.ready();
      const stream = await openStream(`${daemon.url}/api/v1/stream?types=trade&snapshot=false`);
      const seen: number[] = [];
      let killed: Promise<number | null> | undefined;
      setTimeout(() => killed = daemon.stop("SIGKILL"), delay);
      // Until the stream breaks off.
      await stream.until(({ event, data }) => {
        if (event === "trade") seen.push(Date.parse(JSON.parse(data).receivedAt));
        return false;
      }).catch(() => {});
      assertEquals(await killed, null);
      let kept = -Infinity;
      for (const symbol of ["AAPL", "EURUSD"]) {
        const { stdout } = await marketd(folder, ["export", "ticks", symbol, ...live]);
        for (const { kind, receivedAt } of parseCsv(stdout)) {
          if (kind !== "gap") kept = Math.max(kept, Date.parse(receivedAt!));
        }
      }
      const lost = Math.max(...seen) - kept;
      assert(seen.length > 200, `${seen.length} trades were seen`);
      assert(lost <= INTERVAL, `what came in the last ${lost} ms was lost`);
      console.log(lost);
    }
  },
);

onEachStore(
  "forming candles go on after a restart with every tick of before in them",
  { files: { "marketd.yaml": CONFIG } },
  async ({ folder, store }) => {
    const live = ["--store", await store()];
    const first = await Daemon.start({ folder, args: live });
    await pause(1_500);
    assertEquals(await first.stop("SIGTERM"), 0);
    const args = ["export", "ticks", "AAPL", ...live];
    const kept = parseCsv((await marketd(folder, args)).stdout);
    const second = await Daemon.start({ folder, args: live });
    try {
      await second.ready();
      const counted = async () => {
        const path = "/api/v1/candles?symbol=AAPL&interval=1h";
        const { data } = await second.json<{ data: Candle[] }>(path);
        return data;
      };
      await eventually("a candle forms", async () => (await counted()).length > 0);
      const candles = await counted();
      const start = Date.parse(candles.at(-1)!.start);
      const trades = kept.filter(({ kind, time }) =>
        kind === "trade" && Date.parse(time!) >= start
      );
      assert(candles.at(-1)!.tickVolume >= trades.length);
    } finally {
      assertEquals(await second.stop(), 0);
    }
  },
);
