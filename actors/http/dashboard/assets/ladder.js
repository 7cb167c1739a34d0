/**
 * The order book as a ladder: the asks above, the best of both sides in the middle, the bids below,
 * each with its size as a number and as a bar. Of a feed that has no book it is the best of both sides.
 *
 * @module
 */
import { element, setText } from "./dom.js";
import { compact, NONE, number, price as priceText, signed } from "./format.js";

/**
 * A side of a book at one price.
 *
 * @typedef {{ readonly price: number, readonly size: number | null }} Level
 */

/**
 * @typedef {object} Book
 * @property {readonly Level[]} bids best first.
 * @property {readonly Level[]} asks best first.
 */

/** How many levels of a side are shown. */
const LEVELS = 10;

/**
 * What a ladder says beside its levels.
 *
 * @param {Book} book
 * @returns {{ spread: number | null, imbalance: number | null, largest: number }} the imbalance is the
 *   bids' share of all sizes less the asks', from -1 to 1; the largest size of any level.
 */
export function measure({ bids, asks }) {
  const sum = (/** @type {readonly Level[]} */ side) =>
    side.reduce((sum, { size }) => sum + (size ?? 0), 0);
  const all = sum(bids) + sum(asks);
  const [bid, ask] = [bids[0], asks[0]];
  return {
    spread: bid === undefined || ask === undefined ? null : ask.price - bid.price,
    imbalance: all === 0 ? null : (sum(bids) - sum(asks)) / all,
    largest: Math.max(0, ...[...bids, ...asks].map(({ size }) => size ?? 0)),
  };
}

/** A ladder on the page. */
export class Ladder {
  #instrument;
  #asks;
  #bids;
  #middle;
  #imbalance;

  /**
   * @param {HTMLTableElement} table
   * @param {{ readonly step: number }} instrument
   */
  constructor(table, instrument) {
    this.#instrument = instrument;
    this.#asks = Array.from({ length: LEVELS }, () => makeRow("ask"));
    this.#bids = Array.from({ length: LEVELS }, () => makeRow("bid"));
    this.#middle = element("span", { "data-part": "spread" });
    this.#imbalance = element("span", { "data-part": "imbalance" });
    const cell = element("td", { colspan: 3 }, this.#imbalance, this.#middle);
    const middle = element("tr", { class: "middle" }, cell);
    table.append(
      element("tbody", {}, ...this.#asks.map(({ row }) => row).reverse()),
      element("tbody", {}, middle),
      element("tbody", {}, ...this.#bids.map(({ row }) => row)),
    );
  }

  /**
   * @param {Book} book
   */
  show(book) {
    const { spread, imbalance, largest } = measure(book);
    this.#fill(this.#asks, book.asks, largest);
    this.#fill(this.#bids, book.bids, largest);
    setText(this.#middle, spread === null ? NONE : `spread ${priceText(spread, this.#instrument)}`);
    const side = imbalance === null || imbalance === 0
      ? ""
      : imbalance > 0
      ? " to buy"
      : " to sell";
    const share = imbalance === null ? NONE : `${signed(100 * imbalance)} %${side}`;
    setText(this.#imbalance, `imbalance ${share}`);
  }

  /**
   * @param {ReturnType<typeof makeRow>[]} rows
   * @param {readonly Level[]} levels
   * @param {number} largest
   */
  #fill(rows, levels, largest) {
    rows.forEach(({ row, price, size }, at) => {
      const level = levels[at];
      row.hidden = level === undefined;
      if (level === undefined) return;
      setText(price, priceText(level.price, this.#instrument));
      setText(size, level.size === null ? NONE : sizeText(level.size));
      const share = largest > 0 ? (level.size ?? 0) / largest : 0;
      size.style.setProperty("--share", `${(100 * share).toFixed(1)}%`);
    });
  }
}

/** @param {"bid" | "ask"} side */
function makeRow(side) {
  const price = element("td", { class: "number" });
  const size = element("td", { class: "number size" });
  const word = element("td", { class: "side" }, side);
  const row = element("tr", { class: side, hidden: true }, word, size, price);
  return { row, price, size };
}

/**
 * A size in full, or in three figures where it is long.
 *
 * @param {number} size
 */
export function sizeText(size) {
  if (size >= 100_000) return compact(size);
  return number(size, Number.isInteger(size) ? 0 : 2);
}
