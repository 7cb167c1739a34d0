/**
 * A made-up market of one instrument: what it says next depends on the seed and the symbol, and on
 * nothing else.
 *
 * @module
 */
import type { Instrument } from "../../domain/instrument.ts";
import { Random } from "../../domain/random.ts";
import type { Depth, Level, Quote, Side, Tick, TickKind, Trade } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";
import { type Profile, profileOf } from "./profiles.ts";

/** What a tick is stamped with: all that the seed does not decide. */
export interface Stamp {
  readonly provider: string;
  readonly id: string;
  readonly time: Micros;
  readonly receivedAt: Micros;
}

/**
 * How many ticks make a day's move: about what an instrument says in a US session of 6.5 hours, at
 * the default rate shared by the default instruments (50 / 12 a second).
 */
const DAY_OF_TICKS = 100_000;

/** How far the price may stray from its start in the long run, in days' moves. */
const STRAY = 5;

/** Levels on each side of a book. */
const LEVELS = 5;

/** How often an aggressor is of the same side as the one before: buying comes in runs. */
const RUN = 0.65;

/** The market of one instrument: an endless row of ticks. */
export class DemoMarket {
  readonly #symbol: string;
  readonly #profile: Profile;
  readonly #random: Random;
  readonly #grid: PriceGrid;
  readonly #pull: number;
  readonly #volatility: number;
  /** How far the price is from its start, as a logarithm. */
  #drift = 0;
  /** The best bid and ask told last, in price steps; 0 before the first quote. */
  #bid = 0;
  #ask = 0;
  #side: Side = "buy";

  constructor(instrument: Instrument, seed: number) {
    this.#symbol = instrument.symbol;
    this.#profile = profileOf(instrument);
    this.#random = new Random(`${seed} ${instrument.symbol}`);
    this.#grid = new PriceGrid(instrument.step);
    // A mean-reverting walk with a step of v and a pull of k strays by v / sqrt(2 k).
    this.#volatility = this.#profile.dailyVolatility / Math.sqrt(DAY_OF_TICKS);
    this.#pull = 1 / (2 * STRAY ** 2 * DAY_OF_TICKS);
  }

  /** What the market says next. The first word is always a quote. */
  next(stamp: Stamp): Tick {
    this.#drift += this.#volatility * this.#random.gaussian() - this.#pull * this.#drift;
    switch (this.#kind()) {
      case "trade":
        return this.#trade(stamp);
      case "quote":
        return this.#quote(stamp);
      case "depth":
        return this.#depth(stamp);
    }
  }

  #kind(): TickKind {
    const { trade, depth } = this.#profile.mix;
    const drawn = this.#random.fraction();
    if (this.#ask === 0) return "quote";
    if (drawn < trade) return "trade";
    return drawn < trade + depth ? "depth" : "quote";
  }

  /** Moves the best prices to where the market has gone; a spread is now and then half as wide again. */
  #quote({ provider, id, time, receivedAt }: Stamp): Quote {
    const random = this.#random;
    const mid = this.#grid.steps(this.#profile.price * Math.exp(this.#drift));
    const usual = Math.max(1, Math.round(mid * this.#profile.spread));
    const spread = usual + (random.fraction() < 0.25 ? random.below(Math.ceil(usual / 2) + 1) : 0);
    this.#bid = Math.max(1, Math.round(mid - spread / 2));
    this.#ask = this.#bid + spread;
    return {
      kind: "quote",
      symbol: this.#symbol,
      time,
      receivedAt,
      provider,
      id,
      flags: 0,
      bid: this.#grid.price(this.#bid),
      bidSize: this.#quoteSize(),
      ask: this.#grid.price(this.#ask),
      askSize: this.#quoteSize(),
    };
  }

  /** Trades at the bid or the ask that was told last. */
  #trade({ provider, id, time, receivedAt }: Stamp): Trade {
    if (this.#random.fraction() >= RUN) this.#side = this.#side === "buy" ? "sell" : "buy";
    return {
      kind: "trade",
      symbol: this.#symbol,
      time,
      receivedAt,
      provider,
      id,
      flags: 0,
      price: this.#grid.price(this.#side === "buy" ? this.#ask : this.#bid),
      size: this.#tradeSize(),
      side: this.#side,
      conditions: null,
    };
  }

  #depth({ provider, id, time, receivedAt }: Stamp): Depth {
    return {
      kind: "depth",
      symbol: this.#symbol,
      time,
      receivedAt,
      provider,
      id,
      flags: 0,
      bids: this.#levels(this.#bid, -1),
      asks: this.#levels(this.#ask, 1),
    };
  }

  /** Levels from the best price outwards; a bid ends where the prices do. */
  #levels(best: number, direction: 1 | -1): Level[] {
    const levels: Level[] = [];
    const widest = Math.max(1, this.#ask - this.#bid);
    let steps = best;
    for (let level = 0; level < LEVELS && steps >= 1; level++) {
      const size = this.#lots(level + 1) * (this.#profile.lot ?? 1);
      levels.push({ price: this.#grid.price(steps), size });
      steps += direction * (1 + this.#random.below(widest));
    }
    return levels;
  }

  #quoteSize(): number | null {
    const { lot } = this.#profile;
    const lots = this.#lots(1);
    return lot === null ? null : lots * lot;
  }

  #tradeSize(): number | null {
    const { lot, oddLots } = this.#profile;
    const odd = this.#random.fraction() < oddLots;
    if (lot === null) return null;
    return odd ? 1 + this.#random.below(lot - 1) : this.#lots(1) * lot;
  }

  /** A few lots: each one more is half as likely. */
  #lots(least: number): number {
    let lots = least;
    while (lots < least + 20 && this.#random.fraction() < 0.5) lots++;
    return lots;
  }
}

/** Prices as whole steps, and back without the noise of binary fractions. */
class PriceGrid {
  readonly #step: number;
  /** Powers of ten that make the step whole. */
  readonly #scale: number;
  readonly #scaledStep: number;

  constructor(step: number) {
    this.#step = step;
    let scale = 1;
    while (
      scale < 1e12 && Math.abs(Math.round(step * scale) - step * scale) > 1e-9 * scale * step
    ) {
      scale *= 10;
    }
    this.#scale = scale;
    this.#scaledStep = Math.round(step * scale);
  }

  /** A price in steps, not rounded. */
  steps(price: number): number {
    return price / this.#step;
  }

  /** The price of a whole number of steps: `price(3)` of a grid of 0.1 is 0.3. */
  price(steps: number): number {
    return steps * this.#scaledStep / this.#scale;
  }
}
