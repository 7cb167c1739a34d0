/**
 * Silence: how long a feed has said nothing while it could have.
 *
 * @module
 */
import { openWithin, sessionAt } from "./calendar.ts";
import type { MarketId } from "./market.ts";
import { type Micros, MINUTE } from "./time.ts";

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

/** No feed is delayed by more; what is older when it comes is what a venue said last, told anew. */
const LONGEST_DELAY: Micros = 20 * MINUTE;

/** How long what was received at an instant had been under way; 0 where it was no news. */
export function delayOf(time: Micros, receivedAt: Micros): Micros {
  const delay = Math.max(0, receivedAt - time);
  return delay > LONGEST_DELAY ? 0 : delay;
}

/**
 * From when on a feed of some markets may have missed something that is seen to be lost now: from when
 * it was known to be whole, where one of them has been open since.
 *
 * @param wholeUntil when it was last known that nothing was missed.
 * @param usual a silence that says nothing: one at the end of a session is no loss.
 * @returns `now` where nothing can have been missed.
 */
export function missedSince(
  markets: Iterable<MarketId>,
  wholeUntil: Micros,
  now: Micros,
  usual: Micros,
): Micros {
  let since = now;
  for (const market of new Set(markets)) {
    const session = sessionAt(market, wholeUntil, "extended");
    const isOver = session !== null && session.end - wholeUntil < usual;
    const from = isOver ? session.end : wholeUntil;
    if (from < since && openWithin(market, from, now, "extended")) since = from;
  }
  return since;
}
