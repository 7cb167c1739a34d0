/**
 * Signals: what a strategy says should be done, and why. They are no orders.
 *
 * @module
 */
import type { Basis } from "./candle.ts";
import type { Side } from "./tick.ts";
import { formatTime, type Micros } from "./time.ts";

/** A value that a signal can be explained with. */
export type SignalValue = number | string | boolean | null;

/** What a strategy says; prices in the instrument's units, on its steps. */
export interface Advice {
  /** `buy` where it expects the price to rise. */
  readonly side: Side;
  /** From 0 to 1: how clear the case is, by the strategy's own measure. */
  readonly strength: number;
  /** The price to begin at. */
  readonly entry: number;
  /** The price that proves it wrong: below the entry of a `buy`, above that of a `sell`. */
  readonly stop: number;
  /** The price it is after: above the entry of a `buy`, below that of a `sell`. */
  readonly target: number;
  /** Why, in sentences, the weightiest first. */
  readonly reasons: readonly string[];
  /** What it looked at, by name: enough to check the reasons by hand. */
  readonly inputs: Readonly<Record<string, SignalValue>>;
}

/** A strategy's advice on an instrument at an instant. */
export interface Signal extends Advice {
  /** The same for the same strategy, instrument, candles, instant and side: see {@link signalId}. */
  readonly id: string;
  /** The strategy's id. */
  readonly strategy: string;
  readonly symbol: string;
  /** The interval and the basis of the candles it was given on. */
  readonly interval: string;
  readonly basis: Basis;
  /** The end of the last candle it knew of: nothing later has a part in it. */
  readonly time: Micros;
  /** The revision of the configuration in force: the same for the same parameters. */
  readonly revision: string;
}

/** What a signal's id is made of; there is one signal of each at most. */
export type SignalKey = Pick<
  Signal,
  "strategy" | "symbol" | "interval" | "basis" | "time" | "side"
>;

/**
 * A signal's id. It follows from what it is of, so that a signal that is made again (after a crash,
 * or in a replay) is the same one.
 *
 * @example "ema-cross.AAPL.5m.trade.2026-03-02T14:35:00.000Z.buy"
 */
export function signalId({ strategy, symbol, interval, basis, time, side }: SignalKey): string {
  return [strategy, symbol, interval, basis, formatTime(time), side].join(".");
}
