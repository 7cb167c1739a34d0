/**
 * Candle intervals.
 *
 * @module
 */
import { DAY, HOUR, type Micros, MINUTE } from "./time.ts";

/** A candle interval. */
export interface Interval {
  /** Such as `1m`, `4h` or `1d`. */
  readonly name: string;
  /** Its length; for `1d` the longest a session can be. */
  readonly span: Micros;
  /** Whether it is a market's session rather than a slice of the UTC day. */
  readonly session: boolean;
}

/** The interval that all others are built from. */
export const BASE_INTERVAL: Interval = { name: "1m", span: MINUTE, session: false };

/**
 * Reads an interval: whole minutes or hours that divide the UTC day (they are aligned to the epoch),
 * or `1d`, the market's session.
 *
 * @returns the interval, or `undefined` where the text is none.
 */
export function parseInterval(text: string): Interval | undefined {
  if (text === "1d") return { name: text, span: DAY, session: true };
  const match = /^([1-9]\d{0,3})([mh])$/.exec(text);
  if (match === null) return undefined;
  const span = Number(match[1]) * (match[2] === "m" ? MINUTE : HOUR);
  return span < DAY && DAY % span === 0 ? { name: text, span, session: false } : undefined;
}
