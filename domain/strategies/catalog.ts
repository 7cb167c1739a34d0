/**
 * The strategies by id.
 *
 * @module
 */
import type { Strategy } from "./contract.ts";
import { emaCross } from "./emacross.ts";

/** Strategies by id. */
export type StrategyCatalog = ReadonlyMap<string, Strategy>;

/** A catalog of strategies, whose ids differ. */
export function catalogOf(strategies: readonly Strategy[]): StrategyCatalog {
  return new Map(strategies.map((strategy) => [strategy.id, strategy]));
}

/** Those that marketd has. */
export const STRATEGIES: StrategyCatalog = catalogOf([emaCross]);
