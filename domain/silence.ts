/**
 * Silence: how long a feed has said nothing while it could have.
 *
 * @module
 */
import { sessionAt } from "./calendar.ts";
import type { MarketId } from "./market.ts";
import type { Micros } from "./time.ts";

/**
 * Since when a feed of some markets has been silent while one of them was open, extended hours
 * included: since it was heard, or since the first of the open markets opened after that.
 *
 * @param heardAt when it was heard last, or began to be listened to.
 * @returns `null` while all of them are closed.
 */
export function silentSince(
  markets: Iterable<MarketId>,
  heardAt: Micros,
  now: Micros,
): Micros | null {
  let since: Micros | null = null;
  for (const market of new Set(markets)) {
    const session = sessionAt(market, now, "extended");
    if (session === null) continue;
    const from = Math.max(heardAt, session.start);
    since = since === null ? from : Math.min(since, from);
  }
  return since;
}
