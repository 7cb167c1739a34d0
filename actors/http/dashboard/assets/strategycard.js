/**
 * One strategy on the page: where it runs and how it fares, and what it said of late.
 *
 * @module
 */
import { ApiError, write } from "./api.js";
import { element, find, setAttribute, setText } from "./dom.js";
import { minute, zoneName } from "./format.js";
import { setupPath } from "./setupdialog.js";
import { describe } from "./signals.js";
import { fill } from "./table.js";
import { zoneFor } from "./zone.js";

/**
 * @typedef {import("./signals.js").Signal} Signal
 */

/**
 * How a strategy is set up for an instrument.
 *
 * @typedef {object} Setup
 * @property {string} symbol `*`: any that has nothing of its own
 * @property {"configuration" | "api"} origin
 * @property {boolean} enabled
 * @property {string} interval
 * @property {Readonly<Record<string, unknown>>} parameters
 * @property {readonly { symbol: string, status: string, fault: string | null, until: string | null }[]} running
 * @property {readonly { at: string, by: string, new: unknown }[]} changes
 */

/**
 * A strategy as the API tells it.
 *
 * @typedef {object} Strategy
 * @property {string} id
 * @property {string} title
 * @property {boolean} intraday
 * @property {import("./schemaform.js").ObjectSchema} parameters
 * @property {readonly Setup[]} setups
 */

/**
 * What a card works with.
 *
 * @typedef {object} CardOptions
 * @property {boolean} mayWrite
 * @property {(strategy: Strategy, symbol: string, setup: Setup | undefined) => void} tune
 * @property {(strategy: Strategy, setup: Setup) => void} remove asks whether it is meant
 * @property {() => void} again reads all of it anew
 * @property {(trouble: string) => void} said
 * @property {(symbol: string) => { readonly step: number, readonly zone: string | undefined }} instrument
 */

/** How many signals are shown. */
const SHOWN = 10;

/**
 * How a setup fares, in words.
 *
 * @param {Setup} setup
 * @param {(symbol: string) => string | undefined} zoneOf
 */
export function faresOf({ enabled, running }, zoneOf) {
  if (!enabled) return "off";
  if (running.length === 0) return "on no instrument";
  return running.map(({ symbol, status, fault, until }) => {
    const zone = zoneOf(symbol);
    const seen = until === null ? "" : `, up to ${minute(until, zone)} ${zoneName(until, zone)}`;
    return `${symbol} ${status}${seen}${fault === null ? "" : `: ${fault}`}`;
  }).join("; ");
}

/** A strategy's card. */
export class StrategyCard {
  #root;
  #options;
  /** @type {Strategy | null} */
  #strategy = null;

