/**
 * The facts above the chart: the last price and how far it has come, the session, the market's state
 * and why, who feeds it, how fresh it is.
 *
 * @module
 */
import { ApiError, read } from "./api.js";
import { element, find, setAttribute, setText } from "./dom.js";
import { cellsOf, freshnessOf, phaseOf } from "./rows.js";
import { watch } from "./stream.js";
import { drawTime } from "./zone.js";

/** @typedef {import("./rows.js").Snapshot} Snapshot */

/** How often what follows from more than one event is read again, in milliseconds. */
const REREAD = 5_000;

/** The facts of one instrument. */
export class Facts {
  #root;
  #symbol;
  #market;
  #time = element("time", { "data-form": "minute" });
  /** @type {Snapshot | null} */
  #snapshot = null;
  /** @type {{ phase: string, next: { time: string, phase: string } } | null} */
  #calendar = null;
  /** By how many milliseconds the daemon's clock is ahead of the browser's. */
  #ahead = 0;
  #isCut = false;
  #isReading = false;

  /**
   * @param {HTMLElement} root with the data of the instrument.
   */
  constructor(root) {
    this.#root = root;
    this.#symbol = root.dataset["symbol"] ?? "";
    this.#market = root.dataset["market"] ?? "";
    setAttribute(this.#time, "data-zone", root.dataset["zone"]);
    this.#fact("session").append(
      element("b"),
      " ",
      element("span", { class: "then" }),
      " ",
      this.#time,
    );
    watch(({ phase }) => {
      this.#isCut = phase === "cut" || phase === "refused";
      this.#tick();
    });
    setInterval(() => this.#tick(), 1_000);
    setInterval(() => {
      if (!document.hidden && !this.#isCut) this.reread();
    }, REREAD);
  }

  /** @param {string} name */
  #fact(name) {
    return find(`[data-fact="${name}"]`, HTMLElement, this.#root);
  }

  /** Reads all of it; what cannot be read now is read again soon. */
  reread() {
    if (this.#isReading) return;
    this.#isReading = true;
    Promise.all([
      read("/api/v1/snapshots", { symbols: this.#symbol }),
      read("/api/v1/markets"),
      read("/api/v1/status"),
    ]).then(([snapshots, markets, status]) => {
      this.#snapshot = snapshots.data[0] ?? null;
      this.#calendar = markets.data.find((/** @type {any} */ { id }) => id === this.#market) ??
        null;
      this.#ahead = Date.parse(status.clock.now) - Date.now();
      this.#draw();
    }).catch((error) => {
      if (!(error instanceof ApiError)) throw error;
    }).finally(() => this.#isReading = false);
  }

  /**
   * Brings the price forward.
   *
   * @param {number} price
   */
  setPrice(price) {
    const snapshot = this.#snapshot;
    if (snapshot === null || snapshot.price === price) return;
    snapshot.price = price;
    if (snapshot.reference !== null) {
      snapshot.change = price - snapshot.reference.price;
      snapshot.changeShare = snapshot.change / snapshot.reference.price;
    }
    this.#drawPrice(snapshot);
  }

  /** @param {NonNullable<Snapshot["state"]>} state */
  setState({ regime, confidence, reasons }) {
    if (this.#snapshot === null) return;
    this.#snapshot.state = { regime, confidence, reasons };
    this.#drawState(this.#snapshot);
  }

  /** @param {string} at when it was received. */
  hear(at) {
    if (this.#snapshot === null) return;
    if (this.#snapshot.heardAt === null || at > this.#snapshot.heardAt) this.#snapshot.heardAt = at;
  }

  #draw() {
    if (this.#snapshot === null) return;
    this.#drawPrice(this.#snapshot);
    this.#drawState(this.#snapshot);
    setText(this.#fact("provider"), this.#snapshot.provider);
    this.#tick();
  }

  /** @param {Snapshot} snapshot */
  #drawPrice(snapshot) {
    const { price, change, share } = cellsOf(snapshot);
    setText(find("#last b", HTMLElement, this.#root), price.text);
    const place = find("#last span", HTMLElement, this.#root);
    if (snapshot.change === null) return;
    setText(place, `${change.text} (${share.text})`);
    setAttribute(place, "class", change.tone === "" ? null : change.tone);
    setText(find("#since", HTMLElement, this.#root), change.title ?? "");
  }

  /** @param {Snapshot} snapshot */
  #drawState(snapshot) {
    if (snapshot.state === null) return;
    const { text, tone } = cellsOf(snapshot).state;
    const fact = this.#fact("state");
    setText(fact, `${text}, ${Math.round(100 * snapshot.state.confidence)} % sure`);
    setAttribute(fact, "data-tone", tone === "" ? null : tone);
    const { reasons } = snapshot.state;
    const list = find("#reasons", HTMLElement, this.#root);
    if ([...list.children].map(({ textContent }) => textContent).join() === reasons.join()) return;
    list.replaceChildren(...reasons.map((reason) => element("li", {}, reason)));
  }

  /** Writes what changes with time alone. */
  #tick() {
    const now = Date.now() + this.#ahead;
    if (this.#snapshot !== null) {
      const { tone, text, why: reason } = freshnessOf(this.#snapshot, now, this.#isCut);
      const fact = this.#fact("fresh");
      setText(fact, text);
      setAttribute(fact, "data-tone", tone);
      const why = find("#fresh-why", HTMLElement, this.#root);
      setText(why, reason);
      why.hidden = reason === "";
    }
    if (this.#calendar === null) return;
    const { tone, text, then } = phaseOf(this.#calendar, now);
    const fact = this.#fact("session");
    const word = find("b", HTMLElement, fact);
    setText(word, text);
    setAttribute(word, "data-tone", tone);
    setText(find(".then", HTMLElement, fact), then);
    this.#time.dateTime = this.#calendar.next.time;
    drawTime(this.#time);
  }
}
