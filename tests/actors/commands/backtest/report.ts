/**
 * A report of few signals.
 *
 * @module
 */
import type { BacktestReport, BacktestRun } from "../../../../actors/commands/backtest/report.ts";
import { resultOf } from "../../../../domain/backtest/tally.ts";
import { tryOut } from "../../../../domain/backtest/trial.ts";
import { HOUR, MINUTE } from "../../../../domain/time.ts";
import { minutes, signal, T0 } from "../../../domain/backtest/signals.ts";

export const COSTS = { spread: 10, commission: 5 };

const CANDLES = minutes([100, 101, 99, 100.5], [100.5, 105, 100, 104], [104, 104, 97, 98]);

/** A buy that reaches its target in the second minute, and a sell that is undecided at the end. */
export function runOf(said: Partial<BacktestRun> = {}): BacktestRun {
  const sell = signal({ side: "sell", time: T0 + 2 * MINUTE, entry: 104, stop: 108, target: 90 });
  const results = [signal({ reasons: ["It rose <fast> & far."] }), sell].map((one, at) => {
    const close = at === 0 ? 100 : 104;
    const options = { horizon: HOUR, step: 0.01, close };
    return resultOf(tryOut(one, CANDLES, options, T0 + 3 * MINUTE), COSTS);
  });
  return {
    strategy: "ema-cross",
    title: "EMA cross",
    symbol: "AAPL",
    interval: "1m",
    basis: "trade",
    step: 0.01,
    parameters: { fast: 9, slow: 21 },
    horizon: HOUR,
    results,
    closes: CANDLES.map(({ start, close }) => ({ time: start, price: close })),
    ...said,
  };
}

export function reportOf(...runs: readonly BacktestRun[]): BacktestReport {
  return {
    version: "1.2.3",
    source: "day.csv",
    from: T0,
    to: T0 + 3 * MINUTE,
    costs: COSTS,
    runs,
  };
}
