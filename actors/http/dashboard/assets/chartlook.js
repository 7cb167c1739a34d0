/**
 * How the chart looks: its options from the palette and the zone.
 *
 * @module
 */
import { amountOf, secondsOf } from "./bars.js";
import { fullTime, markText } from "./timescale.js";

/**
 * @typedef {import("./bars.js").Bar} Bar
 * @typedef {import("./palette.js").Palette} Palette
 * @typedef {import("lightweight-charts").UTCTimestamp} UTCTimestamp
 * @typedef {import("lightweight-charts").IChartApiBase<UTCTimestamp>} Chart
 */

/**
 * @template {import("lightweight-charts").SeriesType} Type
 * @typedef {import("lightweight-charts").ISeriesApi<Type, UTCTimestamp>} Series
 */

/** A series of volumes beside another on the same pane. */
export const VOLUME_OPTIONS = /** @type {const} */ ({
  priceFormat: { type: "volume" },
  lastValueVisible: false,
  priceLineVisible: false,
});

/**
 * An instant as the library takes it.
 *
 * @param {string} time
 */
export function stampOf(time) {
  return /** @type {UTCTimestamp} */ (secondsOf(time));
}

/**
 * The chart's options.
 *
 * @param {Palette} palette
 * @param {string} zone an IANA name.
 */
export function lookOf({ ground, text, line }, zone) {
  return {
    layout: {
      background: { type: /** @type {any} */ ("solid"), color: ground },
      textColor: text,
      fontFamily: "inherit",
      fontSize: 11,
      // Its logo comes with a style element, which the page's policy forbids: the page has the link.
      attributionLogo: false,
      panes: { separatorColor: line, separatorHoverColor: line },
    },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    crosshair: { mode: 0 },
    // A finger that goes up or down scrolls the page, as everywhere on it.
    handleScroll: { vertTouchDrag: false },
    localization: {
      timeFormatter: (/** @type {UTCTimestamp} */ time) => fullTime(zone, time),
    },
    timeScale: {
      borderVisible: false,
      secondsVisible: false,
      minBarSpacing: 0.5,
      tickMarkFormatter: (
        /** @type {UTCTimestamp} */ time,
        /** @type {number} */ kind,
      ) => markText(zone, time, kind),
    },
  };
}

/**
 * The candles' options: one that rose is hollow, and so told from one that fell without colour.
 *
 * @param {Palette} palette
 */
export function candleLookOf({ up, down, ground }) {
  return {
    upColor: ground,
    borderUpColor: up,
    wickUpColor: up,
    downColor: down,
    borderDownColor: down,
    wickDownColor: down,
  };
}

/** @param {Bar} bar */
export function candleOf({ start, open, high, low, close }) {
  return { time: stampOf(start), open, high, low, close };
}

/**
 * @param {Bar} bar
 * @param {Palette} palette
 */
export function volumeOf(bar, { upVolume, downVolume }) {
  const color = bar.close >= bar.open ? upVolume : downVolume;
  return { time: stampOf(bar.start), value: amountOf(bar), color };
}
