/**
 * Signals on the chart: an arrow with a letter, below the bar for a buy and above it for a sell.
 *
 * @module
 */
import { createSeriesMarkers } from "./chartlibrary.js";
import { stampOf } from "./chartlook.js";

/**
 * @typedef {import("./bars.js").Bar} Bar
 * @typedef {import("./signals.js").Signal} Signal
 */

/** How a side is drawn. */
const SIDES = /** @type {const} */ ({
  buy: { position: "belowBar", shape: "arrowUp", text: "B" },
  sell: { position: "aboveBar", shape: "arrowDown", text: "S" },
});

/**
 * The place of the last bar that starts before an instant; -1: of none.
 *
 * @param {readonly Bar[]} bars the oldest first.
 * @param {string} time
 */
export function placeBefore(bars, time) {
  const at = Date.parse(time);
  return bars.findLastIndex(({ start }) => Date.parse(start) < at);
}

/** The signals on a chart. */
export class SignalMarks {
  #markers;
  /** @type {readonly Signal[]} */
  #signals = [];

  /** @param {import("./chartlook.js").Series<"Candlestick">} candles */
  constructor(candles) {
    this.#markers = createSeriesMarkers(candles, []);
  }

  /** @param {readonly Signal[]} signals in any order: they are drawn with the next bars. */
  set signals(signals) {
    this.#signals = signals;
  }

  /**
   * Draws each at the last bar that it knew of.
   *
   * @param {readonly Bar[]} bars
   * @param {import("./palette.js").Palette} palette
   */
  draw(bars, { up, down }) {
    const markers = this.#signals.flatMap(({ id, side, time }) => {
      const bar = bars[placeBefore(bars, time)];
      if (bar === undefined) return [];
      return [{
        id,
        time: stampOf(bar.start),
        color: side === "buy" ? up : down,
        ...SIDES[side],
      }];
    });
    this.#markers.setMarkers(
      markers.sort((one, other) => one.time - other.time),
    );
  }
}
