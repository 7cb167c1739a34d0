/**
 * Recall: what the store knows of an instrument, so that its forming candles go on after a restart
 * as if nothing had happened, or say what is missing.
 *
 * @module
 */
import type { Store } from "../../db/store.ts";
import { openWithin } from "../../domain/calendar.ts";
import type { Candle } from "../../domain/candle.ts";
import type { Kept, Silence, Span } from "../../domain/candles.ts";
import { FLAGS } from "../../domain/flags.ts";
import type { Gap } from "../../domain/gap.ts";
import { BASE_INTERVAL, type Interval } from "../../domain/interval.ts";
import { delayOf } from "../../domain/silence.ts";
import type { Tick } from "../../domain/tick.ts";
import { DAY, type Micros, MINUTE } from "../../domain/time.ts";
import { readAll } from "../pages.ts";
import type { Listing } from "./directory.ts";

/** What a recall is asked for. */
export interface RecallRequest {
  readonly listing: Listing;
  readonly intervals: readonly Interval[];
  readonly grace: Micros;
  readonly now: Micros;
  /** Whether the feed is heard only from now on (a start), or was heard all along (a fault). */
  readonly unheard: boolean;
  /** From when on the feed has been watched, where that is known. */
  readonly since?: Micros | undefined;
  readonly epoch: string;
  readonly sessionAt: (time: Micros) => Span | null;
  /** Whether what is measured of it is recalled, too. */
  readonly measuring?: boolean;
}

/** What is known. */
export interface Recalled {
  /** From when on the feed has been watched. */
  readonly since: Micros;
  readonly kept: Kept;
  /** Ticks after the last minute kept, in the order received. */
  readonly ticks: readonly Tick[];
  /** Known outages that may touch an open candle. */
  readonly gaps: readonly Silence[];
  /** The span between what was heard last and now, where anything can have been missed. */
  readonly missed: Gap | null;
}

const PAGE = 5_000;
/** Ticks looked at in one go for the last that was heard: most times it is the very last. */
const LOOK = 100;
/** Ticks without one that was streamed, after which an instrument is taken for one that never is. */
const POLLED = 1_000;
/** What may have gone on when a run ended. */
const OUTAGES: ReadonlySet<Gap["reason"]> = new Set(["disconnect", "failover", "unsubscribed"]);
/** The longest open candle starts at most this long before the last tick. */
const REACH = 2 * DAY;

/**
 * Reads what the store knows of an instrument.
 *
 * @throws StoreError
 */
export async function recall(store: Store, request: RecallRequest): Promise<Recalled> {
  const { listing, now, grace } = request;
  const symbol = listing.instrument.symbol;
  // A venue's clock may run ahead of ours.
  const until = now + MINUTE;
  const span = await store.tickSpan(symbol, until);
  const last = span === null ? null : await lastHeard(store, request, until);
  if (span === null || last === null) {
    const missed = gapOf(request, oldestOpen(request, now), "joined");
    const kept = { minutes: [], longer: [], anew: [] };
    return { since: request.since ?? now, kept, ticks: [], gaps: [], missed };
  }
  const missed = await missedSpan(store, request, last);
  // A candle that had ended waited out the grace for its stragglers.
  const from = oldestOpen(request, last.at - grace);
  // What was open when the feed was last heard is built anew, to be closed for what it is by now:
  // what a stop had closed before may have been open again.
  const heard = missed === null ? now : Math.min(now, missed.from);
  const due = ({ end, status }: Candle) =>
    // What history filled was not open: it stands, whenever the feed was heard.
    end + grace <= (status === "repaired" ? now : heard);
  const range = { symbol, from, to: now, limit: PAGE };

  const anew: Candle[] = [];
  const candles = async (interval: string) => {
    const query = { ...range, interval, basis: listing.basis, order: "start" } as const;
    const kept = await readAll((cursor) => store.candles({ ...query, cursor }));
    anew.push(...kept.filter((one) => !due(one) && one.end + grace <= now));
    return kept.filter(due);
  };
  const minutes = await candles(BASE_INTERVAL.name);
  const longer = [];
  for (const { name } of request.intervals) {
    if (name !== BASE_INTERVAL.name) longer.push(...await candles(name));
  }
  const tail = minutes.at(-1)?.end ?? from;
  // In the order received, as the live run counted them.
  const kinds = [listing.basis === "trade" ? "trade" as const : "quote" as const];
  const said = { symbol, from: tail, to: until, kinds };
  const query = { ...said, refused: false, order: "arrival" } as const;
  const found = await readAll((cursor) => store.ticks({ ...query, limit: PAGE, cursor }));
  const ticks = found.filter((tick) => isHeard(request, tick));
  const known = await readAll((cursor) =>
    store.gaps({ symbol, from: from - REACH, to: now, limit: PAGE, cursor })
  );
  const gaps = (missed === null ? known : [...known, missed])
    .filter((gap) => gap.to > from).map(silenceOf);
  const joined = known.findLast((gap) => gap.reason === "joined");
  const watched = joined?.status === "filled" ? joined.from : joined?.to;
  const since = request.since ?? Math.min(span.first, watched ?? span.first);
  return { since, kept: { minutes, longer, anew }, ticks, gaps, missed };
}

