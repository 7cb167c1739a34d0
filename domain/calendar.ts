/**
 * When markets are open: sessions, holidays and half days, in each market's own zone.
 *
 * A session is named by its date in that zone: the day it ends on, which for FX is the day after it
 * starts. Holidays are known within a horizon; outside it the weekly hours stand alone, and the
 * sessions say that they are not certain.
 *
 * @module
 */
import { HOLIDAY_CALENDARS } from "./holidays/calendars.ts";
import { type Holiday, type Horizon, isWeekend } from "./holidays/rules.ts";
import { type Hours, type HoursKind, type Market, type MarketId, MARKETS } from "./market.ts";
import { DAY, type Micros, MILLISECOND } from "./time.ts";

export type { Holiday, Horizon };

/** One day's trading. */
export interface Session {
  /** Inclusive. */
  readonly start: Micros;
  /** Exclusive. */
  readonly end: Micros;
  /** False outside the horizon: by the weekly hours alone, and maybe a holiday. */
  readonly certain: boolean;
  /** Whether it ends early. */
  readonly half: boolean;
  /** Its day in the market's zone, such as `2014-05-01`. */
  readonly date: string;
}

/** The sessions of one date. */
type Sessions = Readonly<Record<HoursKind, Session>>;

/**
 * The dates worked out, by market and by days since the epoch; `null` where nothing trades. Each
 * market's are thrown away together at {@link MEMO_LIMIT}, so that a walk through decades of
 * history stays small.
 */
const memo = new Map<MarketId, Map<number, Sessions | null>>();
const MEMO_LIMIT = 1_024;

/**
 * The session that contains an instant.
 *
 * @param hours which hours; the regular ones unless said.
 * @returns `null` while the market is closed.
 * @throws RangeError where the instant is not finite.
 * @example sessionAt("NYSE", parseTime("2013-10-07T15:00:00Z")!)?.date // "2013-10-07"
 */
export function sessionAt(
  market: MarketId,
  time: Micros,
  hours: HoursKind = "regular",
): Session | null {
  const today = dayOf(time);
  for (let day = today - 1; day <= today + 1; day++) {
    const session = sessionOn(market, day, hours);
    if (session !== null && session.start <= time && time < session.end) return session;
  }
  return null;
}

/**
 * The first session that starts strictly after an instant.
 *
 * @param hours which hours; the regular ones unless said.
 * @throws RangeError where the instant is not finite.
 */
export function nextSession(
  market: MarketId,
  time: Micros,
  hours: HoursKind = "regular",
): Session {
  // A session begins on its own date in UTC, or before it.
  for (let day = dayOf(time);; day++) {
    const session = sessionOn(market, day, hours);
    if (session !== null && session.start > time) return session;
  }
}

/**
 * The last session that was over at an instant (its end may be that instant). So a session's start
 * gives the one before it, and {@link nextSession} of that one's start gives it back.
 *
 * @param hours which hours; the regular ones unless said.
 * @throws RangeError where the instant is not finite.
 */
export function previousSession(
  market: MarketId,
  time: Micros,
  hours: HoursKind = "regular",
): Session {
  // A session ends on its own date in UTC, or after it.
  for (let day = dayOf(time);; day--) {
    const session = sessionOn(market, day, hours);
    if (session !== null && session.end <= time) return session;
  }
}

/**
 * Whether a market is open at an instant.
 *
 * @throws RangeError where the instant is not finite.
 */
export function isOpen(market: MarketId, time: Micros, hours: HoursKind): boolean {
  return sessionAt(market, time, hours) !== null;
}

/**
 * Whether a market was open at any instant of a span.
 *
 * @param from inclusive.
 * @param to exclusive; a span that is empty or ends before it starts was never open.
 * @throws RangeError where a bound is not finite.
 */
export function openWithin(market: MarketId, from: Micros, to: Micros, hours: HoursKind): boolean {
  if (finite(from) >= finite(to)) return false;
  if (sessionAt(market, from, hours) !== null) return true;
  return nextSession(market, from, hours).start < to;
}

/**
 * When a market was open within a span: ascending, each cut to the span.
 *
 * @param from inclusive.
 * @param to exclusive.
 * @throws RangeError where a bound is not finite.
 */
export function openSpans(
  market: MarketId,
  from: Micros,
  to: Micros,
  hours: HoursKind,
): { start: Micros; end: Micros }[] {
  const spans: { start: Micros; end: Micros }[] = [];
  if (finite(from) >= finite(to)) return spans;
  let session = sessionAt(market, from, hours) ?? nextSession(market, from, hours);
  while (session.start < to) {
    spans.push({ start: Math.max(from, session.start), end: Math.min(to, session.end) });
    session = nextSession(market, session.start, hours);
  }
  return spans;
}

/**
 * The holiday that a market keeps on a date of its own zone.
 *
 * @param date an ISO date such as `2026-12-25`.
 * @returns `null` on a day of usual hours, at a weekend, and outside the horizon.
 */
export function holidayOn(market: MarketId, date: string): Holiday | null {
  return HOLIDAY_CALENDARS[MARKETS[market].calendar].on(date);
}

/** The dates, both inclusive, for which a market's holidays are known. */
export function horizonOf(market: MarketId): Horizon {
  return HOLIDAY_CALENDARS[MARKETS[market].calendar].horizon;
}

function finite(time: Micros): Micros {
  if (Number.isFinite(time)) return time;
  throw new RangeError(`Cannot look up a session at ${time}: the time must be finite.`);
}

/** Days since the epoch, in UTC: a session that contains the instant is named at most one away. */
function dayOf(time: Micros): number {
  return Math.floor(finite(time) / DAY);
}

function sessionOn(market: MarketId, day: number, hours: HoursKind): Session | null {
  let days = memo.get(market);
  if (days === undefined) memo.set(market, days = new Map());
  let sessions = days.get(day);
  if (sessions === undefined) {
    sessions = sessionsOn(MARKETS[market], day);
    if (days.size >= MEMO_LIMIT) days.clear();
    days.set(day, sessions);
  }
  return sessions === null ? null : sessions[hours];
}

const EPOCH = new Temporal.PlainDate(1970, 1, 1);

function sessionsOn(market: Market, day: number): Sessions | null {
  const date = EPOCH.add({ days: day });
  if (isWeekend(date)) return null;
  const name = date.toString();
  const holiday = holidayOn(market.id, name);
  if (holiday?.kind === "closed") return null;
  const early = holiday === null ? null : market.early;
  const { first, last } = horizonOf(market.id);
  const certain = first <= name && name <= last;
  const session = (kind: HoursKind): Session => {
    const hours: Hours = market[kind];
    const opens = hours.open < hours.close ? date : date.subtract({ days: 1 });
    return Object.freeze({
      start: instant(opens, hours.open, market.zone),
      end: instant(date, early?.[kind] ?? hours.close, market.zone),
      certain,
      half: early !== null,
      date: name,
    });
  };
  return { regular: session("regular"), extended: session("extended") };
}

function instant(date: Temporal.PlainDate, time: string, zone: string): Micros {
  return date.toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds * MILLISECOND;
}
