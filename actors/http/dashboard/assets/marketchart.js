/**
 * The chart of an instrument: candles with volume, the profile beside them, and below them the
 * cumulative delta and whatever indicators have a scale of their own.
 *
 * @module
 */
import {
  CandlestickSeries,
  createChartEx,
  createSeriesMarkers,
  HistogramSeries,
  LineSeries,
} from "./chartlibrary.js";
import { placesOf } from "./format.js";
import { secondsOf } from "./bars.js";
import { IndicatorLines } from "./indicatorlines.js";
import { columnWidth, ProfileColumn } from "./profilecolumn.js";
import { fullTime, markText, ZonedTimeScale } from "./timescale.js";
import { TrustMarks } from "./trustmarks.js";

/**
 * @typedef {import("./bars.js").Bar} Bar
 * @typedef {import("./palette.js").Palette} Palette
 * @typedef {import("lightweight-charts").SeriesType} SeriesType
 * @typedef {import("lightweight-charts").UTCTimestamp} UTCTimestamp
 */

/**
 * @template {SeriesType} Type
 * @typedef {import("lightweight-charts").ISeriesApi<Type, UTCTimestamp>} Series
 */

/**
 * A bar of order flow.
 *
 * @typedef {object} Flow
 * @property {string} interval
 * @property {string} start
 * @property {number} delta
 * @property {number} cumulative
 */

/** How many bars are in sight at first, and how many more from the edge history is asked for. */
const IN_SIGHT = 120;
const NEAR = 60;
/** Pixels between the last bar and what stands at its right. */
const MARGIN = 12;
/** The heights of the panes, in parts. */
const STRETCH = { candles: 5, flow: 1.2 };

/** @param {string} time */
function stampOf(time) {
  return /** @type {UTCTimestamp} */ (secondsOf(time));
}

