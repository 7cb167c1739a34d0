/**
 * The indicators that the viewer chose: the form that adds one, the list that takes one away, and
 * what they are asked for by. Kept in the browser.
 *
 * @module
 */
import { closeOnEscape, element } from "./dom.js";
import { keep, recall } from "./memory.js";

/**
 * An indicator of the catalog.
 *
 * @typedef {object} Indicator
 * @property {string} name
 * @property {string} title
 * @property {Record<string, { min: number, max: number, whole: boolean, default: number }>} parameters
 * @property {readonly string[]} outputs
 * @property {boolean} overlay whether its values are prices.
 */

const KEY = "marketd.indicators";
/** How many may be shown at once: as many as there are colours. */
export const MOST = 6;

/**
 * How an indicator is asked for.
 *
 * @param {string} name
 * @param {Record<string, number>} parameters
 * @returns {string} such as `ema:period=20`
 */
export function textOf(name, parameters) {
  const said = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  return said.length === 0 ? name : `${name}:${said.join(",")}`;
}

/**
 * How an indicator is written for people.
 *
 * @param {string} text such as `bollinger:period=20,deviations=2`
 * @returns {string} such as `BOLLINGER 20, 2`
 */
export function labelOf(text) {
  const [name = "", parameters = ""] = text.split(":");
  const values = parameters.split(",").map((pair) => pair.split("=")[1] ?? "").filter(Boolean);
  return [name.toUpperCase(), values.join(", ")].join(" ").trim();
}

/** The name of the indicator that a text asks for. */
export function nameOf(/** @type {string} */ text) {
  return text.split(":")[0] ?? "";
}

/**
 * The choice of indicators on the page.
 */
export class IndicatorChoice {
  /** @type {readonly Indicator[]} */
  #catalog;
  /** @type {string[]} */
  #chosen;
  #form;
  #list;
  #fields;
  #changed;

  /**
   * @param {object} parts
   * @param {HTMLFormElement} parts.form with a select `name` and a place for the parameters.
   * @param {HTMLElement} parts.fields
   * @param {HTMLUListElement} parts.list
   * @param {readonly Indicator[]} catalog
   * @param {() => void} changed
   */
  constructor({ form, fields, list }, catalog, changed) {
    this.#catalog = catalog;
    this.#form = form;
    this.#fields = fields;
    this.#list = list;
    this.#changed = changed;
    this.#chosen = (recall(KEY) ?? "").split("|")
      .filter((text) => this.find(text) !== undefined).slice(0, MOST);
    const box = form.closest("details");
    if (box !== null) closeOnEscape(box);
    const select = this.#select;
    select.append(
      ...catalog.map(({ name, title }) => element("option", { value: name }, title)),
    );
    select.addEventListener("change", () => this.#drawFields());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#add();
    });
    this.#drawFields();
    this.#drawList();
  }

  /** What is asked for, in order. */
  get chosen() {
    return this.#chosen;
  }

  /**
   * What the catalog says of an indicator.
   *
   * @param {string} text such as `ema:period=20`
   */
  find(text) {
    return this.#catalog.find(({ name }) => name === nameOf(text));
  }

  get #select() {
    return /** @type {HTMLSelectElement} */ (this.#form.elements.namedItem("name"));
  }

  #drawFields() {
    const spec = this.find(this.#select.value);
    this.#fields.replaceChildren(
      ...Object.entries(spec?.parameters ?? {}).map(([name, range]) =>
        element(
          "label",
          {},
          `${name} `,
          element("input", {
            type: "number",
            name: `parameter.${name}`,
            value: range.default,
            min: range.min,
            max: range.max,
            step: range.whole ? 1 : "any",
            required: true,
          }),
        )
      ),
    );
  }

  #add() {
    const spec = this.find(this.#select.value);
    if (spec === undefined) return;
    const said = new FormData(this.#form);
    const parameters = Object.fromEntries(
      Object.keys(spec.parameters).map((name) => [name, Number(said.get(`parameter.${name}`))]),
    );
    const text = textOf(spec.name, parameters);
    if (this.#chosen.includes(text) || this.#chosen.length >= MOST) return;
    this.#choose([...this.#chosen, text]);
  }

  /**
   * Takes one away, such as one that was refused.
   *
   * @param {string} text
   */
  remove(text) {
    this.#choose(this.#chosen.filter((chosen) => chosen !== text));
  }

  /** @param {string[]} chosen */
  #choose(chosen) {
    this.#chosen = chosen;
    keep(KEY, chosen.join("|"));
    this.#drawList();
    this.#changed();
  }

  #drawList() {
    this.#list.replaceChildren(...this.#chosen.map((text, at) => {
      const button = element(
        "button",
        { type: "button", class: "quiet", "aria-label": `Remove ${labelOf(text)}` },
        "×",
      );
      button.addEventListener("click", () => this.remove(text));
      const swatch = element("span", {
        class: `swatch indicator-${at + 1}`,
        "aria-hidden": "true",
      });
      return element("li", { "data-indicator": text }, swatch, labelOf(text), button);
    }));
    const add = this.#form.querySelector("button");
    if (add !== null) add.disabled = this.#chosen.length >= MOST;
  }
}
