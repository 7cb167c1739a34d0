/**
 * Sessions and the stretches between them: what a profile is of.
 *
 * @module
 */
import { nextSession, previousSession, sessionAt } from "../../domain/calendar.ts";
import type { MarketId } from "../../domain/market.ts";
import type { Stretch } from "../../domain/profile/series.ts";
import type { Micros } from "../../domain/time.ts";

/** A market's session that holds an instant, or the stretch between the two around it. */
export function stretchAt(market: MarketId, time: Micros): Stretch {
  const session = sessionAt(market, time);
  if (session !== null) return { start: session.start, end: session.end, regular: true };
  const start = previousSession(market, time).end;
  return { start, end: nextSession(market, time).start, regular: false };
}
