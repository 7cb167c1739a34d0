/**
 * What IG's levels mean in an instrument's currency. Pure.
 *
 * A level times the market's `scalingFactor` is in points (the field's own definition). What a point
 * is worth, `onePipMeans` says where it names an amount ("0.0001 USD/EUR"). Where it does not: a pair
 * of currencies counts its usual pip (0.01 to the yen, else 0.0001), a share the hundredth part of
 * its currency (pence, cents), and anything else the unit itself. A currency of `GBX` counts pence.
 *
 * @module
 */
import type { Instrument } from "../../domain/instrument.ts";
import type { MarketDetails } from "./wire.ts";

/**
 * The power of ten that makes a level of the market a price of the instrument.
 *
 * @returns `undefined` where it is not a power of ten.
 * @example exponentOf(details("CS.D.EURUSD.TODAY.IP"), EURUSD) // -4: 10850.3 is 1.08503
 */
export function exponentOf(
  { instrument: { type, onePipMeans }, snapshot: { scalingFactor } }: MarketDetails,
  { symbol, currency }: Pick<Instrument, "symbol" | "currency">,
): number | undefined {
  const amount = /^\s*(\d+(?:\.\d+)?)(?:\s+([A-Z]{3})\b)?/.exec(String(onePipMeans ?? ""));
  const named = amount !== null && (amount[2] !== undefined || type === "CURRENCIES");
  const point = named ? Number(amount[1]) : usualPoint(type, symbol);
  const pence = currency === "GBX" && (named ? amount[2] === "GBP" : type === "SHARES") ? 100 : 1;
  const exponent = Math.log10(scalingFactor * point * pence);
  const whole = Math.round(exponent);
  return Math.abs(exponent - whole) < 1e-9 ? whole : undefined;
}

function usualPoint(type: string, symbol: string): number {
  if (type === "CURRENCIES") return symbol.endsWith("JPY") ? 0.01 : 0.0001;
  return type === "SHARES" ? 0.01 : 1;
}

const DECIMAL = /^-?\d+(?:\.\d+)?$/;
const EXPONENTIAL = /^(-?\d+(?:\.\d+)?)[eE]([+-]?\d+)$/;

/**
 * Reads a level and moves its decimal point, exactly.
 *
 * @returns `undefined` where the text is no number.
 * @example scaled("10850.3", -4) // 1.08503
 */
export function scaled(text: string, exponent: number): number | undefined {
  if (DECIMAL.test(text)) return exponent === 0 ? Number(text) : Number(`${text}e${exponent}`);
  const parts = EXPONENTIAL.exec(text);
  return parts === null ? undefined : Number(`${parts[1]}e${Number(parts[2]) + exponent}`);
}