  /**
   * @param {HTMLElement} root
   * @param {CardOptions} options
   */
  constructor(root, options) {
    this.#root = root;
    this.#options = options;
    const form = find("form.add", HTMLFormElement, root);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const symbol = find("select", HTMLSelectElement, form).value;
      if (this.#strategy !== null) options.tune(this.#strategy, symbol, undefined);
    });
  }

  /**
   * @param {Strategy} strategy
   * @param {readonly string[]} symbols the instruments that are followed
   */
  show(strategy, symbols) {
    this.#strategy = strategy;
    const zoneOf = (/** @type {string} */ symbol) => zoneFor(this.#options.instrument(symbol).zone);
    fill(
      find("tbody.setups", HTMLElement, this.#root),
      strategy.setups,
      ({ symbol }) => symbol,
      (setup) => [
        { text: setup.symbol === "*" ? "any other" : setup.symbol, class: "strong" },
        (cell) => this.#drawSwitch(cell, setup),
        setup.interval,
        {
          text: Object.entries(setup.parameters).map(([name, value]) => `${name} ${value}`)
            .join(", "),
          class: "wrap",
        },
        { text: faresOf(setup, zoneOf), class: "wrap", tone: toneOf(setup) },
        setup.origin === "api" ? "the API" : "configuration",
        (cell) => this.#drawButtons(cell, setup),
      ],
      "It is set up for no instrument.",
    );
    const taken = new Set(strategy.setups.map(({ symbol }) => symbol));
    const free = [...symbols, "*"].filter((symbol) => !taken.has(symbol));
    const select = find("form.add select", HTMLSelectElement, this.#root);
    if ([...select.options].map(({ value }) => value).join() !== free.join()) {
      select.replaceChildren(
        ...free.map((symbol) =>
          element("option", { value: symbol }, symbol === "*" ? "any other instrument" : symbol)
        ),
      );
    }
    find("form.add", HTMLElement, this.#root).hidden = free.length === 0;
  }

  /** @param {readonly Signal[]} signals the latest first */
  showSignals(signals) {
    find(".note", HTMLElement, this.#root).hidden = signals.length > 0;
    const list = find(".signals", HTMLElement, this.#root);
    setAttribute(list, "hidden", signals.length === 0);
    list.replaceChildren(
      ...signals.slice(0, SHOWN).map((signal) => {
        const { symbol, id } = signal;
        const instrument = this.#options.instrument(symbol);
        const link = element("a", { href: `/instruments/${encodeURIComponent(symbol)}` }, symbol);
        const item = element("li", { "data-signal": id });
        item.append(...describe(signal, instrument, zoneFor(instrument.zone), link));
        return item;
      }),
    );
  }

  /**
   * @param {HTMLElement} cell
   * @param {Setup} setup
   */
  #drawSwitch(cell, setup) {
    const { symbol, enabled } = setup;
    let button = cell.querySelector("button");
    if (button === null) {
      button = element("button", { type: "button", role: "switch", class: "switch" });
      button.disabled = !this.#options.mayWrite;
      button.addEventListener("click", () => this.#turn(symbol));
      cell.replaceChildren(button);
    }
    const where = symbol === "*" ? "any other instrument" : symbol;
    setAttribute(button, "aria-label", `${this.#strategy?.title} on ${where}`);
    setAttribute(button, "aria-checked", String(enabled));
    setText(button, enabled ? "on" : "off");
  }

  /**
   * @param {HTMLElement} cell
   * @param {Setup} setup
   */
  #drawButtons(cell, { symbol }) {
    if (cell.childElementCount > 0) return;
    const where = symbol === "*" ? "any other instrument" : symbol;
    const tune = element("button", { type: "button", "aria-label": `Tune for ${where}` }, "Tune");
    tune.addEventListener("click", () => {
      const setup = this.#find(symbol);
      if (this.#strategy !== null) this.#options.tune(this.#strategy, symbol, setup);
    });
    const remove = element(
      "button",
      { type: "button", class: "quiet", "aria-label": `Remove for ${where}` },
      "Remove",
    );
    remove.disabled = !this.#options.mayWrite;
    remove.addEventListener("click", () => {
      const setup = this.#find(symbol);
      if (this.#strategy !== null && setup !== undefined) {
        this.#options.remove(this.#strategy, setup);
      }
    });
    cell.replaceChildren(tune, " ", remove);
  }

  /**
   * Removes what is set up, unasked.
   *
   * @param {string} symbol
   */
  remove(symbol) {
    this.#change("DELETE", symbol);
  }

  /** @param {string} symbol */
  #find(symbol) {
    return this.#strategy?.setups.find((setup) => setup.symbol === symbol);
  }

  /** @param {string} symbol */
  #turn(symbol) {
    const setup = this.#find(symbol);
    if (setup === undefined) return;
    const { enabled, interval, parameters } = setup;
    this.#change("PUT", symbol, { enabled: !enabled, interval, parameters });
  }

  /**
   * @param {"PUT" | "DELETE"} method
   * @param {string} symbol
   * @param {unknown} [body]
   */
  #change(method, symbol, body) {
    const { again, said } = this.#options;
    write(method, setupPath(this.#strategy?.id ?? "", symbol), body).then(() => {
      said("");
      again();
    }, (error) => {
      if (!(error instanceof ApiError)) throw error;
      said(error.message);
    });
  }
}

/** @param {Setup} setup */
function toneOf({ enabled, running }) {
  if (!enabled) return "closed";
  const isWrong = running.some(({ status }) => status === "given-up" || status === "restarting");
  return isWrong ? "wrong" : "live";
}
