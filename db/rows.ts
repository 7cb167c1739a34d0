/**
 * Rows as every store keeps them, and the domain's values made of them. The columns have the same
 * names and meanings in each store; times are whole microseconds.
 *
 * @module
 */
import type { Basis, CandleStatus } from "../domain/candle.ts";
import type { Gap } from "../domain/gap.ts";
import { parseLevels } from "../domain/levels.ts";
import type { Side, Tick, TickKind } from "../domain/tick.ts";
import type { Spending } from "../domain/quota.ts";
import type { BookSnapshot, KeptCandle, KeptQuota, ProviderEvent, Run } from "./store.ts";

/** How each kind of tick is written. Never renumbered: the stores keep them. */
export const KIND_CODES: Readonly<Record<TickKind, number>> = { trade: 0, quote: 1, depth: 2 };

/** Kinds of ticks as a set of bits: bit 0 for trades. */
export function kindBits(kinds: readonly TickKind[]): number {
  return kinds.reduce((bits, kind) => bits | (1 << KIND_CODES[kind]), 0);
}

/** A row of `ticks` with its names put back. */
export interface TickRow {
  symbol: string;
  time: number;
  provider: string;
  /** One of {@link KIND_CODES}. */
  kind: number;
  id: string;
  received_at: number;
  flags: number;
  price: number | null;
  size: number | null;
  side: string | null;
  conditions: string | null;
  bid: number | null;
  bid_size: number | null;
  ask: number | null;
  ask_size: number | null;
  bids: string | null;
  asks: string | null;
}

/**
 * The tick of a row. What is not a number is kept as nothing, so a trade without a price (a refused
 * one) has the price `NaN`.
 */
export function toTick(row: TickRow): Tick {
  const { symbol, time, provider, id, flags } = row;
  const shared = { symbol, time, receivedAt: row.received_at, provider, id, flags };
  if (row.kind === KIND_CODES.trade) {
    return {
      ...shared,
      kind: "trade",
      price: row.price ?? NaN,
      size: row.size,
      side: row.side as Side | null,
      conditions: row.conditions,
    };
  }
  if (row.kind === KIND_CODES.quote) {
    return {
      ...shared,
      kind: "quote",
      bid: row.bid,
      bidSize: row.bid_size,
      ask: row.ask,
      askSize: row.ask_size,
    };
  }
  return {
    ...shared,
    kind: "depth",
    bids: parseLevels(row.bids ?? ""),
    asks: parseLevels(row.asks ?? ""),
  };
}

/** A candle's columns that name it. */
export const CANDLE_KEY = ["symbol", "interval", "basis", "start_time"] as const;
/** A candle's columns that a later telling may change, but for the telling itself. */
export const CANDLE_VALUES = [
  "end_time",
  "open",
  "high",
  "low",
  "close",
  "real_volume",
  "tick_volume",
  "vwap",
  "buy_volume",
  "sell_volume",
  "status",
  "revision",
  "provider_source",
  "open_time",
  "close_time",
] as const;
/** A candle's columns that say by which event it was told. */
export const CANDLE_TELLING = ["epoch", "sequence"] as const;

/** A row of `candles` with its symbol's name put back. */
export interface CandleRow {
  symbol: string;
  interval: string;
  basis: string;
  start_time: number;
  end_time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  real_volume: number;
  tick_volume: number;
  vwap: number | null;
  buy_volume: number;
  sell_volume: number;
  status: string;
  revision: number;
  /** As {@link formatProviders} writes them. */
  provider_source: string;
  open_time: number;
  close_time: number;
  epoch: string;
  sequence: number;
}

/** The candle of a row. */
export function toCandle(row: CandleRow): KeptCandle {
  return {
    symbol: row.symbol,
    interval: row.interval,
    basis: row.basis as Basis,
    start: row.start_time,
    end: row.end_time,
    open: row.open,
    high: row.high,
    low: row.low,
    close: row.close,
    realVolume: row.real_volume,
    tickVolume: row.tick_volume,
    vwap: row.vwap,
    buyVolume: row.buy_volume,
    sellVolume: row.sell_volume,
    status: row.status as CandleStatus,
    revision: row.revision,
    providers: parseProviders(row.provider_source),
    openTime: row.open_time,
    closeTime: row.close_time,
    epoch: row.epoch,
    sequence: row.sequence,
  };
}

/** The providers of a candle as text, joined by `|`. */
export function formatProviders(providers: readonly string[]): string {
  return providers.join("|");
}

/** Reads what {@link formatProviders} wrote. */
export function parseProviders(text: string): string[] {
  return text === "" ? [] : text.split("|");
}

/** A row of `order_book` and the one of `market_depth` with its key, with their names put back. */
export interface BookRow {
  symbol: string;
  provider: string;
  time: number;
  /** As `formatLevels` writes them. */
  bids: string;
  asks: string;
  mid: number | null;
  spread: number | null;
  imbalance: number | null;
}

/** The book of two rows. */
export function toBook(row: BookRow): BookSnapshot {
  const { symbol, provider, time, mid, spread, imbalance } = row;
  return {
    symbol,
    provider,
    time,
    bids: parseLevels(row.bids),
    asks: parseLevels(row.asks),
    mid,
    spread,
    imbalance,
  };
}

/** A row of `gaps` with its names put back. */
export interface GapRow {
  symbol: string;
  provider: string;
  from_time: number;
  to_time: number;
  reason: string;
  status: string;
  detected_at: number;
}

/** The gap of a row. */
export function toGap(row: GapRow): Gap {
  return {
    symbol: row.symbol,
    provider: row.provider,
    from: row.from_time,
    to: row.to_time,
    reason: row.reason as Gap["reason"],
    status: row.status as Gap["status"],
    detectedAt: row.detected_at,
  };
}

/** A row of `provider_events` with its provider's name put back. */
export type ProviderEventRow = { -readonly [Key in keyof ProviderEvent]: ProviderEvent[Key] };

/** The event of a row. */
export function toProviderEvent(row: ProviderEventRow): ProviderEvent {
  const { provider, time, event, reason, correlation } = row;
  return { provider, time, event, reason, correlation };
}

/** A row of `runs`. */
export interface RunRow {
  epoch: string;
  started_at: number;
  alive_until: number;
  /** SQLite knows no booleans: 0 or 1. */
  clean: number | boolean;
}

/** The run of a row. */
export function toRun(row: RunRow): Run {
  return {
    epoch: row.epoch,
    startedAt: row.started_at,
    aliveUntil: row.alive_until,
    clean: Boolean(row.clean),
  };
}

/** A quota as it is kept. */
export interface QuotaRow {
  readonly provider: string;
  readonly name: string;
  /** As {@link formatSpendings} writes it. */
  readonly spendings: string;
}

/** What was spent, as a JSON list of pairs of a slot's start and the sum. */
export function formatSpendings(spendings: readonly Spending[]): string {
  return JSON.stringify(spendings.map(({ slot, spent }) => [slot, spent]));
}

/** Reads a quota. */
export function toQuota({ provider, name, spendings }: QuotaRow): KeptQuota {
  const pairs = JSON.parse(spendings) as [number, number][];
  return { provider, name, spendings: pairs.map(([slot, spent]) => ({ slot, spent })) };
}
