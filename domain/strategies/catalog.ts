/**
 * The strategies by id.
 *
 * @module
 */
import { auctionMarket } from "./auctionmarket.ts";
import { bollingerReversion } from "./bollingerreversion.ts";
import type { Strategy } from "./contract.ts";
import { emaCross } from "./emacross.ts";
import { rsiReversal } from "./rsireversal.ts";

/** Strategies by id. */
export type StrategyCatalog = ReadonlyMap<string, Strategy>;

/** A catalog of strategies, whose ids differ. */
export function catalogOf(strategies: readonly Strategy[]): StrategyCatalog {
  return new Map(strategies.map((strategy) => [strategy.id, strategy]));
}

/** Those that marketd has. */
export const STRATEGIES: StrategyCatalog = catalogOf([
  auctionMarket,
  emaCross,
  rsiReversal,
  bollingerReversion,
]);
