/**
 * Remaking candles from what is kept: after a trade was taken back or replaced, or after the venue
 * told a minute that was not wholly heard. A minute is made again of its ticks, or of the venue's
 * bar, and what was made of it is made again of its minutes.
 *
 * @module
 */
import type { Listing } from "./directory.ts";
import { barTold } from "./minutes.ts";
import type { Entry } from "../outbox.ts";
import { readAll } from "../pages.ts";
import type { Store } from "../../db/store.ts";
import {
  addBar,
  addTick,
  type Bar,
  barOf,
  candleOf,
  emptyBar,
  priceOn,
  UNPRICED,
} from "../../domain/bar.ts";
import type { Candle, CandleStatus } from "../../domain/candle.ts";
import type { Span } from "../../domain/candles.ts";
import { FLAGS } from "../../domain/flags.ts";
import { BASE_INTERVAL, type Interval } from "../../domain/interval.ts";
import { withoutReplaced } from "../../domain/replaced.ts";
import type { Trade } from "../../domain/tick.ts";
import { DAY, HOUR, type Micros, MINUTE } from "../../domain/time.ts";
import type { Correction, HistoricalBar } from "../../providers/provider.ts";

/** What a remake works with. */
export interface RemakeRequest {
  readonly listing: Listing;
  /** The intervals that are built, the base interval first. */
  readonly intervals: readonly Interval[];
  readonly sessionAt: (time: Micros) => Span | null;
}

/** A request at its moment. */
interface Remake extends RemakeRequest {
  /** Candles whose end is not after it are closed. */
  readonly closedUntil: Micros;
}

const PAGE = 5_000;
/** How long a venue may take to take a trade back. */
const REACH: Micros = 2 * DAY;

/** What is kept of a correction whose trade could not be looked up, wherever that may lie. */
export function entryOf(correction: Correction): Entry {
  const { id, provider, receivedAt, replacement, symbol } = correction;
  const span = { from: receivedAt - REACH, to: receivedAt + MINUTE };
  return {
    ticks: replacement === null ? [] : [replacement],
    amendments: [{ symbol, provider, id, ...span, flags: FLAGS.cancelled }],
  };
}

/**
 * The trade that a correction is about, with its flags as they are kept; `null` where it is not
 * kept, or was told too long ago.
 *
 * @throws StoreError
 */
export async function findCorrected(store: Store, correction: Correction): Promise<Trade | null> {
  const { receivedAt } = correction;
  // Most are told soon; only for the others is all looked through that there may be.
  const edges = [receivedAt + MINUTE, receivedAt - HOUR, receivedAt - REACH];
  for (const [index, to] of edges.slice(0, -1).entries()) {
    const found = await findWithin(store, correction, edges[index + 1]!, to);
    if (found !== null) return found;
  }
  return null;
}

