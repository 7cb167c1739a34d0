/**
 * The text of times in bulk. Rows of a file and events of a stream mostly lie in the same minute as
 * the one before, so that minute's text is remembered and only the seconds are worked out.
 *
 * @module
 */
import { formatTime, type Micros, MINUTE, parseTime, SECOND } from "./time.ts";

/** Where the seconds begin in `YYYY-MM-DDTHH:MM:SS.mmmZ`. */
const SECONDS = 17;
/** Where the digits of a fraction begin. */
const FRACTION = 20;
const ZERO = "0".charCodeAt(0);
const DOT = ".".charCodeAt(0);
const ZULU = "Z".charCodeAt(0);

/** What a fraction of so many digits is multiplied by to be microseconds. */
const SCALE = [0, 100_000, 10_000, 1_000, 100, 10, 1];

const TWO_DIGITS = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, "0"));
const THREE_DIGITS = Array.from({ length: 1_000 }, (_, n) => String(n).padStart(3, "0"));

/**
 * Makes a reader that gives exactly what {@link parseTime} gives, many times faster where the texts
 * have a fraction of a second, end in `Z`, and come in the order of time.
 */
export function timeReader(): (text: string) => Micros | undefined {
  let minute = "";
  let start = 0;

  function remember(text: string): boolean {
    const candidate = text.slice(0, SECONDS);
    const at = parseTime(`${candidate}00Z`);
    if (at === undefined) return false;
    minute = candidate;
    start = at;
    return true;
  }

  return (text) => {
    const last = text.length - 1;
    const digits = last - FRACTION;
    if (!(digits >= 1 && digits <= 9) || text.charCodeAt(last) !== ZULU) return parseTime(text);
    if (minute === "" || !text.startsWith(minute)) {
      if (!remember(text)) return parseTime(text);
    }
    const tens = text.charCodeAt(SECONDS) - ZERO;
    const ones = text.charCodeAt(SECONDS + 1) - ZERO;
    if (!(tens >= 0 && tens < 6 && isDigit(ones)) || text.charCodeAt(FRACTION - 1) !== DOT) {
      return parseTime(text);
    }
    let fraction = 0;
    for (let i = FRACTION; i < last; i++) {
      const digit = text.charCodeAt(i) - ZERO;
      if (!isDigit(digit)) return parseTime(text);
      // Digits past the microsecond are cut.
      if (i < FRACTION + 6) fraction = fraction * 10 + digit;
    }
    return start + (tens * 10 + ones) * SECOND + fraction * SCALE[Math.min(digits, 6)]!;
  };
}

function isDigit(value: number): boolean {
  return value >= 0 && value <= 9;
}

/**
 * Makes a writer that gives exactly what {@link formatTime} gives, many times faster where the times
 * come in order.
 */
export function timeWriter(): (time: Micros) => string {
  let start = Number.NaN;
  let minute = "";
  return (time) => {
    let rest = time - start;
    if (!(rest >= 0 && rest < MINUTE)) {
      const at = Math.floor(time / MINUTE) * MINUTE;
      minute = formatTime(at).slice(0, SECONDS);
      start = at;
      rest = time - at;
    }
    const seconds = Math.floor(rest / SECOND);
    const micros = rest - seconds * SECOND;
    const millis = Math.floor(micros / 1_000);
    const fine = micros - millis * 1_000;
    const text = `${minute}${TWO_DIGITS[seconds]}.${THREE_DIGITS[millis]}`;
    return fine === 0 ? `${text}Z` : `${text}${THREE_DIGITS[fine]}Z`;
  };
}
