/**
 * What a made-up instrument is like: its price, how much it moves, and what is said of it.
 *
 * @module
 */
import { assetClass, type Instrument } from "../../domain/instrument.ts";
import { Random } from "../../domain/random.ts";
import type { TickKind } from "../../domain/tick.ts";

/** The character of an instrument. */
export interface Profile {
  /** Where its price starts, and what it stays about. */
  readonly price: number;
  /** The standard deviation of a day's move, as a fraction of the price. */
  readonly dailyVolatility: number;
  /** The usual spread, as a fraction of the price; never less than one price step. */
  readonly spread: number;
  /** How often each kind of tick comes; they sum to 1. */
  readonly mix: Readonly<Record<TickKind, number>>;
  /** The sizes are multiples of it; `null` where quotes have none. */
  readonly lot: number | null;
  /** How likely a trade is of less than a lot. */
  readonly oddLots: number;
}

/** The instruments of a configuration that names none. */
export const DEFAULT_SYMBOLS: readonly string[] = [
  "AAPL",
  "MSFT",
  "NVDA",
  "SPY",
  "VOD.L",
  "BP.L",
  "HSBA.L",
  "^FTSE",
  "^GDAXI",
  "EURUSD",
  "GBPUSD",
  "USDJPY",
];

/** Prices to start from, in the instrument's own currency; rounded, and of no particular day. */
const PRICES: Readonly<Record<string, number>> = {
  AAPL: 230,
  AMZN: 190,
  GOOGL: 175,
  IBM: 220,
  META: 580,
  MSFT: 430,
  NVDA: 135,
  QQQ: 500,
  SPY: 580,
  TSLA: 250,
  "AZN.L": 11_800,
  "BP.L": 400,
  "GSK.L": 1_450,
  "HSBA.L": 700,
  "VOD.L": 73,
  "^DJI": 42_500,
  "^FTSE": 8_250,
  "^GDAXI": 19_300,
  "^GSPC": 5_800,
  "^NDX": 20_200,
  EURGBP: 0.84,
  EURUSD: 1.085,
  GBPUSD: 1.27,
  USDJPY: 150,
  XAUUSD: 2_650,
};

const EQUITY: Omit<Profile, "price"> = {
  dailyVolatility: 0.014,
  spread: 0.000_08,
  mix: { trade: 0.4, quote: 0.45, depth: 0.15 },
  lot: 100,
  oddLots: 0.35,
};

const INDEX: Omit<Profile, "price"> = {
  dailyVolatility: 0.009,
  spread: 0.000_1,
  mix: { trade: 0, quote: 1, depth: 0 },
  lot: null,
  oddLots: 0,
};

const FX: Omit<Profile, "price"> = {
  dailyVolatility: 0.005,
  spread: 0.000_06,
  mix: { trade: 0, quote: 0.8, depth: 0.2 },
  lot: 100_000,
  oddLots: 0,
};

/** The character of an instrument; that of an unknown one follows from its symbol. */
export function profileOf(instrument: Instrument): Profile {
  const { symbol } = instrument;
  const price = PRICES[symbol];
  const random = new Random(`price of ${symbol}`);
  switch (assetClass(instrument)) {
    case "index":
      return { price: price ?? between(random, 1_000, 40_000), ...INDEX };
    case "fx":
      return { price: price ?? currencyPrice(random, symbol), ...FX };
    case "equity": {
      const pence = instrument.currency === "GBX" ? 100 : 1;
      return { price: price ?? pence * between(random, 10, 500), ...EQUITY };
    }
  }
}

function currencyPrice(random: Random, symbol: string): number {
  return symbol.endsWith("JPY") ? between(random, 80, 200) : between(random, 0.5, 2);
}

/** A number that is as likely in one octave of the range as in another. */
function between(random: Random, low: number, high: number): number {
  return low * (high / low) ** random.fraction();
}
