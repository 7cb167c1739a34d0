/**
 * What is to be tested: strategies, how each is set up, and on what.
 *
 * @module
 */
import { type z } from "zod";
import { hintFor, nearest } from "../../settings/problems.ts";
import type { Settings } from "../../settings/schema.ts";
import { keysOf } from "../../settings/shape.ts";
import { messageFor } from "../../settings/validate.ts";
import type { BacktestArgs, ParameterSaid } from "../deps.ts";
import type { Costs } from "../../../domain/backtest/tally.ts";
import { MarketdError } from "../../../domain/errors.ts";
import { parseInterval } from "../../../domain/interval.ts";
import type { StrategyCatalog } from "../../../domain/strategies/catalog.ts";
import {
  ANY,
  intervalProblem,
  revisionOf,
  setupSchema,
  type StrategySetup,
} from "../../../domain/strategies/config.ts";
import type { Strategy } from "../../../domain/strategies/contract.ts";
import type { Micros } from "../../../domain/time.ts";

/** Candles of a strategy's interval that a signal may take, unless told. */
const HORIZON = 50;

/** A strategy that is to be tested. */
export interface PlannedStrategy {
  readonly strategy: Strategy;
  readonly setup: StrategySetup;
  /** Of its setup: what its signals bear. */
  readonly revision: string;
  /** How long after a signal it may be entered and left. */
  readonly horizon: Micros;
}

/** What is to be tested. */
export interface BacktestPlan {
  readonly strategies: readonly PlannedStrategy[];
  /** In upper case; `null`: all that are played. */
  readonly symbols: readonly string[] | null;
  readonly costs: Costs;
}

/**
 * Settles what was asked for.
 *
 * @throws MarketdError `unknown-strategy` or `bad-parameter`, terminal.
 */
export function planOf(
  args: BacktestArgs,
  catalog: StrategyCatalog,
): BacktestPlan {
  const { interval, parameters, strategies, symbols, costs } = args;
  for (const { strategy, text } of parameters) {
    if (strategy === null || strategies.includes(strategy)) continue;
    throw failure(
      "bad-parameter",
      `Cannot use --param ${text}: ${strategy} is none of the strategies to test ` +
        `(${strategies.join(", ")})`,
    );
  }
  return {
    costs,
    symbols,
    strategies: strategies.map((id) => {
      const strategy = find(id, catalog);
      const said = parameters.filter((one) => one.strategy === null || one.strategy === id);
      const setup = setupOf(strategy, interval, said);
      const { span } = parseInterval(setup.interval)!;
      return {
        strategy,
        setup,
        revision: revisionOf(id, setup),
        horizon: args.horizon ?? HORIZON * span,
      };
    }),
  };
}

function find(id: string, catalog: StrategyCatalog): Strategy {
  const strategy = catalog.get(id);
  if (strategy !== undefined) return strategy;
  const known = [...catalog.keys()];
  const near = nearest(id, known);
  const hint = near === undefined ? `there are ${known.join(", ")}` : `did you mean ${near}?`;
  throw failure("unknown-strategy", `Cannot test the strategy "${id}", which is unknown: ${hint}`);
}

function setupOf(
  strategy: Strategy,
  interval: string | undefined,
  said: readonly ParameterSaid[],
): StrategySetup {
  const { data, error } = setupSchema(strategy).safeParse({
    ...(interval === undefined ? {} : { interval }),
    parameters: Object.fromEntries(said.map(({ name, value }) => [name, value])),
  });
  // The interval that is asked for is built.
  const unfit = data && intervalProblem(strategy, data.interval, [data.interval]);
  if (data !== undefined && unfit === undefined) return data;
  const problem = unfit === undefined
    ? error!.issues.flatMap((issue) => wordsOf(issue, strategy)).join("; ")
    : `the interval ${unfit}`;
  throw failure("bad-parameter", `Cannot set up the strategy ${strategy.id}: ${problem}`);
}

/** What is wrong, after the parameter that it is about. */
function wordsOf(issue: z.core.$ZodIssue, { parameters }: Strategy): string[] {
  const known = keysOf(parameters);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${key}: is not one of its parameters; ${hintFor(key, known)}`);
  }
  const message = issue.code === "custom" ? issue.message : messageFor(issue) ?? issue.message;
  return [[issue.path.slice(1).join("."), message].filter((part) => part !== "").join(": ")];
}

function failure(code: string, message: string): MarketdError {
  const ended = /[.?!]$/.test(message) ? message : `${message}.`;
  return new MarketdError(code, ended, { terminal: true });
}

/**
 * Holds that what is to be tested on is played.
 *
 * @param source what is played, in words.
 * @throws MarketdError `unknown-symbol`, terminal.
 */
export function requirePlayed(
  { symbols }: Pick<BacktestPlan, "symbols">,
  source: string,
  played: readonly string[],
): void {
  const missing = symbols?.find((symbol) => !played.includes(symbol));
  if (missing === undefined) return;
  throw failure(
    "unknown-symbol",
    `Cannot test strategies on ${missing}: it is not in ${source}, which has ${played.join(", ")}`,
  );
}

/** A configuration under which a plan's strategies, and no others, are run. */
export function testing(settings: Settings, { strategies, symbols }: BacktestPlan): Settings {
  const { candles } = settings;
  const wanted = strategies.map(({ setup }) => setup.interval);
  const intervals = [...new Set([...candles.intervals, ...wanted])];
  const on = symbols ?? [ANY];
  return {
    ...settings,
    candles: { ...candles, intervals },
    strategies: Object.fromEntries(strategies.map(({ setup, strategy }) => [
      strategy.id,
      Object.fromEntries(on.map((symbol) => [symbol, setup])),
    ])),
  };
}
