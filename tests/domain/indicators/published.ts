/**
 * Prices with what indicators make of them, as others have published it.
 *
 * @module
 */
import type { IndicatorInput } from "../../../domain/indicators.ts";

/** A candle of one price. */
export function at(price: number, more: Partial<IndicatorInput> = {}): IndicatorInput {
  const rest = { close: price, volume: 1, vwap: null, session: null };
  return { open: price, high: price, low: price, ...rest, ...more };
}

const HIGH = [82.15, 81.89, 83.03, 83.30, 83.85, 83.90, 83.33, 84.30, 84.84, 85.00, 85.90, 86.58]
  .concat([86.98, 88.00, 87.87]);
const LOW = [81.29, 80.64, 81.31, 82.65, 83.07, 83.11, 82.49, 82.30, 84.15, 84.11, 84.03, 85.39]
  .concat([85.76, 87.17, 87.01]);
const CLOSE = [81.59, 81.06, 82.87, 83.00, 83.61, 83.15, 82.84, 83.99, 84.55, 84.36, 85.53, 86.54]
  .concat([86.89, 87.77, 87.29]);
const VOLUME = [5653100, 6447400, 7690900, 3831400, 4455100, 3798000, 3936200, 4732000, 4841300]
  .concat([3915300, 6830800, 6694100, 5293600, 7985800, 4807900]);

/** The candles of Tulip Indicators' tests, `tests/untest.txt` of TulipCharts/tulipindicators. */
export const TULIP: readonly IndicatorInput[] = CLOSE.map((close, i) =>
  at(close, { high: HIGH[i]!, low: LOW[i]!, volume: VOLUME[i]! })
);

/**
 * What that file gives for them, to three places: indicator, parameters, output, values. Its
 * exponential averages begin at the first price without a warm-up; what is before ours is cut.
 */
export const TULIP_VALUES: readonly (readonly [
  name: string,
  parameters: Readonly<Record<string, number>>,
  output: string,
  values: readonly number[],
])[] = [
  ["sma", { period: 5 }, "value", [
    ...[82.426, 82.738, 83.094, 83.318, 83.628, 83.778, 84.254, 84.994, 85.574, 86.218, 86.804],
  ]],
  ["ema", { period: 5 }, "value", [
    ...[82.714, 82.859, 82.853, 83.232, 83.671, 83.901, 84.444, 85.143, 85.725, 86.407, 86.701],
  ]],
  ["wma", { period: 5 }, "value", [
    ...[82.825, 83.066, 83.100, 83.399, 83.809, 84.053, 84.637, 85.399, 86.031, 86.763, 87.121],
  ]],
  ["hma", { period: 5 }, "value", [
    ...[83.690, 83.038, 83.472, 84.550, 84.835, 85.360, 86.552, 87.346, 87.965, 87.916],
  ]],
  ["tema", { period: 5 }, "value", [87.042, 87.819, 87.721]],
  ["rsi", { period: 5 }, "value", [
    ...[72.034, 64.927, 75.936, 79.796, 74.713, 83.033, 87.478, 88.755, 91.483, 78.498],
  ]],
  ["roc", { period: 5 }, "value", [
    ...[0.019, 0.022, 0.014, 0.019, 0.009, 0.029, 0.045, 0.035, 0.038, 0.035],
  ]],
  ["mom", { period: 5 }, "value", [
    ...[1.560, 1.780, 1.120, 1.550, 0.750, 2.380, 3.700, 2.900, 3.220, 2.930],
  ]],
  ["macd", { fast: 2, slow: 5, signal: 9 }, "macd", [0.891, 0.979, 0.621]],
  ["macd", { fast: 2, slow: 5, signal: 9 }, "signal", [0.656, 0.721, 0.701]],
  ["macd", { fast: 2, slow: 5, signal: 9 }, "histogram", [0.235, 0.258, -0.080]],
  ["bollinger", { period: 5, deviations: 2 }, "lower", [
    ...[80.530, 80.987, 82.533, 82.472, 82.418, 82.435, 82.511, 83.143, 83.536, 83.870, 85.289],
  ]],
  ["bollinger", { period: 5, deviations: 2 }, "upper", [
    ...[84.322, 84.489, 83.655, 84.164, 84.838, 85.121, 85.997, 86.845, 87.612, 88.566, 88.319],
  ]],
  ["atr", { period: 5 }, "value", [
    ...[1.116, 1.051, 1.009, 1.207, 1.136, 1.086, 1.243, 1.233, 1.230, 1.206, 1.137],
  ]],
  ["natr", { period: 5 }, "value", [
    ...[1.335, 1.264, 1.218, 1.437, 1.343, 1.288, 1.453, 1.424, 1.416, 1.374, 1.302],
  ]],
  ["adx", { period: 5 }, "value", [41.384, 44.288, 49.422, 54.918, 59.987, 65.292, 67.355]],
  ["willr", { period: 5 }, "value", [
    ...[-7.477, -23.006, -40.927, -15.500, -11.417, -23.704, -10.278, -0.935, -3.051, -5.793],
    -17.884,
  ]],
  ["stochastic", { period: 5, slowing: 3, signal: 3 }, "k", [
    ...[77.385, 83.126, 84.867, 88.361, 95.246, 96.740, 91.091],
  ]],
  ["stochastic", { period: 5, slowing: 3, signal: 3 }, "d", [
    ...[75.702, 78.011, 81.793, 85.452, 89.491, 93.449, 94.359],
  ]],
  ["mfi", { period: 5 }, "value", [
    ...[61.172, 67.308, 62.796, 64.661, 45.238, 67.841, 85.578, 85.963, 87.504, 84.647],
  ]],
  ["vwma", { period: 5 }, "value", [
    ...[82.332, 82.610, 83.070, 83.354, 83.682, 83.822, 84.409, 85.165, 85.698, 86.418, 86.805],
  ]],
  ["obv", {}, "value", [
    ...[-6447400, 1243500, 5074900, 9530000, 5732000, 1795800, 6527800, 11369100, 7453800],
    ...[14284600, 20978700, 26272300, 34258100, 29450200],
  ]],
];

