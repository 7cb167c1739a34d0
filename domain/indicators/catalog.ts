/**
 * The indicators by name: their parameters, how long they take to warm up, and what computes them.
 *
 * Their formulas are those of `trading-signals`. Moving averages by Wilder (in RSI, ATR, ADX) start
 * as the simple mean of the first period; exponential ones start at the first price, as in Tulip
 * Indicators and TradingView, not at a mean: the difference fades by `1 - 2 / (period + 1)` with
 * each candle.
 *
 * @module
 */
import {
  ADX,
  ATR,
  BollingerBands,
  CCI,
  CMF,
  DonchianChannels,
  EMA,
  HMA,
  KeltnerChannels,
  MACD,
  MFI,
  MOM,
  NATR,
  OBV,
  ROC,
  RSI,
  SMA,
  StochasticOscillator,
  SuperTrend,
  TEMA,
  TradingSignal,
  VWMA,
  WilliamsR,
  WMA,
} from "trading-signals";
import {
  type Core,
  type IndicatorInput,
  type IndicatorValues,
  type Source,
  SOURCES,
} from "./input.ts";
import { SessionVwap } from "./vwap.ts";

/** What a number may be. */
export interface ParameterRange {
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  readonly default: number;
}

/** Numbers by name, each in its range. */
type Numbers = Readonly<Record<string, number>>;

/** What is known of an indicator before there is one. */
export interface IndicatorSpec {
  /** For people. */
  readonly title: string;
  readonly parameters: Readonly<Record<string, ParameterRange>>;
  /** The price it follows unless told; `null` where it takes the whole candle. */
  readonly source: Source | null;
  /** The names of its values. */
  readonly outputs: readonly string[];
  /** Candles it must have seen, the present one included, before it has values. */
  readonly warmUp: (parameters: Numbers) => number;
  /**
   * Candles after which it no longer matters where the series began: at least the warm-up. Exact for
   * what looks back at a window; where the past fades, it is worth less than a double's last digit
   * by then. `Infinity` where everything counts for ever.
   */
  readonly memory: (parameters: Numbers) => number;
  readonly make: (parameters: Numbers, source: Source) => Core;
  /** A sentence on parameters that do not go together; `undefined` where they do. */
  readonly clash?: (parameters: Numbers) => string | undefined;
}

/** The longest that anything may reach back: it bounds memory and the cost of a candle. */
const LONGEST = 1_000;

function whole(normal: number, min = 2): ParameterRange {
  return { min, max: LONGEST, whole: true, default: normal };
}

function factor(normal: number): ParameterRange {
  return { min: 0.1, max: 10, whole: false, default: normal };
}

interface Updatable<Input, Result> {
  update(input: Input, replace: boolean): Result | null;
}

const VALUE = ["value"];
const BANDS = ["lower", "middle", "upper"];
const same = <Result extends IndicatorValues>(result: Result): IndicatorValues => result;
const single = (value: number): IndicatorValues => ({ value });

/** Of an indicator that follows one price. */
function onPrice<Result>(
  inner: Updatable<number, Result>,
  source: Source,
  read: (result: Result) => IndicatorValues,
): Core {
  const price = SOURCES[source];
  return onCandle({ update: (input, replace) => inner.update(price(input), replace) }, read);
}

/** Of an indicator that takes a candle. */
function onCandle<Result>(
  inner: Updatable<IndicatorInput, Result>,
  read: (result: Result) => IndicatorValues,
): Core {
  return {
    update(input, replace) {
      const result = inner.update(input, replace);
      return result === null ? null : read(result);
    },
  };
}

/** How long an indicator of a period takes to warm up, and to forget. */
interface Lengths {
  readonly warmUp: (period: number) => number;
  /** Absent: it looks back no further than its warm-up. */
  readonly memory?: (period: number) => number;
}

