/**
 * Bins of price: what a profile of volume and one of time have in common.
 *
 * A price is a whole number of the instrument's steps; half a step counts up. A bin holds `width`
 * steps, and bin `i` the steps from `i * width` on, so that bins of two profiles of one instrument
 * lie alike and a bin of double width holds exactly two. A range of more bins than allowed doubles
 * the width until it fits: the width follows from the lowest and the highest price alone, whatever
 * the order in which they came.
 *
 * @module
 */

import { MarketdError } from "../errors.ts";

/** Consecutive bins, lowest price first. */
export interface Bins {
  /** The instrument's price step. */
  readonly step: number;
  /** Steps in a bin. */
  readonly width: number;
  /** The number of the first bin: it begins at `first * width * step`. */
  readonly first: number;
  /** What each bin holds; neither the first nor the last is empty. */
  readonly values: ArrayLike<number>;
}

/** How prices fall into bins. */
export interface BinOptions {
  /** The instrument's price step, above 0. */
  readonly step: number;
  /** Steps in a bin before any widening; 1 unless said. */
  readonly binSteps?: number | undefined;
  /** Bins at most, at least 2; {@link MAX_BINS} unless said. */
  readonly maxBins?: number | undefined;
}

/** Bins at most unless said: a profile takes at most 32 KB. */
export const MAX_BINS = 2_048;

/** Half a step, and a little for what a product of doubles may fall short of it. */
export const HALF = 0.5 + 1e-6;

/**
 * The price of a number of steps, without what doubles add to a product.
 *
 * @example priceAt(138727, 0.00001) // 1.38727
 */
export function priceAt(steps: number, step: number): number {
  return Number((steps * step).toPrecision(12));
}

/** The lowest step of a bin. */
export function lowestPrice({ first, width, step }: Bins, index: number): number {
  return priceAt((first + index) * width, step);
}

/** The highest step of a bin. */
export function highestPrice({ first, width, step }: Bins, index: number): number {
  return priceAt((first + index) * width + width - 1, step);
}

/** The middle of a bin: the price itself where a bin is one step. */
export function middlePrice({ first, width, step }: Bins, index: number): number {
  return priceAt((first + index) * width + (width - 1) / 2, step);
}

/**
 * Bins as many times as wide. Those that the first and the last of these begin and end in hold what
 * falls into them.
 *
 * @param factor a whole number of at least 1.
 */
export function widened({ first, step, values, width }: Bins, factor: number): Bins {
  const start = Math.floor(first / factor);
  if (values.length === 0) return { step, width: width * factor, first: start, values };
  const end = Math.floor((first + values.length - 1) / factor);
  const wider = new Float64Array(end - start + 1);
  for (let at = 0; at < values.length; at++) {
    wider[Math.floor((first + at) / factor) - start]! += values[at]!;
  }
  return { step, width: width * factor, first: start, values: wider };
}

/** The options with everything settled. */
export type SettledBins = { readonly [K in keyof BinOptions]-?: number };

/** @throws RangeError where a number is out of its range. */
export function settleBins({ step, binSteps = 1, maxBins = MAX_BINS }: BinOptions): SettledBins {
  const wrong = !(step > 0 && step < Infinity)
    ? `the step must be above 0 (was ${step})`
    : !Number.isSafeInteger(binSteps) || binSteps < 1
    ? `a bin must hold at least one whole step (was ${binSteps})`
    : !Number.isSafeInteger(maxBins) || maxBins < 2
    ? `it must be allowed at least 2 bins (was ${maxBins})`
    : undefined;
  if (wrong !== undefined) throw new RangeError(`Cannot make a profile: ${wrong}.`);
  return { step, binSteps, maxBins };
}

/**
 * Holds that two profiles were built alike, so that they merge.
 *
 * @throws MarketdError `profile-mismatch`, terminal, naming what differs.
 */
export function mustBeAlike<T>(one: T, other: T, keys: readonly (keyof T & string)[]): void {
  const key = keys.find((name) => one[name] !== other[name]);
  if (key === undefined) return;
  throw new MarketdError(
    "profile-mismatch",
    `Cannot merge two profiles: their ${key} differs (${one[key]} and ${other[key]}); build both ` +
      "with the same one.",
    { terminal: true },
  );
}
