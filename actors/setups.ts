/**
 * The setups: which strategies run on which instruments, and how. What was said through the API is
 * laid over the configuration; what is said of an instrument goes before what is said of all. Made by
 * the root, written by the settings actor.
 *
 * @module
 */
import type { z } from "zod";
import { logger } from "./log.ts";
import type { Settings } from "./settings/schema.ts";
import type { StrategyChange } from "../db/store.ts";
import { intervalName } from "../domain/interval.ts";
import type { StrategyCatalog } from "../domain/strategies/catalog.ts";
import {
  ANY,
  intervalProblem,
  revisionOf,
  setupSchema,
  type StrategySetup,
} from "../domain/strategies/config.ts";
import type { Strategy } from "../domain/strategies/contract.ts";
import type { Micros } from "../domain/time.ts";

/** How a strategy is set up for an instrument, or for all. */
export interface Setup {
  readonly strategy: Strategy;
  /** The instrument, or `*`. */
  readonly symbol: string;
  readonly origin: "configuration" | "api";
  readonly setup: StrategySetup;
  readonly revision: string;
  /** When it was said through the API; -Infinity for what is configured. */
  readonly since: Micros;
}

/** How a strategy fares on an instrument. */
export interface Fortune {
  readonly status: "warming" | "running" | "restarting" | "given-up";
  /** What went wrong last; `null` where nothing did. */
  readonly fault: string | null;
  /** The end of the last candle it looked at; `null` before there is one. */
  readonly until: Micros | null;
}

/** Changes of a setup that are shown. */
export const SHOWN_CHANGES = 20;

const log = logger("strategies");

/** The setups in force. */
export class Setups {
  readonly catalog: StrategyCatalog;
  /** How each fares, by strategy and symbol; see {@link fortuneKey}. */
  readonly fortunes = new Map<string, Fortune>();
  readonly #configured: readonly Setup[];
  readonly #intervals: readonly string[];
  #changes: readonly StrategyChange[] = [];
  #all: readonly Setup[];

  /** @param intervals of the candles that are built. */
  constructor(
    catalog: StrategyCatalog,
    { strategies }: Pick<Settings, "strategies">,
    intervals: readonly string[],
  ) {
    this.catalog = catalog;
    this.#intervals = intervals;
    this.#configured = Object.entries(strategies).flatMap(([id, symbols]) =>
      Object.entries(symbols ?? {}).map(([symbol, said]) => {
        const setup = { ...said, interval: intervalName(said.interval) };
        return setupOf(catalog.get(id)!, symbol.toUpperCase(), setup, "configuration", -Infinity);
      })
    );
    this.#all = this.#configured;
  }

  /** Every setup in force, by strategy, then symbol. */
  get all(): readonly Setup[] {
    return this.#all;
  }

  /** What was said last of each setup through the API, of each the oldest first. */
  get changes(): readonly StrategyChange[] {
    return this.#changes;
  }

  /** The setup that holds for an instrument: its own, or that for all. */
  find(id: string, symbol: string): Setup | undefined {
    const own = this.#all.filter(({ strategy }) => strategy.id === id);
    return own.find((one) => one.symbol === symbol) ?? own.find((one) => one.symbol === ANY);
  }

  /** The setups that run on an instrument. */
  runningOn(symbol: string): Setup[] {
    return [...this.catalog.keys()].flatMap((id) => {
      const found = this.find(id, symbol);
      return found?.setup.enabled ? [found] : [];
    });
  }

  /** The schema of what may be said of a strategy; `undefined` where there is no such strategy. */
  schemaOf(id: string): z.ZodType<StrategySetup> | undefined {
    const strategy = this.catalog.get(id);
    if (strategy === undefined) return undefined;
    return setupSchema(strategy).transform((said, context): StrategySetup => {
      const message = intervalProblem(strategy, said.interval, this.#intervals);
      if (message !== undefined) context.addIssue({ code: "custom", path: ["interval"], message });
      return { ...said, interval: intervalName(said.interval) };
    });
  }

  /** Takes all that was said through the API into force. */
  take(changes: readonly StrategyChange[]): void {
    const own = Map.groupBy(changes, ({ strategy, symbol }) => fortuneKey(strategy, symbol));
    // The oldest that is shown is told with what was said before it.
    this.#changes = [...own.values()].flatMap((those) => those.slice(-SHOWN_CHANGES - 1));
    const latest = new Map([...own].map(([key, those]) => [key, those.at(-1)!]));
    const said = [...latest.values()].flatMap((change) => this.#setupOf(change));
    const rest = this.#configured.filter(({ strategy, symbol }) =>
      !latest.has(fortuneKey(strategy.id, symbol))
    );
    const keyOf = ({ strategy, symbol }: Setup) => fortuneKey(strategy.id, symbol);
    this.#all = [...rest, ...said].sort((a, b) => keyOf(a) < keyOf(b) ? -1 : 1);
  }

  #setupOf({ strategy: id, symbol, spec, changedAt }: StrategyChange): Setup[] {
    if (spec === null) return [];
    const result = this.schemaOf(id)?.safeParse(spec);
    if (result?.success) {
      return [setupOf(this.catalog.get(id)!, symbol, result.data, "api", changedAt)];
    }
    const reason = result?.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`)
      .join("; ") ?? "there is no such strategy any more";
    log.warn("what was said of {strategy} on {symbol} does not hold any more: {reason}", {
      strategy: id,
      symbol,
      reason,
    });
    return [];
  }
}

/** The key of a strategy's fortune on an instrument. */
export function fortuneKey(id: string, symbol: string): string {
  return `${id} ${symbol}`;
}

function setupOf(
  strategy: Strategy,
  symbol: string,
  setup: StrategySetup,
  origin: Setup["origin"],
  since: Micros,
): Setup {
  return { strategy, symbol, origin, setup, revision: revisionOf(strategy.id, setup), since };
}