/** One number that follows one price over a period. */
function priced(
  title: string,
  normal: number,
  { warmUp, memory = warmUp }: Lengths,
  make: (period: number) => Updatable<number, number>,
  min = 2,
): IndicatorSpec {
  return {
    title,
    parameters: { period: whole(normal, min) },
    source: "close",
    outputs: VALUE,
    warmUp: ({ period }) => warmUp(period!),
    memory: ({ period }) => memory(period!),
    make: ({ period }, source) => onPrice(make(period!), source, single),
  };
}

/** One number that takes candles over a period. */
function candled(
  title: string,
  normal: number,
  { warmUp, memory = warmUp }: Lengths,
  make: (period: number) => Updatable<IndicatorInput, number>,
): IndicatorSpec {
  return {
    title,
    parameters: { period: whole(normal) },
    source: null,
    outputs: VALUE,
    warmUp: ({ period }) => warmUp(period!),
    memory: ({ period }) => memory(period!),
    make: ({ period }) => onCandle(make(period!), single),
  };
}

/**
 * Candles of which an exponential mean of the period, with the weight 2 / (period + 1), keeps
 * e^-40 of what was before: ((period - 1) / (period + 1)) ^ (20 period) < e^-40.
 */
const exponential = (length: number) => 20 * length;
/** The same of Wilder's, with the weight 1 / period. */
const wilders = (length: number) => 40 * length;

const period: Lengths = { warmUp: (length) => length };
const oneMore: Lengths = { warmUp: (length) => length + 1 };

