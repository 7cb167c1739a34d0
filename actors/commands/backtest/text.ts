/**
 * A backtest as text: a block for each strategy and instrument.
 *
 * @module
 */
import { FIGURES } from "./figures.ts";
import { type BacktestReport, type BacktestRun, parametersOf } from "./report.ts";
import { tallySides } from "../../../domain/backtest/tally.ts";
import { formatDuration } from "../../../domain/time.ts";

const SHOWN = FIGURES.filter(({ isMore }) => isMore !== true);

/** Writes it. */
export function textOf({ costs, runs }: BacktestReport): string {
  const { commission, spread } = costs;
  const head = `costs: a spread of ${spread} bps, a commission of ${commission} bps a side\n`;
  return [head, ...runs.map(blockOf)].join("\n");
}

function blockOf(run: BacktestRun): string {
  const { basis, horizon, interval, results, strategy, symbol } = run;
  const rows = [
    SHOWN.map(({ title }) => title),
    ...tallySides(results).map((tally) => SHOWN.map((figure) => figure.of(tally))),
  ];
  const widths = SHOWN.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  const lines = rows.map((row) =>
    row.map((cell, at) => at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))
      .join("  ").trimEnd()
  );
  const head = `${strategy} on ${symbol}, candles of ${interval} (${basis}), horizon ` +
    `${formatDuration(horizon)}: ${parametersOf(run)}`;
  return [head, ...lines.map((line) => `  ${line}`), ""].join("\n");
}
