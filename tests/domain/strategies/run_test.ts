import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { z } from "zod";
import { NOTHING, profileOf, runOf, START, walk } from "./candles.ts";
import { type Setup, setUp, STRATEGY_NAMES } from "./setups.ts";
import type { Candle } from "../../../domain/candle.ts";
import { emptyFlow, flowOf } from "../../../domain/flow/bar.ts";
import type { Signal } from "../../../domain/signal.ts";
import { defineStrategy } from "../../../domain/strategies/contract.ts";
import { type RunState, StrategyRun, type Surroundings } from "../../../domain/strategies/run.ts";
import { MINUTE } from "../../../domain/time.ts";

/** What is measured beside a candle: made up, but the same for the same candle. */
function around(candle: Candle): Surroundings {
  const { close, end, high, low, start, symbol } = candle;
  const bought = Math.round((close - low) * 100);
  const sold = Math.round((high - close) * 100);
  const bar = { ...emptyFlow(start, end), buyVolume: bought, sellVolume: sold };
  const value = { val: 99.7, vah: 100.3 };
  return {
    profile: profileOf({ ...value, lvn: [99.4, 100.6] }),
    previousProfile: null,
    flow: flowOf(bar, { symbol, interval: "1m", forming: false, revision: 0 }),
    market: {
      price: close,
      value: { val: close - 0.3, vah: close + 0.3 },
      previous: value,
      range: { low: Math.min(low, 99), high: Math.max(high, 101) },
      initial: { low: 99.5, high: 100.5 },
      flow: { buyVolume: bought, sellVolume: sold },
    },
  };
}

function play(run: StrategyRun, candles: readonly Candle[]): Signal[] {
  return candles.flatMap((candle) => run.look(candle, START, around(candle)));
}

/** What a restart has: JSON, and the candles that were kept. */
function restarted(setup: Setup, kept: RunState | null, candles: readonly Candle[]): StrategyRun {
  const run = runOf(setup, JSON.parse(JSON.stringify(kept)));
  for (const candle of candles) if (candle.start >= kept!.since) run.learn(candle, START);
  return run;
}

for (const id of STRATEGY_NAMES) {
  Deno.test(`${id} goes on after a restart as if it had never stopped`, () => {
    const candles = walk(id, 900);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 899 }), { maxLength: 3 }), (cuts) => {
        const setup = setUp(id);
        const whole = runOf(setup);
        const expected = play(whole, candles);
        assert(expected.length > 3, `${expected.length} signals`);
        let run = runOf(setup);
        const signals: Signal[] = [];
        let from = 0;
        for (const cut of [...cuts.sort((a, b) => a - b), candles.length]) {
          signals.push(...play(run, candles.slice(from, cut)));
          from = cut;
          if (run.kept !== null) run = restarted(setup, run.kept, candles.slice(0, cut));
        }
        assertEquals(signals, expected);
        assertEquals(run.values(), whole.values());
        assertEquals(run.kept, whole.kept);
      }),
      { numRuns: 12 },
    );
  });

  Deno.test(`${id} says the same on a market upside down, the other way round`, () => {
    // All sums are exact: prices are multiples of 1/64.
    const candles = walk(id, 600).map((candle) => onBinary(candle));
    const mirrored = candles.map((candle) => mirror(candle));
    const signals = play(runOf(setUp(id)), candles);
    const others = play(runOf(setUp(id)), mirrored);
    assert(signals.length > 3);
    assertEquals(
      others.map(({ time, side }) => [time, side]),
      signals.map(({ time, side }) => [time, side === "buy" ? "sell" : "buy"]),
    );
  });

  Deno.test(`${id} says its reasons, and puts the entry between the stop and the target`, () => {
    for (const signal of play(runOf(setUp(id)), walk(id, 600))) {
      const { entry, inputs, reasons, side, stop, strength, target } = signal;
      const sign = side === "buy" ? 1 : -1;
      assert(sign * (entry - stop) > 0.005 && sign * (target - entry) > 0.005);
      assert(strength >= 0 && strength <= 1);
      assert(reasons.length >= 2 && reasons.every((reason) => /^[A-Z].*\.$/.test(reason)));
      assert(!reasons.some((reason) => /NaN|undefined|null/.test(reason)));
      assert(Object.keys(inputs).length >= 3);
      assertEquals(JSON.parse(JSON.stringify(signal)), signal);
    }
  });
}

function onBinary(candle: Candle): Candle {
  const round = (price: number) => Math.round(price * 64) / 64;
  const { close, high, low, open } = candle;
  const prices = { open: round(open), close: round(close) };
  return { ...candle, ...prices, high: round(high), low: round(low) };
}

function mirror(candle: Candle): Candle {
  const { close, high, low, open } = candle;
  const flip = (price: number) => 200 - price;
  return { ...candle, open: flip(open), high: flip(low), low: flip(high), close: flip(close) };
}