/** Every indicator. */
export const INDICATORS: Readonly<Record<string, IndicatorSpec>> = {
  sma: priced("Simple moving average", 20, period, (length) => new SMA(length), 1),
  ema: priced(
    "Exponential moving average",
    20,
    { ...period, memory: exponential },
    (length) => new EMA(length),
    1,
  ),
  wma: priced("Weighted moving average", 20, period, (length) => new WMA(length), 1),
  hma: priced(
    "Hull moving average",
    16,
    { warmUp: (length) => length + Math.floor(Math.sqrt(length)) - 1 },
    (length) => new HMA(length),
    4,
  ),
  tema: priced(
    "Triple exponential moving average",
    20,
    { warmUp: (length) => 3 * (length - 1) + 1, memory: (length) => 1.5 * exponential(length) },
    (length) => new TEMA(length),
  ),
  rsi: priced(
    "Relative strength index (Wilder), 0 to 100",
    14,
    { ...oneMore, memory: wilders },
    (length) => new RSI(length),
  ),
  roc: priced("Rate of change, as a fraction", 10, oneMore, (length) => new ROC(length), 1),
  mom: priced("Momentum, in the price's units", 10, oneMore, (length) => new MOM(length), 1),
  macd: {
    title: "Moving average convergence and divergence",
    parameters: { fast: whole(12), slow: whole(26), signal: whole(9) },
    source: "close",
    outputs: ["macd", "signal", "histogram"],
    warmUp: ({ slow, signal }) => slow! + signal! - 1,
    memory: ({ slow, signal }) => exponential(slow! + signal!),
    make: ({ fast, slow, signal }, source) =>
      onPrice(new MACD(new EMA(fast!), new EMA(slow!), new EMA(signal!)), source, same),
    clash: ({ fast, slow }) =>
      fast! < slow! ? undefined : `fast (${fast}) must be below slow (${slow})`,
  },
  bollinger: {
    title: "Bollinger bands; the deviation is that of the population",
    parameters: { period: whole(20), deviations: factor(2) },
    source: "close",
    outputs: BANDS,
    warmUp: ({ period }) => period!,
    memory: ({ period }) => period!,
    make: ({ period, deviations }, source) =>
      onPrice(new BollingerBands(period!, deviations), source, same),
  },
  atr: candled(
    "Average true range (Wilder)",
    14,
    { ...period, memory: wilders },
    (length) => new ATR(length),
  ),
  natr: candled(
    "Average true range, in percent of the close",
    14,
    { ...period, memory: wilders },
    (length) => new NATR(length),
  ),
  adx: candled(
    "Average directional index (Wilder), 0 to 100",
    14,
    { warmUp: (length) => 2 * length - 1, memory: (length) => 1.5 * wilders(length) },
    (length) => new ADX(length),
  ),
  cci: candled("Commodity channel index (Lambert)", 20, period, (length) => new CCI(length)),
  willr: candled("Williams %R, -100 to 0", 14, period, (length) => new WilliamsR(length)),
  stochastic: {
    title: "Stochastic oscillator, 0 to 100",
    parameters: { period: whole(14), slowing: whole(3, 1), signal: whole(3, 1) },
    source: null,
    outputs: ["k", "d"],
    warmUp: ({ period, slowing, signal }) => period! + slowing! + signal! - 2,
    memory: ({ period, slowing, signal }) => period! + slowing! + signal! - 2,
    make: ({ period, slowing, signal }) =>
      onCandle(
        new StochasticOscillator({ kPeriod: period!, kSlowingPeriod: slowing!, dPeriod: signal! }),
        ({ stochK, stochD }) => ({ k: stochK, d: stochD }),
      ),
  },
  donchian: {
    title: "Donchian channels",
    parameters: { period: whole(20) },
    source: null,
    outputs: BANDS,
    warmUp: ({ period }) => period!,
    memory: ({ period }) => period!,
    make: ({ period }) => onCandle(new DonchianChannels(period), same),
  },
  keltner: {
    title: "Keltner channels: an exponential mean, and average true ranges around it",
    parameters: { period: whole(20), atr: whole(10), multiplier: factor(2) },
    source: null,
    outputs: BANDS,
    warmUp: ({ period, atr }) => Math.max(period!, atr!),
    memory: ({ period, atr }) => Math.max(exponential(period!), wilders(atr!)),
    make: ({ period, atr, multiplier }) =>
      onCandle(
        new KeltnerChannels({
          emaInterval: period!,
          atrInterval: atr!,
          multiplier: multiplier!,
        }),
        same,
      ),
  },
  supertrend: {
    title: "Supertrend; the trend is 1 (up) or -1 (down)",
    parameters: { period: whole(10), multiplier: factor(3) },
    source: null,
    outputs: ["value", "trend"],
    warmUp: ({ period }) => period!,
    // A band holds until the trend turns or goes on, which may take longer than its range's memory.
    memory: ({ period }) => 2 * wilders(period!),
    make: ({ period, multiplier }) =>
      onCandle(
        new SuperTrend({ interval: period!, multiplier: multiplier! }),
        ({ supertrend, trend }) => ({
          value: supertrend,
          trend: trend === TradingSignal.BULLISH ? 1 : -1,
        }),
      ),
  },
  mfi: candled("Money flow index, 0 to 100", 14, oneMore, (length) => new MFI(length)),
  cmf: candled("Chaikin money flow, -1 to 1", 20, period, (length) => new CMF(length)),
  vwma: candled("Volume-weighted moving average", 20, period, (length) => new VWMA(length)),
  obv: {
    title: "On-balance volume, from the second candle seen",
    parameters: {},
    source: null,
    outputs: VALUE,
    warmUp: () => 2,
    memory: () => Infinity,
    make: () => onCandle(new OBV(2), single),
  },
  vwap: {
    title: "Volume-weighted mean price since the session's start",
    parameters: {},
    source: null,
    outputs: VALUE,
    warmUp: () => 1,
    // The minutes of the longest session.
    memory: () => 1_440,
    make: () => new SessionVwap(),
  },
};

/** The indicators whose values are prices: they go over the candles. */
export const OVERLAYS: ReadonlySet<string> = new Set([
  "sma",
  "ema",
  "wma",
  "hma",
  "tema",
  "bollinger",
  "donchian",
  "keltner",
  "supertrend",
  "vwma",
  "vwap",
]);
