/**
 * One row of the overview: what it knows, and writing that where it can be seen.
 *
 * @module
 */
import { find, setAttribute, setText } from "./dom.js";
import { cellsOf, freshnessOf } from "./rows.js";
import { readLater, Spark } from "./spark.js";

/** @typedef {import("./rows.js").Snapshot} Snapshot */

/** The interval of a day's candle. */
export const DAY = "1d";
/** How long a change of price stays marked, in milliseconds. */
const FLASH = 450;

/** What is known before anything was read. */
const UNKNOWN = { freshness: { state: "waiting", reason: null }, heardAt: null };

/** A row. */
export class Row {
  /** @type {Snapshot | null} */
  snapshot = null;
  isVisible = false;
  /** Whether something is to be written. */
  isDirty = false;
  #isDrawn = false;
  /** @type {Map<string, Element>} */
  #cells = new Map();
  #flashUntil = 0;
  #isSparkDirty = false;

  /** @param {HTMLTableRowElement} element */
  constructor(element) {
    this.element = element;
    this.symbol = element.dataset["symbol"] ?? "";
    this.link = find("a", HTMLAnchorElement, element);
    this.star = find(".star button", HTMLButtonElement, element);
    for (const cell of element.querySelectorAll("[data-cell]")) {
      this.#cells.set(cell.getAttribute("data-cell") ?? "", cell);
    }
    this.spark = new Spark(find("polyline", SVGPolylineElement, element));
  }

  /**
   * Takes what is known of the instrument, all of it.
   *
   * @param {Snapshot} snapshot
   */
  take(snapshot) {
    this.snapshot = snapshot;
    this.isDirty = true;
  }

  /**
   * Brings it forward by an event of the stream.
   *
   * @param {string} type
   * @param {any} data
   */
  apply(type, data) {
    const { snapshot } = this;
    if (snapshot === null) return;
    if (type === "candle" && data.basis !== snapshot.basis) return;
    if (type === "candle" && data.interval === DAY) this.#applyDay(snapshot, data);
    else if (type === "candle") this.#applyMinute(snapshot, data);
    else if (type === "quote") {
      snapshot.bid = data.bid;
      snapshot.ask = data.ask;
      this.#hear(snapshot, data.receivedAt);
    } else if (type === "state") {
      const { regime, confidence, reasons } = data;
      snapshot.state = { regime, confidence, reasons };
    } else if (type === "flow" && data.interval !== DAY) {
      snapshot.flow = { cumulative: data.cumulative, pressure: data.pressure };
    } else return;
    this.isDirty = true;
  }

  /**
   * @param {Snapshot} snapshot
   * @param {any} candle
   */
  #applyDay(snapshot, candle) {
    const { open, high, low, realVolume: volume, start, status } = candle;
    // Yesterday's may be repaired today.
    if (status !== "forming") return;
    snapshot.day = { open, high, low, volume, status };
    // As the daemon has it: what has no close before it is measured from its first price.
    snapshot.reference ??= { price: open, kind: "open", time: start, status };
    this.#measure(snapshot);
  }

  /**
   * @param {Snapshot} snapshot
   * @param {any} candle
   */
  #applyMinute(snapshot, candle) {
    this.spark.take(candle);
    this.#isSparkDirty = true;
    // A minute of the past that was repaired is not the price of now.
    if (snapshot.time !== null && candle.end < snapshot.time) return;
    if (candle.close === snapshot.price) return;
    if (snapshot.price !== null) this.#flash(candle.close > snapshot.price ? "up" : "down");
    snapshot.price = candle.close;
    this.#measure(snapshot);
  }

  /** @param {Snapshot} snapshot */
  #measure(snapshot) {
    const { price, reference } = snapshot;
    if (price === null || reference === null) return;
    snapshot.change = price - reference.price;
    snapshot.changeShare = snapshot.change / reference.price;
  }

  /**
   * @param {Snapshot} snapshot
   * @param {string} at
   */
  #hear(snapshot, at) {
    if (snapshot.heardAt === null || at > snapshot.heardAt) snapshot.heardAt = at;
  }

  /** @param {"up" | "down"} tone */
  #flash(tone) {
    if (!this.isVisible) return;
    const cell = this.#cells.get("price");
    if (cell === undefined) return;
    setAttribute(cell, "data-flash", tone);
    this.#flashUntil = performance.now() + FLASH;
  }

  /**
   * Shows or hides it: a row that nobody sees is not written.
   *
   * @param {boolean} isVisible
   */
  show(isVisible) {
    this.isVisible = isVisible;
    if (isVisible) this.isDirty = true;
  }

  /** Has its last hour read, once. */
  remember() {
    readLater(this.symbol, this.spark);
  }

  /** Writes what changed. */
  draw() {
    const { snapshot } = this;
    this.isDirty = false;
    if (snapshot === null) return;
    const cells = cellsOf(snapshot);
    for (const [name, { text, tone, title }] of Object.entries(cells)) {
      const cell = this.#cells.get(name);
      if (cell === undefined) continue;
      const isNew = setText(cell, text);
      if (!isNew && this.#isDrawn) continue;
      setAttribute(cell, "data-tone", tone === "" ? null : tone);
      if (title !== undefined) setAttribute(cell, "title", title);
    }
    const provider = this.#cells.get("provider");
    if (provider !== undefined) setText(provider, snapshot.provider);
    if (this.#isSparkDirty) this.spark.draw();
    this.#isSparkDirty = false;
    this.#isDrawn = true;
  }

  /**
   * Writes how fresh it is, and ends what was marked long enough.
   *
   * @param {number} now milliseconds since 1970, by the daemon's clock
   * @param {boolean} isCut
   */
  tick(now, isCut) {
    if (this.#flashUntil > 0 && performance.now() > this.#flashUntil) {
      this.#flashUntil = 0;
      const cell = this.#cells.get("price");
      if (cell !== undefined) setAttribute(cell, "data-flash", null);
    }
    const cell = this.#cells.get("fresh");
    // Before the first snapshot came, what the daemon drew stands; but not while it cannot be asked.
    if (cell === undefined || (this.snapshot === null && !isCut)) return;
    const { tone, text, why } = freshnessOf(this.snapshot ?? UNKNOWN, now, isCut);
    setText(cell, text);
    setAttribute(cell, "data-tone", tone);
    const reason = this.#cells.get("why");
    if (reason !== undefined && setText(reason, why)) setAttribute(reason, "title", why);
  }
}
