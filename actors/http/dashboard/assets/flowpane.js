/**
 * The order flow below the candles: each bar's delta, and their sum since the session's start (CVD).
 *
 * @module
 */
import { HistogramSeries, LineSeries } from "./chartlibrary.js";
import { stampOf, VOLUME_OPTIONS } from "./chartlook.js";

/**
 * A bar of order flow.
 *
 * @typedef {object} Flow
 * @property {string} interval
 * @property {string} start
 * @property {number} delta
 * @property {number} cumulative
 */

/** The pane below the candles', and its height in the parts that those have five of. */
const PANE = 1;
const STRETCH = 1.2;

/** The order flow on a chart. */
export class FlowPane {
  #palette;
  #line;
  #delta;
  /** @type {Map<string, Flow>} By the bar's start, in order. */
  #flows = new Map();

  /**
   * @param {import("./chartlook.js").Chart} chart
   * @param {import("./palette.js").Palette} palette
   */
  constructor(chart, palette) {
    this.#palette = palette;
    const options = { priceScaleId: "delta", ...VOLUME_OPTIONS };
    this.#delta = chart.addSeries(HistogramSeries, options, PANE);
    this.#delta.priceScale().applyOptions({
      scaleMargins: { top: 0.1, bottom: 0.1 },
    });
    this.#line = chart.addSeries(LineSeries, {
      color: palette.delta,
      lineWidth: 2,
      priceFormat: { type: "volume" },
      priceLineVisible: false,
      title: "CVD",
    }, PANE);
    chart.panes()[PANE]?.setStretchFactor(STRETCH);
  }

  /** @param {import("./palette.js").Palette} palette */
  set palette(palette) {
    this.#palette = palette;
    this.#line.applyOptions({ color: palette.delta });
    this.show([...this.#flows.values()]);
  }

  /** @param {readonly Flow[]} flows the oldest first, none of a bar that is not shown. */
  show(flows) {
    this.#flows = new Map(flows.map((flow) => [flow.start, flow]));
    this.#line.setData(flows.map(cumulativeOf));
    this.#delta.setData(flows.map((flow) => this.#deltaOf(flow)));
  }

  /** @param {Flow} flow of a bar that is shown. */
  update(flow) {
    this.#flows.set(flow.start, flow);
    this.#line.update(cumulativeOf(flow), true);
    this.#delta.update(this.#deltaOf(flow), true);
  }

  /** @param {Flow} flow */
  #deltaOf({ start, delta }) {
    const { upVolume, downVolume } = this.#palette;
    return {
      time: stampOf(start),
      value: delta,
      color: delta >= 0 ? upVolume : downVolume,
    };
  }
}

/** @param {Flow} flow */
function cumulativeOf({ start, cumulative }) {
  return { time: stampOf(start), value: cumulative };
}
