/**
 * Who began a trade: the buyer or the seller.
 *
 * The venue's own word where it gives one. Else as C. Lee and M. Ready have it ("Inferring Trade
 * Direction from Intraday Data", Journal of Finance 46, 1991): by the quote, above its middle a buy
 * and below it a sell; at the middle, or without a quote of both sides that is not crossed, by the
 * tick: a price above the last different one is a buy, below it a sell.
 *
 * They compared trades with the quote of five seconds before, since on the NYSE of 1988 quotes were
 * typed in ahead of the trades that moved them. Feeds of today carry both within milliseconds of
 * each other, so no delay is applied unless asked for.
 *
 * @module
 */
import { REFUSED } from "../flags.ts";
import { Ring } from "../ring.ts";
import type { Quote, Side, Trade } from "../tick.ts";
import type { Micros } from "../time.ts";

/** Quotes remembered where trades are compared with older ones. */
const QUOTES = 1_024;

/** Tells the side of each trade of one instrument, in the order in which they come. */
export class Aggressor {
  readonly #delay: Micros;
  readonly #older = new Ring<{ time: Micros; middle: number }>(QUOTES);
  /** The middle of the last quote; `NaN` where it has none to compare with. */
  #middle = NaN;
  /** The last trade's price, and which way the price last moved. */
  #price = NaN;
  #moved: Side | null = null;

  /**
   * @param delay how much older than a trade, by venue time, the quote it is compared with must be.
   * Of more than 1,024 quotes within it the oldest are forgotten.
   */
  constructor(delay: Micros = 0) {
    this.#delay = delay;
  }

  /** Takes note of a quote; of a refused one not. */
  quote({ bid, ask, time, flags }: Quote): void {
    if ((flags & REFUSED) !== 0) return;
    const comparable = bid !== null && ask !== null && bid <= ask;
    this.#middle = comparable ? (bid + ask) / 2 : NaN;
    if (this.#delay > 0) this.#older.push({ time, middle: this.#middle });
  }

  /**
   * The side of a trade that the gate let through, which is then the last one.
   *
   * @returns `null` where nothing tells: at a middle or without a quote, and before any price moved.
   */
  side({ price, side, time }: Trade): Side | null {
    if (price > this.#price) this.#moved = "buy";
    else if (price < this.#price) this.#moved = "sell";
    this.#price = price;
    if (side !== null) return side;
    const middle = this.#delay === 0 ? this.#middle : this.#middleAt(time - this.#delay);
    if (price > middle) return "buy";
    if (price < middle) return "sell";
    return this.#moved;
  }

  #middleAt(time: Micros): number {
    const after = this.#older.firstWhere((quote) => quote.time > time);
    return this.#older.at(after - 1)?.middle ?? NaN;
  }
}
