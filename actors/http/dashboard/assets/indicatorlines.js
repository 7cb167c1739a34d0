/**
 * The lines of the indicators that were chosen: over the candles where their values are prices, else
 * in a pane of their own.
 *
 * @module
 */
import { HistogramSeries, LineSeries, LineStyle } from "./chartlibrary.js";
import { secondsOf } from "./bars.js";
import { number } from "./format.js";
import { labelOf } from "./indicators.js";

/**
 * @typedef {import("./indicators.js").Indicator} Indicator
 * @typedef {import("lightweight-charts").UTCTimestamp} UTCTimestamp
 * @typedef {import("lightweight-charts").IChartApiBase<UTCTimestamp>} Chart
 * @typedef {import("lightweight-charts").ISeriesApi<"Line" | "Histogram", UTCTimestamp>} Line
 */

/**
 * The values of one indicator at one bar; `null` before it is warm.
 *
 * @typedef {{ readonly start: string, readonly values: Readonly<Record<string, number>> | null }} Reading
 */

/** The height of a pane of its own, in the parts that the candles' pane has five of. */
const STRETCH = 1.2;

/** How values on a scale of their own are written: they may be of any size. */
const OWN_FORMAT = /** @type {const} */ ({
  type: "custom",
  formatter: figure,
  minMove: 1e-8,
});

/**
 * A value in four figures.
 *
 * @param {number} value
 */
export function figure(value) {
  return number(value, Math.max(0, Math.min(8, 3 - Math.floor(Math.log10(Math.abs(value) || 1)))));
}

/** What says a direction rather than a level is not drawn. */
const UNDRAWN = new Set(["trend"]);

/** The indicators' lines on one chart. */
export class IndicatorLines {
  #chart;
  #candles;
  /** @type {readonly string[]} */
  #colors;
  /** @type {Map<string, { spec: Indicator, lines: Map<string, Line>, readings: Map<number, Reading> }>} */
  #shown = new Map();

  /**
   * @param {Chart} chart
   * @param {readonly string[]} colors
   * @param {import("lightweight-charts").PriceFormat} priceFormat of those over the candles.
   */
  constructor(chart, colors, priceFormat) {
    this.#chart = chart;
    this.#colors = colors;
    this.#candles = priceFormat;
  }

  /** @param {readonly string[]} colors */
  set colors(colors) {
    this.#colors = colors;
    this.#paint();
  }

  /**
   * Shows these, and no others.
   *
   * @param {readonly { readonly text: string, readonly spec: Indicator }[]} chosen
   */
  choose(chosen) {
    for (const [text, { lines }] of this.#shown) {
      if (chosen.some((one) => one.text === text)) continue;
      for (const line of lines.values()) this.#chart.removeSeries(line);
      this.#shown.delete(text);
    }
    // In the order in which they were chosen, for that gives them their colours.
    const before = this.#shown;
    this.#shown = new Map(
      chosen.map(({ text, spec }) => [text, before.get(text) ?? this.#add(text, spec)]),
    );
    this.#paint();
  }

  /**
   * @param {string} text
   * @param {Indicator} spec
   */
  #add(text, spec) {
    const pane = spec.overlay ? 0 : this.#chart.panes().length;
    /** @type {Map<string, Line>} */
    const lines = new Map();
    for (const output of spec.outputs) {
      if (UNDRAWN.has(output)) continue;
      const options = {
        priceLineVisible: false,
        lastValueVisible: !spec.overlay && lines.size === 0,
        title: spec.overlay || lines.size > 0 ? "" : labelOf(text),
        priceFormat: spec.overlay ? this.#candles : OWN_FORMAT,
      };
      const kind = output === "histogram" ? HistogramSeries : LineSeries;
      lines.set(output, this.#chart.addSeries(kind, options, pane));
    }
    if (!spec.overlay) this.#chart.panes()[pane]?.setStretchFactor(STRETCH);
    return { spec, lines, readings: new Map() };
  }

  #paint() {
    [...this.#shown.values()].forEach(({ lines }, at) => {
      const color = this.#colors[at % this.#colors.length] ?? "";
      [...lines].forEach(([output, line], place) => {
        const isEdge = output === "lower" || output === "upper" || place > 0;
        line.applyOptions(
          line.seriesType() === "Histogram" ? { color } : {
            color,
            lineWidth: isEdge ? 1 : 2,
            lineStyle: isEdge ? LineStyle.Dashed : LineStyle.Solid,
          },
        );
      });
    });
  }

  /**
   * Shows an indicator's readings in place of those that were there.
   *
   * @param {string} text
   * @param {readonly Reading[]} readings the oldest first, none of a bar that is not shown.
   */
  show(text, readings) {
    const shown = this.#shown.get(text);
    if (shown === undefined) return;
    shown.readings = new Map(readings.map((reading) => [secondsOf(reading.start), reading]));
    for (const [output, line] of shown.lines) {
      line.setData(readings.map((reading) => pointOf(reading, output)));
    }
  }

  /**
   * Shows an indicator's newest readings.
   *
   * @param {string} text
   * @param {readonly Reading[]} readings the oldest first, none of a bar that is not shown.
   */
  update(text, readings) {
    const shown = this.#shown.get(text);
    if (shown === undefined) return;
    for (const reading of readings) {
      shown.readings.set(secondsOf(reading.start), reading);
      for (const [output, line] of shown.lines) line.update(pointOf(reading, output), true);
    }
  }

  /** Forgets all readings. */
  clear() {
    for (const text of this.#shown.keys()) this.show(text, []);
  }

  /**
   * What the indicators say of a bar.
   *
   * @param {number} seconds of its start.
   * @returns {{ text: string, overlay: boolean, values: Reading["values"] }[]}
   */
  at(seconds) {
    return [...this.#shown].map(([text, { readings, spec }]) => ({
      text,
      overlay: spec.overlay,
      values: readings.get(seconds)?.values ?? null,
    }));
  }
}

/**
 * @param {Reading} reading
 * @param {string} output
 */
function pointOf({ start, values }, output) {
  const time = /** @type {UTCTimestamp} */ (secondsOf(start));
  const value = values?.[output];
  return value === undefined ? { time } : { time, value };
}
