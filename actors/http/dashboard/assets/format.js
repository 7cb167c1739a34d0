/**
 * How values are written for people: prices, changes, volumes, ages and times. Pure, and used by the
 * daemon too, so that what it draws first and what the page writes later look the same.
 *
 * @module
 */

/** What stands where there is no value. */
export const NONE = "–";

/** A real minus sign, as wide as a plus. */
const MINUS = "\u2212";

/**
 * The places after the point that a price step needs.
 *
 * @param {number} step such as 0.01
 * @returns {number} from 0 to 10
 */
export function placesOf(step) {
  for (let places = 0; places < 10; places++) {
    const scaled = step * 10 ** places;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-9 * Math.max(1, scaled)) return places;
  }
  return 10;
}

/** @type {Map<number, Intl.NumberFormat>} */
const grouped = new Map();

/**
 * A number in groups of thousands.
 *
 * @param {number | null | undefined} value
 * @param {number} [places] after the point
 * @returns {string}
 * @example number(12345.678, 1) // "12,345.7"
 */
export function number(value, places = 0) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  let format = grouped.get(places);
  if (format === undefined) {
    format = new Intl.NumberFormat("en", {
      minimumFractionDigits: places,
      maximumFractionDigits: places,
    });
    grouped.set(places, format);
  }
  return format.format(value).replace("-", MINUS);
}

/**
 * A price to the places of the instrument's step, without its unit.
 *
 * @param {number | null | undefined} value
 * @param {{ readonly step: number }} instrument
 * @returns {string}
 */
export function price(value, { step }) {
  return number(value, placesOf(step));
}

/**
 * What an instrument's price is in: `p` for pence, `pts` for the points of an index, else the
 * currency's code; a rate of exchange has no unit.
 *
 * @param {{ readonly symbol: string, readonly market: string, readonly currency: string }} instrument
 * @returns {string}
 */
export function unitOf({ symbol, market, currency }) {
  if (symbol.startsWith("^")) return "pts";
  if (market === "FX") return "";
  return currency === "GBX" ? "p" : currency;
}

/**
 * A number with its sign.
 *
 * @param {number | null | undefined} value
 * @param {number} [places]
 * @returns {string}
 */
export function signed(value, places = 0) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const text = number(Math.abs(value), places);
  if (!/[1-9]/.test(text)) return text;
  return (value < 0 ? MINUS : "+") + text;
}

/**
 * A share as a percentage with its sign.
 *
 * @param {number | null | undefined} share such as 0.0123
 * @returns {string}
 */
export function percent(share) {
  if (share === null || share === undefined || !Number.isFinite(share)) return NONE;
  return `${signed(100 * share, 2)} %`;
}

/**
 * A share without a sign.
 *
 * @param {number | null | undefined} value such as 0.9987
 * @returns {string} such as `99.87 %`; only what is whole is told as 100 %
 */
export function share(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  if (value === 0 || value === 1) return `${100 * value} %`;
  const percents = Math.min(99.99, Math.max(0.01, 100 * value));
  return `${percents < 10 || percents > 99 ? percents.toFixed(2) : percents.toFixed(1)} %`;
}

/**
 * How long something takes, to three figures at most.
 *
 * @param {number | null | undefined} seconds below 0 where two clocks disagree
 * @returns {string} such as `0.4 ms`, `23 ms` or `1.2 s`
 */
export function latency(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NONE;
  const millis = 1_000 * Math.abs(seconds);
  const text = millis < 9.95
    ? `${Number(millis.toFixed(1))} ms`
    : millis < 999.5
    ? `${millis.toFixed(0)} ms`
    : `${(millis / 1_000).toFixed(millis < 9_950 ? 1 : 0)} s`;
  return (seconds < 0 && /[1-9]/.test(text) ? MINUS : "") + text;
}

/**
 * A large number in three figures: `1.23 M`.
 *
 * @param {number | null | undefined} value
 * @returns {string}
 */
export function compact(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : "";
  for (const [unit, name] of /** @type {const} */ ([[1e9, "G"], [1e6, "M"], [1e3, "k"]])) {
    // What rounds up to the unit is told in it.
    if (size < 0.9995 * unit) continue;
    const scaled = size / unit;
    return `${sign}${scaled.toFixed(scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0)} ${name}`;
  }
  return sign + (Number.isInteger(size) ? String(size) : size.toFixed(size < 10 ? 2 : 1));
}

/**
 * A span of time in its largest unit or two, rounded down: `4 s`, `12 min`, `3 h 20 min`, `2 d 4 h`.
 *
 * @param {number | null | undefined} seconds
 * @returns {string}
 */
export function span(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NONE;
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 100) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return two(hours, "h", minutes % 60, "min");
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

/**
 * @param {number} large
 * @param {string} unit
 * @param {number} small
 * @param {string} part
 */
function two(large, unit, small, part) {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${part}`;
}

/**
 * A number of things: `1 row`, `2 rows`.
 *
 * @param {number} many
 * @param {string} thing
 * @returns {string}
 */
export function count(many, thing) {
  return `${number(many)} ${thing}${many === 1 ? "" : "s"}`;
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const clocks = new Map();

/**
 * @param {string | undefined} zone
 * @param {Intl.DateTimeFormatOptions} options
 */
function clockOf(zone, options) {
  const key = `${zone} ${JSON.stringify(options)}`;
  let format = clocks.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", { ...options, ...(zone ? { timeZone: zone } : {}) });
    clocks.set(key, format);
  }
  return format;
}

const TIME = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DATE = /** @type {const} */ ({ year: "numeric", month: "2-digit", day: "2-digit" });

/**
 * The time of day, with seconds.
 *
 * @param {string | number | Date} instant
 * @param {string} [zone] an IANA name; the machine's own without it
 * @returns {string} such as `09:30:05`
 */
export function clock(instant, zone) {
  return clockOf(zone, TIME).format(new Date(instant));
}

/**
 * The time of day to the minute.
 *
 * @param {string | number | Date} instant
 * @param {string} [zone]
 * @returns {string} such as `09:30`
 */
export function minute(instant, zone) {
  return clock(instant, zone).slice(0, 5);
}

/**
 * The day.
 *
 * @param {string | number | Date} instant
 * @param {string} [zone]
 * @returns {string} such as `2026-03-02`
 */
export function day(instant, zone) {
  const parts = new Map(
    clockOf(zone, DATE).formatToParts(new Date(instant)).map(({ type, value }) => [type, value]),
  );
  return `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`;
}

/**
 * A time near another: without the day where that is the same.
 *
 * @param {string | number | Date} instant
 * @param {string} [zone]
 * @param {string | number | Date} [now]
 * @returns {string} such as `09:30:05`, or `2026-03-02 09:30:05`
 */
export function moment(instant, zone, now = Date.now()) {
  const date = day(instant, zone);
  const time = clock(instant, zone);
  return date === day(now, zone) ? time : `${date} ${time}`;
}

/**
 * A zone's short name at an instant: `EST`, `BST`, `UTC`, or its offset.
 *
 * @param {string | number | Date} instant
 * @param {string} [zone]
 * @returns {string}
 */
export function zoneName(instant, zone) {
  const parts = clockOf(zone, { timeZoneName: "short" }).formatToParts(new Date(instant));
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? zone ?? "";
}
