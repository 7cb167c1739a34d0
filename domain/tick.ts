/**
 * Ticks: what a venue said, in one vocabulary.
 *
 * Every field is always present (`null` where the venue gave none), so that all ticks of a kind have
 * one shape.
 *
 * @module
 */
import type { Micros } from "./time.ts";

/** What all ticks share. */
interface TickBase {
  /** Our symbol, such as `AAPL`, `VOD.L` or `EURUSD`. */
  readonly symbol: string;
  /** The venue's time. */
  readonly time: Micros;
  /** When marketd received it, by the injected clock. */
  readonly receivedAt: Micros;
  /** The provider that said it. */
  readonly provider: string;
  /**
   * Unique per symbol, provider, kind and time: the venue's id where it gives one, else one made
   * on receipt.
   */
  readonly id: string;
  /** Flags of the quality gate (see `flags.ts`); 0 where nothing is wrong. */
  flags: number;
}

/** One execution. */
export interface Trade extends TickBase {
  readonly kind: "trade";
  readonly price: number;
  /** In the instrument's units; `null` where the venue gives none. */
  readonly size: number | null;
  /** The aggressor's side, where the venue says so. */
  readonly side: Side | null;
  /** The venue's sale conditions, joined by a space; `null` where it gives none. */
  readonly conditions: string | null;
}

/** The best bid and ask; a side that the venue does not quote is `null`. */
export interface Quote extends TickBase {
  readonly kind: "quote";
  readonly bid: number | null;
  readonly bidSize: number | null;
  readonly ask: number | null;
  readonly askSize: number | null;
}

/** One price level of a book. */
export interface Level {
  readonly price: number;
  readonly size: number;
}

/** A book, best level first on both sides. */
export interface Depth extends TickBase {
  readonly kind: "depth";
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

/** The side of the aggressor. */
export type Side = "buy" | "sell";
/** Anything a feed says about an instrument at one moment. */
export type Tick = Trade | Quote | Depth;
/** The kinds of ticks. */
export type TickKind = Tick["kind"];
/** The kinds of ticks, in the order in which overload sheds them last to first. */
export const TICK_KINDS: readonly TickKind[] = ["trade", "quote", "depth"];
