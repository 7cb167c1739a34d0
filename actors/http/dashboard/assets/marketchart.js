/**
 * The chart of an instrument: candles with volume, the profile beside them, and below them the
 * cumulative delta and whatever indicators have a scale of their own.
 *
 * @module
 */
import { CandlestickSeries, createChartEx, HistogramSeries } from "./chartlibrary.js";
import { candleLookOf, candleOf, lookOf, stampOf, VOLUME_OPTIONS, volumeOf } from "./chartlook.js";
import { ChartView } from "./chartview.js";
import { FlowPane } from "./flowpane.js";
import { placesOf } from "./format.js";
import { IndicatorLines } from "./indicatorlines.js";
import { columnWidth, ProfileColumn } from "./profilecolumn.js";
import { placeBefore, SignalMarks } from "./signalmarks.js";
import { ZonedTimeScale } from "./timescale.js";
import { TrustMarks } from "./trustmarks.js";

/**
 * @typedef {import("./bars.js").Bar} Bar
 * @typedef {import("./flowpane.js").Flow} Flow
 * @typedef {import("./palette.js").Palette} Palette
 */

/** How many more bars from the edge history is asked for. */
const NEAR = 60;
/** The height of the candles' pane, in parts. */
const STRETCH = 5;

/** The chart of an instrument. */
export class MarketChart {
  /** @type {Palette} */
  #palette;
  /** @type {string} */
  #zone;
  #behavior = new ZonedTimeScale();
  #chart;
  #view;
  #candles;
  #volume;
  #flow;
  /** The indicators' lines. */
  indicators;
  #profile;
  #marks;
  #signals;
  /** @type {readonly Bar[]} */
  #bars = [];
  #isFirst = true;

