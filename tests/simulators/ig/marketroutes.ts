/**
 * The simulated venue's market data requests.
 *
 * @module
 */
import { failure, json } from "./answers.ts";
import type { MarketFeed } from "./feed.ts";
import type { SimulatedMarket } from "./markets.ts";

/** A one-minute bar as a test sets it: prices are `[bid, ask]`, `null` where there is none. */
export interface SimulatedBar {
  /** `yyyy-MM-ddTHH:mm:ss`, UTC. */
  readonly start: string;
  readonly open: readonly [number | null, number | null];
  readonly high: readonly [number | null, number | null];
  readonly low: readonly [number | null, number | null];
  readonly close: readonly [number | null, number | null];
  readonly volume: number | null;
  /** The last trade's price at the close; `null` unless it is an exchange's market. */
  readonly lastTraded?: number;
}

/** What the market requests work with. */
export interface MarketsHost {
  readonly feeds: ReadonlyMap<string, MarketFeed>;
  /** By epic. */
  readonly bars: ReadonlyMap<string, readonly SimulatedBar[]>;
  /** By market id: how many percent are long. */
  readonly sentiment: ReadonlyMap<string, number>;
  /** The week's points that are left, and a way to spend of them. */
  points: { left: number; readonly total: number };
  /** Bars' clock is this many hours off UTC in what is asked for, as has been seen. */
  readonly hoursOff: number;
}

/** Searches, or gives details of as many as fifty epics. */
export function markets(host: MarketsHost, url: URL): Response {
  const term = url.searchParams.get("searchTerm");
  if (term !== null) return json({ markets: search(host, term).map(listing) });
  const epics = (url.searchParams.get("epics") ?? "").split(",").filter((epic) => epic !== "");
  if (epics.length === 0) return failure(400, "validation.null-not-allowed.request.epics");
  if (epics.length > 50) return failure(400, "error.public-api.too-many-epics");
  const found = epics.map((epic) => host.feeds.get(epic));
  if (found.some((feed) => feed === undefined)) {
    return failure(404, "error.public-api.epic-not-found");
  }
  return json({ marketDetails: found.map((feed) => details(feed!)) });
}

/** A market's details. */
export function market(host: MarketsHost, epic: string): Response {
  const feed = host.feeds.get(epic);
  return feed === undefined ? failure(404, "error.public-api.epic-not-found") : json(details(feed));
}

/** What fits all words of a text, in the name or the epic. */
function search({ feeds }: MarketsHost, term: string): MarketFeed[] {
  const words = term.toLowerCase().split(/\s+/);
  return [...feeds.values()].filter(({ market: { name, epic } }) => {
    const text = `${name} ${epic.split(".")[2]}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function listing({ market, fields }: MarketFeed) {
  return {
    epic: market.epic,
    instrumentName: market.name,
    instrumentType: market.type,
    expiry: market.expiry,
    ...snapshot(market, fields),
    updateTimeUTC: clock(fields["TIMESTAMP"], "UTC"),
    streamingPricesAvailable: market.streams,
    otcTradeable: true,
  };
}

function details({ market, fields }: MarketFeed) {
  return {
    instrument: {
      epic: market.epic,
      expiry: market.expiry,
      name: market.name,
      forceOpenAllowed: true,
      stopsLimitsAllowed: true,
      lotSize: 1,
      unit: "AMOUNT",
      type: market.type,
      controlledRiskAllowed: true,
      streamingPricesAvailable: market.streams,
      marketId: market.marketId,
      currencies: [{ code: market.currency, symbol: "", baseExchangeRate: 1, isDefault: true }],
      openingHours: null,
      expiryDetails: null,
      rolloverDetails: null,
      valueOfOnePip: null,
      onePipMeans: market.onePipMeans,
      contractSize: null,
      specialInfo: [],
    },
    dealingRules: { minDealSize: { unit: "POINTS", value: 1 } },
    snapshot: { ...snapshot(market, fields), decimalPlacesFactor: market.decimals },
  };
}

const STATUS: Readonly<Record<string, string>> = {
  DEAL: "TRADEABLE",
  CLOSED: "CLOSED",
  EDIT: "EDITS_ONLY",
  AUCTION: "ON_AUCTION",
  AUCTIONNOEDIT: "ON_AUCTION_NO_EDITS",
  SUSPEND: "SUSPENDED",
};

function snapshot(market: SimulatedMarket, fields: MarketFeed["fields"]) {
  return {
    marketStatus: STATUS[fields["DLG_FLAG"] ?? ""] ?? "TRADEABLE",
    netChange: 0,
    percentageChange: 0,
    updateTime: clock(fields["TIMESTAMP"], "Europe/London"),
    delayTime: 0,
    bid: numberOf(fields["BIDPRICE1"]),
    offer: numberOf(fields["ASKPRICE1"]),
    high: null,
    low: null,
    binaryOdds: null,
    scalingFactor: market.scalingFactor,
    controlledRiskExtraSpread: 0,
  };
}

function numberOf(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : Number(text);
}

/** A time of day, without its date: so does IG. */
function clock(millis: string | null | undefined, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone, timeStyle: "medium" })
    .format(Number(millis ?? 0));
}

/** A page of bars; each costs a point. */
export function prices(host: MarketsHost, epic: string, { searchParams }: URL): Response {
  if (!host.feeds.has(epic)) return failure(404, "error.price-history.io-error");
  const from = searchParams.get("from");
  const to = searchParams.get("to");
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;
  if (from === null || to === null || !time.test(from) || !time.test(to)) {
    return failure(400, "error.malformed.date");
  }
  const off = host.hoursOff * 3_600_000;
  const [first, last] = [Date.parse(`${from}Z`) + off, Date.parse(`${to}Z`) + off];
  if (first > last) return failure(400, "error.request.invalid.date-range");
  const pageSize = Number(searchParams.get("pageSize") ?? 20);
  const pageNumber = Number(searchParams.get("pageNumber") ?? 1);
  const all = (host.bars.get(epic) ?? []).filter(({ start }) => {
    const at = Date.parse(`${start}Z`);
    return at >= first && at <= last;
  });
  const size = pageSize === 0 ? Math.max(1, all.length) : pageSize;
  const page = all.slice((pageNumber - 1) * size, pageNumber * size);
  if (page.length > host.points.left) {
    return failure(403, "error.public-api.exceeded-account-historical-data-allowance");
  }
  host.points.left -= page.length;
  return json({
    prices: page.map(priceOf),
    instrumentType: host.feeds.get(epic)!.market.type,
    metadata: {
      allowance: {
        remainingAllowance: host.points.left,
        totalAllowance: host.points.total,
        allowanceExpiry: 500_000,
      },
      size: page.length,
      pageData: { pageSize, pageNumber, totalPages: Math.ceil(all.length / size) },
    },
  });
}

function priceOf(bar: SimulatedBar) {
  const lastTraded = bar.lastTraded ?? null;
  const side = ([bid, ask]: readonly [number | null, number | null]) => ({ bid, ask, lastTraded });
  return {
    snapshotTime: bar.start.replaceAll("-", "/").replace("T", " "),
    snapshotTimeUTC: bar.start,
    openPrice: side(bar.open),
    closePrice: side(bar.close),
    highPrice: side(bar.high),
    lowPrice: side(bar.low),
    lastTradedVolume: bar.volume,
  };
}

/** How the clients stand in one market. */
export function sentiment(host: MarketsHost, marketId: string): Response {
  const long = host.sentiment.get(marketId) ?? 50;
  return json({ marketId, longPositionPercentage: long, shortPositionPercentage: 100 - long });
}