Deno.test("a candle is looked at once, whoever shows it again", () => {
  const setup = setUp("ema-cross");
  const candles = walk("twice", 300);
  const expected = play(runOf(setup), candles);
  const run = runOf(setup);
  const signals = candles.flatMap((candle) => [
    ...play(run, [candle]),
    ...play(run, [candle]),
  ]);
  assertEquals(signals, expected);
});

Deno.test("after a candle is revised, or comes late, indicators are as if it always had been so", () => {
  const setup = setUp("ema-cross");
  const candles = walk("late", 300);
  const plain = runOf(setup);
  for (const candle of candles) plain.learn(candle, START);
  const run = runOf(setup);
  const wrong = { ...candles[120]!, close: 90, low: 90 };
  for (const [at, candle] of candles.entries()) {
    if (at === 50) continue;
    run.learn(at === 120 ? wrong : candle, START);
  }
  assert(run.values()["slow"]!["value"] !== plain.values()["slow"]!["value"]);
  run.learn({ ...candles[120]!, revision: 1 }, START);
  run.learn(candles[50]!, START);
  assertEquals(run.values(), plain.values());
  assertEquals(run.kept, plain.kept);
});

Deno.test("the indicators of a long run are those of the candles that it still has", () => {
  const setup = setUp("ema-cross");
  const candles = walk("long", 3_000);
  const run = runOf(setup);
  for (const candle of candles) run.learn(candle, START);
  const { since } = run.kept!;
  assert(since > candles[0]!.start + 2_000 * MINUTE);
  const short = runOf(setup);
  for (const candle of candles) if (candle.start >= since) short.learn(candle, START);
  assertEquals(short.values(), run.values());
  // What it let go of does not matter any more: an average of all candles is the same.
  const all = new Map([["fast", 9], ["slow", 21]].map(([name, period]) => {
    const weight = 2 / (Number(period) + 1);
    const average = candles.reduce(
      (last, { close }) => last + weight * (close - last),
      candles[0]!.close,
    );
    return [name, average];
  }));
  for (const [name, average] of all) {
    const { value } = run.values()[String(name)]!;
    assert(Math.abs(value! - average) < 1e-9, `${name}: ${value} is not ${average}`);
  }
});

Deno.test("with other parameters a strategy keeps its state, and looks at no candle again", () => {
  const candles = walk("tuned", 300);
  const run = runOf(setUp("rsi-reversal"));
  play(run, candles);
  const kept = run.kept!;
  const tuned = runOf(setUp("rsi-reversal", { period: 5 }), kept);
  assertEquals(play(tuned, candles), []);
  assertEquals(tuned.kept!.state, kept.state);
  assert(tuned.kept!.revision !== kept.revision);
});

Deno.test("advice that makes no sense is refused, and says what does not", () => {
  const advise = (advice: Record<string, unknown>, count = 1) => {
    const signal = { side: "buy", strength: 1, entry: 10, stop: 9, target: 12, ...advice } as never;
    const strategy = defineStrategy({
      id: "test",
      title: "Test",
      description: "A test's.",
      intraday: false,
      parameters: z.strictObject({}),
      inputs: () => ({}),
      start: () => null,
      next: (state: null) => ({ state, signals: Array(count).fill(signal) }),
    });
    const setup = { strategy, setup: { enabled: true, interval: "1m", parameters: {} } };
    return () => play(runOf({ ...setup, revision: "x" }), walk("any", 1));
  };
  advise({ reasons: [], inputs: {} })();
  assertThrows(
    advise({ stop: 11 }),
    RangeError,
    "between its stop and its target (was 10, with 11",
  );
  assertThrows(advise({ side: "sell" }), RangeError, "a sell must lie between");
  assertThrows(advise({ strength: 1.5 }), RangeError, "strength must be from 0 to 1 (was 1.5)");
  assertThrows(advise({ entry: NaN }), RangeError, "prices must be numbers");
  assertThrows(advise({}, 2), RangeError, "2 signals of test at once");
});

Deno.test("what a strategy is not asked to see it is not shown", () => {
  let shown: Record<string, unknown> = {};
  const strategy = defineStrategy({
    id: "test",
    title: "Test",
    description: "A test's.",
    intraday: false,
    parameters: z.strictObject({}),
    inputs: () => ({ candles: 3 }),
    start: () => null,
    next: (state: null, { candles, flow, previousProfile, profile, state: market }) => {
      const starts = candles.map(({ start }) => (start - START) / MINUTE);
      shown = { starts, flow, profile, previousProfile, market };
      return { state, signals: [] };
    },
  });
  const setup = { enabled: true, interval: "1m", parameters: {} };
  play(runOf({ strategy, setup, revision: "x" }), walk("any", 5));
  const nothing = { flow: null, profile: null, previousProfile: null, market: null };
  assertEquals(shown, { starts: [2, 3, 4], ...nothing });
  assertEquals(NOTHING, { ...nothing });
});
