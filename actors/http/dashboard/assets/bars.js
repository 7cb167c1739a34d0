/**
 * The bars of one instrument and interval, in order of time, each once: pages of history and the
 * live stream are merged into one series, whatever the order in which they come.
 *
 * @module
 */

/**
 * A bar as the API tells it.
 *
 * @typedef {object} Bar
 * @property {string} interval
 * @property {string} start RFC 3339; names the bar.
 * @property {string} end exclusive.
 * @property {number} open
 * @property {number} high
 * @property {number} low
 * @property {number} close
 * @property {number} realVolume
 * @property {number} tickVolume
 * @property {"forming" | "complete" | "partial" | "gapped" | "repaired"} status
 * @property {number} revision one more each time that it was changed.
 * @property {readonly string[]} providers
 */

/**
 * Seconds since 1970 of an RFC 3339 time.
 *
 * @param {string} time
 */
export function secondsOf(time) {
  return Date.parse(time) / 1_000;
}

/**
 * What traded in a bar or, where the feed has no trades, how many ticks there were.
 *
 * @param {Bar} bar
 */
export function amountOf({ realVolume, tickVolume }) {
  return realVolume > 0 ? realVolume : tickVolume;
}

/**
 * Whether a version of a bar replaces another that is known: what is closed stands above what is
 * forming, a later revision above an earlier one, and of two forming ones the one with more ticks.
 *
 * @param {Bar} next
 * @param {Bar} known
 */
export function replaces(next, known) {
  const isClosed = next.status !== "forming";
  if (isClosed !== (known.status !== "forming")) return isClosed;
  if (next.revision !== known.revision) return next.revision > known.revision;
  return isClosed || next.tickVolume >= known.tickVolume;
}

/** Bars in order of time, each once. */
export class Bars {
  /** @type {Bar[]} */
  #list = [];
  /** @type {Map<number, number>} Seconds of the start to the place in the list. */
  #places = new Map();

  /** The bars, the oldest first; not to be changed. */
  get list() {
    return this.#list;
  }

  /** The newest bar; `undefined` where there is none. */
  get last() {
    return this.#list.at(-1);
  }

  /**
   * The bar that starts at an instant.
   *
   * @param {number} seconds since 1970.
   */
  at(seconds) {
    const place = this.#places.get(seconds);
    return place === undefined ? undefined : this.#list[place];
  }

  /**
   * The bar that follows one that is there; `undefined` where that is the newest.
   *
   * @param {Bar} bar
   */
  after(bar) {
    const place = this.#places.get(secondsOf(bar.start));
    return place === undefined ? undefined : this.#list[place + 1];
  }

  /**
   * Takes bars in any order.
   *
   * @param {readonly Bar[]} bars
   * @returns {{ readonly isOrderKept: boolean, readonly taken: readonly Bar[] }} those that changed
   *   anything, and whether each of them replaced one that was there or came after the newest.
   */
  merge(bars) {
    const taken = [];
    let isOrderKept = true;
    let newest = this.last === undefined ? -Infinity : secondsOf(this.last.start);
    for (const bar of bars) {
      const seconds = secondsOf(bar.start);
      const place = this.#places.get(seconds);
      const known = place === undefined ? undefined : this.#list[place];
      if (place === undefined || known === undefined) {
        if (seconds < newest) isOrderKept = false;
        newest = Math.max(newest, seconds);
        this.#places.set(seconds, this.#list.push(bar) - 1);
      } else if (replaces(bar, known)) this.#list[place] = bar;
      else continue;
      taken.push(bar);
    }
    if (!isOrderKept) this.#sort();
    return { isOrderKept, taken };
  }

  /**
   * Forgets the bars that are forming: after a restart of the daemon they are told anew, and may
   * hold less than before.
   *
   * @returns {boolean} whether there was one.
   */
  forgetForming() {
    const closed = this.#list.filter(({ status }) => status !== "forming");
    if (closed.length === this.#list.length) return false;
    this.#list = closed;
    this.#sort();
    return true;
  }

  #sort() {
    this.#list.sort((one, other) => secondsOf(one.start) - secondsOf(other.start));
    this.#places = new Map(this.#list.map(({ start }, place) => [secondsOf(start), place]));
  }
}
