/**
 * Feeds the chart: stored bars as they come into sight, and the live ones stitched on. Whatever was
 * told while the stored ones were read is merged by each bar's start, so that there is neither a hole
 * nor a bar twice.
 *
 * @module
 */
import { Bars, secondsOf } from "./bars.js";
import { History } from "./history.js";

/**
 * @typedef {import("./bars.js").Bar} Bar
 * @typedef {import("./flowpane.js").Flow} Flow
 * @typedef {import("./marketchart.js").MarketChart} MarketChart
 */

/**
 * A span in which a feed was not heard.
 *
 * @typedef {object} Gap
 * @property {string} provider
 * @property {string} from
 * @property {string} to
 * @property {string} reason
 * @property {"open" | "filled" | "unfillable"} status
 */

/** How long after a failure it is tried again, in milliseconds. */
const AGAIN = 3_000;

/** Feeds the chart of one instrument. */
export class ChartFeed {
  #symbol;
  #chart;
  #told;
  #interval = "";
  #bars = new Bars();
  /** @type {Map<number, Flow>} */
  #flows = new Map();
  /** @type {Map<string, Gap>} */
  #gaps = new Map();
  /** @type {History | null} */
  #history = null;
  #isLoaded = false;

  /**
   * @param {string} symbol
   * @param {MarketChart} chart
   * @param {object} told
   * @param {(bars: Bars) => void} told.changed the bars changed.
   * @param {(from: string, to: string | undefined) => void} told.loaded bars of a span were read: from
   *   the start of one, up to that of another or to the newest.
   * @param {(trouble: string | null) => void} told.trouble reading failed, or works again.
   */
  constructor(symbol, chart, told) {
    this.#symbol = symbol;
    this.#chart = chart;
    this.#told = told;
  }

  get interval() {
    return this.#interval;
  }

  get bars() {
    return this.#bars;
  }

  get hasMore() {
    return this.#history?.hasMore ?? false;
  }

  /**
   * Goes over to an interval: its bars are shown when they are loaded.
   *
   * @param {string} interval
   */
  begin(interval) {
    this.#history?.end();
    this.#interval = interval;
    this.#history = new History({ symbol: this.#symbol, interval });
    this.#bars = new Bars();
    this.#flows.clear();
    this.#isLoaded = false;
    this.#chart.reset();
  }

  /** Reads what is stored: at the beginning, and whenever something live may have been missed. */
  async load() {
    const history = this.#history;
    if (history === null) return;
    const oldest = this.#bars.list[0]?.start;
    const isAgain = this.#isLoaded && oldest !== undefined;
    await this.#attempt(history, async () => {
      const bars = isAgain ? await history.since(oldest) : await history.newest();
      if (history.isOver) return;
      if (isAgain) this.#bars.forgetForming();
      this.#isLoaded = true;
      await this.#take(history, bars, undefined);
    }, () => this.load());
  }

  /** Reads what is before the oldest bar. */
  async older() {
    const history = this.#history;
    const until = this.#bars.list[0]?.start;
    if (history === null || !this.#isLoaded || !history.hasMore) return;
    await this.#attempt(history, async () => {
      const bars = await history.older();
      if (!history.isOver && bars.length > 0) await this.#take(history, bars, until);
    });
  }

  /**
   * @param {History} history
   * @param {() => Promise<void>} run
   * @param {() => Promise<void>} [again] tried a while after a failure; absent: whoever scrolls on
   *   asks again.
   */
  async #attempt(history, run, again) {
    try {
      await run();
      if (!history.isOver) this.#told.trouble(null);
    } catch (error) {
      if (history.isOver) return;
      this.#told.trouble(error instanceof Error ? error.message : String(error));
      if (again === undefined) return;
      setTimeout(() => {
        if (!history.isOver) again();
      }, AGAIN);
    }
  }

  /**
   * @param {History} history
   * @param {readonly Bar[]} bars
   * @param {string | undefined} until where those begin that were there before.
   */
  async #take(history, bars, until) {
    this.#bars.merge(bars);
    this.#showAll();
    const from = bars[0]?.start;
    if (from === undefined) return;
    this.#told.loaded(from, until);
    const flows = await history.flow(until === undefined ? { from } : { from, to: until });
    if (history.isOver) return;
    for (const flow of flows) this.#flows.set(secondsOf(flow.start), flow);
    this.#showFlow();
  }

  /** @param {Bar} bar from the stream. */
  takeBar(bar) {
    if (bar.interval !== this.#interval) return;
    const { isOrderKept, taken } = this.#bars.merge([bar]);
    if (!this.#isLoaded || taken.length === 0) return;
    if (!isOrderKept) return this.#showAll();
    this.#chart.update(taken, this.#bars.list, this.gaps);
    const flow = this.#flows.get(secondsOf(bar.start));
    if (flow !== undefined) this.#chart.updateFlow(flow);
    this.#told.changed(this.#bars);
  }

  /** @param {Flow} flow from the stream. */
  takeFlow(flow) {
    if (flow.interval !== this.#interval) return;
    const at = secondsOf(flow.start);
    this.#flows.set(at, flow);
    // Where its candle is not there yet, it is shown with that.
    if (this.#isLoaded && this.#bars.at(at) !== undefined) this.#chart.updateFlow(flow);
  }

  /** @param {readonly Gap[]} gaps */
  takeGaps(gaps) {
    for (const gap of gaps) this.#gaps.set(`${gap.provider} ${gap.from}`, gap);
    if (this.#isLoaded) this.#chart.update([], this.#bars.list, this.gaps);
  }

  /** The gaps that are known, those first that are the latest. */
  get gaps() {
    return [...this.#gaps.values()].sort((one, other) => other.from.localeCompare(one.from));
  }

  #showAll() {
    this.#chart.show(this.#bars.list, { interval: this.#interval, gaps: this.gaps });
    this.#showFlow();
    this.#told.changed(this.#bars);
  }

  #showFlow() {
    const flows = this.#bars.list.flatMap(({ start }) => this.#flows.get(secondsOf(start)) ?? []);
    this.#chart.showFlow(flows);
  }
}
