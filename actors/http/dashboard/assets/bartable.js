/**
 * The newest bars as a table: what the chart draws, for whoever would rather read it.
 *
 * @module
 */
import { element } from "./dom.js";
import { number, price } from "./format.js";
import { secondsOf } from "./bars.js";
import { sizeText } from "./ladder.js";
import { fullTime } from "./timescale.js";

/** How many bars are shown, and how often they may be written anew, in milliseconds. */
const SHOWN = 30;
const PACE = 1_000;

/** The table below the chart. */
export class BarTable {
  #details;
  #body;
  #instrument;
  #zone;
  /** @type {readonly import("./bars.js").Bar[]} */
  #bars = [];
  #isDue = false;

  /**
   * @param {HTMLDetailsElement} details
   * @param {HTMLTableSectionElement} body
   * @param {{ readonly step: number }} instrument
   * @param {() => string} zone
   */
  constructor(details, body, instrument, zone) {
    this.#details = details;
    this.#body = body;
    this.#instrument = instrument;
    this.#zone = zone;
    details.addEventListener("toggle", () => this.draw());
  }

  /** @param {readonly import("./bars.js").Bar[]} bars the oldest first. */
  show(bars) {
    this.#bars = bars;
    if (this.#isDue || !this.#details.open) return;
    this.#isDue = true;
    setTimeout(() => {
      this.#isDue = false;
      this.draw();
    }, PACE);
  }

  /** Writes the bars, where they can be seen. */
  draw() {
    if (!this.#details.open) return;
    const zone = this.#zone();
    const cell = (/** @type {string} */ text) => element("td", { class: "number" }, text);
    this.#body.replaceChildren(
      ...this.#bars.slice(-SHOWN).reverse().map((bar) => {
        const { open, high, low, close, realVolume, tickVolume, status, providers } = bar;
        return element(
          "tr",
          { "data-start": bar.start },
          element("th", { scope: "row" }, fullTime(zone, secondsOf(bar.start))),
          ...[open, high, low, close].map((value) => cell(price(value, this.#instrument))),
          cell(sizeText(realVolume)),
          cell(number(tickVolume)),
          element("td", {}, status),
          element("td", { class: "soft" }, providers.join(", ")),
        );
      }),
    );
  }
}
