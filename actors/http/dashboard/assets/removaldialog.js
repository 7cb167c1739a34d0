/**
 * The question that is asked before a strategy's setup is removed: what will be gone, and how to have
 * it again.
 *
 * @module
 */
import { find, setText } from "./dom.js";

/**
 * @typedef {import("./strategycard.js").Strategy} Strategy
 * @typedef {import("./strategycard.js").Setup} Setup
 */

/**
 * What a removal comes to, in words.
 *
 * @param {Setup} setup what is to be removed
 * @param {boolean} hasAny whether there is a setup for any other instrument
 * @returns {{ gone: string, again: string }}
 */
export function consequences({ symbol, origin, interval, parameters }, hasAny) {
  const values = Object.entries(parameters).map(([name, value]) => `${name} ${value}`);
  const next = symbol === "*"
    ? "It stops on every instrument that has no setup of its own."
    : hasAny
    ? `On ${symbol} the setup for any other instrument holds again.`
    : `It stops on ${symbol}.`;
  const laid = origin === "configuration"
    ? " The configuration still has it, and this removal is laid over it: a restart does not bring it back."
    : "";
  return {
    gone: `${next} It is set to ${[interval, ...values].join(", ")}.${laid}`,
    again: `To stop it for a while, switch it off instead. To have it again, choose ${
      symbol === "*" ? "any other instrument" : symbol
    } at “Set it up for” and enter these values.`,
  };
}

/** The dialog. */
export class RemovalDialog {
  #dialog;
  #removed;
  /** @type {{ id: string, symbol: string } | null} */
  #asked = null;

  /**
   * @param {HTMLDialogElement} dialog whose form answers `remove`
   * @param {(id: string, symbol: string) => void} removed told that the viewer wants it
   */
  constructor(dialog, removed) {
    this.#dialog = dialog;
    this.#removed = removed;
    dialog.addEventListener("close", () => {
      if (dialog.returnValue === "remove" && this.#asked !== null) {
        this.#removed(this.#asked.id, this.#asked.symbol);
      }
      this.#asked = null;
    });
  }

  /**
   * @param {Strategy} strategy
   * @param {Setup} setup
   */
  ask({ id, title, setups }, setup) {
    const { symbol } = setup;
    this.#asked = { id, symbol };
    const where = symbol === "*" ? "any other instrument" : symbol;
    const { gone, again } = consequences(setup, setups.some(({ symbol }) => symbol === "*"));
    setText(find("h2", HTMLElement, this.#dialog), `Remove ${title} on ${where}?`);
    setText(find("[data-gone]", HTMLElement, this.#dialog), gone);
    setText(find("[data-again]", HTMLElement, this.#dialog), again);
    // Escape leaves the answer of the time before.
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
  }
}
