/**
 * Time as marketd keeps it: whole microseconds since 1970-01-01T00:00:00Z. A double holds them
 * exactly until the year 2255.
 *
 * @module
 */

/** A UTC instant, or a span, in whole microseconds. */
export type Micros = number;

/** One millisecond in microseconds. */
export const MILLISECOND: Micros = 1_000;
/** One second in microseconds. */
export const SECOND: Micros = 1_000_000;
/** One minute in microseconds. */
export const MINUTE: Micros = 60 * SECOND;
/** One hour in microseconds. */
export const HOUR: Micros = 60 * MINUTE;
/** One day of 24 hours in microseconds. */
export const DAY: Micros = 24 * HOUR;

const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)?)?$/;

/**
 * Reads an RFC 3339 time; a bare date is midnight UTC, and a missing offset is UTC. Digits past the
 * microsecond are cut.
 *
 * @param text such as `2014-05-01T00:00:01.787Z` or `2014-05-01`.
 * @returns the instant, or `undefined` where the text is not a real time.
 * @example parseTime("1970-01-01T00:00:01.5Z") // 1_500_000
 */
export function parseTime(text: string): Micros | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", offset = "Z"] =
    match;
  const millis = Date.UTC(+year!, +month! - 1, +day!, +hour, +minute, +second);
  const date = new Date(millis);
  // The year too: `Date.UTC` takes 0 to 99 for 1900 to 1999.
  const real = date.getUTCFullYear() === +year! && date.getUTCMonth() === +month! - 1 &&
    date.getUTCDate() === +day! && +hour < 24 && +minute < 60 && +second < 60;
  if (!real) return undefined;
  return millis * MILLISECOND + Number(fraction.slice(0, 6).padEnd(6, "0")) - offsetOf(offset);
}

function offsetOf(text: string): Micros {
  if (text === "Z" || text === "z") return 0;
  const sign = text[0] === "-" ? -1 : 1;
  return sign * (Number(text.slice(1, 3)) * HOUR + Number(text.slice(4, 6)) * MINUTE);
}

/**
 * Writes an instant as RFC 3339 in UTC with a `Z`: three digits of a second, or six where the
 * instant is finer than a millisecond.
 *
 * @throws RangeError where the instant is outside what a `Date` can hold.
 * @example formatTime(1_500_000) // "1970-01-01T00:00:01.500Z"
 */
export function formatTime(time: Micros): string {
  const millis = Math.floor(time / MILLISECOND);
  const rest = time - millis * MILLISECOND;
  const text = new Date(millis).toISOString();
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, "0")}Z`;
}

const DURATION = /^(\d+(?:\.\d+)?)(us|ms|s|m|h|d)$/;
const UNITS: Readonly<Record<string, Micros>> = {
  us: 1,
  ms: MILLISECOND,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
  d: DAY,
};

/**
 * Reads a span such as `250ms`, `2s`, `15m`, `1h` or `30d`.
 *
 * @returns the span, or `undefined` where the text is none.
 */
export function parseDuration(text: string): Micros | undefined {
  const match = DURATION.exec(text);
  return match === null ? undefined : Math.round(Number(match[1]) * UNITS[match[2]!]!);
}

/** Writes a span in the largest unit that holds it whole: `formatDuration(90 * SECOND) // "90s"`. */
export function formatDuration(span: Micros): string {
  for (const unit of ["d", "h", "m", "s", "ms"]) {
    const size = UNITS[unit]!;
    if (span !== 0 && span % size === 0) return `${span / size}${unit}`;
  }
  return `${span}us`;
}
