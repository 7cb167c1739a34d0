/**
 * What a store's contract test is given, and what its tests share.
 *
 * @module
 */
import type { Candle } from "../../../domain/candle.ts";
import type { Gap } from "../../../domain/gap.ts";
import type { Depth, Quote, Trade } from "../../../domain/tick.ts";
import {
  type BookSnapshot,
  type KeptCandle,
  type OpenOptions,
  type Page,
  type Store,
  StoreError,
  type StoreErrorCode,
  type WriteBatch,
} from "../../../db/store.ts";

/** A place where one store lives, empty at first. */
export interface StorePlace {
  open(mode: OpenOptions["mode"]): Promise<Store>;
  /** Called when every store opened there is closed. */
  remove(): Promise<void>;
}

/** How a kind of store is tried. */
export interface StoreHarness {
  /** Whether to skip, for want of a server. */
  readonly ignore?: boolean;
  /** Whether it prunes by whole pieces of time: then it is tried elsewhere. */
  readonly prunesPieces?: boolean;
  place(): Promise<StorePlace>;
}

/** Registers one test of the contract, on a store of its own that is open for writing. */
export type StoreTest = (
  sentence: string,
  body: (store: Store, place: StorePlace) => Promise<void>,
) => void;

/** 2014-05-01T00:00:00Z, the day of the recordings. */
export const DAY_START = 1_398_902_400_000_000;

/** A trade; what is not said is plain. */
export function trade(fields: Partial<Trade> = {}): Trade {
  return {
    symbol: "AAPL",
    time: DAY_START,
    receivedAt: DAY_START + 1_000,
    provider: "alpaca",
    id: "1",
    flags: 0,
    kind: "trade",
    price: 100.25,
    size: 100,
    side: null,
    conditions: null,
    ...fields,
  };
}

/** A quote; what is not said is plain. */
export function quote(fields: Partial<Quote> = {}): Quote {
  return {
    symbol: "AAPL",
    time: DAY_START,
    receivedAt: DAY_START + 1_000,
    provider: "alpaca",
    id: "1",
    flags: 0,
    kind: "quote",
    bid: 100.24,
    bidSize: 3,
    ask: 100.26,
    askSize: 5,
    ...fields,
  };
}

/** A book; what is not said is plain. */
export function depth(fields: Partial<Depth> = {}): Depth {
  return {
    symbol: "AAPL",
    time: DAY_START,
    receivedAt: DAY_START + 1_000,
    provider: "alpaca",
    id: "1",
    flags: 0,
    kind: "depth",
    bids: [{ price: 100.24, size: 3 }, { price: 100.23, size: 8 }],
    asks: [{ price: 100.26, size: 5 }],
    ...fields,
  };
}

/** A book as it stood; what is not said is plain. */
export function book(fields: Partial<BookSnapshot> = {}): BookSnapshot {
  return {
    symbol: "AAPL",
    provider: "ig",
    time: DAY_START,
    bids: [{ price: 100.25, size: 3 }, { price: 100, size: 6 }],
    asks: [{ price: 100.75, size: 1 }],
    mid: 100.5,
    spread: 0.5,
    imbalance: 0.8,
    ...fields,
  };
}

/** A closed candle; what is not said is plain. */
export function candle(fields: Partial<Candle & KeptCandle> = {}): KeptCandle {
  const start = fields.start ?? DAY_START;
  return {
    symbol: "AAPL",
    interval: "1m",
    basis: "trade",
    start,
    end: start + 60_000_000,
    open: 100,
    high: 101.5,
    low: 99.75,
    close: 101,
    realVolume: 1_200,
    tickVolume: 7,
    vwap: 100.625,
    buyVolume: 700,
    sellVolume: 500,
    status: "complete",
    revision: 0,
    providers: ["alpaca"],
    openTime: start + 5,
    closeTime: start + 59_999_999,
    epoch: "20140501T000000Z-a",
    sequence: 1,
    ...fields,
  };
}

/** A gap; what is not said is plain. */
export function gap(fields: Partial<Gap> = {}): Gap {
  return {
    symbol: "AAPL",
    provider: "alpaca",
    from: DAY_START,
    to: DAY_START + 60_000_000,
    reason: "disconnect",
    status: "open",
    detectedAt: DAY_START + 61_000_000,
    ...fields,
  };
}

/** A batch of what is given and nothing else. */
export function batch(parts: Partial<WriteBatch>): WriteBatch {
  return { ticks: [], candles: [], gaps: [], events: [], ...parts };
}

/** Reads all pages of a query, and does `between` after each page but the last. */
export async function allPages<Row>(
  read: (cursor: string | undefined) => Promise<Page<Row>>,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<Row[][]> {
  const pages: Row[][] = [];
  let cursor: string | undefined;
  for (;;) {
    const { rows, next } = await read(cursor);
    pages.push(rows);
    if (next === null) return pages;
    cursor = next;
    await between();
  }
}

/** Accepts a {@link StoreError} of a code, whose message matches. */
export function storeError(code: StoreErrorCode, message = /./) {
  return (error: unknown) =>
    error instanceof StoreError && error.code === code && message.test(error.message);
}
