/**
 * Which instruments Alpaca has, and its names for them.
 *
 * @module
 */
import { assetClass, type Instrument } from "../../domain/instrument.ts";
import { ID } from "./wire.ts";

/** The instrument of the test feed: made up, and always open. */
export const TEST_SYMBOL = "FAKEPACA";

const MARKETS: ReadonlySet<string> = new Set(["NASDAQ", "NYSE", "ARCA", "US"]);

/** The venue's name: the one configured, else our symbol (shares of a class are `BRK.B` in both). */
export function nameOf(instrument: Instrument): string {
  return instrument.providers[ID]?.epic ?? instrument.symbol;
}

/** Whether it is a US share or fund; on the test feed, the one made-up instrument. */
export function isListed(instrument: Instrument, feed: string): boolean {
  if (feed === "test") return nameOf(instrument) === TEST_SYMBOL;
  return MARKETS.has(instrument.market) && assetClass(instrument) === "equity";
}

/** Why an instrument that is not listed is refused. */
export function notListed(symbol: string, feed: string): string {
  const has = feed === "test" ? `${TEST_SYMBOL} alone` : "US shares and funds alone";
  return `Alpaca's feed ${feed} does not have ${symbol}: it has ${has}.`;
}
