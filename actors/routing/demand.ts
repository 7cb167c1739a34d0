/**
 * The demand: who needs which instruments. Made by the root; clients of the stream, strategies and
 * requests say here what they need, and routing has that subscribed.
 *
 * @module
 */
import type { Listing } from "../instruments/directory.ts";
import type { Micros } from "../../domain/time.ts";

/** Who needs what. */
export class Demand {
  /** How many need it all. */
  #all = 0;
  readonly #holds = new Map<string, number>();
  readonly #asked = new WeakSet<Listing>();
  readonly #neededAt = new WeakMap<Listing, Micros>();

  /**
   * Says that instruments are needed until what is returned is called.
   *
   * @param symbols `null`: all of them.
   */
  hold(symbols: Iterable<string> | null): () => void {
    const held = symbols === null ? null : [...symbols];
    this.#count(held, 1);
    let isHeld = true;
    return () => {
      if (isHeld) this.#count(held, -1);
      isHeld = false;
    };
  }

  /** How many hold an instrument. */
  holds(symbol: string): number {
    return this.#all + (this.#holds.get(symbol) ?? 0);
  }

  /** Says that an instrument is needed just now: it was asked for. */
  ask(listing: Listing): void {
    this.#asked.add(listing);
  }

  /** Whether an instrument is needed; what was asked for is until this is looked up. */
  take(listing: Listing, now: Micros): boolean {
    const { pinned, symbol } = listing.instrument;
    const isNeeded = this.#asked.delete(listing) || pinned || this.holds(symbol) > 0;
    // One that nothing has needed yet is given the same time.
    if (isNeeded || !this.#neededAt.has(listing)) this.#neededAt.set(listing, now);
    return isNeeded;
  }

  /** When an instrument was last found to be needed. */
  neededAt(listing: Listing): Micros {
    return this.#neededAt.get(listing) ?? -Infinity;
  }

  #count(symbols: readonly string[] | null, more: 1 | -1): void {
    if (symbols === null) this.#all += more;
    for (const symbol of symbols ?? []) {
      const count = (this.#holds.get(symbol) ?? 0) + more;
      if (count === 0) this.#holds.delete(symbol);
      else this.#holds.set(symbol, count);
    }
  }
}