/** StockCharts' ChartSchool, "Relative Strength Index (RSI)", its spreadsheet cs-rsi: closes of QQQQ. */
export const RSI_CLOSES: readonly number[] = [
  ...[44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826],
  ...[45.8931, 46.0328, 45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439],
  ...[46.2122, 46.2521, 45.7137, 46.4515, 45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672],
  ...[43.4205, 42.6628, 43.1314],
];
/** The 14-day RSI there, from the fifteenth close on. */
export const RSI_VALUES: readonly number[] = [
  ...[70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38, 54.71, 50.42, 39.99],
  ...[41.46, 41.87, 45.46, 37.30, 33.08, 37.77],
];

/** StockCharts' ChartSchool, "Bollinger Bands", its spreadsheet cs-bbands. */
export const BAND_CLOSES: readonly number[] = [
  ...[86.1557, 89.0867, 88.7829, 90.3228, 89.0671, 91.1453, 89.4397, 89.1750, 86.9302, 87.6752],
  ...[86.9596, 89.4299, 89.3221, 88.7241, 87.4497, 87.2634, 89.4985, 87.9006, 89.1260, 90.7043],
  ...[92.9001, 92.9784, 91.8021, 92.6647, 92.6843, 92.3021, 92.7725, 92.5373, 92.9490, 93.2039],
];
/** Lower, middle and upper bands of 20 days and 2 deviations there. */
export const BAND_VALUES: readonly (readonly [number, number, number])[] = [
  [86.12, 88.71, 91.29],
  [86.14, 89.05, 91.95],
  [85.87, 89.24, 92.61],
  [85.85, 89.39, 92.93],
  [85.70, 89.51, 93.31],
  [85.65, 89.69, 93.73],
  [85.59, 89.75, 93.90],
  [85.56, 89.91, 94.27],
  [85.60, 90.08, 94.57],
  [85.98, 90.38, 94.79],
  [86.27, 90.66, 95.04],
];
