/**
 * What spread is usual for an instrument, and what is crossed by too many of it.
 *
 * @module
 */

/** Quotes in the exponential window. */
const WINDOW = 1_024;
/** A single spread counts as no wider than so many usual ones: venues also quote prices nobody means. */
const WIDEST = 8;

/** The usual spread of one instrument's quotes or books. */
export class UsualSpread {
  readonly #spreads: number;
  readonly #step: number;
  #count = 0;
  #usual = 0;

  /**
   * @param spreads how many of them make a crossed quote a bad one.
   * @param step the instrument's price step: no usual spread is less.
   */
  constructor(spreads: number, step: number) {
    this.#spreads = spreads;
    this.#step = step;
  }

  /** Whether a bid stands above an ask by more than it may; not while no spread is known. */
  isFar(bid: number, ask: number): boolean {
    return this.#count > 0 && bid - ask > this.#spreads * Math.max(this.#usual, this.#step);
  }

  /** Takes the spread of a quote that is believed; a crossed one has none. */
  take(bid: number, ask: number): void {
    const spread = ask - bid;
    if (!(spread >= 0)) return;
    const weight = 1 / Math.min(++this.#count, WINDOW);
    const limit = this.#count === 1 ? spread : WIDEST * Math.max(this.#usual, this.#step);
    this.#usual += weight * (Math.min(spread, limit) - this.#usual);
  }
}
