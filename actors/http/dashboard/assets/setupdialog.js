/**
 * The dialog in which a strategy is set up for an instrument.
 *
 * @module
 */
import { ApiError, write } from "./api.js";
import { element, find, setText } from "./dom.js";
import { moment } from "./format.js";
import { SchemaForm } from "./schemaform.js";
import { zoneFor } from "./zone.js";

/**
 * @typedef {import("./strategycard.js").Strategy} Strategy
 * @typedef {import("./strategycard.js").Setup} Setup
 */

/**
 * Where a strategy's setup for an instrument is.
 *
 * @param {string} id
 * @param {string} symbol
 */
export function setupPath(id, symbol) {
  return `/api/v1/strategies/${encodeURIComponent(id)}/${encodeURIComponent(symbol)}`;
}

/**
 * The command that tests a strategy on what is stored.
 *
 * @param {string} id
 * @param {string} symbol
 * @param {{ interval: string, parameters: Readonly<Record<string, unknown>> }} setup
 * @param {object} daemon
 * @param {string | undefined} daemon.folder where this page finds what it writes
 * @param {readonly string[]} daemon.flags by which it works on the same configuration and store
 * @returns {string}
 */
export function reportCommand(id, symbol, { interval, parameters }, { folder, flags }) {
  const parts = [["marketd", "replay", ...flags.map(quoted)].join(" ")];
  parts.push(`--stored ${quoted(symbol)}`, `--strategy ${id}`);
  parts.push(`--interval ${interval}`);
  for (const [name, value] of Object.entries(parameters)) {
    parts.push(`--param ${quoted(`${name}=${value}`)}`);
  }
  const place = folder === undefined ? "" : `${folder}/`;
  parts.push(`--report ${quoted(`${place}${id}-${symbol}-${interval}.html`)}`);
  return parts.join(" \\\n  ");
}

/**
 * A word as a shell takes it.
 *
 * @param {string} text
 */
function quoted(text) {
  return /^[\w.=:,/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The dialog. */
export class SetupDialog {
  #dialog;
  #form;
  #intervals;
  #daemon;
  #saved;
  /** @type {{ about: SchemaForm, parameters: SchemaForm, id: string, symbol: string } | null} */
  #open = null;

  /**
   * @param {HTMLDialogElement} dialog
   * @param {object} options
   * @param {readonly string[]} options.intervals
   * @param {string | undefined} options.backtests the folder in which they are kept
   * @param {readonly string[]} options.flags by which a command works on what the daemon works on
   * @param {boolean} options.mayWrite
   * @param {() => void} options.saved
   */
  constructor(dialog, { intervals, backtests, flags, mayWrite, saved }) {
    this.#dialog = dialog;
    this.#form = find("form", HTMLFormElement, dialog);
    this.#intervals = intervals;
    this.#daemon = { folder: backtests, flags };
    this.#saved = saved;
    this.#button("usual").addEventListener("click", () => this.#setUsual());
    this.#button("cancel").addEventListener("click", () => dialog.close());
    this.#button("copy").addEventListener("click", () => this.#copy());
    find("button[type=submit]", HTMLButtonElement, dialog).disabled = !mayWrite;
    this.#form.addEventListener("input", () => this.#drawCommand());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save().catch((error) => {
        if (!(error instanceof ApiError)) throw error;
        this.#refuse(error);
      });
    });
  }

  /** @param {string} name */
  #button(name) {
    return find(`button[name="${name}"]`, HTMLButtonElement, this.#dialog);
  }

  /**
   * @param {Strategy} strategy
   * @param {string} symbol
   * @param {Setup | undefined} setup what holds now; absent: nothing, so it begins as usual
   */
  show(strategy, symbol, setup) {
    const intervals = strategy.intraday
      ? this.#intervals.filter((name) => name !== "1d")
      : this.#intervals;
    const usual = intervals.includes("5m") ? "5m" : intervals[0];
    const about = new SchemaForm(
      {
        properties: {
          enabled: { type: "boolean", description: "Whether it runs.", default: true },
          interval: { enum: intervals, description: "Of the candles it is shown.", default: usual },
        },
      },
      { enabled: setup?.enabled, interval: setup?.interval },
      "",
    );
    const parameters = new SchemaForm(strategy.parameters, setup?.parameters ?? {}, "parameters");
    this.#open = { about, parameters, id: strategy.id, symbol };
    const where = symbol === "*" ? "any other instrument" : symbol;
    setText(find("h2", HTMLElement, this.#dialog), `${strategy.title} on ${where}`);
    find(".fields", HTMLElement, this.#dialog).replaceChildren(
      ...about.elements,
      ...parameters.elements,
    );
    setText(find("[data-error]", HTMLElement, this.#dialog), "");
    this.#drawCommand();
    this.#drawChanges(setup);
    this.#dialog.showModal();
  }

  #setUsual() {
    if (this.#open === null) return;
    const { about, parameters } = this.#open;
    about.values = { ...about.values, interval: about.usual["interval"] };
    parameters.values = parameters.usual;
    this.#drawCommand();
  }

  async #save() {
    if (this.#open === null) return;
    const { about, parameters, id, symbol } = this.#open;
    await write("PUT", setupPath(id, symbol), { ...about.values, parameters: parameters.values });
    this.#dialog.close();
    this.#saved();
  }

  /** @param {ApiError} error */
  #refuse(error) {
    if (this.#open === null) return;
    const { about, parameters } = this.#open;
    const isOfParameters = (/** @type {{ path: string }} */ { path }) =>
      path.startsWith("parameters.");
    const placed = [
      parameters.refuse(error.errors.filter(isOfParameters)),
      about.refuse(error.errors.filter((one) => !isOfParameters(one))),
    ];
    const isSaid = error.errors.length > 0 && placed.every(Boolean);
    setText(find("[data-error]", HTMLElement, this.#dialog), isSaid ? "" : error.message);
    const first = this.#dialog.querySelector("[aria-invalid]");
    if (first instanceof HTMLElement) first.focus();
  }

  #drawCommand() {
    if (this.#open === null) return;
    const { about, parameters, id, symbol } = this.#open;
    const report = find(".report", HTMLElement, this.#dialog);
    report.hidden = symbol === "*";
    const setup = {
      interval: String(about.values["interval"]),
      parameters: parameters.values,
    };
    const command = reportCommand(id, symbol, setup, this.#daemon);
    setText(find(".report pre", HTMLElement, this.#dialog), command);
  }

  #copy() {
    const { textContent } = find(".report pre", HTMLElement, this.#dialog);
    navigator.clipboard.writeText(textContent).then(
      () => setText(this.#button("copy"), "Copied"),
      // Where the browser forbids it, it can be selected.
      () => getSelection()?.selectAllChildren(find(".report pre", HTMLElement, this.#dialog)),
    );
  }

  /** @param {Setup | undefined} setup */
  #drawChanges(setup) {
    const place = find(".changes", HTMLElement, this.#dialog);
    const changes = setup?.changes ?? [];
    place.hidden = changes.length === 0;
    find("ul", HTMLElement, place).replaceChildren(
      ...changes.map(({ at, by, new: said }) =>
        element(
          "li",
          { class: "wrap" },
          `${moment(at, zoneFor())}, ${by}: ${said === null ? "removed" : JSON.stringify(said)}`,
        )
      ),
    );
  }
}
