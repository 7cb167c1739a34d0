/**
 * The directory: which instruments are followed, by which provider, in which shard, and how they
 * fare. Written by the instruments' supervisor and its shards; read by everyone.
 *
 * @module
 */
import type { Basis } from "../../domain/candle.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Micros } from "../../domain/time.ts";

/**
 * How an instrument's candles fare: `rebuilding` from what was kept, `live`, `restarting` after a
 * fault, `failed` for good, or `finished` with its feed.
 */
export type ListingState = "rebuilding" | "live" | "restarting" | "failed" | "finished";

/** Where an instrument was asked for. */
export type Origin = "configuration" | "api";

/** One followed instrument. */
export interface Listing {
  readonly instrument: Instrument;
  readonly provider: string;
  readonly basis: Basis;
  readonly shard: string;
  readonly origin: Origin;
  /** Whether its feed speaks outside market hours too. */
  readonly alwaysOpen: boolean;
  /** Whether its feed tells what it missed by itself. */
  readonly tellsGaps: boolean;
  /** Whether it is a shard's canary rather than an instrument. */
  readonly canary: boolean;
  state: ListingState;
  /** The last fault of its candles. */
  fault: string | null;
  /** Ticks received. */
  ticks: number;
  /** When the last one was received. */
  lastTick: Micros | null;
}

/** The followed instruments, by symbol. */
export class Directory {
  readonly #listings = new Map<string, Listing>();

  add(listing: Listing): void {
    this.#listings.set(listing.instrument.symbol, listing);
  }

  remove(symbol: string): void {
    this.#listings.delete(symbol);
  }

  /** Any listing, a canary's too. */
  find(symbol: string): Listing | undefined {
    return this.#listings.get(symbol);
  }

  /** An instrument's listing. */
  get(symbol: string): Listing | undefined {
    const listing = this.#listings.get(symbol);
    return listing?.canary ? undefined : listing;
  }

  /** The names of the shards. */
  shards(): string[] {
    return [...this.#listings.values()].filter((one) => one.canary).map((one) => one.shard);
  }

  /** The instruments' listings, by symbol. */
  all(): Listing[] {
    return [...this.#listings.values()].filter((listing) => !listing.canary)
      .sort((a, b) => a.instrument.symbol < b.instrument.symbol ? -1 : 1);
  }
}
