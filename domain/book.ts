/**
 * What one look at a book tells.
 *
 * @module
 */
import { plain } from "./plain.ts";
import type { Depth, Level } from "./tick.ts";

/** Measures of a book. */
export interface BookMeasures {
  /** Half way between the best bid and the best ask; `null` without one of them. */
  readonly mid: number | null;
  /** The best ask less the best bid; `null` without one of them. */
  readonly spread: number | null;
  /**
   * Order book imbalance: the bids' size less the asks', over their sum, from -1 to 1; `null`
   * without any size (Cont, Kukanov and Stoikov, "The price impact of order book events", 2014).
   */
  readonly imbalance: number | null;
}

/**
 * Measures a book.
 *
 * @example measureBook({ bids: [{ price: 9, size: 3 }], asks: [{ price: 11, size: 1 }] })
 * // { mid: 10, spread: 2, imbalance: 0.5 }
 */
export function measureBook({ bids, asks }: Pick<Depth, "bids" | "asks">): BookMeasures {
  const bid = bids[0]?.price;
  const ask = asks[0]?.price;
  const both = bid !== undefined && ask !== undefined;
  const buying = sizeOf(bids);
  const selling = sizeOf(asks);
  return {
    mid: both ? plain((bid + ask) / 2) : null,
    spread: both ? plain(ask - bid) : null,
    imbalance: buying + selling > 0 ? (buying - selling) / (buying + selling) : null,
  };
}

function sizeOf(side: readonly Level[]): number {
  return side.reduce((sum, { size }) => sum + size, 0);
}
