/**
 * What each market of the simulated venue says next: its fields as they stand, and a walk of its
 * price.
 *
 * @module
 */
import { Random } from "../../../domain/random.ts";
import type { SimulatedMarket } from "./markets.ts";

/** An item's fields as they stand. */
export type Fields = Readonly<Record<string, string | null>>;

/** The tiers of a price ladder. */
const TIERS = [1, 2, 3, 4, 5];

/** One market's prices. */
export class MarketFeed {
  readonly market: SimulatedMarket;
  readonly #random: Random;
  readonly #fields: Record<string, string | null> = {};
  #steps: number;
  #quoteId = 0;

  constructor(market: SimulatedMarket, now: number) {
    this.market = market;
    this.#random = new Random(market.epic);
    this.#steps = Math.round(market.price / market.step);
    this.set({ DLG_FLAG: "DEAL", DELAY: "0", CURRENCY0: market.currency, ...this.#prices(now) });
  }

  /** The fields as they stand. */
  get fields(): Fields {
    return this.#fields;
  }

  /** Sets fields; the others stay as they are. */
  set(changes: Fields): void {
    Object.assign(this.#fields, changes);
  }

  /** The next step of the walk: one field or more changes, the time and the quotes' ids always. */
  walk(now: number): void {
    this.#steps += this.#random.fraction() < 0.5 ? -1 : 1;
    this.set(this.#prices(now));
  }

  #prices(now: number): Fields {
    const { ladder, step, decimals } = this.market;
    const price = (steps: number) => (steps * step).toFixed(decimals);
    const spread = 4;
    const id = `${++this.#quoteId}`;
    const tiers = TIERS.slice(0, Math.max(1, ladder.length)).flatMap((tier) => [
      [`BIDPRICE${tier}`, price(this.#steps - tier + 1)],
      [`ASKPRICE${tier}`, price(this.#steps + spread + tier - 1)],
      [`BIDSIZE${tier}`, ladder[tier - 1]?.toString() ?? null],
      [`ASKSIZE${tier}`, ladder[tier - 1]?.toString() ?? null],
    ]);
    return {
      ...Object.fromEntries(tiers),
      TIMESTAMP: `${now}`,
      BIDQUOTEID: id,
      ASKQUOTEID: id,
    };
  }
}
