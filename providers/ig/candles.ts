/**
 * An item `CHART:{epic}:1MINUTE` as bars. Pure.
 *
 * @module
 */
import type { HistoricalBar } from "../provider.ts";
import { scaled } from "./scale.ts";

/** The fields of an item, in order. */
export const CANDLE_FIELDS = [
  "CONS_END",
  "UTM",
  "BID_OPEN",
  "BID_HIGH",
  "BID_LOW",
  "BID_CLOSE",
  "CONS_TICK_COUNT",
];

const PRICES = [2, 3, 4, 5];

/**
 * The bar of bids that an update closes.
 *
 * @returns `null` where it closes none, or one without bids; a text where it cannot be used.
 */
export function closedBar(
  values: readonly (string | null)[],
  { symbol, exponent }: { readonly symbol: string; readonly exponent: number },
): HistoricalBar | string | null {
  if (values[0] !== "1") return null;
  const start = Number(values[1]);
  if (values[1] === null || !Number.isSafeInteger(start) || start % 60_000 !== 0) {
    return `UTM is no minute: ${JSON.stringify(values[1])}`;
  }
  const texts = PRICES.map((at) => values[at] ?? "");
  if (texts.every((text) => text === "")) return null;
  const [open, high, low, close] = texts.map((text) => scaled(text, exponent) ?? NaN);
  const isBar = low! > 0 && low! <= Math.min(open!, close!) && high! >= Math.max(open!, close!);
  if (!isBar) return `open, high, low and close do not make a bar: ${JSON.stringify(texts)}`;
  const ticks = Number(values[6] ?? NaN);
  return {
    symbol,
    interval: "1m",
    basis: "bid",
    start: start * 1_000,
    open: open!,
    high: high!,
    low: low!,
    close: close!,
    volume: null,
    ticks: Number.isSafeInteger(ticks) && ticks >= 0 ? ticks : null,
    vwap: null,
  };
}
