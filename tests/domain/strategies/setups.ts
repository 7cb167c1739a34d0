/**
 * Setups of the strategies that there are.
 *
 * @module
 */
import { STRATEGIES } from "../../../domain/strategies/catalog.ts";
import { revisionOf, setupSchema, type StrategySetup } from "../../../domain/strategies/config.ts";
import type { Strategy } from "../../../domain/strategies/contract.ts";

/** A strategy as it is set up. */
export interface Setup {
  readonly strategy: Strategy;
  readonly setup: StrategySetup;
  readonly revision: string;
}

/** The ids of all strategies. */
export const STRATEGY_NAMES = [...STRATEGIES.keys()];

/** A strategy on candles of a minute; parameters that are not said are as usual. */
export function setUp(id: string, parameters: Record<string, unknown> = {}): Setup {
  const strategy = STRATEGIES.get(id)!;
  const setup = setupSchema(strategy).parse({ interval: "1m", parameters }) as StrategySetup;
  return { strategy, setup, revision: revisionOf(id, setup) };
}
