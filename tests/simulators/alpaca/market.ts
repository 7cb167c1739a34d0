/**
 * The simulator's market: instruments that trade at random, and what they did, for REST.
 *
 * @module
 */
import { Random } from "../../../domain/random.ts";
import { type DataMessage, Nanos, type SimBar, type SimQuote, type SimTrade } from "./messages.ts";

/** An instrument of the simulator. */
export interface SimInstrument {
  readonly symbol: string;
  readonly name: string;
  /** `A`, `B` or `C`. */
  readonly tape: string;
  readonly price: number;
  /** Whether the asset may be traded; only then does the stream give it. */
  readonly tradable: boolean;
}

/** What is kept of each kind for an instrument, at least; twice as much at most. */
const KEPT = 200_000;
const MINUTE = 60_000_000_000n;

/** One instrument's past. */
export class SimBook {
  readonly trades: SimTrade[] = [];
  readonly quotes: SimQuote[] = [];
  /** Bars that were put there; where there are none they are made of the trades. */
  readonly bars: SimBar[] = [];
  readonly #random: Random;
  #price: number;
  #id = 50_000_000_000;

  constructor(readonly instrument: SimInstrument, private readonly ahead: number) {
    this.#random = new Random(`alpaca ${instrument.symbol}`);
    this.#price = instrument.price;
  }

  /** The next message of a walk at random: a trade or a quote. */
  next(): DataMessage {
    const { symbol: S, tape: z } = this.instrument;
    this.#price = Math.max(1, this.#price + (this.#random.below(5) - 2) / 100);
    const price = Math.round(this.#price * 100) / 100;
    const size = 1 + this.#random.below(300);
    const t = Nanos.now(this.ahead);
    if (this.#random.fraction() < 0.5) {
      const c = size < 100 ? ["@", "I"] : ["@"];
      const trade = { i: this.#id++, x: "V", p: price, s: size, c, t, z };
      this.add("t", trade);
      return { T: "t", S, ...trade };
    }
    const ap = Math.round(price * 100 + 1) / 100;
    const quote = { ax: "V", ap, as: size, bx: "V", bp: price, bs: size, c: ["R"], t, z };
    this.add("q", quote);
    return { T: "q", S, ...quote };
  }

  /** Puts a trade or quote into the past. */
  add(kind: "t", row: SimTrade): void;
  add(kind: "q", row: SimQuote): void;
  add(kind: "t" | "q", row: SimTrade | SimQuote): void {
    const rows: (SimTrade | SimQuote)[] = kind === "t" ? this.trades : this.quotes;
    rows.push(row);
    if (rows.length > 2 * KEPT) rows.splice(0, KEPT);
  }

  /** Bars of so many nanoseconds, ascending. */
  barsOf(span: bigint): readonly SimBar[] {
    if (this.bars.length > 0) return this.bars;
    const slots = Map.groupBy(this.trades, ({ t }) => t.since1970 / span);
    return [...slots].sort(([a], [b]) => Number(a - b)).map(([slot, trades]) =>
      barOf(new Nanos(slot * span), trades)
    );
  }

  /** The minute that `at` lies in, as the bar of its trades; `undefined` without any. */
  minuteBar(at: Nanos): SimBar | undefined {
    const slot = at.since1970 / MINUTE;
    const trades = this.trades.filter(({ t }) => t.since1970 / MINUTE === slot);
    return trades.length === 0 ? undefined : barOf(new Nanos(slot * MINUTE), trades);
  }
}

function barOf(t: Nanos, trades: readonly SimTrade[]): SimBar {
  // An odd lot moves the volume alone, unless there is nothing else.
  const round = trades.filter(({ c }) => !c.includes("I"));
  const prices = (round.length > 0 ? round : trades).map(({ p }) => p);
  const v = trades.reduce((sum, { s }) => sum + s, 0);
  return {
    t,
    o: prices[0]!,
    h: Math.max(...prices),
    l: Math.min(...prices),
    c: prices.at(-1)!,
    v,
    n: trades.length,
    vw: trades.reduce((sum, { p, s }) => sum + p * s, 0) / v,
  };
}

/** All instruments of the simulator. */
export class SimMarket {
  readonly books = new Map<string, SimBook>();

  /** @param ahead how far its clock is ahead of the wall's, in milliseconds. */
  constructor(instruments: readonly SimInstrument[], readonly ahead = 0) {
    for (const instrument of instruments) {
      this.books.set(instrument.symbol, new SimBook(instrument, ahead));
    }
  }
}

/** A few well-known instruments, and the test feed's. */
export const SIM_INSTRUMENTS: readonly SimInstrument[] = [
  { symbol: "AAPL", name: "Apple Inc. Common Stock", tape: "C", price: 230, tradable: true },
  {
    symbol: "MSFT",
    name: "Microsoft Corporation Common Stock",
    tape: "C",
    price: 430,
    tradable: true,
  },
  {
    symbol: "IBM",
    name: "International Business Machines Corporation",
    tape: "A",
    price: 220,
    tradable: true,
  },
  { symbol: "SPY", name: "SPDR S&P 500 ETF Trust", tape: "B", price: 580, tradable: true },
  {
    symbol: "BRK.B",
    name: "Berkshire Hathaway Inc. Class B",
    tape: "A",
    price: 460,
    tradable: true,
  },
  { symbol: "FAKEPACA", name: "The test feed's instrument", tape: "C", price: 130, tradable: true },
  {
    symbol: "GONE",
    name: "A company that is no longer listed",
    tape: "A",
    price: 1,
    tradable: false,
  },
];
