/**
 * The chart's time axis in a zone of the reader's choice: days begin where they begin there.
 *
 * @module
 */
import { defaultHorzScaleBehavior } from "./chartlibrary.js";

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @param {string} zone
 * @param {Intl.DateTimeFormatOptions} options
 */
function formatOf(zone, options) {
  const key = `${zone} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options });
    formats.set(key, format);
  }
  return format;
}

const PARTS = /** @type {const} */ ({
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** No zone changes its clock twice in a quarter of an hour: one look-up holds for it. */
const QUARTER = 900;
/** @type {Map<string, number>} */
const offsets = new Map();

/**
 * By how many seconds a zone's clock is ahead of UTC at an instant.
 *
 * @param {string} zone an IANA name.
 * @param {number} seconds since 1970.
 * @returns {number}
 * @example offsetOf("Europe/London", Date.UTC(2026, 6, 1) / 1_000) // 3600
 */
export function offsetOf(zone, seconds) {
  const quarter = Math.floor(seconds / QUARTER);
  const key = `${zone} ${quarter}`;
  let offset = offsets.get(key);
  if (offset === undefined) {
    const at = quarter * QUARTER;
    const parts = formatOf(zone, PARTS).formatToParts(at * 1_000);
    const said = (/** @type {string} */ name) =>
      Number(parts.find(({ type }) => type === name)?.value);
    const local = Date.UTC(
      said("year"),
      said("month") - 1,
      said("day"),
      said("hour"),
      said("minute"),
      said("second"),
    );
    offset = local / 1_000 - at;
    offsets.set(key, offset);
  }
  return offset;
}

/**
 * An instant in a zone.
 *
 * @param {string} zone
 * @param {number} seconds since 1970.
 * @returns {string} such as `20 Nov 2026, 14:31`
 */
export function fullTime(zone, seconds) {
  return formatOf(zone, {
    day: "2-digit",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  }).format(seconds * 1_000);
}

const MINUTE = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit" });

/** What a mark on the axis is the beginning of, as the library numbers them. */
const MARKS = /** @type {const} */ ([
  { year: "numeric" },
  { month: "short", year: "numeric" },
  { day: "2-digit", month: "short" },
  MINUTE,
  { ...MINUTE, second: "2-digit" },
]);

/**
 * The text of a mark on the axis.
 *
 * @param {string} zone
 * @param {number} seconds
 * @param {number} kind as the library numbers them: 0 is a year's beginning.
 */
export function markText(zone, seconds, kind) {
  return formatOf(zone, MARKS[kind] ?? MINUTE).format(seconds * 1_000);
}

/**
 * @typedef {import("lightweight-charts").UTCTimestamp} UTCTimestamp
 * @typedef {import("lightweight-charts").TimeScalePoint} TimeScalePoint
 */

/** The library's own scale of times. */
const TimeScale =
  /** @type {new () => import("lightweight-charts").IHorzScaleBehavior<UTCTimestamp>} */ (
    /** @type {unknown} */ (defaultHorzScaleBehavior())
  );

/** How the library places bars, with the days, months and years of a zone. */
export class ZonedTimeScale extends TimeScale {
  /** An IANA name; the marks of bars that are there move when these are set again. */
  zone = "UTC";

  /**
   * Weighs the marks: the beginning of a day more than that of an hour, and so on.
   *
   * @override
   * @param {readonly TimeScalePoint[]} points
   * @param {number} startIndex
   */
  fillWeightsForPoints(points, startIndex) {
    // Each is weighed against the one before it.
    const first = Math.max(0, startIndex - 1);
    const shifted = points.slice(first).map((point) => {
      const seconds = /** @type {UTCTimestamp} */ (point.originalTime);
      const local = /** @type {UTCTimestamp} */ (seconds + offsetOf(this.zone, seconds));
      return { ...point, time: this.convertHorzItemToInternal(local) };
    });
    super.fillWeightsForPoints(/** @type {any} */ (shifted), startIndex - first);
    shifted.forEach(({ timeWeight }, at) => {
      const point = points[first + at];
      if (point !== undefined && first + at >= startIndex) Object.assign(point, { timeWeight });
    });
  }
}
