/**
 * What is stored of an instrument on one interval, read back in time as it is asked for.
 *
 * @module
 */
import { read, readAll } from "./api.js";

/** Bars on a page, and on one that is read again as a whole. */
const PAGE = 500;
const LARGE_PAGE = 5_000;

/**
 * @typedef {import("./bars.js").Bar} Bar
 * @typedef {import("./flowpane.js").Flow} Flow
 */

/** The past of one instrument on one interval. */
export class History {
  #query;
  #abort = new AbortController();
  /** @type {string | null} Where the next page back begins; null at the beginning of what is stored. */
  #cursor = null;
  #isReading = false;

  /** @param {{ symbol: string, interval: string }} query */
  constructor(query) {
    this.#query = query;
  }

  /** Whether there is more before what was read. */
  get hasMore() {
    return this.#cursor !== null;
  }

  /** Whether it was left behind: what is still being read is of no use any more. */
  get isOver() {
    return this.#abort.signal.aborted;
  }

  /** Leaves it behind. */
  end() {
    this.#abort.abort();
  }

  /**
   * The newest bars, the one that is forming too.
   *
   * @returns {Promise<Bar[]>} the oldest first.
   */
  async newest() {
    return await this.#page({ limit: PAGE });
  }

  /**
   * The bars before those that were read.
   *
   * @returns {Promise<Bar[]>} the oldest first; none where there are none, or where the answer to
   *   an earlier call is still awaited.
   */
  async older() {
    if (this.#cursor === null || this.#isReading) return [];
    return await this.#page({ limit: PAGE, cursor: this.#cursor });
  }

  /**
   * All bars from one on, as they are by now.
   *
   * @param {string} from
   * @returns {Promise<Bar[]>}
   */
  since(from) {
    const query = { ...this.#query, from, limit: LARGE_PAGE };
    return readAll("/api/v1/candles", query);
  }

  /**
   * The order flow of a span.
   *
   * @param {{ from: string, to?: string }} span
   * @returns {Promise<Flow[]>}
   */
  flow(span) {
    return readAll("/api/v1/flow", { ...this.#query, ...span, limit: LARGE_PAGE });
  }

  /**
   * @param {{ limit: number, cursor?: string }} page
   * @returns {Promise<Bar[]>}
   */
  async #page(page) {
    this.#isReading = true;
    try {
      const { signal } = this.#abort;
      const { data, next } = await read("/api/v1/candles", { ...this.#query, ...page }, signal);
      this.#cursor = next;
      return data;
    } finally {
      this.#isReading = false;
    }
  }
}
