/**
 * What stands beside the chart: the order book, and the tape.
 *
 * @module
 */
import { read } from "./api.js";
import { find } from "./dom.js";
import { Ladder } from "./ladder.js";
import { Tape } from "./tape.js";

/** @typedef {import("./tape.js").Trade} Trade */

/** Trades that are read for the tape. */
const TRADES = 40;

/** The book and the tape of one instrument. */
export class Beside {
  #instrument;
  #ladder;
  #tape;

  /**
   * @param {HTMLElement} root
   * @param {{ readonly symbol: string, readonly step: number, readonly level: number,
   *   readonly basis: string }} instrument
   * @param {() => string} zone
   */
  constructor(root, instrument, zone) {
    this.#instrument = instrument;
    this.#ladder = new Ladder(find("#ladder", HTMLTableElement, root), instrument);
    this.#tape = new Tape(find("#tape", HTMLTableSectionElement, root), instrument, zone);
  }

  /** Writes the times anew, such as in another zone. */
  draw() {
    this.#tape.draw();
  }

  /** Reads the book as it stands. */
  async readBook() {
    const { symbol, level } = this.#instrument;
    if (level === 2) {
      const { data: [book] } = await read("/api/v1/book", { symbol, order: "desc", limit: 1 });
      if (book !== undefined) this.takeBook(book);
      return;
    }
    const query = { symbol, kinds: "quote", refused: false, order: "desc", limit: 1 };
    const { data: [quote] } = await read("/api/v1/ticks", query);
    if (quote !== undefined) this.takeQuote(quote);
  }

  /** Reads the last trades. */
  async readTape() {
    const { symbol, basis } = this.#instrument;
    if (basis !== "trade") return;
    const { data } = await read("/api/v1/ticks", { symbol, kinds: "trade", limit: TRADES });
    this.takeTrades(data);
  }

  /** @param {import("./ladder.js").Book} book */
  takeBook(book) {
    if (this.#instrument.level === 2) this.#show(book);
  }

  /** @param {import("./ladder.js").Book} book */
  #show(book) {
    this.#ladder.show(book);
    find("#book-note", HTMLElement).hidden = true;
  }

  /**
   * @param {{ bid: number | null, bidSize: number | null, ask: number | null, askSize: number | null }} quote
   */
  takeQuote({ bid, bidSize, ask, askSize }) {
    if (this.#instrument.level === 2) return;
    this.#show({
      bids: bid === null ? [] : [{ price: bid, size: bidSize }],
      asks: ask === null ? [] : [{ price: ask, size: askSize }],
    });
  }

  /** @param {readonly Trade[]} trades the oldest first. */
  takeTrades(trades) {
    if (trades.length === 0) return;
    this.#tape.add(trades);
    find("#tape-note", HTMLElement).hidden = true;
    find(".tape", HTMLElement).hidden = false;
  }
}
