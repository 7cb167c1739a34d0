import { assertEquals } from "@std/assert";
import { z } from "zod";
import { runBars } from "../../../../actors/commands/backtest/bars.ts";
import { defineStrategy } from "../../../../domain/strategies/contract.ts";
import { DAY, HOUR, MINUTE } from "../../../../domain/time.ts";
import { candle, inStore, T0 } from "../../fixture.ts";

/** Says a signal at each candle, until it throws at one. */
const breaking = (at: number) =>
  defineStrategy({
    id: "breaking",
    title: "Breaking",
    description: "A test's.",
    intraday: false,
    parameters: z.strictObject({}),
    inputs: () => ({}),
    start: () => 0,
    next: (count: number, { candle: { close, start } }) => {
      if (start >= at) throw new Error("a fault put there by the test");
      return {
        state: count + 1,
        signals: [{
          side: "buy",
          strength: 1,
          entry: close,
          stop: close - 1,
          target: close + 1,
          reasons: [],
          inputs: {},
        }],
      };
    },
  });

for (const [day, minute] of [[0, 3], [1, 2]] as const) {
  Deno.test(`what a strategy said before it failed is kept, of day ${day + 1} too`, () =>
    inStore(async ({ real }) => {
      const starts = [0, 1].flatMap((day) =>
        Array.from({ length: 5 }, (_, minute) => T0 + day * DAY + minute * MINUTE)
      );
      const told = { epoch: "000000001", sequence: 1 };
      const candles = starts.map((start) => ({ ...candle({ start }), ...told }));
      await real.write({ ticks: [], candles, gaps: [], events: [] });
      const failsAt = T0 + day * DAY + minute * MINUTE;
      const setup = { enabled: true, interval: "1m", parameters: {} };
      const planned = { strategy: breaking(failsAt), setup, revision: "1", horizon: HOUR };
      const instrument = { symbol: "AAPL", basis: "trade", market: "US", step: 0.01 } as const;
      const { faults, signals } = await runBars(real, [planned], instrument, T0, T0 + 2 * DAY);
      assertEquals(signals.map(({ time }) => time - MINUTE), starts.filter((at) => at < failsAt));
      assertEquals([...faults], [["breaking", "a fault put there by the test"]]);
    }));
}
