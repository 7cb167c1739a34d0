/**
 * Signals: as signs on the chart, and in a list with their prices and reasons.
 *
 * @module
 */
import { readAll } from "./api.js";
import { element, setAttribute } from "./dom.js";
import { moment, number, price, zoneName } from "./format.js";

/**
 * A signal as the API tells it.
 *
 * @typedef {object} Signal
 * @property {string} id
 * @property {string} strategy
 * @property {string} symbol
 * @property {string} interval
 * @property {string} time the end of the last candle it knew of.
 * @property {"buy" | "sell"} side
 * @property {number} strength from 0 to 1.
 * @property {number} entry
 * @property {number} stop
 * @property {number} target
 * @property {readonly string[]} reasons
 */

/** How many signals the list has, and how many are read at once. */
const SHOWN = 20;
const PAGE = 1_000;

/** How a side is shown. */
const SIDES = { buy: "▲ buy", sell: "▼ sell" };

/**
 * What the list says of a signal.
 *
 * @param {Signal} signal
 * @param {{ readonly step: number }} instrument
 * @param {string | undefined} zone the viewer's own without it
 * @param {Node} [about] put before it
 */
export function describe(signal, instrument, zone, about) {
  const {
    entry,
    interval,
    reasons,
    side,
    stop,
    strategy,
    strength,
    target,
    time,
  } = signal;
  const said = (/** @type {number} */ value) => price(value, instrument);
  return [
    element(
      "p",
      {},
      about,
      about === undefined ? "" : " ",
      element("b", { class: side === "buy" ? "up" : "down" }, SIDES[side]),
      ` at ${said(entry)}, stop ${said(stop)}, target ${said(target)} `,
      element(
        "span",
        { class: "soft" },
        `· ${strategy} on ${interval}, strength ${number(strength, 2)} · `,
        element("time", { datetime: time }, `${moment(time, zone)} ${zoneName(time, zone)}`),
      ),
    ),
    element(
      "ul",
      { class: "reasons soft" },
      ...reasons.map((text) => element("li", {}, text)),
    ),
  ];
}

/** The signals of one instrument. */
export class Signals {
  #symbol;
  #instrument;
  #list;
  #zone;
  #goTo;
  /** @type {Map<string, Signal>} */
  #known = new Map();

  /**
   * @param {HTMLElement} list
   * @param {{ readonly symbol: string, readonly step: number }} instrument
   * @param {() => string} zone
   * @param {(time: string) => void} goTo shows the bar at an instant.
   */
  constructor(list, instrument, zone, goTo) {
    this.#list = list;
    this.#symbol = instrument.symbol;
    this.#instrument = instrument;
    this.#zone = zone;
    this.#goTo = goTo;
  }

  /** All that are known, the latest first. */
  get all() {
    return [...this.#known.values()].sort((one, other) => other.time.localeCompare(one.time));
  }

  /**
   * Reads those of a span.
   *
   * @param {{ from: string, to?: string }} span
   */
  async load(span) {
    const query = { symbol: this.#symbol, ...span, limit: PAGE };
    this.take(await readAll("/api/v1/signals", query));
  }

  /** @param {readonly Signal[]} signals */
  take(signals) {
    for (const signal of signals) this.#known.set(signal.id, signal);
    this.draw();
  }

  /**
   * What was said at a bar, with the weightiest reason of each: after it began, and before the next.
   *
   * @param {{ readonly start: string }} bar
   * @param {{ readonly start: string } | undefined} next
   * @returns {string[]} such as `▲ buy, ema-cross: The average of ...`
   */
  sayAt(bar, next) {
    const from = Date.parse(bar.start);
    const to = next === undefined ? Infinity : Date.parse(next.start);
    return [...this.#known.values()].flatMap(({ side, strategy, reasons, time }) => {
      const at = Date.parse(time);
      return at > from && at <= to ? [`${SIDES[side]}, ${strategy}: ${reasons[0] ?? ""}`] : [];
    });
  }

  /** Writes the list. */
  draw() {
    const all = this.all;
    setAttribute(this.#list, "hidden", all.length === 0);
    this.#list.replaceChildren(
      ...all.slice(0, SHOWN).map((signal) => {
        const button = element(
          "button",
          { type: "button", class: "quiet" },
          "show",
        );
        setAttribute(
          button,
          "aria-label",
          `Show the ${signal.side} of ${signal.time} on the chart`,
        );
        button.addEventListener("click", () => this.#goTo(signal.time));
        const item = element("li", { "data-signal": signal.id });
        item.append(
          ...describe(signal, this.#instrument, this.#zone()),
          button,
        );
        return item;
      }),
    );
  }
}
