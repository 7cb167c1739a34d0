/**
 * Signals and candles of few words.
 *
 * @module
 */
import type { TrialCandle } from "../../../domain/backtest/trial.ts";
import { type Signal, signalId } from "../../../domain/signal.ts";
import { MINUTE, parseTime } from "../../../domain/time.ts";

/** When signals are given. */
export const T0 = parseTime("2014-05-01T13:30:00Z")!;

/** A `buy` at 100 with the stop at 98 and the target at 104, unless said otherwise. */
export function signal(said: Partial<Signal> = {}): Signal {
  const one = {
    strategy: "ema-cross",
    symbol: "AAPL",
    interval: "1m",
    basis: "trade",
    time: T0,
    side: "buy",
    strength: 0.5,
    entry: 100,
    stop: 98,
    target: 104,
    reasons: ["It rose."],
    inputs: { close: 100 },
    revision: "1",
    ...said,
  } as const;
  return { id: signalId(one), ...one };
}

/** Minutes from {@link T0} on, each of open, high, low and close. */
export function minutes(...prices: readonly (readonly [number, number, number, number])[]) {
  return prices.map(([open, high, low, close], i): TrialCandle => {
    const start = T0 + i * MINUTE;
    return { start, end: start + MINUTE, open, high, low, close };
  });
}
