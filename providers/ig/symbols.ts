/**
 * Our symbols at IG: the epics that they commonly have, and what to look for where they have none.
 * Pure.
 *
 * @module
 */
import { assetClass, type Instrument } from "../../domain/instrument.ts";
import { currencyPair } from "../../domain/listings.ts";
import type { FoundMarket } from "./wire.ts";

/** The provider's id, by which an instrument names its epic. */
export const ID = "ig";

const PAIR_KINDS = ["CFD", "MINI", "TODAY"];

/** The parts of an epic that name a share or an index; each has several for the kinds of accounts. */
const SHARES: Readonly<Record<string, string>> = {
  "VOD.L": "KA.D.VOD",
  "BP.L": "KA.D.BP",
  "HSBA.L": "KA.D.HSBA",
  "LLOY.L": "KA.D.LLOY",
  "BARC.L": "KA.D.BARC",
  AAPL: "UA.D.AAPL",
  MSFT: "UC.D.MSFT",
  GOOGL: "UB.D.GOOGL",
  AMZN: "UA.D.AMZN",
  NVDA: "UC.D.NVDA",
};

const INDICES: Readonly<Record<string, readonly string[]>> = {
  "^FTSE": ["IX.D.FTSE.DAILY.IP", "IX.D.FTSE.CFD.IP"],
  "^GDAXI": ["IX.D.DAX.DAILY.IP", "IX.D.DAX.IFMM.IP"],
  "^FCHI": ["IX.D.CAC.DAILY.IP", "IX.D.CAC.IMF.IP"],
};

/** The pairs whose epics are known; others are searched for. */
const PAIRS = new Set(["EURUSD", "GBPUSD", "USDJPY", "AUDUSD", "USDCAD"]);

/** An epic's shape. */
const EPIC = /^[A-Za-z0-9._]{6,30}$/;

/** What the configuration says an instrument's epic is; `undefined` where it says nothing. */
export function configuredEpic({ providers }: Pick<Instrument, "providers">): string | undefined {
  return providers[ID]?.epic;
}

/** Whether the configured epic, if there is one, can be one. */
export function isNameable(instrument: Pick<Instrument, "providers">): boolean {
  const epic = configuredEpic(instrument);
  return epic === undefined || EPIC.test(epic);
}

/**
 * The epics to try, in order: the configured one alone; else the one learnt before, then those that
 * the symbol commonly has. Which of them there is depends on the kind of account.
 */
export function candidatesOf(instrument: Instrument, learnt: string | undefined): string[] {
  const configured = configuredEpic(instrument);
  if (configured !== undefined) return [configured];
  const known = commonEpics(instrument.symbol);
  return [...new Set(learnt === undefined ? known : [learnt, ...known])];
}

function commonEpics(symbol: string): string[] {
  if (PAIRS.has(symbol)) return PAIR_KINDS.map((kind) => `CS.D.${symbol}.${kind}.IP`);
  if (Object.hasOwn(INDICES, symbol)) return [...INDICES[symbol]!];
  const stem = Object.hasOwn(SHARES, symbol) ? SHARES[symbol] : undefined;
  return stem === undefined ? [] : [`${stem}.DAILY.IP`, `${stem}.CASH.IP`];
}

/** What to search for: IG finds a pair by `EUR/USD`, a share by its ticker. */
export function searchText({ symbol }: Pick<Instrument, "symbol">): string {
  const pair = currencyPair(symbol);
  return pair === undefined ? symbol.replace(/^\^|\.[A-Z]+$/g, "") : `${pair.base}/${pair.quote}`;
}

const TYPES = { equity: "SHARES", index: "INDICES", fx: "CURRENCIES" } as const;

/**
 * The one of what a search found that must be meant: of the instrument's kind, streamed, without an
 * expiry, and either the only such or the only one whose epic has the very name.
 *
 * @returns `undefined` where none is, or more than one may be.
 */
export function unambiguous(
  found: readonly FoundMarket[],
  instrument: Instrument,
): FoundMarket | undefined {
  const fitting = found.filter((market) =>
    market.instrumentType === TYPES[assetClass(instrument)] &&
    market.streamingPricesAvailable && /^(-|DFB)?$/.test(market.expiry ?? "")
  );
  if (fitting.length === 1) return fitting[0];
  const name = searchText(instrument).replace("/", "");
  const named = fitting.filter(({ epic }) => epic.split(".")[2] === name);
  return named.length === 1 ? named[0] : undefined;
}

/** Names at most five of what was found, for a refusal's sentence. */
export function likely(found: readonly FoundMarket[]): string {
  if (found.length === 0) return "a search finds nothing like it";
  const names = found.slice(0, 5).map(({ epic, instrumentName }) => `${epic} (${instrumentName})`);
  return `likely ones are ${names.join(", ")}`;
}
