/**
 * Feeds the indicators' lines: their values along all bars that are loaded, and along the newest ones
 * as these change. What an indicator is worth is always said by the daemon, never worked out here.
 *
 * @module
 */
import { ApiError, read, readAll } from "./api.js";
import { secondsOf } from "./bars.js";

/**
 * @typedef {import("./indicatorlines.js").IndicatorLines} IndicatorLines
 * @typedef {import("./indicatorlines.js").Reading} Reading
 * @typedef {import("./bars.js").Bars} Bars
 */

const LARGE_PAGE = 5_000;
/** Between two looks at the newest values, in milliseconds, and how many bars are looked at. */
const PACE = 2_000;
const NEWEST = 3;

/** Feeds the lines of one instrument's indicators. */
export class IndicatorFeed {
  #symbol;
  #lines;
  #bars;
  #refused;
  #isDue = false;
  /** Counts what was begun: answers to what is over are dropped. */
  #turn = 0;
  /** @type {readonly string[]} */
  #texts = [];
  /** @type {Set<string>} Those whose values could not be had: asked for with the next bar. */
  #missing = new Set();

  /**
   * @param {string} symbol
   * @param {IndicatorLines} lines
   * @param {() => { interval: string, bars: Bars }} bars those that are shown.
   * @param {(text: string, reason: string) => void} refused one cannot be had as it was asked for.
   */
  constructor(symbol, lines, bars, refused) {
    this.#symbol = symbol;
    this.#lines = lines;
    this.#bars = bars;
    this.#refused = refused;
  }

  /** @param {readonly { text: string, spec: import("./indicators.js").Indicator }[]} chosen */
  choose(chosen) {
    const added = chosen.map(({ text }) => text).filter((text) => !this.#texts.includes(text));
    this.#texts = chosen.map(({ text }) => text);
    this.#lines.choose(chosen);
    this.#load(added);
  }

  /** Reads all values anew: other bars are shown. */
  reload() {
    this.#turn++;
    this.#load(this.#texts);
  }

  /** Reads the newest values, soon. */
  touch() {
    if (this.#isDue || this.#texts.length === 0) return;
    this.#isDue = true;
    setTimeout(() => {
      this.#isDue = false;
      const missing = [...this.#missing];
      this.#missing.clear();
      this.#load(missing);
      this.#follow();
    }, PACE);
  }

  /** @param {readonly string[]} texts */
  #load(texts) {
    const { bars } = this.#bars();
    const from = bars.list[0]?.start;
    if (from === undefined) return;
    this.#each(texts, async (text, query) => {
      const rows = await readAll("/api/v1/indicators", { ...query, from, limit: LARGE_PAGE });
      return () => this.#lines.show(text, this.#readings(text, rows));
    });
  }

  #follow() {
    this.#each(this.#texts, async (text, query) => {
      const { data } = await read("/api/v1/indicators", { ...query, limit: NEWEST });
      return () => this.#lines.update(text, this.#readings(text, data));
    });
  }

  /**
   * @param {readonly string[]} texts
   * @param {(text: string, query: Record<string, string>) => Promise<() => void>} run gives what is
   *   to be done where the answer is still of use.
   */
  #each(texts, run) {
    const turn = this.#turn;
    const { interval } = this.#bars();
    for (const text of texts) {
      run(text, { symbol: this.#symbol, interval, indicator: text }).then((show) => {
        if (turn === this.#turn) show();
      }, (error) => {
        if (turn !== this.#turn) return;
        // What is refused never can be had.
        if (error instanceof ApiError && error.status === 400) this.#refused(text, error.message);
        else this.#missing.add(text);
      });
    }
  }

  /**
   * @param {string} text
   * @param {readonly { start: string, values: Record<string, Reading["values"]> }[]} rows
   * @returns {Reading[]} those of bars that are shown.
   */
  #readings(text, rows) {
    const { bars } = this.#bars();
    return rows.filter(({ start }) => bars.at(secondsOf(start)) !== undefined)
      .map(({ start, values }) => ({ start, values: values[text] ?? null }));
  }
}
