/**
 * The facts above the chart: the last price, the market's state and why, who feeds it, how fresh it is.
 *
 * @module
 */
import { element, find, setAttribute, setText } from "./dom.js";
import { percent, placesOf, price, signed, span } from "./format.js";

/**
 * @typedef {object} MarketState
 * @property {"balance" | "imbalance-up" | "imbalance-down"} regime
 * @property {number} confidence from 0 to 1.
 * @property {readonly string[]} reasons
 */

/** How regimes are shown: a sign, and words. */
const REGIMES = {
  "balance": "↔ in balance",
  "imbalance-up": "▲ imbalance up",
  "imbalance-down": "▼ imbalance down",
};

/** After how many seconds without a word what is shown is called old. */
const OLD = 30;

/** The facts of one instrument. */
export class Facts {
  #instrument;
  #root;
  #price;
  #change;
  #heardAt = 0;
  /** @type {number | null} */
  #before = null;
  /** @type {number | null} */
  #last = null;

  /**
   * @param {ParentNode} root
   * @param {{ readonly step: number }} instrument
   */
  constructor(root, instrument) {
    this.#root = root;
    this.#instrument = instrument;
    this.#price = find("#last b", HTMLElement, root);
    this.#change = find("#last span", HTMLElement, root);
    setInterval(() => this.#drawAge(), 1_000);
  }

  /** @param {string} name */
  #fact(name) {
    return find(`[data-fact="${name}"]`, HTMLElement, this.#root);
  }

  /** @param {number} last */
  set last(last) {
    if (this.#last === last) return;
    this.#last = last;
    this.#drawPrice();
  }

  /** @param {number | null} before the price that the change is told from. */
  set before(before) {
    this.#before = before;
    this.#drawPrice();
  }

  #drawPrice() {
    if (this.#last === null) return;
    setText(this.#price, price(this.#last, this.#instrument));
    if (this.#before === null) return;
    const change = this.#last - this.#before;
    const places = placesOf(this.#instrument.step);
    setText(this.#change, `${signed(change, places)} (${percent(change / this.#before)}) today`);
    setAttribute(this.#change, "class", change > 0 ? "up" : change < 0 ? "down" : null);
  }

  /** @param {MarketState} state */
  set state({ regime, confidence, reasons }) {
    setText(this.#fact("state"), `${REGIMES[regime]}, ${Math.round(100 * confidence)} % sure`);
    find("#reasons", HTMLElement, this.#root).replaceChildren(
      ...reasons.map((reason) => element("li", {}, reason)),
    );
  }

  /**
   * @param {{ provider: string, state: string, fault: string | null }} listing
   */
  set listing({ provider, state, fault }) {
    const trouble = state === "live" ? "" : fault === null ? `, ${state}` : `, ${state}: ${fault}`;
    setText(this.#fact("provider"), provider + trouble);
    setAttribute(this.#fact("provider"), "class", trouble === "" ? null : "warn");
  }

  /** @param {string} text */
  set session(text) {
    setText(this.#fact("session"), text);
  }

  /** @param {number} age how long ago it was heard of, in milliseconds. */
  heard(age) {
    this.#heardAt = Date.now() - Math.max(0, age);
    this.#drawAge();
  }

  #drawAge() {
    if (this.#heardAt === 0) return;
    const seconds = (Date.now() - this.#heardAt) / 1_000;
    const fact = this.#fact("fresh");
    setText(fact, seconds < 2 ? "now" : `${span(seconds)} ago`);
    setAttribute(fact, "class", seconds > OLD ? "warn" : null);
  }
}
