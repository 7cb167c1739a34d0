/**
 * What outcomes come to: returns after costs, and what there is to say of several together.
 *
 * A return is the way the price went from where a signal was entered to where it was left, its way
 * counted as good, over the former; in basis points (hundredths of a percent). Costs are taken off
 * once: the whole spread, since it is entered at one side of the quotes and left at the other, and a
 * commission on entering and on leaving. In units of risk (R; V. Tharp, "Trade Your Way to Financial
 * Freedom") it is over the distance from where it was entered to the stop.
 *
 * @module
 */
import type { Fill, Outcome, TrialResult } from "./trial.ts";
import { plain } from "../plain.ts";
import type { Signal } from "../signal.ts";
import { signOf } from "../strategies/prices.ts";
import type { Side } from "../tick.ts";
import type { Micros } from "../time.ts";

/** What trading costs, in basis points of the price. */
export interface Costs {
  /** Between bid and ask, where the candles are of neither. */
  readonly spread: number;
  /** On each side: once to enter and once to leave. */
  readonly commission: number;
}

/** What an outcome came to. */
export interface Result extends Outcome {
  /** In basis points, before costs; `null` where it was not entered. */
  readonly gross: number | null;
  /** After costs. */
  readonly net: number | null;
  /** After costs, in units of risk. */
  readonly risked: number | null;
  /** The excursions in units of risk; `null` where it was not entered. */
  readonly favourableRisked: number | null;
  readonly adverseRisked: number | null;
}

/** What several results come to. Means are `null` where there is nothing to take them of. */
export interface Tally {
  readonly signals: number;
  /** How many ended how; together they are the signals. */
  readonly results: Readonly<Record<TrialResult, number>>;
  /** Those that were left: at the target, at the stop, or at the end of the horizon. */
  readonly left: number;
  /** The share of those left that reached the target before the stop, within the horizon. */
  readonly hitRate: number | null;
  /** Mean excursions of those left, in units of risk. */
  readonly favourable: number | null;
  readonly adverse: number | null;
  /** Mean return of those left, in basis points, before and after costs. */
  readonly gross: number | null;
  readonly net: number | null;
  /** Sum of the returns after costs, in basis points. */
  readonly total: number;
  /** Mean return after costs, in units of risk. */
  readonly risked: number | null;
  /** What the winners made over what the losers lost, after costs; `null` where none lost. */
  readonly profitFactor: number | null;
  /** The mean time between entering and leaving. */
  readonly held: Micros | null;
}

/** A tally of the signals of one side; `null` is both. */
export interface SideTally extends Tally {
  readonly side: Side | null;
}

/** What an outcome came to. */
export function resultOf(outcome: Outcome, { commission, spread }: Costs): Result {
  const { adverse, entered, favourable, left, signal } = outcome;
  if (entered === null || left === null) {
    const none = { gross: null, net: null, risked: null };
    return { ...outcome, ...none, favourableRisked: null, adverseRisked: null };
  }
  const risk = Math.abs(entered.price - signal.stop);
  const gross = returnOf(signal, entered, left);
  const net = gross - spread - 2 * commission;
  return {
    ...outcome,
    gross: plain(gross),
    net: plain(net),
    risked: plain(net / (1e4 * risk / entered.price)),
    favourableRisked: plain(favourable / risk),
    adverseRisked: plain(adverse / risk),
  };
}

function returnOf({ side }: Signal, entered: Fill, left: Fill): number {
  return 1e4 * signOf(side) * (left.price - entered.price) / entered.price;
}

/** Whether it was entered and left: what counts in means. */
export function isLeft({ result }: Pick<Outcome, "result">): boolean {
  return result === "target" || result === "stop" || result === "expired";
}

/** What results come to together. */
export function tally(all: readonly Result[]): Tally {
  const results = { target: 0, stop: 0, expired: 0, undecided: 0, missed: 0 };
  for (const { result } of all) results[result]++;
  const left = all.filter(isLeft);
  const nets = left.map(({ net }) => net!);
  const won = sum(nets.filter((net) => net > 0));
  const lost = -sum(nets.filter((net) => net < 0));
  return {
    signals: all.length,
    results,
    left: left.length,
    hitRate: left.length === 0 ? null : results.target / left.length,
    favourable: mean(left.map(({ favourableRisked }) => favourableRisked!)),
    adverse: mean(left.map(({ adverseRisked }) => adverseRisked!)),
    gross: mean(left.map(({ gross }) => gross!)),
    net: mean(nets),
    total: sum(nets),
    risked: mean(left.map(({ risked }) => risked!)),
    profitFactor: lost > 0 ? plain(won / lost) : null,
    held: mean(left.map((one) => one.left!.time - one.entered!.time)),
  };
}

const SIDES: readonly (Side | null)[] = [null, "buy", "sell"];

/** What results come to: of both sides, then of each. */
export function tallySides(all: readonly Result[]): SideTally[] {
  return SIDES.map((side) => ({
    side,
    ...tally(side === null ? all : all.filter(({ signal }) => signal.side === side)),
  }));
}

function sum(values: readonly number[]): number {
  return plain(values.reduce((total, value) => total + value, 0));
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : plain(sum(values) / values.length);
}
