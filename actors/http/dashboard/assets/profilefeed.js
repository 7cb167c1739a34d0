/**
 * Feeds the volume profile: of the present session, as the stream tells it, or of the bars in sight.
 *
 * @module
 */
import { read } from "./api.js";
import { price } from "./format.js";

/** How long the bars in sight must stand still before their profile is asked for, in milliseconds. */
const SETTLE = 300;
/** How often the profile of what is in sight is asked for again as it forms, in milliseconds. */
const PACE = 5_000;

/** @typedef {import("./profilecolumn.js").Profile} Profile */

/**
 * What a profile comes to.
 *
 * @param {Profile} profile
 * @param {{ readonly step: number }} instrument
 */
export function describe({ poc, vah, val, basis, status }, instrument) {
  const [control, high, low] = [poc, vah, val].map((value) => price(value, instrument));
  const doubt = status === "partial" || status === "gapped" ? `, ${status}` : "";
  const measure = basis === "volume" ? "volume" : "quotes";
  return `Profile of ${measure}: POC ${control}, VAH ${high}, VAL ${low}${doubt}`;
}

/** Feeds the profile of one instrument. */
export class ProfileFeed {
  #symbol;
  #chart;
  #said;
  #instrument;
  /** @type {"session" | "sight" | "none"} */
  #span = "session";
  #timer = 0;
  /** Counts what was asked: answers to an earlier question are dropped. */
  #turn = 0;

  /**
   * @param {string} symbol
   * @param {import("./marketchart.js").MarketChart} chart
   * @param {(text: string) => void} said told what the profile comes to, in words.
   * @param {{ readonly step: number }} instrument
   */
  constructor(symbol, chart, said, instrument) {
    this.#symbol = symbol;
    this.#chart = chart;
    this.#said = said;
    this.#instrument = instrument;
    chart.onSight(() => {
      if (this.#span === "sight") this.#ask(SETTLE);
    });
  }

  /** @param {string} span */
  choose(span) {
    this.#span = span === "sight" || span === "none" ? span : "session";
    this.#turn++;
    clearTimeout(this.#timer);
    if (this.#span === "none") this.#show(null);
    else this.#ask(0);
  }

  /** @param {Profile} profile of the session, from the stream. */
  take(profile) {
    if (this.#span === "session") this.#show(profile);
    else if (this.#span === "sight" && this.#timer === 0) this.#ask(PACE);
  }

  /** Reads it. */
  async load() {
    if (this.#span === "none") return;
    const turn = ++this.#turn;
    const span = this.#span === "sight" ? this.#chart.sight : {};
    if (span === null) return;
    const { data: [profile] } = await read("/api/v1/profile", { symbol: this.#symbol, ...span });
    if (turn === this.#turn) this.#show(profile ?? null);
  }

  /** @param {Profile | null} profile */
  #show(profile) {
    this.#chart.profile = profile;
    this.#said(profile === null ? "" : describe(profile, this.#instrument));
  }

  /** @param {number} wait milliseconds. */
  #ask(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.load().catch((error) => console.info(String(error)));
    }, wait);
  }
}
