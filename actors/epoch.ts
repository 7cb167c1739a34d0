/**
 * The stream's epochs: one per run, so that ids of different runs are never mistaken for each other.
 *
 * @module
 */

/** Digits enough for any millisecond until the year 5188. */
const WIDTH = 9;

/**
 * The epoch of a run that starts at `now` (milliseconds): sorts as text after `last`, even where the
 * clock was set back in between.
 */
export function nextEpoch(now: number, last: string | null): string {
  const floor = last === null ? 0 : parseInt(last, 36) + 1;
  return Math.max(now, floor).toString(36).padStart(WIDTH, "0");
}
