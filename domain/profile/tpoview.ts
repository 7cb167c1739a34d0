/**
 * How a profile of time looks outside.
 *
 * @module
 */
import { formatTime, MINUTE } from "../time.ts";
import { priceAt } from "./bins.ts";
import { measureProfile } from "./measures.ts";
import { LETTERS, type PriceRange, TpoProfile, type TpoRecord } from "./tpo.ts";

/** A bracket that was traded in: it marks every price from its low to its high. */
export interface BracketView extends PriceRange {
  readonly letter: string;
  readonly start: string;
}

/** A profile of time as JSON. */
export interface TpoView {
  /** The length of a bracket, in minutes. */
  readonly minutes: number;
  /** The levels of the profile in which each bracket counts one at each price that it marks. */
  readonly poc: number;
  readonly vah: number;
  readonly val: number;
  /** How many marks there are. */
  readonly total: number;
  /** The range of the first two brackets; `null` where nothing was traded in them. */
  readonly initial: PriceRange | null;
  /** In the order of time. */
  readonly brackets: readonly BracketView[];
}

/** A profile of time as a record of JSON; `null` where it marks nothing. */
export function tpoView(record: TpoRecord): TpoView | null {
  const profile = TpoProfile.from(record);
  const measures = measureProfile(profile.bins());
  if (measures === null) return null;
  const { bracket, start, step } = record;
  const brackets = record.brackets.flatMap((range, at) =>
    range === null ? [] : [{
      letter: LETTERS[at]!,
      start: formatTime(start + at * bracket),
      low: priceAt(range[0], step),
      high: priceAt(range[1], step),
    }]
  );
  const { poc, total, vah, val } = measures;
  return {
    minutes: bracket / MINUTE,
    poc,
    vah,
    val,
    total,
    initial: profile.initialBalance(),
    brackets,
  };
}
