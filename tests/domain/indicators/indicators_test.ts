import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { addTick, candleOf, emptyBar } from "../../../domain/bar.ts";
import { MarketdError } from "../../../domain/errors.ts";
import {
  createIndicator,
  type IndicatorInput,
  INDICATORS,
  type IndicatorValues,
  inputOf,
  OVERLAYS,
  parseIndicator,
} from "../../../domain/indicators.ts";
import { Random } from "../../../domain/random.ts";
import { MINUTE, parseTime } from "../../../domain/time.ts";
import { REAL, realTicks, tradeAt } from "../ticks.ts";
import {
  at,
  BAND_CLOSES,
  BAND_VALUES,
  RSI_CLOSES,
  RSI_VALUES,
  TULIP,
  TULIP_VALUES,
} from "./published.ts";

/** Parameters that are short, so that a short series gets past the warm-up. */
const SHORT: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  hma: { period: 5 },
  macd: { fast: 2, slow: 4, signal: 3 },
  bollinger: { period: 4, deviations: 2 },
  stochastic: { period: 4, slowing: 2, signal: 3 },
  keltner: { period: 4, atr: 3, multiplier: 2 },
  supertrend: { period: 3, multiplier: 2 },
  obv: {},
  vwap: {},
};
const short = (name: string) => SHORT[name] ?? { period: 4 };

/** Candles that hold together, some without volume. */
const anyCandle: fc.Arbitrary<IndicatorInput> = fc.tuple(
  fc.array(fc.integer({ min: 400, max: 480 }).map((quarters) => quarters / 4), {
    minLength: 4,
    maxLength: 4,
  }),
  fc.nat({ max: 5 }),
  fc.constantFrom(0, 1),
).map(([prices, volume, session]) => {
  const [open, close] = prices as [number, number];
  const [high, low] = [Math.max(...prices), Math.min(...prices)];
  return { open, high, low, close, volume, vwap: null, session };
});

function run(
  name: string,
  parameters: Readonly<Record<string, unknown>>,
  candles: readonly IndicatorInput[],
): (IndicatorValues | null)[] {
  const indicator = createIndicator(name, parameters);
  return candles.map((candle) => indicator.close(candle));
}

for (const [name, parameters, output, expected] of TULIP_VALUES) {
  Deno.test(`${name} of ${JSON.stringify(parameters)} has Tulip Indicators' ${output}`, () => {
    const values = run(name, parameters, TULIP).filter((one) => one !== null);
    assertEquals(
      values.map((one) => one[output]!.toFixed(3)),
      expected.map((one) => one.toFixed(3)),
    );
  });
}

Deno.test("rsi has the values of StockCharts' worked example", () => {
  const values = run("rsi", { period: 14 }, RSI_CLOSES.map((close) => at(close)));
  assertEquals(values.slice(0, 14), Array(14).fill(null));
  const told = values.slice(14).map((one) => one!["value"]!.toFixed(2));
  assertEquals(told, RSI_VALUES.map((one) => one.toFixed(2)));
});

Deno.test("bollinger has the values of StockCharts' worked example", () => {
  const values = run("bollinger", {}, BAND_CLOSES.map((close) => at(close)));
  assertEquals(values.slice(0, 19), Array(19).fill(null));
  for (const [i, { lower, middle, upper }] of values.slice(19).map((one) => one!).entries()) {
    const told = [lower!, middle!, upper!].map((one) => one.toFixed(2));
    assertEquals(told, BAND_VALUES[i]!.map((one) => one.toFixed(2)));
  }
});

