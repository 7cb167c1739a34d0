import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Outcome, type TrialCandle, tryOut } from "../../../domain/backtest/trial.ts";
import { Trials } from "../../../domain/backtest/trials.ts";
import type { Signal } from "../../../domain/signal.ts";
import { HOUR, MINUTE } from "../../../domain/time.ts";
import { minutes, signal, T0 } from "./signals.ts";

const OPTIONS = { horizon: HOUR, step: 0.01, close: 100 };

function fare(
  candles: readonly TrialCandle[],
  one: Signal = signal(),
  options: Partial<typeof OPTIONS> = {},
): Outcome {
  return tryOut(one, candles, { ...OPTIONS, ...options }, candles.at(-1)?.end ?? T0);
}

/** The result, the prices and the excursions: what is worked out by hand. */
const brief = ({ result, entered, left, favourable, adverse }: Outcome) => [
  result,
  entered?.price ?? null,
  left?.price ?? null,
  favourable,
  adverse,
];

Deno.test("where the market stands at the entry it is entered at the next open", () => {
  const { entered, left, ...rest } = fare(minutes([100.5, 101, 99.5, 100], [100, 104.2, 100, 104]));
  assertEquals(entered, { time: T0, price: 100.5 });
  // Left at the target, however far beyond it the price went.
  assertEquals(left, { time: T0 + MINUTE, price: 104 });
  // From 100.5: down to 99.5, up to the target.
  assertEquals([rest.result, rest.favourable, rest.adverse], ["target", 3.5, 1]);
});

Deno.test("a candle with both the stop and the target is taken for the stop", () => {
  assertEquals(brief(fare(minutes([100, 105, 97, 103]))), ["stop", 100, 98, 0, 2]);
});

Deno.test("a candle that begins beyond the stop is left at its open", () => {
  const told = fare(minutes([100, 101, 99, 99.5], [97, 105, 96, 104]));
  assertEquals(brief(told), ["stop", 100, 97, 1, 3]);
});

Deno.test("a candle that begins beyond the target is left at the target", () => {
  const told = fare(minutes([100, 101, 99.5, 100], [106, 107, 105, 106]));
  // The way to the open is gone; what comes after the target is not its own.
  assertEquals([told.result, told.left!.price, told.adverse], ["target", 104, 0.5]);
});

Deno.test("an entry away from the market waits until the market comes there", () => {
  const limit = { close: 102 };
  // Down to 100.5, then down through 100: entered at 100, and from there up to the target.
  const told = fare(
    minutes([102, 102.5, 100.5, 101], [101, 101.5, 99.5, 100.2], [100.2, 104, 100.1, 103]),
    signal(),
    limit,
  );
  assertEquals(told.entered, { time: T0 + MINUTE, price: 100 });
  // Of the minute of entry only its close surely came after: 100.2; its low may have.
  assertEquals(brief(told), ["target", 100, 104, 4, 0.5]);
  assertEquals(brief(fare(minutes([102, 103, 101, 102]), signal(), limit)), [
    "undecided",
    null,
    null,
    0,
    0,
  ]);
});

Deno.test("an entry that is jumped past is entered at the open", () => {
  const told = fare(minutes([99, 99.5, 98.5, 99]), signal(), { close: 102 });
  assertEquals(brief(told), ["undecided", 99, 99, 0.5, 0.5]);
  const above = fare(minutes([101, 102, 100.5, 101.5]), signal(), { close: 99 });
  assertEquals(brief(above), ["undecided", 101, 101.5, 1, 0.5]);
});

Deno.test("in a candle in which it is entered after the open the stop counts and the target does not", () => {
  const limit = { close: 102 };
  assertEquals(brief(fare(minutes([102, 103, 97, 101]), signal(), limit)), [
    "stop",
    100,
    98,
    0,
    2,
  ]);
  const told = fare(minutes([102, 105, 99, 103]), signal(), limit);
  assertEquals(brief(told), ["undecided", 100, 103, 3, 1]);
});

Deno.test("one that the market leaves behind is missed", () => {
  // It opens at the target; below the stop; it runs to the target while it waits; past the stop.
  assertEquals(fare(minutes([104, 105, 103, 104])).result, "missed");
  assertEquals(fare(minutes([98, 99, 97, 98])).result, "missed");
  const up = minutes([102, 104, 101, 103], [100, 101, 99, 100]);
  assertEquals(fare(up, signal(), { close: 102 }).result, "missed");
  const down = minutes([99, 99.5, 97.5, 99], [100, 101, 99, 100]);
  assertEquals(fare(down, signal(), { close: 99 }).result, "missed");
});

Deno.test("at the end of the horizon it is left at the last close", () => {
  const candles = minutes([100, 101, 99, 100.5], [100.5, 102, 100, 101], [101, 105, 95, 100]);
  const told = fare(candles, signal(), { horizon: 2 * MINUTE });
  assertEquals(brief(told), ["expired", 100, 101, 2, 1]);
  assertEquals(told.left!.time, T0 + 2 * MINUTE);
  const waiting = minutes([102, 102, 101, 102], [102, 102, 101, 102], [100, 100, 100, 100]);
  const late = fare(waiting, signal(), { horizon: 2 * MINUTE, close: 102 });
  assertEquals(late.result, "missed");
  // The end of the candles at the deadline decides as much as a candle after it.
  assertEquals(fare(candles.slice(0, 2), signal(), { horizon: 2 * MINUTE }).result, "expired");
});

Deno.test("where the candles end before, it is undecided, and stands at the last close", () => {
  assertEquals(brief(fare(minutes([100, 101, 99, 100.5]))), ["undecided", 100, 100.5, 1, 1]);
  assertEquals(brief(fare([])), ["undecided", null, null, 0, 0]);
});

