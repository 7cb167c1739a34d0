/**
 * The minutes that history gives: of trades, held against those that were heard, or of bars.
 *
 * @module
 */
import type { Minute } from "./longer.ts";
import type { Refill } from "./refill.ts";
import { inspect } from "../routing/gate.ts";
import {
  addTick,
  type Bar,
  barOf,
  candleOf,
  emptyBar,
  FIRM,
  priceOn,
  UNPRICED,
} from "../../domain/bar.ts";
import type { Candle } from "../../domain/candle.ts";
import { FLAGS } from "../../domain/flags.ts";
import { BASE_INTERVAL } from "../../domain/interval.ts";
import type { Tick, Trade } from "../../domain/tick.ts";
import { type Micros, MINUTE } from "../../domain/time.ts";
import type { HistoricalBar } from "../../providers/provider.ts";

/** Trades by what was known of them. */
export interface Sorted {
  /** In the venue's order, then those that its history has not. */
  readonly all: readonly Trade[];
  readonly added: readonly Trade[];
  readonly taken: readonly Trade[];
}

/** Holds the venue's history against what was heard. */
export function sortOut(
  heard: readonly Tick[],
  provider: string,
  trades: readonly Trade[],
  isInSession: (time: Micros) => boolean,
): Sorted {
  const own = heard.filter((tick): tick is Trade =>
    tick.kind === "trade" && tick.provider === provider
  );
  const known = new Map(own.map((trade) => [keyOf(trade), trade]));
  const all: Trade[] = [];
  const added: Trade[] = [];
  const taken: Trade[] = [];
  const seen = new Set<string>();
  for (const told of trades) {
    const key = keyOf(told);
    if (seen.has(key)) continue;
    seen.add(key);
    const before = known.get(key);
    if (before === undefined) {
      const late = (told.flags & FLAGS["extended-hours"]) !== 0 && isInSession(told.time);
      const flags = told.flags | inspect(told) | FLAGS.backfilled |
        (late ? FLAGS["volume-only"] : 0);
      const trade = { ...told, flags };
      added.push(trade);
      all.push(trade);
    } else if ((told.flags & ~before.flags & FLAGS.cancelled) !== 0) {
      const trade = { ...before, flags: before.flags | FLAGS.cancelled };
      taken.push(trade);
      all.push(trade);
    } else all.push(before);
  }
  for (const [key, trade] of known) if (!seen.has(key)) all.push(trade);
  return { all, added, taken };
}

function keyOf({ time, id }: Trade): string {
  return `${time} ${id}`;
}

/** The minutes as their trades make them. */
export function ofTrades(
  { added, all, taken }: Sorted,
  kept: ReadonlyMap<Micros, Candle>,
  { basis, symbol }: Pick<Candle, "symbol" | "basis">,
): Minute[] {
  const starts = new Set([...all.map(({ time }) => startOf(time)), ...kept.keys()]);
  const bars = new Map([...starts].map((start) => [start, newPair(start)]));
  const changed = new Set([...added, ...taken].map(({ time }) => startOf(time)));
  const isAdded = new Set(added);
  const takenKeys = new Set(taken);
  for (const trade of all) {
    const { before, after } = bars.get(startOf(trade.time))!;
    const price = priceOn(trade, basis);
    if (!Number.isNaN(price)) addTick(after, trade, price);
    if (isAdded.has(trade)) continue;
    const was = takenKeys.has(trade) ? { ...trade, flags: trade.flags & ~FLAGS.cancelled } : trade;
    const old = priceOn(was, basis);
    if (!Number.isNaN(old)) addTick(before, was, old);
  }
  return [...bars].sort(([a], [b]) => a - b).map(([start, { before, after }]): Minute => {
    const candle = kept.get(start) ?? null;
    const old = candle === null ? before : barOf(candle);
    const isPriced = after.pricing !== UNPRICED;
    if (candle !== null && (!changed.has(start) || !isPriced)) {
      // Nothing was missing of it: what it says is right.
      const isWhole = candle.status === "complete" || candle.status === "repaired";
      const made: Candle = isWhole
        ? candle
        : { ...candle, status: "repaired", revision: candle.revision + 1 };
      return { start, old, bar: barOf(made), made, isNew: !isWhole };
    }
    const head = { symbol, interval: BASE_INTERVAL.name, basis, status: "repaired" } as const;
    const revision = candle === null ? 0 : candle.revision + 1;
    const made = isPriced ? candleOf(after, { ...head, revision }) : null;
    return { start, old, bar: after, made, isNew: isPriced };
  });
}

/** The minutes as the venue's bars tell them, where they were not wholly heard. */
export function ofBars(
  bars: readonly HistoricalBar[],
  kept: ReadonlyMap<Micros, Candle>,
  { provider, span, symbol }: Refill,
  basis: Candle["basis"],
): Minute[] {
  const told = new Map(bars.map((bar) => [bar.start, bar]));
  const starts = [...new Set([...told.keys(), ...kept.keys()])]
    .filter((start) => start >= span.start && start < span.end).sort((a, b) => a - b);
  return starts.map((start): Minute => {
    const candle = kept.get(start) ?? null;
    const bar = told.get(start);
    const isWhole = candle?.status === "complete" || candle?.status === "repaired";
    const old = candle === null ? emptyBar(start, start + MINUTE) : barOf(candle);
    if (candle !== null && (isWhole || bar === undefined)) {
      return { start, old, bar: old, made: candle, isNew: false };
    }
    const made = candleOf(barTold(bar!, provider), {
      symbol,
      interval: BASE_INTERVAL.name,
      basis,
      status: "repaired",
      revision: candle === null ? 0 : candle.revision + 1,
    });
    return { start, old, bar: barOf(made), made, isNew: true };
  });
}

/** The bar of a minute as its venue told it. */
export function barTold(told: HistoricalBar, provider: string): Bar {
  const end = told.start + BASE_INTERVAL.span;
  return {
    ...emptyBar(told.start, end),
    open: told.open,
    high: told.high,
    low: told.low,
    close: told.close,
    openTime: told.start,
    closeTime: end - 1,
    volume: told.volume ?? 0,
    notional: (told.vwap ?? told.close) * (told.volume ?? 0),
    ticks: told.ticks ?? 1,
    pricing: FIRM,
    providers: [provider],
  };
}

function newPair(start: Micros): { before: Bar; after: Bar } {
  return { before: emptyBar(start, start + MINUTE), after: emptyBar(start, start + MINUTE) };
}

function startOf(time: Micros): Micros {
  return time - time % BASE_INTERVAL.span;
}