for (const name of Object.keys(INDICATORS)) {
  Deno.test(`${name}: a forming candle changes nothing that is said of closed ones`, () => {
    const anySeries = fc.array(fc.tuple(anyCandle, fc.array(anyCandle, { maxLength: 3 })), {
      maxLength: 25,
    });
    fc.assert(fc.property(anySeries, (series) => {
      const plain = createIndicator(name, short(name));
      const peeking = createIndicator(name, short(name));
      for (const [candle, forming] of series) {
        for (const one of forming) peeking.peek(one);
        const peeked = peeking.peek(candle);
        const before = peeking.values;
        const closed = plain.close(candle);
        assertEquals(peeked, closed);
        assertEquals(peeking.values, before);
        assertEquals(peeking.close(candle), closed);
        assertEquals([peeking.values, peeking.closed], [closed, plain.closed]);
      }
    }));
  });

  Deno.test(`${name}: its values begin with the candle that ends the warm-up`, () => {
    const walk = Array.from({ length: 60 }, (_, i) => {
      const price = 100 + 7 * Math.sin(i) + i / 3;
      return at(price, {
        high: price + 1 + i % 3,
        low: price - 1,
        open: price - 0.5,
        volume: 5 + i,
      });
    });
    const indicator = createIndicator(name, short(name));
    const outputs = [...INDICATORS[name]!.outputs].sort();
    for (const [i, candle] of walk.entries()) {
      const values = indicator.close(candle);
      assertEquals(values !== null, i + 1 >= indicator.warmUp, `candle ${i + 1}`);
      if (values !== null) assertEquals(Object.keys(values).sort(), outputs);
    }
  });

  Deno.test(`${name}: what was before its memory does not matter`, () => {
    const indicator = createIndicator(name, short(name));
    if (indicator.memory === Infinity) return;
    assert(indicator.memory >= indicator.warmUp);
    const random = new Random(name);
    let price = 100;
    const walk = Array.from({ length: indicator.memory + 60 }, (_, i) => {
      const open = price;
      price = open + Math.round(random.gaussian() * 100) / 100;
      const [high, low] = [Math.max(open, price) + 0.25, Math.min(open, price) - 0.25];
      return at(price, { open, high, low, volume: 1 + i % 7, session: Math.floor(i / 1_000) });
    });
    for (const start of [10, 40]) {
      const later = createIndicator(name, short(name));
      const whole = run(name, short(name), walk.slice(0, start + indicator.memory)).at(-1)!;
      const part = walk.slice(start, start + indicator.memory).map((one) => later.close(one)).at(
        -1,
      )!;
      for (const [key, value] of Object.entries(whole)) {
        assert(
          Math.abs(part[key]! - value) <= 1e-9 * Math.max(1, Math.abs(value)),
          `${name} ${key}`,
        );
      }
    }
  });

  Deno.test(`${name}: what it says is finite, or nothing`, () => {
    const flat = Array.from({ length: 30 }, () => at(100, { volume: 0 }));
    for (const values of run(name, short(name), flat)) {
      assert(values === null || Object.values(values).every(Number.isFinite));
    }
  });

  Deno.test(`${name}: what is usual lies within what is allowed`, () => {
    const { parameters, warmUp } = createIndicator(name);
    assert(warmUp >= 1);
    for (
      const [key, { min, max, default: usual }] of Object.entries(INDICATORS[name]!.parameters)
    ) {
      assert(min <= usual && usual <= max);
      assertEquals(parameters[key], usual);
    }
  });
}

Deno.test("the exponential average of any prices is what its definition gives", () => {
  const anyPrices = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 40 });
  fc.assert(fc.property(anyPrices, fc.integer({ min: 1, max: 9 }), (prices, period) => {
    const weight = 2 / (period + 1);
    let mean = prices[0]!;
    const expected = prices.map((price, i) => {
      mean = i === 0 ? price : price * weight + mean * (1 - weight);
      return i + 1 < period ? null : mean;
    });
    const values = run("ema", { period }, prices.map((price) => at(price)));
    for (const [i, one] of values.entries()) {
      assertEquals(one === null, expected[i] === null);
      if (one !== null) assert(Math.abs(one["value"]! - expected[i]!) < 1e-9);
    }
  }));
});

Deno.test("cci has the value of its definition", () => {
  // Typical prices 10, 11, 15: mean 12, mean deviation (2 + 1 + 3) / 3 = 2; 3 / (0.015 * 2) = 100.
  const [, , third] = run("cci", { period: 3 }, [10, 11, 15].map((price) => at(price)));
  assert(Math.abs(third!["value"]! - 100) < 1e-9);
});

Deno.test("cmf has the value of its definition", () => {
  // Multipliers ((c - l) - (h - c)) / (h - l): (3 - 1) / 4 = 0.5 and (0 - 2) / 2 = -1.
  const candles = [
    at(13, { low: 10, high: 14, volume: 30 }),
    at(10, { low: 10, high: 12, volume: 10 }),
  ];
  // (0.5 * 30 - 1 * 10) / 40.
  assertEquals(run("cmf", { period: 2 }, candles)[1], { value: 0.125 });
});

