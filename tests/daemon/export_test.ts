/**
 * The promise of an export: a replay of it does what the live run did.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { marketd } from "../actors/commands/run.ts";
import { Daemon, eventually, pause } from "./daemon.ts";
import { onEachStore } from "./stores.ts";

const CONFIG = "providers:\n  demo: { rate: 500, symbols: [AAPL, EURUSD] }\n";
const INTERVALS = ["1m", "5m", "15m", "1h", "1d"];

onEachStore(
  "a replay of a live run's export gives its candles, statuses, revisions and gaps",
  { files: { "marketd.yaml": CONFIG } },
  async ({ folder, store }) => {
    const live = ["--store", await store()];
    for (const signal of ["SIGTERM", "SIGKILL", "SIGTERM"] as const) {
      const daemon = await Daemon.start({ folder, args: live });
      await eventually("ticks are kept", async () => {
        const path = "/api/v1/ticks?symbol=AAPL&limit=100&order=desc";
        const { data } = await daemon.json<{ data: { receivedAt: string }[] }>(path);
        return data.length === 100;
      });
      await pause(1_200);
      assertEquals(await daemon.stop(signal), signal === "SIGKILL" ? null : 0);
    }
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await marketd(folder, args, { MARKETD_LOG_LEVEL: "error" });
      assertEquals(code, 0, stderr);
      return stdout;
    };
    for (const symbol of ["AAPL", "EURUSD"]) {
      const again = ["--store", await store()];
      await run("export", "ticks", symbol, "--out", `${symbol}.csv.gz`, ...live);
      await run("replay", `${symbol}.csv.gz`, ...again);
      for (const interval of INTERVALS) {
        const candles = ["export", "candles", symbol, "--interval", interval];
        const expected = await run(...candles, ...live);
        assert(interval === "1d" || expected.split("\n").length > 2);
        assertEquals(await run(...candles, ...again), expected);
      }
      const gaps = ["export", "gaps", symbol];
      const told = await run(...gaps, ...live);
      assertEquals(told.match(/,(joined|restart),/g), [",joined,", ",restart,", ",restart,"]);
      assertEquals(await run(...gaps, ...again), told);
      const ticks = ["export", "ticks", symbol];
      assertEquals(await run(...ticks, ...again), await run(...ticks, ...live));
    }
  },
);