/** The chart of an instrument. */
export class MarketChart {
  /** @type {Palette} */
  #palette;
  /** @type {string} */
  #zone;
  #isDaily = false;
  #behavior = new ZonedTimeScale();
  #chart;
  /** @type {Series<"Candlestick">} */
  #candles;
  /** @type {Series<"Histogram">} */
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
  /** How many bars to the right the next frame is to scroll. */
  #toScroll = 0;

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
      ...this.#look(),
      rightPriceScale: { borderVisible: false },
    });
    const priceFormat = /** @type {const} */ ({
      type: "price",
      precision: placesOf(step),
      minMove: step,
    });
    this.#candles = this.#chart.addSeries(CandlestickSeries, {
      priceFormat,
      ...this.#candleLook(),
    });
    this.#volume = this.#chart.addSeries(HistogramSeries, {
      priceScaleId: "volume",
      priceFormat: { type: "volume" },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.#volume.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0.04 } });
    this.#candles.priceScale().applyOptions({ scaleMargins: { top: 0.06, bottom: 0.22 } });
    this.#profile = new ProfileColumn(palette, step);
    this.#candles.attachPrimitive(this.#profile);
    this.#marks = new TrustMarks(palette.mark);
    this.#candles.attachPrimitive(this.#marks);
    this.#signals = createSeriesMarkers(this.#candles, []);
    this.#chart.panes()[0]?.setStretchFactor(STRETCH.candles);
    this.#flow = hasFlow ? this.#addFlow() : null;
    this.indicators = new IndicatorLines(this.#chart, palette.indicators, priceFormat);
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range !== null && range.from < NEAR && this.#bars.length > 0) older();
    });
    this.#chart.timeScale().subscribeSizeChange(() => this.#makeRoom());
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
    this.#isDaily = interval === "1d";
    this.#bars = bars;
    this.#chart.applyOptions({ timeScale: { timeVisible: !this.#isDaily } });
    this.#candles.setData(bars.map(candleOf));
    this.#volume.setData(bars.map((bar) => this.#volumeOf(bar)));
    this.#marks.show(bars, gaps);
    this.#paintLast();
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
    this.#bars = bars;
    for (const bar of taken) {
      const isPast = bar !== bars.at(-1);
      this.#candles.update(candleOf(bar), isPast);
      this.#volume.update(this.#volumeOf(bar), isPast);
    }
    this.#marks.show(bars, gaps);
    this.#paintLast();
  }

  /**
   * The span of the bars in sight; `null` where there are none.
   *
   * @returns {{ from: string, to?: string } | null} the end is left out where the newest is in sight.
   */
  get sight() {
    const range = this.#chart.timeScale().getVisibleLogicalRange();
    const first = this.#bars[Math.max(0, Math.ceil(range?.from ?? 0))];
    if (range === null || first === undefined) return null;
    const after = this.#bars[Math.floor(range.to) + 1];
    return { from: first.start, ...after === undefined ? {} : { to: after.start } };
  }

  /** The place of the newest bar in sight. */
  get newestInSight() {
    const to = this.#chart.timeScale().getVisibleLogicalRange()?.to ?? 0;
    return Math.min(this.#bars.length - 1, Math.floor(to));
  }

  /** @param {() => void} moved called when other bars come into sight. */
  onSight(moved) {
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange(moved);
  }

  /** Starts anew: with the next bars, the newest are in sight. */
  reset() {
    this.#isFirst = true;
    this.show([], { interval: this.#isDaily ? "1d" : "", gaps: [] });
  }

  /** Goes to the newest bars. */
  latest() {
    this.#makeRoom();
    const { length } = this.#bars;
    const shown = Math.min(IN_SIGHT, Math.max(length, 30));
    const timeScale = this.#chart.timeScale();
    const spacing = (timeScale.width() - this.#profile.width - MARGIN) / shown;
    timeScale.applyOptions({ barSpacing: Math.max(2, Math.min(16, spacing)) });
    this.#goToNewest();
  }

  /** @param {import("./profilecolumn.js").Profile | null} profile `null` shows none. */
  set profile(profile) {
    this.#profile.profile = profile;
    this.#makeRoom();
  }

  /**
   * Shows the order flow.
   *
   * @param {readonly Flow[]} flows the oldest first, none of a bar that is not shown.
   */
  showFlow(flows) {
    this.#flow?.line.setData(flows.map(cumulativeOf));
    this.#flow?.delta.setData(flows.map((flow) => this.#deltaOf(flow)));
  }

  /** @param {Flow} flow of a bar that is shown. */
  updateFlow(flow) {
    this.#flow?.line.update(cumulativeOf(flow), true);
    this.#flow?.delta.update(this.#deltaOf(flow), true);
  }

  #addFlow() {
    const pane = 1;
    const delta = this.#chart.addSeries(HistogramSeries, {
      priceScaleId: "delta",
      priceFormat: { type: "volume" },
      lastValueVisible: false,
      priceLineVisible: false,
    }, pane);
    delta.priceScale().applyOptions({ scaleMargins: { top: 0.1, bottom: 0.1 } });
    const line = this.#chart.addSeries(LineSeries, {
      color: this.#palette.delta,
      lineWidth: 2,
      priceFormat: { type: "volume" },
      priceLineVisible: false,
      title: "CVD",
    }, pane);
    this.#chart.panes()[pane]?.setStretchFactor(STRETCH.flow);
    return { line, delta };
  }

  /**
   * Moves what is pointed at.
   *
   * @param {number} place among the bars.
   */
  point(place) {
    const bar = this.#bars[place];
    if (bar === undefined) return this.#chart.clearCrosshairPosition();
    const timeScale = this.#chart.timeScale();
    const range = timeScale.getVisibleLogicalRange();
    if (range !== null && (place < range.from || place > range.to)) {
      const half = (range.to - range.from) / 2;
      timeScale.setVisibleLogicalRange({ from: place - half, to: place + half });
    }
    this.#chart.setCrosshairPosition(bar.close, stampOf(bar.start), this.#candles);
  }

  /** @param {number} factor above 1 shows fewer bars. */
  zoom(factor) {
    const timeScale = this.#chart.timeScale();
    const { barSpacing } = timeScale.options();
    timeScale.applyOptions({ barSpacing: Math.max(0.5, Math.min(60, barSpacing * factor)) });
  }

  /** @param {number} bars to the right. */
  scroll(bars) {
    const isScheduled = this.#toScroll !== 0;
    this.#toScroll += bars;
    if (isScheduled) return;
    // Where the chart stands is told anew with each frame alone.
    requestAnimationFrame(() => {
      const timeScale = this.#chart.timeScale();
      const oldest = 10 - this.#bars.length;
      const position = Math.max(oldest, timeScale.scrollPosition() + this.#toScroll);
      this.#toScroll = 0;
      timeScale.scrollToPosition(position, false);
    });
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
    this.#repaint();
  }

  #repaint() {
    this.#chart.applyOptions(this.#look());
    this.#candles.applyOptions(this.#candleLook());
    this.#candles.setData(this.#bars.map(candleOf));
    this.#volume.setData(this.#bars.map((bar) => this.#volumeOf(bar)));
    this.#flow?.line.applyOptions({ color: this.#palette.delta });
    this.#paintLast();
  }

  /** Keeps what is beside the candles from covering the newest ones. */
  #makeRoom() {
    const timeScale = this.#chart.timeScale();
    const column = this.#profile.profile === null ? 0 : columnWidth(timeScale.width());
    const rightOffsetPixels = column + MARGIN;
    if (timeScale.options().rightOffsetPixels === rightOffsetPixels) return;
    const position = timeScale.scrollPosition();
    timeScale.applyOptions({ rightOffsetPixels });
    // Who reads older bars stays there; else the newest one moves along with the room beside it.
    if (position < 0) timeScale.scrollToPosition(position, false);
    else this.#goToNewest();
  }

  #goToNewest() {
    // Where the chart stands, and how wide its bars are, is told anew with each frame alone.
    requestAnimationFrame(() => {
      const timeScale = this.#chart.timeScale();
      const [one, next] = [0, 1].map((place) =>
        timeScale.logicalToCoordinate(/** @type {import("lightweight-charts").Logical} */ (place))
      );
      const { rightOffsetPixels = 0 } = timeScale.options();
      if (typeof one !== "number" || typeof next !== "number" || next <= one) return;
      timeScale.scrollToPosition(rightOffsetPixels / (next - one), false);
    });
  }

  #look() {
    const { ground, text, line } = this.#palette;
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
      localization: {
        timeFormatter: (/** @type {UTCTimestamp} */ time) => fullTime(this.#zone, time),
      },
      timeScale: {
        borderVisible: false,
        secondsVisible: false,
        minBarSpacing: 0.5,
        tickMarkFormatter: (/** @type {UTCTimestamp} */ time, /** @type {number} */ kind) =>
          markText(this.#zone, time, kind),
      },
    };
  }

  /** A bar that rose is hollow: told from one that fell without colour. */
  #candleLook() {
    const { up, down, ground } = this.#palette;
    return {
      upColor: ground,
      borderUpColor: up,
      wickUpColor: up,
      downColor: down,
      borderDownColor: down,
      wickDownColor: down,
    };
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

  /** @param {Bar} bar */
  #volumeOf(bar) {
    const { upVolume, downVolume } = this.#palette;
    return {
      time: stampOf(bar.start),
      value: bar.realVolume > 0 ? bar.realVolume : bar.tickVolume,
      color: bar.close >= bar.open ? upVolume : downVolume,
    };
  }

  /** @param {Flow} flow */
  #deltaOf({ start, delta }) {
    const { upVolume, downVolume } = this.#palette;
    return { time: stampOf(start), value: delta, color: delta >= 0 ? upVolume : downVolume };
  }
}

/** @param {Bar} bar */
function candleOf({ start, open, high, low, close }) {
  return { time: stampOf(start), open, high, low, close };
}

/** @param {Flow} flow */
function cumulativeOf({ start, cumulative }) {
  return { time: stampOf(start), value: cumulative };
}