Deno.test("donchian and keltner have the values of their definitions", () => {
  const candles = [at(11, { low: 10, high: 12 }), at(14, { low: 12, high: 16 })];
  assertEquals(run("donchian", { period: 2 }, candles)[1], { lower: 10, middle: 13, upper: 16 });
  // Ranges 2 and max(4, 16 - 11, 11 - 12) = 5: mean 3.5. Average 11 * 1/3 + 14 * 2/3 = 13.
  const [, band] = run("keltner", { period: 2, atr: 2, multiplier: 1 }, candles);
  for (const [key, value] of Object.entries({ lower: 9.5, middle: 13, upper: 16.5 })) {
    assert(Math.abs(band![key]! - value) < 1e-9);
  }
});

Deno.test("supertrend follows a rise from below and a fall from above", () => {
  const path = [100, 101, 102, 110, 120, 130, 120, 100, 80, 60];
  const candles = path.map((price) => at(price, { high: price + 1, low: price - 1 }));
  const values = run("supertrend", { period: 3, multiplier: 2 }, candles);
  const [top, last] = [values[5]!, values.at(-1)!];
  assertEquals([top["trend"], last["trend"]], [1, -1]);
  assert(top["value"]! < 130 && last["value"]! > 60);
});

Deno.test("vwap is exact where candles know their mean, and begins anew with each session", () => {
  const candles = [
    at(10, { volume: 100, vwap: 10.5, session: 1 }),
    at(11, { volume: 300, vwap: 11.5, session: 1 }),
    at(20, { volume: 0, session: 2 }),
    at(20, { volume: 50, vwap: 21, session: 2 }),
  ];
  // (100 * 10.5 + 300 * 11.5) / 400 = 11.25.
  assertEquals(run("vwap", {}, candles), [{ value: 10.5 }, { value: 11.25 }, null, { value: 21 }]);
  // Without a mean of its own a candle stands at (9 + 3 + 6) / 3 = 6.
  assertEquals(run("vwap", {}, [at(6, { high: 9, low: 3 })]), [{ value: 6 }]);
});

Deno.test("an indicator follows the price that it is told to", () => {
  const candle = at(5, { open: 1, high: 9, low: 4 });
  for (
    const [source, value] of Object.entries({ open: 1, high: 9, low: 4, close: 5, median: 6.5 })
  ) {
    assertEquals(run("sma", { period: 1, source }, [candle]), [{ value }]);
    assertEquals(createIndicator("sma", { source }).parameters, { period: 20, source });
  }
  assertEquals(run("sma", { period: 1, source: "typical" }, [candle]), [{ value: 6 }]);
});

Deno.test("an unknown name is refused with those there are", () => {
  for (const name of ["EMA", "toString", ""]) {
    assertThrows(
      () => createIndicator(name),
      (error: unknown) =>
        error instanceof MarketdError && error.code === "unknown-indicator" && error.terminal &&
        error.message.includes(`"${name}"`) && error.message.includes("ema, wma"),
    );
  }
});

Deno.test("every wrong parameter is told, with its value and its range", () => {
  const refused = (
    name: string,
    parameters: Readonly<Record<string, unknown>>,
    ...words: string[]
  ) =>
    assertThrows(
      () => createIndicator(name, parameters),
      (error: unknown) => {
        assert(error instanceof MarketdError && error.terminal);
        assertEquals(error.code, "bad-indicator-parameters");
        for (const word of words) assert(error.message.includes(word), error.message);
        return true;
      },
    );
  refused("ema", { period: 0 }, "period must be a whole number from 1 to 1000 (was 0)");
  refused("rsi", { period: 1 }, "from 2 to 1000 (was 1)");
  refused("ema", { period: 1.5, source: "mid" }, "(was 1.5)", "one of open, high", '(was "mid")');
  refused("ema", { period: "9" }, '(was "9")');
  refused("ema", { period: NaN }, "(was NaN)");
  refused("ema", { length: 9 }, 'no parameter "length" (it has period)');
  refused("vwap", { period: 9 }, 'no parameter "period" (it has none)');
  refused("atr", { source: "close" }, "has no source");
  refused("macd", { fast: 26, slow: 12 }, "fast (26) must be below slow (12)");
});

