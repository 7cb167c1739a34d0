/**
 * What a backtest came to, before it is written.
 *
 * @module
 */
import type { Costs, Result } from "../../../domain/backtest/tally.ts";
import type { Basis } from "../../../domain/candle.ts";
import type { StrategyParameters } from "../../../domain/strategies/contract.ts";
import type { Micros } from "../../../domain/time.ts";

/** A backtest that is over. */
export interface BacktestReport {
  /** Of marketd. */
  readonly version: string;
  /** What was played: the names of files, or a store. */
  readonly source: string;
  /** The first and the last instant of what was played. */
  readonly from: Micros;
  readonly to: Micros;
  readonly costs: Costs;
  /** One for each strategy and instrument, also where it had nothing to say. */
  readonly runs: readonly BacktestRun[];
}

/** A strategy on an instrument. */
export interface BacktestRun {
  readonly strategy: string;
  /** For people. */
  readonly title: string;
  readonly symbol: string;
  readonly interval: string;
  readonly basis: Basis;
  /** The instrument's smallest price step. */
  readonly step: number;
  /** All of them, those that are as usual too. */
  readonly parameters: StrategyParameters;
  /** How long after a signal it may be entered and left. */
  readonly horizon: Micros;
  /** By the time of their signals. */
  readonly results: readonly Result[];
  /** The minutes that the signals were tried on. */
  readonly closes: readonly Close[];
}

/** The close of a minute. */
export interface Close {
  /** The start of the minute. */
  readonly time: Micros;
  readonly price: number;
}

/** What is said with every report of how it was counted. */
export const RULES: readonly string[] = [
  "Each signal is tried by itself on the minutes after it, up to its horizon; there is no portfolio.",
  "A signal counts from the end of its candle on. Live it is told a grace later (candles.grace, two " +
  "seconds as a rule): what the price does in them is not counted.",
  "Where the market stands at the entry it is entered at the next minute's open; else the entry waits " +
  "for the market, and is missed where that goes to the stop or the target first.",
  "Where one minute has both the stop and the target, the stop came first; a minute in which it is " +
  "entered after the open does not reach the target.",
  "What begins beyond the stop is left there; what begins beyond the target is left at the target.",
  "The hit rate is the share of all that were entered and left, at the horizon's end too, that reached " +
  "the target. Undecided are those that the data ended on; they are in no mean.",
  "R is the distance from where it was entered to the stop. Costs are one spread, and a commission on " +
  "entering and on leaving.",
];

/** Parameters in words. */
export function parametersOf({ parameters }: Pick<BacktestRun, "parameters">): string {
  return Object.entries(parameters).map(([name, value]) => `${name}=${value}`).join(" ");
}
