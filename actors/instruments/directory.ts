/**
 * The directory: which instruments are followed, by which provider, in which shard, and how they
 * fare. Written by the instruments' supervisor and its shards; read by everyone.
 *
 * @module
 */
import type { Basis } from "../../domain/candle.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Micros } from "../../domain/time.ts";
import type { Line, Lined } from "../routing/line.ts";
import type { Pulse } from "../telemetry/pulse.ts";

/**
 * How an instrument's candles fare: `rebuilding` from what was kept, `live`, `restarting` after a
 * fault, `failed` for good, or `finished` with its feed.
 */
export type ListingState = "rebuilding" | "live" | "restarting" | "failed" | "finished";

/** What is known of an instrument that is not subscribed to, for nothing needs it. */
export interface Idle {
  /** Since when nothing is heard of it. */
  since: Micros;
  /** The providers that have answered since it is needed again; `null` while it is not. */
  answered: Set<string> | null;
}

/** Where an instrument was asked for. */
export type Origin = "configuration" | "api";

/** One followed instrument. */
export interface Listing {
  readonly instrument: Instrument;
  /** Who feeds it at the moment. */
  provider: string;
  /** Who else may feed it; absent where nobody may. */
  line?: Line | undefined;
  readonly basis: Basis;
  readonly shard: string;
  readonly origin: Origin;
  /** Whether its feed speaks outside market hours too. */
  readonly alwaysOpen: boolean;
  /** Whether its feed tells what it missed by itself. */
  readonly tellsGaps: boolean;
  /** From when on its feed has it; absent: from when it is asked. */
  readonly begins?: Micros | undefined;
  /** Whether it is a shard's canary rather than an instrument. */
  readonly canary: boolean;
  state: ListingState;
  /** The last fault of its candles, or why nothing follows it. */
  fault: string | null;
  /** Absent while it is subscribed to, as far as its venues give it. */
  idle?: Idle | undefined;
  /** When the last tick was received; -Infinity before the first. */
  heardAt: Micros;
  /** What is measured of its feed. */
  readonly pulse: Pulse;
  /** From when on the feed has been watched; absent before its candles were first ready. */
  since?: Micros | undefined;
  /** Since when it has been silent for a known cause. */
  silentFrom?: Micros | undefined;
}

/** Whether an instrument is not to be subscribed to. */
export function isIdle({ idle }: Pick<Listing, "idle">): boolean {
  return idle !== undefined && idle.answered === null;
}

/** Whether a provider is to be subscribed to an instrument. */
export function isWanted(listing: Listing, provider: string): boolean {
  const { line, provider: lead } = listing;
  return line?.wanted.has(provider) ?? (lead === provider && !isIdle(listing));
}

/** The followed instruments, by symbol. */
export class Directory {
  readonly #listings = new Map<string, Listing>();
  readonly #shards = new Set<string>();
  #version = 0;

  /** Changes with every listing that comes or goes: what was found before may not stand. */
  get version(): number {
    return this.#version;
  }

  add(listing: Listing): void {
    this.#version++;
    this.#listings.set(listing.instrument.symbol, listing);
    if (listing.canary) this.#shards.add(listing.shard);
  }

  remove(symbol: string): void {
    this.#version++;
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

  /** The names of the shards that have a canary, as all do. */
  shards(): string[] {
    return [...this.#shards];
  }

  /** All that more than one provider may feed, in no order. */
  *lined(): Iterable<Lined> {
    for (const listing of this.#listings.values()) {
      if (listing.line !== undefined) yield listing as Lined;
    }
  }

  /** How many instruments are to be subscribed to, and how many are not. */
  subscriptions(): { readonly subscribed: number; readonly idle: number } {
    let [subscribed, idle] = [0, 0];
    for (const listing of this.each()) {
      if (isIdle(listing)) idle++;
      else subscribed++;
    }
    return { subscribed, idle };
  }

  /** The instruments' listings, in no order. */
  *each(): Iterable<Listing> {
    for (const listing of this.#listings.values()) if (!listing.canary) yield listing;
  }

  /** The instruments' listings, by symbol. */
  all(): Listing[] {
    return [...this.each()]
      .sort((a, b) => a.instrument.symbol < b.instrument.symbol ? -1 : 1);
  }
}
