/**
 * Instruments: what is traded, in our own symbols.
 *
 * @module
 */
import type { Basis } from "./candle.ts";
import { MarketdError } from "./errors.ts";
import { type CurrencyPair, currencyPair, listingOf } from "./listings.ts";
import { isMarketId, MARKET_IDS, type MarketId, MARKETS } from "./market.ts";

/** How a provider names an instrument, and how deep it serves it. */
export interface ProviderMapping {
  /** The venue's own name (an IG epic, say); absent where it is our symbol. */
  readonly epic?: string;
  /** How deep it is served there; absent: as the instrument says. */
  readonly level?: 1 | 2;
  /** Whether it is asked there at all; absent: yes. */
  readonly active?: boolean;
}

/** What a configuration or an API call says of an instrument; the rest follows from the symbol. */
export interface InstrumentSpec {
  readonly symbol: string;
  readonly market?: string | undefined;
  readonly currency?: string | undefined;
  /** The smallest price step. */
  readonly step?: number | undefined;
  /** 1: best bid and ask; 2: the book too. */
  readonly level?: 1 | 2 | undefined;
  /** The candles' basis; absent: trades where the feed has them, else bid. */
  readonly basis?: Basis | undefined;
  /** Whether it stays subscribed though nothing needs it. */
  readonly pinned?: boolean | undefined;
  readonly providers?: Readonly<Record<string, ProviderMapping>> | undefined;
}

/** An instrument with everything settled but its candles' basis. */
export interface Instrument {
  readonly symbol: string;
  readonly market: MarketId;
  readonly currency: string;
  readonly step: number;
  readonly level: 1 | 2;
  readonly basis: Basis | null;
  /** Whether it stays subscribed though nothing needs it. */
  readonly pinned: boolean;
  readonly providers: Readonly<Record<string, ProviderMapping>>;
}

/** How deep a provider is to serve an instrument. */
export function levelAt({ level, providers }: Instrument, provider: string): 1 | 2 {
  return providers[provider]?.level ?? level;
}

/** Whether a provider is asked for an instrument at all. */
export function isActiveAt({ providers }: Instrument, provider: string): boolean {
  return providers[provider]?.active ?? true;
}

/** What kind of thing an instrument is. */
export type AssetClass = "equity" | "index" | "fx";

/**
 * Settles what a configuration leaves open. Symbols, markets and currencies may be written in any
 * case.
 *
 * The market is the one said; else that of a well-known symbol; else it follows from the symbol's
 * shape: `.L`, `.DE` and `.PA` are London, Xetra and Paris, six letters of two currencies are FX,
 * and anything else is a US listing.
 *
 * @throws MarketdError `unknown-market`, terminal, where the market said is none of ours.
 * @example resolveInstrument({ symbol: "vod.l" }).market // "LSE"
 */
export function resolveInstrument(spec: InstrumentSpec): Instrument {
  const symbol = spec.symbol.toUpperCase();
  const market = marketOf(symbol, spec.market);
  const pair = market === "FX" ? currencyPair(symbol) : undefined;
  return {
    symbol,
    market,
    currency: (spec.currency ?? currencyOf(symbol, pair, market)).toUpperCase(),
    step: spec.step ?? stepOf(symbol, pair, market),
    level: spec.level ?? 1,
    basis: spec.basis ?? null,
    pinned: spec.pinned ?? false,
    providers: spec.providers ?? {},
  };
}

/** What kind of thing an instrument is: an index by its `^`, foreign exchange by its market. */
export function assetClass(instrument: Pick<Instrument, "symbol" | "market">): AssetClass {
  if (isIndex(instrument.symbol)) return "index";
  return instrument.market === "FX" ? "fx" : "equity";
}

const SUFFIXES: Readonly<Record<string, MarketId>> = { ".L": "LSE", ".DE": "XETR", ".PA": "XPAR" };

function marketOf(symbol: string, said: string | undefined): MarketId {
  if (said !== undefined) {
    const market = said.toUpperCase();
    if (isMarketId(market)) return market;
    throw new MarketdError(
      "unknown-market",
      `Cannot place ${symbol} at the market "${said}", which is unknown: ` +
        `say one of ${MARKET_IDS.join(", ")}, or leave it out.`,
      { terminal: true },
    );
  }
  const listed = listingOf(symbol);
  if (listed !== undefined) return listed;
  if (currencyPair(symbol) !== undefined) return "FX";
  return SUFFIXES[symbol.slice(symbol.lastIndexOf("."))] ?? "US";
}

function currencyOf(symbol: string, pair: CurrencyPair | undefined, market: MarketId): string {
  if (pair !== undefined) return pair.quote;
  const { currency } = MARKETS[market];
  // London's shares trade in pence; its indices are of values in pounds.
  return isIndex(symbol) && currency === "GBX" ? "GBP" : currency;
}

/** Indices are published to two places; metals and yen trade in coarser steps than other pairs. */
const INDEX_STEP = 0.01;
const BASE_STEPS: Readonly<Record<string, number>> = {
  XAU: 0.01,
  XAG: 0.001,
  XPT: 0.01,
  XPD: 0.01,
};
const QUOTE_STEPS: Readonly<Record<string, number>> = { JPY: 0.001 };

function stepOf(symbol: string, pair: CurrencyPair | undefined, market: MarketId): number {
  if (isIndex(symbol)) return INDEX_STEP;
  const { step } = MARKETS[market];
  if (pair === undefined) return step;
  return BASE_STEPS[pair.base] ?? QUOTE_STEPS[pair.quote] ?? step;
}

function isIndex(symbol: string): boolean {
  return symbol.startsWith("^");
}
