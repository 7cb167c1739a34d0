/**
 * Demand: which instruments are to be subscribed at their venues, where only those are that something
 * needs. Pure.
 *
 * @module
 */
import type { Micros } from "./time.ts";

/** An instrument, as its demand is judged. */
export interface Demanded {
  /** Whose room it takes. */
  readonly provider: string;
  readonly subscribed: boolean;
  /** Whether its venue has no room for it in the stream. */
  readonly crowdedOut: boolean;
  /** Whether something needs it now. */
  readonly needed: boolean;
  /** When something needed it last. */
  readonly neededAt: Micros;
}

/** What is to change. */
export interface DemandChange<T> {
  readonly subscribe: readonly T[];
  readonly unsubscribe: readonly T[];
}

/**
 * Decides what is to change: what is needed is subscribed, and what nothing has needed for `idle` is
 * not. Where a venue has no room for what is needed, what nothing needs makes room at once: those
 * that wait for room themselves, then as many as are needed, the least recently needed first.
 */
export function stepDemand<T extends Demanded>(
  instruments: Iterable<T>,
  now: Micros,
  idle: Micros,
): DemandChange<T> {
  const subscribe: T[] = [];
  const unsubscribe: T[] = [];
  const spare: T[] = [];
  /** How many more must go, by provider. */
  const lacking = new Map<string, number>();
  const lack = (provider: string, more: number) =>
    lacking.set(provider, (lacking.get(provider) ?? 0) + more);
  for (const one of instruments) {
    if (!one.subscribed) {
      if (one.needed) subscribe.push(one);
    } else if (one.needed) {
      if (one.crowdedOut) lack(one.provider, 1);
    } else if (now - one.neededAt >= idle) {
      unsubscribe.push(one);
      if (!one.crowdedOut) lack(one.provider, -1);
    } else spare.push(one);
  }
  spare.sort((a, b) => Number(b.crowdedOut) - Number(a.crowdedOut) || a.neededAt - b.neededAt);
  for (const one of spare) {
    if ((lacking.get(one.provider) ?? 0) <= 0) continue;
    unsubscribe.push(one);
    if (!one.crowdedOut) lack(one.provider, -1);
  }
  return { subscribe, unsubscribe };
}