async function findWithin(
  store: Store,
  { id, provider, symbol }: Correction,
  from: Micros,
  to: Micros,
): Promise<Trade | null> {
  const span = { symbol, from, to };
  const query = { ...span, kinds: ["trade"], order: "-time", limit: PAGE } as const;
  let cursor: string | undefined;
  do {
    const { rows, next } = await store.ticks({ ...query, cursor });
    const found = rows.find((tick) => tick.id === id && tick.provider === provider);
    if (found !== undefined) return found as Trade;
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return null;
}

/**
 * Makes the minute that holds an instant again of its ticks, and all that was made of it.
 *
 * @returns the closed candles that are different now, each with its next revision.
 * @throws StoreError
 */
export async function remakeAround(
  store: Store,
  request: Remake,
  time: Micros,
): Promise<Candle[]> {
  const { symbol } = request.listing.instrument;
  const start = time - time % BASE_INTERVAL.span;
  const bar = emptyBar(start, start + BASE_INTERVAL.span);
  if (bar.end > request.closedUntil) return [];
  const span = { from: bar.start, to: bar.end };
  const query = { ...span, symbol, refused: false, order: "arrival", limit: PAGE } as const;
  let isFilled = false;
  const ticks = await readAll((cursor) => store.ticks({ ...query, cursor }));
  for (const tick of withoutReplaced(ticks)) {
    isFilled ||= (tick.flags & FLAGS.backfilled) !== 0;
    const price = priceOn(tick, request.listing.basis);
    if (!Number.isNaN(price)) addTick(bar, tick, price);
  }
  const kept = await candleAt(store, request, BASE_INTERVAL.name, start);
  // The venue's own word for it stands until it says something else, unless it is made of trades.
  if (kept?.status === "repaired" && !isFilled) return [];
  if (kept === null) {
    return bar.pricing === UNPRICED ? [] : await withLonger(store, request, null, bar, "complete");
  }
  // Where nothing is left of it there is no price to show: it says so by counting no tick.
  const made = bar.pricing === UNPRICED ? voided(barOf(kept)) : bar;
  return await withLonger(store, request, kept, made, kept.status);
}

/**
 * Takes the venue's word for a minute that was not wholly heard.
 *
 * @returns the closed candles that are different now; none where we heard all of it.
 * @throws StoreError
 */
export async function repairBy(
  store: Store,
  request: Remake,
  told: HistoricalBar,
): Promise<Candle[]> {
  const { basis, instrument: { symbol }, provider } = request.listing;
  const end = told.start + BASE_INTERVAL.span;
  const isOurs = told.interval === BASE_INTERVAL.name && told.basis === basis;
  if (!isOurs || end > request.closedUntil) return [];
  const kept = await candleAt(store, request, told.interval, told.start);
  const isWhole = kept === null
    ? !await isGapped(store, symbol, told.start, end)
    : kept.status === "complete";
  if (isWhole) return [];
  return await withLonger(store, request, kept, barTold(told, provider), "repaired");
}

/** A minute made again, and the closed candles made of it. */
async function withLonger(
  store: Store,
  request: Remake,
  kept: Candle | null,
  minute: Bar,
  status: CandleStatus,
): Promise<Candle[]> {
  const { basis, instrument: { symbol } } = request.listing;
  const revision = kept === null ? 0 : kept.revision + 1;
  const head = { symbol, interval: BASE_INTERVAL.name, basis, status, revision };
  const made = candleOf(minute, head);
  const candles = [made];
  for (const { name, session, span } of request.intervals) {
    if (name === BASE_INTERVAL.name) continue;
    const start = minute.start - minute.start % span;
    const within = session ? request.sessionAt(minute.start) : { start, end: start + span };
    if (within === null || within.end > request.closedUntil) continue;
    const longer = await candleAt(store, request, name, within.start);
    if (longer !== null) candles.push(await remakeLonger(store, request, longer, kept, made));
  }
  return candles;
}

async function remakeLonger(
  store: Store,
  { listing }: Remake,
  longer: Candle,
  before: Candle | null,
  after: Candle,
): Promise<Candle> {
  const { basis, instrument: { symbol } } = listing;
  const query = {
    symbol,
    basis,
    interval: BASE_INTERVAL.name,
    order: "start",
    limit: PAGE,
  } as const;
  const span = { from: longer.start, to: longer.end };
  const kept = await readAll((cursor) => store.candles({ ...query, ...span, cursor }));
  const minutes = [...kept.filter(({ start }) => start !== after.start), after]
    .filter(({ tickVolume }) => tickVolume > 0).sort((a, b) => a.start - b.start);
  const bar = emptyBar(longer.start, longer.end);
  for (const one of minutes) addBar(bar, barOf(one));
  // What moved volume alone made no minute: the sums change by the difference that this one makes.
  const old = before === null ? emptyBar(after.start, after.end) : barOf(before);
  const [now, was] = [barOf(after), barOf(longer)];
  for (const sum of ["volume", "notional", "ticks", "buyVolume", "sellVolume"] as const) {
    bar[sum] = was[sum] + now[sum] - old[sum];
  }
  const isRepaired = after.status === "repaired" &&
    minutes.every(({ status }) => status === "complete" || status === "repaired") &&
    !await lacks(store, longer, minutes);
  return candleOf(bar.pricing === UNPRICED ? voided(was) : bar, {
    ...longer,
    status: isRepaired && longer.status !== "complete" ? "repaired" : longer.status,
    revision: longer.revision + 1,
  });
}

/** Whether a gap in a longer candle touches a minute of which nothing is kept. */
async function lacks(store: Store, longer: Candle, minutes: readonly Candle[]): Promise<boolean> {
  const kept = new Set(minutes.map(({ start }) => start));
  const { symbol, start: from, end: to } = longer;
  const query = { symbol, from, to, limit: PAGE } as const;
  for (const gap of await readAll((cursor) => store.gaps({ ...query, cursor }))) {
    if (gap.status === "filled") continue;
    const end = Math.min(gap.to, to);
    const first = Math.max(gap.from, from);
    for (let minute = first - first % MINUTE; minute < end; minute += MINUTE) {
      if (!kept.has(minute)) return true;
    }
  }
  return false;
}

async function isGapped(store: Store, symbol: string, from: Micros, to: Micros): Promise<boolean> {
  return (await store.gaps({ symbol, from, to, limit: 1 })).rows.length > 0;
}

/** A bar of which nothing is left. */
function voided(bar: Bar): Bar {
  return { ...bar, volume: 0, notional: 0, ticks: 0, buyVolume: 0, sellVolume: 0 };
}

async function candleAt(
  store: Store,
  { listing }: Remake,
  interval: string,
  start: Micros,
): Promise<Candle | null> {
  const { basis, instrument: { symbol } } = listing;
  const range = { from: start, to: start + 1, limit: 1, order: "start" } as const;
  return (await store.candles({ symbol, interval, basis, ...range })).rows[0] ?? null;
}
