/**
 * Candle intervals.
 *
 * @module
 */
import { DAY, HOUR, type Micros, MINUTE } from "./time.ts";

/** A candle interval. */
export interface Interval {
  /** Such as `1m`, `4h` or `1d`; whole hours are always named as hours. */
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
 * @example parseInterval("60m")?.name // "1h"
 */
export function parseInterval(text: string): Interval | undefined {
  if (text === "1d") return { name: text, span: DAY, session: true };
  const match = /^([1-9]\d{0,3})([mh])$/.exec(text);
  if (match === null) return undefined;
  const span = Number(match[1]) * (match[2] === "m" ? MINUTE : HOUR);
  if (span >= DAY || DAY % span !== 0) return undefined;
  const name = span % HOUR === 0 ? `${span / HOUR}h` : text;
  return { name, span, session: false };
}

/** An interval's one name; a text that is no interval stays as it is. */
export function intervalName(text: string): string {
  return parseInterval(text)?.name ?? text;
}