Deno.test("an indicator is read as it is written in a query", () => {
  const { name, parameters } = parseIndicator("bollinger:period=10,deviations=2.5,source=typical");
  assertEquals([name, parameters], [
    "bollinger",
    { period: 10, deviations: 2.5, source: "typical" },
  ]);
  assertEquals(parseIndicator("vwap").parameters, {});
  for (
    const text of ["", ":", "ema:", "ema:20", "ema:period=", "ema:period=9,period=8", "ema,rsi"]
  ) {
    assertThrows(
      () => parseIndicator(text),
      (error: unknown) =>
        error instanceof MarketdError && error.code === "bad-indicator" && error.terminal &&
        error.message.includes(`"${text}"`),
    );
  }
  assertThrows(() => parseIndicator("ema:period=x"), MarketdError, '(was "x")');
  assertThrows(() => parseIndicator("__proto__"), MarketdError, "unknown");
});

Deno.test({
  name:
    "of the real SPY day's minutes the averages, the RSI and the session's VWAP are what their " +
    "definitions give (needs MARKETD_RECORDINGS)",
  ignore: REAL === undefined,
  fn: async () => {
    const open = parseTime("2013-10-07T13:30:00Z")!;
    const bars = new Map<number, ReturnType<typeof emptyBar>>();
    let [notional, volume] = [0, 0];
    for (const tick of await realTicks("spy-20131007-trades.csv.gz")) {
      assert(tick.kind === "trade");
      if (tick.time < open || tick.time >= open + 390 * MINUTE) continue;
      const start = tick.time - tick.time % MINUTE;
      if (!bars.has(start)) bars.set(start, emptyBar(start, start + MINUTE));
      addTick(bars.get(start)!, tick, tick.price);
      notional += tick.price * tick.size!;
      volume += tick.size!;
    }
    const head = { symbol: "SPY", interval: "1m", basis: "trade", status: "complete", revision: 0 };
    const candles = [...bars.values()].map((bar) =>
      inputOf(candleOf(bar, head as Parameters<typeof candleOf>[1]), open)
    );
    assertEquals(candles.length, 390);
    const closes = candles.map(({ close }) => close);
    const near = (values: IndicatorValues | null | undefined, expected: number) =>
      assert(Math.abs(values!["value"]! - expected) < 1e-6, `${values!["value"]} ${expected}`);

    near(run("vwap", {}, candles).at(-1), notional / volume);
    const sma = closes.slice(-20).reduce((sum, close) => sum + close, 0) / 20;
    near(run("sma", {}, candles).at(-1), sma);
    // Wilder: means of the first 14 gains and losses, then 13 parts of the last and one of the next.
    const moves = closes.slice(1).map((close, i) => close - closes[i]!);
    const smooth = (some: readonly number[]) =>
      some.slice(14).reduce(
        (mean, one) => (mean * 13 + one) / 14,
        some.slice(0, 14).reduce((sum, one) => sum + one, 0) / 14,
      );
    const gain = smooth(moves.map((move) => Math.max(move, 0)));
    const loss = smooth(moves.map((move) => Math.max(-move, 0)));
    near(run("rsi", {}, candles).at(-1), 100 - 100 / (1 + gain / loss));
  },
});

Deno.test("a candle gives its numbers to an indicator", () => {
  const bar = emptyBar(0, MINUTE);
  for (const [i, price] of [10, 14, 8, 12].entries()) addTick(bar, tradeAt(i, price), price);
  const head = {
    symbol: "A",
    interval: "1m",
    basis: "trade",
    status: "forming",
    revision: 0,
  } as const;
  const expected = { open: 10, high: 14, low: 8, close: 12, volume: 400, vwap: 11, session: 5 };
  assertEquals(inputOf(candleOf(bar, head), 5), expected);
});

Deno.test("what goes over the candles is an indicator, and stays near their prices", () => {
  const candles = Array.from({ length: 300 }, (_, at) => {
    const close = 5_000 + 40 * Math.sin(at / 7);
    return {
      open: close,
      high: close + 2,
      low: close - 2,
      close,
      volume: 1,
      vwap: close,
      session: 0,
    };
  });
  for (const name of Object.keys(INDICATORS)) {
    const indicator = createIndicator(name);
    for (const candle of candles) indicator.close(candle);
    const level = Object.values(indicator.values!)[0]!;
    const isNear = level > 4_500 && level < 5_500;
    assertEquals([name, isNear], [name, OVERLAYS.has(name)]);
  }
});
