/**
 * Where well-known symbols are listed. What is not here is placed by the shape of its symbol, or by
 * what the configuration says.
 *
 * @module
 */
import type { MarketId } from "./market.ts";

const SYMBOLS: Readonly<Partial<Record<MarketId, string>>> = {
  NASDAQ:
    "AAPL ADBE AMD AMGN AMZN AVGO COST CSCO GOOG GOOGL INTC META MSFT MU NFLX NVDA PYPL QCOM " +
    "QQQ SBUX TLT TSLA TXN",
  NYSE:
    "ABBV BA BAC BRK.A BRK.B C CAT CRM CVX DIS F GE GS HD IBM JNJ JPM KO MA MCD MRK MS NKE PFE " +
    "PG T UNH V VZ WFC XOM",
  ARCA: "DIA EEM GLD IWM SLV SPY USO VOO VTI XLE XLF XLK",
};

/** An index's market: the exchange whose shares, and so whose hours, it follows. */
const INDICES: Readonly<Partial<Record<MarketId, string>>> = {
  NASDAQ: "^IXIC ^NDX",
  NYSE: "^DJI ^GSPC ^NYA",
  LSE: "^FTAS ^FTMC ^FTSE",
  XETR: "^GDAXI ^MDAXI ^SDAXI ^TECDAX",
  XPAR: "^FCHI",
};

/** The currencies that trade in pairs, and the metals that trade like them: ISO 4217, and CNH. */
const CURRENCIES: ReadonlySet<string> = new Set(
  ("AED ARS AUD BGN BRL CAD CHF CLP CNH CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KRW " +
    "KWD MXN MYR NOK NZD PEN PHP PLN QAR RON RUB SAR SEK SGD THB TRY TWD USD VND XAG XAU XPD XPT ZAR")
    .split(" "),
);

const LISTINGS: ReadonlyMap<string, MarketId> = new Map(
  [SYMBOLS, INDICES].flatMap((table) =>
    Object.entries(table).flatMap(([market, symbols]) =>
      symbols.split(" ").map((symbol): [string, MarketId] => [symbol, market as MarketId])
    )
  ),
);

/** The two sides of a currency pair: the price is of one `base`, in `quote`. */
export interface CurrencyPair {
  readonly base: string;
  readonly quote: string;
}

/** The market of a well-known symbol, in upper case; `undefined` for any other. */
export function listingOf(symbol: string): MarketId | undefined {
  return LISTINGS.get(symbol);
}

/**
 * Reads a symbol as a currency pair.
 *
 * @param symbol in upper case.
 * @returns `undefined` unless it is six letters of two different known currencies.
 * @example currencyPair("EURUSD") // { base: "EUR", quote: "USD" }
 */
export function currencyPair(symbol: string): CurrencyPair | undefined {
  if (symbol.length !== 6) return undefined;
  const base = symbol.slice(0, 3);
  const quote = symbol.slice(3);
  const known = CURRENCIES.has(base) && CURRENCIES.has(quote) && base !== quote;
  return known ? { base, quote } : undefined;
}
