/**
 * A backtest as JSON: all of it.
 *
 * @module
 */
import type { BacktestReport, BacktestRun } from "./report.ts";
import { type Result, type SideTally, tallySides } from "../../../domain/backtest/tally.ts";
import type { Fill } from "../../../domain/backtest/trial.ts";
import { formatDuration, formatTime, SECOND } from "../../../domain/time.ts";

/** Writes it, ended by a line break. */
export function jsonOf(report: BacktestReport): string {
  const { costs, from, runs, source, to, version } = report;
  const whole = {
    marketd: version,
    source,
    from: formatTime(from),
    to: formatTime(to),
    costs,
    runs: runs.map(runRecord),
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

function runRecord(
  { closes: _, horizon, results, step: _step, title: _title, ...run }: BacktestRun,
) {
  const [both, buy, sell] = tallySides(results).map(tallyRecord);
  return {
    ...run,
    horizon: formatDuration(horizon),
    tally: { both, buy, sell },
    signals: results.map(resultRecord),
  };
}

/** Time held is in seconds. */
function tallyRecord({ held, side: _, ...tally }: SideTally) {
  return { ...tally, held: held === null ? null : held / SECOND };
}

function resultRecord({ entered, left, signal, ...result }: Result) {
  return {
    ...signal,
    time: formatTime(signal.time),
    ...result,
    entered: fillRecord(entered),
    left: fillRecord(left),
  };
}

function fillRecord(fill: Fill | null) {
  return fill === null ? null : { time: formatTime(fill.time), price: fill.price };
}