/**
 * Whether a tick in the store was heard before the recall. One that was not is there where a
 * recording is played into a store again.
 */
export function isHeard({ listing, now, unheard }: RecallRequest, { receivedAt }: Tick): boolean {
  // A recording's clock is told by the second: the feed itself may be ahead of it.
  return unheard ? receivedAt < now : receivedAt <= Math.max(now, listing.heardAt);
}

/** What the feed said last. */
export interface LastHeard {
  /** The time up to which it is known: the venue's, or ours where the venue's runs ahead. */
  readonly at: Micros;
  readonly receivedAt: Micros;
}

/** When the feed was last heard; `null` where it never was. */
export async function lastHeard(
  store: Store,
  request: RecallRequest,
  to: Micros,
): Promise<LastHeard | null> {
  const query = { symbol: request.listing.instrument.symbol, to, order: "-time" } as const;
  let cursor: string | undefined;
  do {
    const { rows, next } = await store.ticks({ ...query, limit: LOOK, cursor });
    const last = rows.find((tick) =>
      (tick.flags & FLAGS.backfilled) === 0 && isHeard(request, tick)
    );
    if (last !== undefined) {
      const { receivedAt, time } = last;
      return { at: Math.min(time, receivedAt), receivedAt };
    }
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return null;
}

/**
 * What nobody heard before the request, for a feed that had to begin without the store's word.
 *
 * @throws StoreError
 */
export async function recallMissed(store: Store, request: RecallRequest): Promise<Gap | null> {
  const last = await lastHeard(store, request, request.now + MINUTE);
  return last === null
    ? gapOf(request, oldestOpen(request, request.now), "joined")
    : await missedSpan(store, request, last);
}

/** A gap as the candles take it. */
export function silenceOf({ from, to, reason, status }: Omit<Gap, "symbol">): Silence {
  return { start: from, end: to, before: reason === "joined", filled: status === "filled" };
}

/** What nobody heard: from the last tick, or the last sign of life of the run that had it. */
export async function missedSpan(
  store: Store,
  request: RecallRequest,
  { at, receivedAt }: LastHeard,
): Promise<Gap | null> {
  const run = await store.runAt(receivedAt);
  const own = run?.epoch === request.epoch;
  if (run === null || own) return gapOf(request, at, own ? "unsubscribed" : "restart");
  // What was on its way was lost with the run, and what waited of one who stood by.
  const onItsWay = Math.max(delayOf(at, receivedAt), request.listing.line?.span ?? 0);
  const alive = Math.min(run.aliveUntil, request.now) - onItsWay;
  const heard = await beforeOutage(store, request, Math.max(at, alive));
  return gapOf(request, heard, "restart");
}

/**
 * Up to when the feed was heard, where it was followed until an instant: less than that where an
 * outage went on by then. It was told when it began, and nothing that was streamed has ended it.
 */
async function beforeOutage(
  store: Store,
  { listing: { instrument: { symbol } } }: RecallRequest,
  until: Micros,
): Promise<Micros> {
  const query = { symbol, to: until, order: "-from", limit: LOOK } as const;
  const { rows: gaps } = await store.gaps(query);
  const outage = gaps.find(({ reason }) => OUTAGES.has(reason));
  if (outage === undefined || outage.to >= until) return until;
  const isStreamed = ({ flags }: Tick) => (flags & (FLAGS.backfilled | FLAGS.polled)) === 0;
  const before = await store.ticks({ symbol, to: outage.from, order: "-time", limit: POLLED });
  // What has been asked for by request all along is heard by request.
  if (before.rows.length > 0 && !before.rows.some(isStreamed)) return until;
  // What came since is not of that run.
  const isEnd = (tick: Tick) =>
    isStreamed(tick) && tick.receivedAt >= outage.to && tick.receivedAt <= until;
  let cursor: string | undefined;
  do {
    const page = await store.ticks({
      symbol,
      from: outage.from,
      order: "-time",
      limit: LOOK,
      cursor,
    });
    if (page.rows.some((tick) => isEnd(tick))) return until;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return outage.to;
}

/** The gap from an instant to now, where anything can have been missed that nobody else tells. */
function gapOf(
  { listing, now, unheard }: RecallRequest,
  from: Micros,
  reason: Gap["reason"],
): Gap | null {
  if (!unheard || listing.tellsGaps || from >= now) return null;
  const { symbol, market } = listing.instrument;
  if (!listing.alwaysOpen && !openWithin(market, from, now, "extended")) return null;
  return {
    symbol,
    provider: listing.provider,
    from,
    to: now,
    reason,
    status: "open",
    detectedAt: now,
  };
}

/** The start of the earliest candle that the last tick may have left open. */
export function oldestOpen({ intervals, sessionAt }: RecallRequest, last: Micros): Micros {
  let from = last - last % BASE_INTERVAL.span;
  for (const { span, session } of intervals) {
    const start = session ? sessionAt(last)?.start : last - last % span;
    if (start !== undefined) from = Math.min(from, start);
  }
  return from;
}
