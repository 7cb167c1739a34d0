/**
 * Pace: when to write next, so that whatever was received is kept within an interval of it, at the
 * least cost. A write takes time itself, so it is begun that much earlier.
 *
 * All times are in one unit, such as milliseconds, by one monotonic clock.
 *
 * @module
 */

/** What earlier writes took: a smoothed mean, and a smoothed deviation from it. */
export interface Experience {
  readonly mean: number;
  readonly deviation: number;
}

/** How fast mean and deviation follow what was last (RFC 6298, 2.3: alpha and beta). */
const ALPHA = 1 / 8;
const BETA = 1 / 4;
/** How many deviations above the mean a write is expected to take at most (RFC 6298: K). */
const DEVIATIONS = 4;

/** Two writes begin at least this part of the interval apart, however slow they are. */
const FLOOR = 1 / 4;
/** For timers that come late and what is busy on the way: this part of the interval. */
const SLACK = 1 / 5;

/** Takes in how long a write took. */
export function experienced(before: Experience | null, took: number): Experience {
  if (before === null) return { mean: took, deviation: took / 2 };
  const { mean, deviation } = before;
  return {
    mean: mean + ALPHA * (took - mean),
    deviation: deviation + BETA * (Math.abs(took - mean) - deviation),
  };
}

/** How long a write may be expected to take: as a retransmission's timeout of RFC 6298. */
export function expectedOf(experience: Experience | null): number {
  return experience === null ? 0 : experience.mean + DEVIATIONS * experience.deviation;
}

/** What the next write's time depends on. */
export interface Due {
  /** The longest that something may wait from its receipt until it is kept. */
  readonly every: number;
  /** When the last write began. */
  readonly last: number;
  /** When the oldest of what waits was received; `null` where nothing does. */
  readonly oldest: number | null;
  /** How long the next write may be expected to take. */
  readonly expected: number;
}

/**
 * When the next write is to begin: at the latest an interval after the last one; before the oldest of
 * what waits is too old to be kept in time, where that is no sooner than the floor allows.
 *
 * @example beginOf({ every: 250, last: 0, oldest: 10, expected: 20 }) // 190: 10 + 250 - 20 - 50
 */
export function beginOf({ every, last, oldest, expected }: Due): number {
  const inTime = oldest === null ? Infinity : oldest + every * (1 - SLACK) - expected;
  return Math.max(last + every * FLOOR, Math.min(last + every, inTime));
}