Deno.test("what was before the signal has no say", () => {
  const [before] = minutes([90, 110, 80, 90]);
  const early = { ...before!, start: T0 - MINUTE, end: T0 };
  const after = minutes([100, 101, 99, 100]);
  assertEquals(fare([early, ...after]), fare(after));
});

const anyPrice = fc.integer({ min: 9_000, max: 11_000 }).map((cents) => cents / 100);
const anyCandles = fc.array(fc.tuple(anyPrice, anyPrice, anyPrice, anyPrice), { maxLength: 30 })
  .map((rows) =>
    minutes(...rows.map(([a, b, c, d]) => {
      const all = [a, b, c, d];
      return [a, Math.max(...all), Math.min(...all), d] as const;
    }))
  );
const anyLevels = fc.tuple(
  fc.integer({ min: 9_500, max: 10_500 }),
  fc.integer({ min: 1, max: 600 }),
  fc.integer({ min: 1, max: 600 }),
).map(([entry, risk, reward]) => ({
  entry: entry / 100,
  stop: (entry - risk) / 100,
  target: (entry + reward) / 100,
}));
const anyClose = fc.option(anyPrice);
const anyHorizon = fc.integer({ min: 1, max: 40 }).map((count) => count * MINUTE);

Deno.test("a sell is a buy upside down", () => {
  const turn = (price: number) => (20_000 - Math.round(price * 100)) / 100;
  fc.assert(
    fc.property(anyCandles, anyLevels, anyClose, anyHorizon, (candles, at, close, horizon) => {
      const options = { step: 0.01, horizon };
      const end = candles.at(-1)?.end ?? T0;
      const up = tryOut(signal(at), candles, { ...options, close }, end);
      const down = tryOut(
        signal({
          side: "sell",
          entry: turn(at.entry),
          stop: turn(at.stop),
          target: turn(at.target),
        }),
        candles.map(({ start, end, open, high, low, close }) => ({
          start,
          end,
          open: turn(open),
          high: turn(low),
          low: turn(high),
          close: turn(close),
        })),
        { ...options, close: close === null ? null : turn(close) },
        end,
      );
      assertEquals(up.result, down.result);
      for (const key of ["entered", "left"] as const) {
        const [a, b] = [up[key], down[key]];
        assertEquals(a?.time, b?.time);
        if (a !== null) assert(Math.abs(a.price - turn(b!.price)) < 1e-9);
      }
      assert(Math.abs(up.favourable - down.favourable) < 1e-9);
      assert(Math.abs(up.adverse - down.adverse) < 1e-9);
    }),
  );
});

Deno.test("a result is one that its candles allow", () => {
  fc.assert(
    fc.property(anyCandles, anyLevels, anyClose, anyHorizon, (candles, at, close, horizon) => {
      const told = fare(candles, signal(at), { close: close as number, horizon });
      const { adverse, entered, favourable, left, result } = told;
      assertEquals(entered === null, result === "missed" || left === null);
      if (entered === null) return assertEquals([favourable, adverse], [0, 0]);
      assert(entered.price > at.stop && entered.price < at.target);
      const open = candles.filter(({ start }) => start >= entered.time && start <= left!.time);
      const [low, high] = [
        Math.min(...open.map(({ low }) => low)),
        Math.max(...open.map(({ high }) => high)),
      ];
      assert(entered.price >= low && entered.price <= high);
      if (result === "target") assertEquals(left!.price, at.target);
      if (result === "target") assert(high >= at.target && low > at.stop);
      if (result === "stop") assert(left!.price <= at.stop && low <= at.stop);
      if (result === "expired") assert(low > at.stop);
      assert(left!.time <= T0 + horizon);
      assert(favourable >= left!.price - entered.price - 1e-9);
      assert(adverse >= entered.price - left!.price - 1e-9);
      assert(favourable <= high - entered.price + 1e-9);
      if (left!.time < T0 + horizon) assert(adverse <= entered.price - low + 1e-9);
    }),
  );
});

Deno.test("what comes after it was left changes nothing", () => {
  fc.assert(fc.property(anyCandles, anyLevels, fc.nat({ max: 30 }), (candles, at, cut) => {
    const first = fare(candles.slice(0, cut), signal(at));
    if (first.result === "undecided") return;
    assertEquals(fare(candles, signal(at)), first);
  }));
});

Deno.test("many signals in one walk fare as each does alone", () => {
  const anySignals = fc.array(
    fc.tuple(anyLevels, fc.nat({ max: 35 }), fc.boolean(), anyHorizon),
    { maxLength: 12 },
  ).map((rows) =>
    rows.map(([at, minute, isSell, horizon]) => {
      const time = T0 + minute * MINUTE;
      const sell = { side: "sell", stop: at.target, target: at.stop } as const;
      return { one: signal({ ...at, time, ...(isSell ? sell : {}) }), horizon };
    }).sort((a, b) => a.one.time - b.one.time)
  );
  fc.assert(fc.property(anyCandles, anySignals, fc.nat({ max: 3 }), (all, signals, skipped) => {
    // Some minutes have no candle.
    const candles = all.filter((_, i) => i % 4 !== skipped);
    const horizons = new Map(signals.map(({ one, horizon }) => [one, horizon]));
    const trials = new Trials(signals.map(({ one }) => one), {
      step: 0.01,
      horizonOf: (one) => horizons.get(one)!,
    });
    for (const candle of candles) trials.next(candle);
    const end = candles.at(-1)?.end ?? -Infinity;
    const alone = signals.map(({ one, horizon }) => {
      const close = candles.findLast((candle) => candle.start < one.time)?.close ?? null;
      return tryOut(one, candles, { step: 0.01, horizon, close }, end);
    });
    assertEquals(trials.finish(), alone);
  }));
});
