/**
 * What a price usually is: a rolling mean and deviation of the prices that were believed.
 *
 * The window is exponential (West, "Updating mean and variance estimates", 1979, with a constant
 * weight): no price is kept, and a tick costs the same however long the window is.
 *
 * @module
 */
import type { GateRules } from "./rules.ts";

/** The thresholds of outliers. */
export type OutlierRules = GateRules["outlier"];

/** Prices after which the window knows how they usually vary. */
const WARM = 16;

/** The window of one price of one instrument: of its trades, its bids or its asks. */
export class PriceWindow {
  readonly #rules: OutlierRules;
  readonly #floor: number;
  #count = 0;
  #mean = 0;
  #variance = 0;
  #last = 0;

  /** @param step the instrument's price step. */
  constructor(rules: OutlierRules, step: number) {
    this.#rules = rules;
    this.#floor = rules.steps * step;
  }

  /** Whether a price is where prices usually are. So is any where none was taken, and `NaN`. */
  fits(price: number): boolean {
    if (this.#count < WARM) return this.isPlausible(price);
    const { z, percent } = this.#rules;
    const floor = Math.max(this.#floor, percent / 100 * this.#last);
    const moved = Math.abs(price - this.#last);
    // Most ticks end here, without the mean and a root.
    if (moved <= z * floor) return true;
    const apart = Math.min(Math.abs(price - this.#mean), moved);
    return !(apart > z * floor && apart > z * Math.sqrt(this.#variance));
  }

  /** Whether a price is where prices may be after a pause, or before it is known how they vary. */
  isPlausible(price: number): boolean {
    const factor = this.#factor;
    return this.#count === 0 ||
      !(price > this.#last * factor || price * factor < this.#last);
  }

  /**
   * How far a price is from the window or, where it is told, from another centre: 1 is as far as a
   * price may be. 0 for `NaN`.
   */
  distance(price: number, centre = NaN): number {
    if (this.#count === 0 || Number.isNaN(price)) return 0;
    const isOwn = Number.isNaN(centre);
    if (this.#count < WARM) {
      const near = isOwn ? this.#last : centre;
      return Math.abs(Math.log(price / near)) / Math.log(this.#factor);
    }
    const apart = isOwn
      ? Math.min(Math.abs(price - this.#mean), Math.abs(price - this.#last))
      : Math.abs(price - centre);
    return apart / this.#reach(isOwn ? this.#last : centre);
  }

  /** Takes a price that is believed; `NaN` is none. */
  take(price: number): void {
    if (price !== price) return;
    const alpha = 1 / Math.min(++this.#count, this.#rules.window);
    const apart = price - this.#mean;
    const moved = alpha * apart;
    this.#mean += moved;
    this.#variance = this.#count === 1 ? 0 : (1 - alpha) * (this.#variance + apart * moved);
    this.#last = price;
  }

  /** Moves to where prices are believed to be; stays where that is `NaN`. */
  moveTo(price: number): void {
    if (price !== price || this.#count === 0) return;
    this.#mean = this.#last = price;
  }

  get #factor(): number {
    return 1 + this.#rules.reopening / 100;
  }

  #reach(centre: number): number {
    const { z, percent } = this.#rules;
    const floor = Math.max(this.#floor, percent / 100 * centre);
    return z * Math.max(floor, Math.sqrt(this.#variance));
  }
}
