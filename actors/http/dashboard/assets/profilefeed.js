/**
 * Feeds the volume profile: of the present session, as the stream tells it, or of the bars in sight.
 *
 * @module
 */
import { read } from "./api.js";

/** How long the bars in sight must stand still before their profile is asked for, in milliseconds. */
const SETTLE = 300;
/** How often the profile of what is in sight is asked for again as it forms, in milliseconds. */
const PACE = 5_000;

/** Feeds the profile of one instrument. */
export class ProfileFeed {
  #symbol;
  #chart;
  /** @type {"session" | "sight" | "none"} */
  #span = "session";
  #timer = 0;
  /** Counts what was asked: answers to an earlier question are dropped. */
  #turn = 0;

  /**
   * @param {string} symbol
   * @param {import("./marketchart.js").MarketChart} chart
   */
  constructor(symbol, chart) {
    this.#symbol = symbol;
    this.#chart = chart;
    chart.onSight(() => {
      if (this.#span === "sight") this.#ask(SETTLE);
    });
  }

  /** @param {string} span */
  choose(span) {
    this.#span = span === "sight" || span === "none" ? span : "session";
    this.#turn++;
    clearTimeout(this.#timer);
    if (this.#span === "none") this.#chart.profile = null;
    else this.#ask(0);
  }

  /** @param {import("./profilecolumn.js").Profile} profile of the session, from the stream. */
  take(profile) {
    if (this.#span === "session") this.#chart.profile = profile;
    else if (this.#span === "sight" && this.#timer === 0) this.#ask(PACE);
  }

  /** Reads it. */
  async load() {
    if (this.#span === "none") return;
    const turn = ++this.#turn;
    const span = this.#span === "sight" ? this.#chart.sight : {};
    if (span === null) return;
    const { data: [profile] } = await read("/api/v1/profile", { symbol: this.#symbol, ...span });
    if (turn === this.#turn) this.#chart.profile = profile ?? null;
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
