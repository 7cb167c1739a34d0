/**
 * The tape: the last trades, the newest first, each once.
 *
 * @module
 */
import { element, setAttribute, setText } from "./dom.js";
import { clock, NONE, price as priceText } from "./format.js";
import { sizeText } from "./ladder.js";

/**
 * @typedef {object} Trade
 * @property {string} id
 * @property {string} provider
 * @property {string} time
 * @property {number | null} price
 * @property {number | null} size
 * @property {"buy" | "sell" | null} side
 * @property {string | null} conditions
 * @property {readonly string[]} flags
 */

/** How many trades are shown. */
const SHOWN = 40;

/** Flags of a trade that moved nothing. */
const REFUSED = new Set([
  "not-finite",
  "not-positive",
  "unknown-instrument",
  "duplicate",
  "empty",
  "cancelled",
  "absurd-time",
  "outlier",
]);

/**
 * Adds trades to those that are known.
 *
 * @param {readonly Trade[]} known the newest first.
 * @param {readonly Trade[]} more the oldest first.
 * @returns {Trade[]} the newest first, each once; the later word on one that was told twice.
 */
export function mergeTrades(known, more) {
  const seen = new Set();
  return [...more].reverse().concat(known).filter(({ provider, id, time }) => {
    const key = `${provider} ${id} ${time}`;
    return !seen.has(key) && seen.add(key);
  }).sort((one, other) => Date.parse(other.time) - Date.parse(one.time)).slice(0, SHOWN);
}

/** A tape on the page. */
export class Tape {
  /** @type {Trade[]} */
  #trades = [];
  #rows;
  #instrument;
  #zone;

  /**
   * @param {HTMLTableSectionElement} body
   * @param {{ readonly step: number }} instrument
   * @param {() => string | undefined} zone
   */
  constructor(body, instrument, zone) {
    this.#instrument = instrument;
    this.#zone = zone;
    this.#rows = Array.from({ length: SHOWN }, makeRow);
    body.append(...this.#rows.map(({ row }) => row));
  }

  /** Whether there is a trade to show. */
  get isEmpty() {
    return this.#trades.length === 0;
  }

  /** The last trade that counted. */
  get last() {
    return this.#trades.find(({ flags }) => !flags.some((flag) => REFUSED.has(flag)));
  }

  /** @param {readonly Trade[]} trades the oldest first. */
  add(trades) {
    this.#trades = mergeTrades(this.#trades, trades);
    this.draw();
  }

  /** Writes it anew, such as in another zone. */
  draw() {
    const zone = this.#zone();
    this.#rows.forEach(({ row, time, price, size, side, flags }, at) => {
      const trade = this.#trades[at];
      row.hidden = trade === undefined;
      if (trade === undefined) return;
      setAttribute(row, "class", trade.side);
      setAttribute(row, "data-id", trade.id);
      setAttribute(time, "datetime", trade.time);
      setText(time, clock(trade.time, zone));
      setText(price, priceText(trade.price, this.#instrument));
      setText(size, trade.size === null ? NONE : sizeText(trade.size));
      setText(side, trade.side === null ? NONE : trade.side === "buy" ? "▲ buy" : "▼ sell");
      const words = [...trade.flags, ...trade.conditions === null ? [] : [trade.conditions]];
      setText(flags, words.join(", "));
      const isRefused = trade.flags.some((flag) => REFUSED.has(flag));
      setAttribute(row, "data-refused", isRefused);
    });
  }
}

function makeRow() {
  const time = element("time");
  const price = element("td", { class: "number" });
  const size = element("td", { class: "number" });
  const side = element("td", { class: "side" });
  const flags = element("td", { class: "soft flags" });
  const row = element(
    "tr",
    { hidden: true },
    element("td", {}, time),
    price,
    size,
    side,
    flags,
  );
  return { row, time, price, size, side, flags };
}
