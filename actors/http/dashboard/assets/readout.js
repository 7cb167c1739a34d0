/**
 * The line above the chart: the bar that is pointed at, or the newest, in figures.
 *
 * @module
 */
import { element, setText } from "./dom.js";
import { percent, placesOf, price, signed } from "./format.js";
import { amountOf, secondsOf } from "./bars.js";
import { figure } from "./indicatorlines.js";
import { labelOf } from "./indicators.js";
import { sizeText } from "./ladder.js";
import { fullTime } from "./timescale.js";

/**
 * @typedef {import("./bars.js").Bar} Bar
 * @typedef {import("./indicatorlines.js").IndicatorLines} IndicatorLines
 */

/**
 * A bar in words.
 *
 * @param {Bar} bar
 * @param {{ readonly step: number }} instrument
 * @param {string} zone
 */
export function sentenceOf(bar, instrument, zone) {
  const { open, high, low, close, status } = bar;
  const said = (/** @type {number} */ value) => price(value, instrument);
  return `${fullTime(zone, secondsOf(bar.start))}: open ${said(open)}, high ${said(high)}, ` +
    `low ${said(low)}, close ${said(close)}, volume ${sizeText(amountOf(bar))}, ${status}`;
}

/** The line above the chart. */
export class Readout {
  #parts;
  #indicators = element("span", { class: "readings" });
  #signals = element("span", { class: "readings" });
  #instrument;

  /**
   * @param {HTMLElement} place
   * @param {{ readonly step: number }} instrument
   */
  constructor(place, instrument) {
    this.#instrument = instrument;
    const part = (/** @type {string} */ title) => {
      const value = element("b", { class: "number" });
      place.append(element("span", {}, title, value));
      return value;
    };
    this.#parts = {
      start: part(""),
      open: part("O"),
      high: part("H"),
      low: part("L"),
      close: part("C"),
      change: part(""),
      volume: part("V"),
      status: part(""),
    };
    place.append(this.#indicators, this.#signals);
  }

  /**
   * @param {Bar | undefined} bar
   * @param {string} zone
   * @param {IndicatorLines} indicators
   * @param {readonly string[]} said what strategies said at it.
   */
  show(bar, zone, indicators, said) {
    if (bar === undefined) {
      for (const part of Object.values(this.#parts)) setText(part, "");
      this.#indicators.replaceChildren();
      this.#signals.replaceChildren();
      return;
    }
    const { open, close, status } = bar;
    const parts = this.#parts;
    setText(parts.start, fullTime(zone, secondsOf(bar.start)));
    for (const name of /** @type {const} */ (["open", "high", "low", "close"])) {
      setText(parts[name], price(bar[name], this.#instrument));
    }
    const places = placesOf(this.#instrument.step);
    setText(parts.change, `${signed(close - open, places)} (${percent((close - open) / open)})`);
    parts.change.className = `number ${close > open ? "up" : close < open ? "down" : ""}`;
    setText(parts.volume, sizeText(amountOf(bar)));
    setText(parts.status, status === "complete" ? "" : status);
    this.#signals.replaceChildren(...said.map((text) => element("span", {}, text)));
    const readings = indicators.at(secondsOf(bar.start));
    this.#indicators.replaceChildren(...readings.map(({ text, overlay, values }, at) =>
      element(
        "span",
        { "data-reading": text },
        element("span", { class: `swatch indicator-${at + 1}`, "aria-hidden": "true" }),
        `${labelOf(text)} `,
        element("b", { class: "number" }, this.#said(values, overlay)),
      )
    ));
  }

  /**
   * @param {Readonly<Record<string, number>> | null} values
   * @param {boolean} overlay whether they are prices.
   */
  #said(values, overlay) {
    if (values === null) return "warming up";
    const write = overlay
      ? (/** @type {number} */ value) => price(value, this.#instrument)
      : figure;
    return Object.values(values).map(write).join(" · ");
  }
}
