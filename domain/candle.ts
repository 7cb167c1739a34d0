/**
 * Candles as the outside sees them. How they are built is in `candles.ts`.
 *
 * @module
 */
import type { Micros } from "./time.ts";

/** What a candle's prices are: trades, or one side (or the middle) of the quotes. */
export type Basis = "trade" | "bid" | "ask" | "mid";
/** The bases. */
export const BASES: readonly Basis[] = ["trade", "bid", "ask", "mid"];

/**
 * How far a candle can be trusted: `forming` (not yet closed), `complete`, `partial` (watched for
 * only a part of it), `gapped` (a known outage lies inside it), `repaired` (refilled from history).
 */
export type CandleStatus = "forming" | "complete" | "partial" | "gapped" | "repaired";
/** The statuses. */
export const CANDLE_STATUSES: readonly CandleStatus[] = [
  "forming",
  "complete",
  "partial",
  "gapped",
  "repaired",
];

/** One candle; its key is symbol, interval, basis and start. */
export interface Candle {
  readonly symbol: string;
  /** Such as `1m`, `1h` or `1d`. */
  readonly interval: string;
  readonly basis: Basis;
  /** Inclusive. */
  readonly start: Micros;
  /** Exclusive. */
  readonly end: Micros;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Sum of the sizes of the trades that counted; 0 on a basis of quotes. */
  readonly realVolume: number;
  /** Ticks that counted. */
  readonly tickVolume: number;
  /** Volume-weighted mean price; `null` without volume. */
  readonly vwap: number | null;
  /** Volume whose aggressor is known to have bought. */
  readonly buyVolume: number;
  /** Volume whose aggressor is known to have sold. */
  readonly sellVolume: number;
  readonly status: CandleStatus;
  /** 0 when first closed; one more each time a later tick or a repair changes it. */
  readonly revision: number;
  /** The providers whose ticks are in it, sorted. */
  readonly providers: readonly string[];
  /** Venue time of the tick that gave `open`. */
  readonly openTime: Micros;
  /** Venue time of the tick that gave `close`. */
  readonly closeTime: Micros;
}
