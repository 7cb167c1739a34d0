/**
 * How candles, ticks and gaps look outside: records of JSON and rows of CSV, the same in the HTTP
 * API, in the stream and in an export. Times are RFC 3339 in UTC.
 *
 * @module
 */
import type { Basis, Candle, CandleStatus } from "./candle.ts";
import { csvRow } from "./csv.ts";
import { type Flag, flagNames } from "./flags.ts";
import type { Gap, GapReason } from "./gap.ts";
import type { BookMeasures } from "./book.ts";
import { formatLevels } from "./levels.ts";
import type { Depth, Level, Quote, Tick, Trade } from "./tick.ts";
import { timeWriter } from "./timetext.ts";

/** A candle as JSON. */
export interface CandleRecord {
  readonly symbol: string;
  readonly interval: string;
  readonly start: string;
  readonly end: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly realVolume: number;
  readonly tickVolume: number;
  readonly vwap: number | null;
  readonly buyVolume: number;
  readonly sellVolume: number;
  readonly basis: Basis;
  readonly status: CandleStatus;
  readonly revision: number;
  readonly providers: readonly string[];
}

/** What the JSON of every tick has. */
interface TickRecordBase {
  readonly symbol: string;
  readonly time: string;
  readonly receivedAt: string;
  readonly provider: string;
  readonly id: string;
  readonly flags: readonly Flag[];
}

/** A tick as JSON: what all have, and the fields of its kind. JSON has no NaN: it becomes `null`. */
export type TickRecord =
  | (
    & TickRecordBase
    & Pick<Trade, "kind" | "size" | "side" | "conditions">
    & { readonly price: number | null }
  )
  | (TickRecordBase & Pick<Quote, "kind" | "bid" | "bidSize" | "ask" | "askSize">)
  | (TickRecordBase & Pick<Depth, "kind" | "bids" | "asks">);

/** A gap as JSON. */
export interface GapRecord {
  readonly symbol: string;
  readonly provider: string;
  readonly from: string;
  readonly to: string;
  readonly reason: GapReason;
  readonly status: Gap["status"];
  readonly detectedAt: string;
}

// Each remembers a minute of its own: the columns of a table drift apart.
const writeStart = timeWriter();
const writeEnd = timeWriter();
const writeTime = timeWriter();
const writeReceived = timeWriter();

/** The first line of candles as CSV. */
export const CANDLE_HEADER =
  "start,end,symbol,interval,open,high,low,close,realVolume,tickVolume,vwap,basis,status,revision,providers";

/** A candle as a row of CSV, without a line break at its end; the providers are joined by `|`. */
export function candleRow(candle: Candle): string {
  return csvRow([
    writeStart(candle.start),
    writeEnd(candle.end),
    candle.symbol,
    candle.interval,
    candle.open,
    candle.high,
    candle.low,
    candle.close,
    candle.realVolume,
    candle.tickVolume,
    candle.vwap,
    candle.basis,
    candle.status,
    candle.revision,
    candle.providers.join("|"),
  ]);
}

/** A candle as a record of JSON. */
export function candleRecord(candle: Candle): CandleRecord {
  return {
    symbol: candle.symbol,
    interval: candle.interval,
    start: writeStart(candle.start),
    end: writeEnd(candle.end),
    open: candle.open,
    high: candle.high,
    low: candle.low,
    close: candle.close,
    realVolume: candle.realVolume,
    tickVolume: candle.tickVolume,
    vwap: candle.vwap,
    buyVolume: candle.buyVolume,
    sellVolume: candle.sellVolume,
    basis: candle.basis,
    status: candle.status,
    revision: candle.revision,
    providers: candle.providers,
  };
}

/** The first line of gaps as CSV. */
export const GAP_HEADER = "from,to,symbol,provider,reason,status,detectedAt";

/** A gap as a row of CSV, without a line break at its end. */
export function gapRow(gap: Gap): string {
  const { symbol, provider, from, to, reason, status, detectedAt } = gapRecord(gap);
  return csvRow([from, to, symbol, provider, reason, status, detectedAt]);
}

/** A gap as a record of JSON. */
export function gapRecord(gap: Gap): GapRecord {
  return {
    symbol: gap.symbol,
    provider: gap.provider,
    from: writeStart(gap.from),
    to: writeEnd(gap.to),
    reason: gap.reason,
    status: gap.status,
    detectedAt: writeReceived(gap.detectedAt),
  };
}

/** A book, and what is measured of it. */
export interface Book extends BookMeasures, Pick<Depth, "symbol" | "provider" | "time"> {
  /** Best level first, as the asks. */
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

/** A book as JSON. */
export type BookRecord = Omit<Book, "time"> & { readonly time: string };

/** The first line of books as CSV. */
export const BOOK_HEADER = "time,symbol,provider,bids,asks,mid,spread,imbalance";

/** A book as a row of CSV, without a line break at its end; levels as `price@size|...`. */
export function bookRow({ time, symbol, provider, bids, asks, ...measures }: Book): string {
  const { mid, spread, imbalance } = measures;
  const levels = [formatLevels(bids), formatLevels(asks)];
  return csvRow([writeTime(time), symbol, provider, ...levels, mid, spread, imbalance]);
}

/** A book as a record of JSON. */
export function bookRecord(book: Book): BookRecord {
  const { symbol, provider, time, bids, asks, mid, spread, imbalance } = book;
  return { symbol, provider, time: writeTime(time), bids, asks, mid, spread, imbalance };
}

/** A tick as a record of JSON. */
export function tickRecord(tick: Tick): TickRecord {
  const { symbol, provider, id } = tick;
  const time = writeTime(tick.time);
  const receivedAt = writeReceived(tick.receivedAt);
  const flags = flagNames(tick.flags);
  switch (tick.kind) {
    case "trade": {
      const { kind, size, side, conditions } = tick;
      const price = Number.isFinite(tick.price) ? tick.price : null;
      return {
        symbol,
        kind,
        time,
        receivedAt,
        provider,
        id,
        price,
        size,
        side,
        conditions,
        flags,
      };
    }
    case "quote": {
      const { kind, bid, bidSize, ask, askSize } = tick;
      return { symbol, kind, time, receivedAt, provider, id, bid, bidSize, ask, askSize, flags };
    }
    case "depth": {
      const { kind, bids, asks } = tick;
      return { symbol, kind, time, receivedAt, provider, id, bids, asks, flags };
    }
  }
}
