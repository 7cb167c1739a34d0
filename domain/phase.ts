/**
 * The phase of a market's day, and when it changes.
 *
 * @module
 */
import { nextSession, type Session, sessionAt } from "./calendar.ts";
import type { HoursKind, MarketId } from "./market.ts";
import type { Micros } from "./time.ts";

/** `open`: the regular hours; `extended`: before or after them, auctions included; else `closed`. */
export type Phase = "open" | "extended" | "closed";
/** The phases. */
export const PHASES: readonly Phase[] = ["open", "extended", "closed"];

/** The phase of a market at an instant. */
export interface PhaseAt {
  readonly phase: Phase;
  /** The session that it is in, whose regular hours may be over or to come; `null` while closed. */
  readonly session: Session | null;
  /** When it ends, and what comes then. */
  readonly next: { readonly time: Micros; readonly phase: Phase };
}

/** More than there are bounds of sessions in the longest stretch of one phase, a week of FX. */
const BOUNDS = 40;

/**
 * The phase of a market at an instant, by its calendar.
 *
 * @throws RangeError where the instant is not finite.
 * @example phaseAt("FX", parseTime("2026-03-04T12:00:00Z")!).next.time // Friday 17:00 New York
 */
export function phaseAt(market: MarketId, time: Micros): PhaseAt {
  const phase = nameAt(market, time);
  let next = time;
  for (let bound = 0; bound < BOUNDS; bound++) {
    next = boundAfter(market, next);
    if (nameAt(market, next) !== phase) break;
  }
  const session = sessionAt(market, time, "regular") ?? sessionAt(market, time, "extended");
  return { phase, session, next: { time: next, phase: nameAt(market, next) } };
}

function nameAt(market: MarketId, time: Micros): Phase {
  if (sessionAt(market, time, "regular") !== null) return "open";
  return sessionAt(market, time, "extended") === null ? "closed" : "extended";
}

/** The first start or end of any session after an instant. */
function boundAfter(market: MarketId, time: Micros): Micros {
  const after = (hours: HoursKind) =>
    sessionAt(market, time, hours)?.end ?? nextSession(market, time, hours).start;
  return Math.min(after("regular"), after("extended"));
}
