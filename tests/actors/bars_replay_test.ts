import { assert, assertEquals } from "@std/assert";
import { z } from "zod";
import { runBars } from "../../actors/commands/backtest/bars.ts";
import { readAll } from "../../actors/pages.ts";
import { resolveInstrument } from "../../domain/instrument.ts";
import { catalogOf } from "../../domain/strategies/catalog.ts";
import { revisionOf } from "../../domain/strategies/config.ts";
import { defineStrategy } from "../../domain/strategies/contract.ts";
import { HOUR, MINUTE } from "../../domain/time.ts";
import { withFiles } from "../providers/replay/recordings.ts";
import { inStore, settingsOf } from "./fixture.ts";
import { NEEDS, OPEN, play, REAL, spy, twoDays } from "./spyday.ts";

/** Says at each candle all that it is shown. */
const witness = defineStrategy({
  id: "witness",
  title: "Witness",
  description: "Says what it sees.",
  intraday: false,
  parameters: z.strictObject({}),
  inputs: () => ({
    indicators: { ema: { name: "ema", parameters: { period: 9 } }, vwap: { name: "vwap" } },
    candles: 3,
    profile: true,
    flow: true,
    state: true,
  }),
  start: () => 0,
  next: (count: number, view) => {
    const { candle, candles, flow, indicators, previousProfile, profile, state } = view;
    return {
      state: count + 1,
      signals: [{
        side: "buy",
        strength: 0.5,
        entry: candle.close,
        stop: candle.close - 1,
        target: candle.close + 1,
        reasons: state?.reasons ?? ["Nothing is known of the market."],
        inputs: {
          count,
          volumes: candles.map(({ realVolume }) => realVolume).join(),
          ema: indicators["ema"]!.now?.["value"] ?? null,
          before: indicators["ema"]!.before?.["value"] ?? null,
          vwap: indicators["vwap"]!.now?.["value"] ?? null,
          poc: profile?.poc ?? null,
          value: profile === null ? null : `${profile.val} ${profile.vah} ${profile.total}`,
          nodes: profile === null ? null : `${profile.hvn} ${profile.lvn} ${profile.shape}`,
          previous: previousProfile?.poc ?? null,
          delta: flow?.delta ?? null,
          cumulative: flow?.cumulative ?? null,
          larges: flow?.larges ?? null,
          regime: state?.regime ?? null,
          score: state?.score ?? null,
        },
      }],
    };
  },
});

Deno.test({
  name: `stored candles are shown to a strategy with all that it was shown live${NEEDS}`,
  ignore: REAL === undefined,
  fn: async () => {
    const { head, rows } = await spy();
    const { csv } = twoDays(head, rows, OPEN + 2 * HOUR);
    const setup = { enabled: true, interval: "5m", parameters: {} };
    const revision = revisionOf("witness", setup);
    await withFiles({ "days.csv": csv }, async ([file]) => {
      await inStore(async (store) => {
        const settings = settingsOf({
          providers: { replay: {} },
          instruments: ["SPY"],
          candles: { intervals: ["1m", "5m"] },
        });
        await play(store, [file!], "000000001", {
          settings: { ...settings, strategies: { witness: { "*": setup } } as never },
          strategies: catalogOf([witness]),
        });
        const { real } = store;
        const query = { symbol: "SPY", order: "time", limit: 1_000 } as const;
        const live = await readAll((cursor) => real.signals({ ...query, cursor }));
        assert(live.length > 50, `${live.length}`);
        for (const name of ["poc", "previous", "delta", "score"]) {
          assert(live.some(({ inputs }) => inputs[name] !== null), name);
        }
        const { market, step } = resolveInstrument({ symbol: "SPY" });
        const planned = [{ strategy: witness, setup, revision, horizon: HOUR }];
        const instrument = { symbol: "SPY", basis: "trade", market, step } as const;
        const first = live[0]!.time - 5 * MINUTE;
        const last = live.at(-1)!.time;
        const whole = await runBars(real, planned, instrument, first, last);
        assertEquals(whole, { signals: live, faults: new Map() });
        // From the middle of the second day on: but for how many candles it has counted.
        const half = await runBars(real, planned, instrument, OPEN + HOUR, last);
        const plain = (all: typeof live) =>
          all.filter(({ time }) => time > OPEN + HOUR)
            .map(({ inputs: { count: _, ...inputs }, ...signal }) => ({ ...signal, inputs }));
        assertEquals(plain([...half.signals]), plain(live));
      });
    });
  },
});