  /**
   * @param {HTMLElement} container
   * @param {object} options
   * @param {Palette} options.palette
   * @param {string} options.zone
   * @param {number} options.step the instrument's smallest price step.
   * @param {boolean} options.hasFlow whether there is order flow: the feed has trades.
   * @param {() => void} options.older asked for when the oldest bars come into sight.
   * @param {(bar: Bar | undefined) => void} options.pointed told which bar is pointed at.
   */
  constructor(container, { palette, zone, step, hasFlow, older, pointed }) {
    this.#palette = palette;
    this.#zone = zone;
    this.#behavior.zone = zone;
    this.#chart = createChartEx(container, this.#behavior, {
      autoSize: true,
      ...lookOf(palette, zone),
      rightPriceScale: { borderVisible: false },
    });
    const precision = placesOf(step);
    const priceFormat = /** @type {const} */ ({ type: "price", precision, minMove: step });
    const look = { priceFormat, ...candleLookOf(palette) };
    this.#candles = this.#chart.addSeries(CandlestickSeries, look);
    const options = { priceScaleId: "volume", ...VOLUME_OPTIONS };
    this.#volume = this.#chart.addSeries(HistogramSeries, options);
    this.#volume.priceScale().applyOptions({
      scaleMargins: { top: 0.82, bottom: 0.04 },
    });
    this.#candles.priceScale().applyOptions({
      scaleMargins: { top: 0.06, bottom: 0.22 },
    });
    this.#profile = new ProfileColumn(palette, step);
    this.#candles.attachPrimitive(this.#profile);
    this.#marks = new TrustMarks(palette.mark);
    this.#candles.attachPrimitive(this.#marks);
    this.#signals = new SignalMarks(this.#candles);
    this.#chart.panes()[0]?.setStretchFactor(STRETCH);
    this.#flow = hasFlow ? new FlowPane(this.#chart, palette) : null;
    this.indicators = new IndicatorLines(
      this.#chart,
      palette.indicators,
      priceFormat,
    );
    this.#view = new ChartView(
      this.#chart,
      (width) => this.#profile.profile === null ? 0 : columnWidth(width),
    );
    this.#view.onMove(() => {
      if (this.#bars.length > 0 && (this.#view.range?.from ?? NEAR) < NEAR) {
        older();
      }
    });
    this.#chart.subscribeCrosshairMove(({ logical }) => {
      pointed(logical === undefined ? undefined : this.#bars[logical]);
    });
  }

  /**
   * Shows bars in place of those that were there; what is in sight stays where it is.
   *
   * @param {readonly Bar[]} bars the oldest first.
   * @param {{ interval: string, gaps: readonly { from: string, to: string }[] }} about
   */
  show(bars, { interval, gaps }) {
    this.#bars = bars;
    this.#chart.applyOptions({ timeScale: { timeVisible: interval !== "1d" } });
    this.#drawAll();
    this.#marks.show(bars, gaps);
    if (this.#isFirst && bars.length > 0) {
      this.#isFirst = false;
      this.latest();
    }
  }

  /**
   * Shows bars that changed or came after the newest.
   *
   * @param {readonly Bar[]} taken
   * @param {readonly Bar[]} bars all of them.
   * @param {readonly { from: string, to: string }[]} gaps
   */
  update(taken, bars, gaps) {
    const isOnlyForming = taken.length > 0 &&
      bars.length === this.#bars.length &&
      taken.every(({ status }) => status === "forming");
    this.#bars = bars;
    for (const bar of taken) {
      const isPast = bar !== bars.at(-1);
      this.#candles.update(candleOf(bar), isPast);
      this.#volume.update(volumeOf(bar, this.#palette), isPast);
    }
    if (!isOnlyForming) this.#marks.show(bars, gaps);
    this.#paintLast();
  }

  /** Starts anew: with the next bars, the newest are in sight. */
  reset() {
    this.#isFirst = true;
    this.show([], { interval: "", gaps: [] });
  }

  /** Goes to the newest bars. */
  latest() {
    this.#view.latest(this.#bars.length);
  }

  /**
   * The span of the bars in sight; `null` where there are none.
   *
   * @returns {{ from: string, to?: string } | null} the end is left out where the newest is in sight.
   */
  get sight() {
    const range = this.#view.range;
    const first = this.#bars[Math.max(0, Math.ceil(range?.from ?? 0))];
    if (range === null || first === undefined) return null;
    const after = this.#bars[Math.floor(range.to) + 1];
    return {
      from: first.start,
      ...after === undefined ? {} : { to: after.start },
    };
  }

  /** The place of the newest bar in sight. */
  get newestInSight() {
    return Math.min(
      this.#bars.length - 1,
      Math.floor(this.#view.range?.to ?? 0),
    );
  }

  /** @param {() => void} moved called when other bars come into sight. */
  onSight(moved) {
    this.#view.onMove(moved);
  }

  /** @param {import("./profilecolumn.js").Profile | null} profile `null` shows none. */
  set profile(profile) {
    this.#profile.profile = profile;
    this.#view.makeRoom();
  }

  /** @param {readonly Flow[]} flows the oldest first, none of a bar that is not shown. */
  showFlow(flows) {
    this.#flow?.show(flows);
  }

  /** @param {Flow} flow of a bar that is shown. */
  updateFlow(flow) {
    this.#flow?.update(flow);
  }

  /** @param {readonly import("./signals.js").Signal[]} signals in any order. */
  showSignals(signals) {
    this.#signals.signals = signals;
    this.#signals.draw(this.#bars, this.#palette);
  }

  /**
   * The place of the last bar that starts before an instant; -1: of none that is shown.
   *
   * @param {string} time
   */
  placeBefore(time) {
    return placeBefore(this.#bars, time);
  }

  /**
   * Moves what is pointed at.
   *
   * @param {number} place among the bars; another points at none.
   */
  point(place) {
    const bar = this.#bars[place];
    if (bar === undefined) return this.#chart.clearCrosshairPosition();
    this.#view.reveal(place);
    this.#chart.setCrosshairPosition(
      bar.close,
      stampOf(bar.start),
      this.#candles,
    );
  }

  /** @param {number} factor above 1 shows fewer bars. */
  zoom(factor) {
    this.#view.zoom(factor);
  }

  /** @param {number} bars to the right. */
  scroll(bars) {
    this.#view.scroll(bars, this.#bars.length);
  }

  /** @param {string} zone an IANA name. */
  set zone(zone) {
    this.#zone = zone;
    this.#behavior.zone = zone;
    this.#repaint();
  }

  /** @param {Palette} palette */
  set palette(palette) {
    this.#palette = palette;
    this.#profile.colors = palette;
    this.#marks.color = palette.mark;
    this.indicators.colors = palette.indicators;
    if (this.#flow !== null) this.#flow.palette = palette;
    this.#repaint();
  }

  #repaint() {
    this.#chart.applyOptions(lookOf(this.#palette, this.#zone));
    this.#candles.applyOptions(candleLookOf(this.#palette));
    this.#drawAll();
  }

  #drawAll() {
    this.#candles.setData(this.#bars.map(candleOf));
    this.#volume.setData(this.#bars.map((bar) => volumeOf(bar, this.#palette)));
    this.#signals.draw(this.#bars, this.#palette);
    this.#paintLast();
  }

  /** The line of the last price has the colour of its bar, which may be hollow. */
  #paintLast() {
    const last = this.#bars.at(-1);
    if (last === undefined) return;
    const { up, down } = this.#palette;
    const priceLineColor = last.close >= last.open ? up : down;
    if (this.#candles.options().priceLineColor !== priceLineColor) {
      this.#candles.applyOptions({ priceLineColor });
    }
  }
}
