/**
 * Refilling: what the venue's history says of whole minutes stands in place of what was heard of
 * them. What was not heard is added to what is kept, the minutes are made of all of it, and what is
 * made of the minutes is made again.
 *
 * @module
 */
import { longerOf, type Minute } from "./longer.ts";
import { ofBars, ofTrades, sortOut } from "./minutes.ts";
import type { RemakeRequest } from "./remake.ts";
import { readAll } from "../pages.ts";
import type { Amendment, Store } from "../../db/store.ts";
import type { Candle } from "../../domain/candle.ts";
import type { Span } from "../../domain/candles.ts";
import { FLAGS } from "../../domain/flags.ts";
import type { Gap } from "../../domain/gap.ts";
import { BASE_INTERVAL } from "../../domain/interval.ts";
import type { Tick, Trade } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";
import type { HistoricalBar } from "../../providers/provider.ts";

/** What history says of some whole minutes. */
export interface Refill {
  readonly symbol: string;
  readonly provider: string;
  /** Whole minutes, all of them closed. */
  readonly span: Span;
  /** What history has been asked for so far: it ends with `span`. */
  readonly covered: Span;
  /**
   * All trades of the span, ascending, or its minutes' bars on the instrument's basis, or only those
   * trades that were not heard: what a recording has of such a refill.
   */
  readonly said:
    | { readonly trades: readonly Trade[] }
    | { readonly bars: readonly HistoricalBar[] }
    | { readonly added: readonly Trade[] };
  /** Candles whose end is not after it are closed; absent: by the clock. */
  readonly closedUntil?: Micros;
}

/** What is to be kept of it, together. */
export interface Refilled {
  /** Trades that were not kept. */
  readonly ticks: readonly Trade[];
  /** Trades that are kept, and that the venue has taken back since. */
  readonly amendments: readonly Amendment[];
  /** Closed candles that are different now, each with its next revision. */
  readonly candles: readonly Candle[];
  /** Gaps that are filled now and, of those that are filled in part, what is left. */
  readonly gaps: readonly Gap[];
}

const PAGE = 5_000;

/**
 * Finds out what a refill changes; where it was done before: nothing.
 *
 * @param closedUntil candles whose end is not after it are closed.
 * @throws StoreError
 */
export async function refill(
  store: Store,
  request: RemakeRequest & { readonly closedUntil: Micros },
  asked: Refill,
): Promise<Refilled> {
  const { listing, sessionAt } = request;
  const { covered, said, span, symbol } = asked;
  const { basis } = listing;
  const range = { symbol, from: span.start, to: span.end, limit: PAGE } as const;
  const query = { ...range, interval: BASE_INTERVAL.name, basis, order: "start" } as const;
  const known = await readAll((cursor) => store.candles({ ...query, cursor }));
  const kept = new Map(known.map((candle) => [candle.start, candle]));

  let minutes: Minute[];
  const ticks: Trade[] = [];
  const amendments: Amendment[] = [];
  if (!("bars" in said)) {
    const heard = await readAll((cursor) =>
      store.ticks({ ...range, kinds: ["trade"], order: "time", cursor })
    );
    const trades = "added" in said ? withHeard(said.added, heard, asked.provider) : said.trades;
    const sorted = sortOut(heard, asked.provider, trades, (time) => sessionAt(time) !== null);
    ticks.push(...sorted.added);
    amendments.push(...sorted.taken.map(amendmentOf));
    minutes = ofTrades(sorted, kept, { symbol, basis });
  } else minutes = ofBars(said.bars, kept, asked, basis);

  const candles = minutes.flatMap(({ made, isNew }) => isNew && made !== null ? [made] : []);
  const { settled, open } = settle(await gapsOf(store, symbol, span, request), covered);
  for (const interval of request.intervals) {
    if (interval.name === BASE_INTERVAL.name) continue;
    candles.push(...await longerOf(store, request, { span, interval, minutes, open }));
  }
  return { ticks, amendments, candles, gaps: settled };
}

/** The trades that were not heard among those that were, ascending. */
function withHeard(added: readonly Trade[], heard: readonly Tick[], provider: string): Trade[] {
  const own = heard.filter((tick): tick is Trade =>
    tick.kind === "trade" && tick.provider === provider
  );
  return [...own, ...added].sort((a, b) => a.time - b.time);
}

function amendmentOf({ symbol, provider, id, time }: Trade): Amendment {
  return { symbol, provider, id, from: time, to: time + 1, flags: FLAGS.cancelled };
}

/** The gaps that may touch a candle in which the span has a part. */
async function gapsOf(
  store: Store,
  symbol: string,
  span: Span,
  { intervals }: RemakeRequest,
): Promise<Gap[]> {
  const reach = Math.max(...intervals.map(({ span }) => span));
  const query = { symbol, from: span.start - reach, to: span.end + reach, limit: PAGE } as const;
  const gaps = await readAll((cursor) => store.gaps({ ...query, cursor }));
  return gaps.filter(({ status }) => status !== "filled");
}

/** Which gaps a span of history settles, wholly or from their start on, and which stay open. */
function settle(gaps: readonly Gap[], covered: Span): { settled: Gap[]; open: Gap[] } {
  const settled: Gap[] = [];
  const open: Gap[] = [];
  /** What is left begins at one instant, which with its provider is a gap's key: the longest stands. */
  const rests = new Map<string, Gap>();
  for (const gap of gaps) {
    const begins = gap.from >= covered.start && gap.from < covered.end;
    if (begins && gap.to <= covered.end) settled.push({ ...gap, status: "filled" });
    else if (begins) {
      settled.push({ ...gap, to: covered.end, status: "filled" });
      const rest: Gap = { ...gap, from: covered.end, status: "open" };
      if (rest.to > (rests.get(gap.provider)?.to ?? -Infinity)) rests.set(gap.provider, rest);
    } else open.push(gap);
  }
  for (const gap of open) {
    const rest = gap.from === covered.end ? rests.get(gap.provider) : undefined;
    if (rest !== undefined && gap.to >= rest.to) rests.delete(gap.provider);
  }
  return { settled: [...settled, ...rests.values()], open: [...open, ...rests.values()] };
}
