/**
 * The environment names that users of these venues already have. One row each: what it sets.
 *
 * @module
 */
import { parseTruth } from "./shape.ts";

/** A variable that sets an option of a provider. */
export interface VenueOption {
  readonly name: string;
  readonly provider: string;
  /** Below `providers.<provider>`. */
  readonly path: readonly string[];
  /** Whether it alone is reason enough to configure the provider. */
  readonly enables: boolean;
  /** Makes the option's value of the variable's; absent: as it is. */
  readonly read?: (text: string) => string;
}

/** A variable that lists the markets a provider is to serve. */
export interface VenueMarkets {
  readonly name: string;
  readonly provider: string;
}

/** A variable that lists symbols to add. */
export interface SymbolList {
  readonly name: string;
  /** The market they are of; absent: as the symbol says. */
  readonly market?: string;
  /** Makes our symbol of the one listed. */
  readonly symbol: (text: string) => string;
}

/** The rows that set a provider's options. */
export const VENUE_OPTIONS: readonly VenueOption[] = [
  { name: "APCA_API_KEY_ID", provider: "alpaca", path: ["keyId"], enables: true },
  { name: "APCA_API_SECRET_KEY", provider: "alpaca", path: ["secret"], enables: true },
  {
    name: "ALPACA_TRADING_URL",
    provider: "alpaca",
    path: ["endpoints", "trading"],
    enables: false,
  },
  { name: "ALPACA_DATA_URL", provider: "alpaca", path: ["endpoints", "data"], enables: false },
  { name: "ALPACA_STREAM_URL", provider: "alpaca", path: ["endpoints", "stream"], enables: false },
  { name: "IG_API_KEY", provider: "ig", path: ["apiKey"], enables: true },
  { name: "IG_USERNAME", provider: "ig", path: ["username"], enables: true },
  { name: "IG_PASSWORD", provider: "ig", path: ["password"], enables: true },
  {
    name: "IG_DEMO",
    provider: "ig",
    path: ["environment"],
    enables: false,
    read: (text) => {
      const demo = parseTruth(text);
      return demo === undefined ? text : demo ? "demo" : "live";
    },
  },
  { name: "IG_API_URL", provider: "ig", path: ["endpoints", "api"], enables: false },
];

/** The rows that route markets to a provider. */
export const VENUE_MARKETS: readonly VenueMarkets[] = [
  { name: "ALPACA_MARKETS", provider: "alpaca" },
  { name: "IG_MARKETS", provider: "ig" },
];

/** The rows that add instruments. */
export const SYMBOL_LISTS: readonly SymbolList[] = [
  { name: "US_SYMBOLS", symbol: (text) => text.toUpperCase() },
  {
    name: "LSE_SYMBOLS",
    market: "LSE",
    symbol: (text) => /\.l$/i.test(text) ? text.toUpperCase() : `${text.toUpperCase()}.L`,
  },
  {
    name: "INDEX_SYMBOLS",
    symbol: (text) => text.startsWith("^") ? text.toUpperCase() : `^${text.toUpperCase()}`,
  },
];
