/**
 * What an indicator is made of: a candle's numbers.
 *
 * @module
 */
import type { Candle } from "../candle.ts";
import type { Micros } from "../time.ts";

/** A candle, closed or forming. */
export interface IndicatorInput {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  /** The volume-weighted mean price; `null` where it is not known or there is no volume. */
  readonly vwap: number | null;
  /** The start of the session the candle is in, which some indicators begin anew with. */
  readonly session: Micros | null;
}

/** A candle's numbers, and the start of its session. */
export function inputOf(candle: Candle, session: Micros | null): IndicatorInput {
  const { open, high, low, close, realVolume, vwap } = candle;
  return { open, high, low, close, volume: realVolume, vwap, session };
}

/** The prices of a candle that an indicator may follow. */
export const SOURCES = {
  open: ({ open }) => open,
  high: ({ high }) => high,
  low: ({ low }) => low,
  close: ({ close }) => close,
  median: ({ high, low }) => (high + low) / 2,
  typical: ({ high, low, close }) => (high + low + close) / 3,
} as const satisfies Record<string, (input: IndicatorInput) => number>;

/** The name of such a price: `median` is (high + low) / 2, `typical` (high + low + close) / 3. */
export type Source = keyof typeof SOURCES;

/** An indicator's values by name; every one finite. */
export type IndicatorValues = Readonly<Record<string, number>>;

/** What computes an indicator. */
export interface Core {
  /**
   * Takes a candle, after the last one or in its place.
   *
   * @returns the values; `null` where there are none.
   */
  update(input: IndicatorInput, replace: boolean): IndicatorValues | null;
}
