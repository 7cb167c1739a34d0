/**
 * Times on their way to the server and back. A session has `TimeZone = UTC` and `DateStyle = ISO`,
 * so what it tells is `2014-05-01 00:00:01.787123+00`, and no digit is lost.
 *
 * @module
 */
import { formatTime, type Micros, parseTime } from "../../domain/time.ts";

/** Where the seconds begin. */
const SECONDS = 17;
const ZERO = "0".charCodeAt(0);
const DOT = ".".charCodeAt(0);

/**
 * Makes a reader of what a server tells of a `timestamptz`. Rows mostly lie in the same minute as the
 * one before, so that minute is remembered and only the seconds are worked out.
 *
 * @throws RangeError, by the reader, for a time that the vocabulary does not hold (`infinity`).
 */
export function timestampReader(): (text: string) => Micros {
  let minute = "";
  let start = 0;
  return (text) => {
    if (minute === "" || !text.startsWith(minute)) {
      const at = parseTime(`${text.slice(0, SECONDS - 1)}:00Z`.replace(" ", "T"));
      if (at === undefined) throw new RangeError(`Cannot read the time "${text}" of a row.`);
      minute = text.slice(0, SECONDS);
      start = at;
    }
    let micros = digits(text, SECONDS, 2) * 1_000_000;
    if (text.charCodeAt(SECONDS + 2) === DOT) {
      let unit = 100_000;
      for (let at = SECONDS + 3; unit >= 1; at++) {
        const digit = text.charCodeAt(at) - ZERO;
        if (!(digit >= 0 && digit <= 9)) break;
        micros += digit * unit;
        unit /= 10;
      }
    }
    return start + micros;
  };
}

function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) value = value * 10 + text.charCodeAt(i) - ZERO;
  return value;
}

/**
 * A time as the server reads it exactly, infinities too.
 *
 * @throws RangeError for what is no time.
 */
export function timestamp(time: Micros): string {
  if (time === Infinity) return "infinity";
  return time === -Infinity ? "-infinity" : formatTime(time);
}

/** SQL that makes a `timestamptz` of microseconds, exactly: an interval times a double below 2^53. */
export function fromMicros(expression: string): string {
  return `timestamptz 'epoch' + ${expression} * interval '1 microsecond'`;
}
