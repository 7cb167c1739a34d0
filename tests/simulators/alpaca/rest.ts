/**
 * The simulator's REST: account, clock, assets, and the market's past (alpaca.md).
 *
 * @module
 */
import type { SimBook, SimMarket } from "./market.ts";
import { Nanos } from "./messages.ts";

/** An account, by its keys. */
export interface SimAccount {
  readonly keyId: string;
  readonly secret: string;
  status: string;
  account_blocked: boolean;
  trading_blocked: boolean;
}

/** What is asked. */
export interface RestRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly account: SimAccount;
}

/** What is answered. */
export interface RestAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** What REST answers from. */
export interface RestWorld {
  readonly market: SimMarket;
  /** Feeds that the plan includes. */
  readonly feeds: readonly string[];
  isOpen: boolean;
}

const NOT_FOUND: RestAnswer = { status: 404, body: { message: "endpoint not found." } };

/** Answers a request whose keys are good. */
export function answer(world: RestWorld, request: RestRequest): RestAnswer {
  const { path } = request;
  if (path === "/v2/account") return { status: 200, body: account(request.account) };
  if (path === "/v2/clock") return { status: 200, body: clock(world) };
  if (path === "/v2/assets") {
    return { status: 200, body: [...world.market.books.values()].map(asset) };
  }
  const one = /^\/v2\/assets\/(.+)$/.exec(path)?.[1];
  if (one !== undefined) return oneAsset(world, decodeURIComponent(one));
  if (path.startsWith("/v2/stocks/")) return marketData(world, request);
  return NOT_FOUND;
}

function account({ keyId, status, account_blocked, trading_blocked }: SimAccount) {
  return {
    id: "e6fe16f3-64a4-4921-8928-cadf02f92f98",
    account_number: `PA${keyId.slice(0, 8)}`,
    status,
    crypto_status: "ACTIVE",
    currency: "USD",
    buying_power: "200000",
    cash: "100000",
    portfolio_value: "100000",
    equity: "100000",
    last_equity: "100000",
    multiplier: "2",
    pattern_day_trader: false,
    trading_blocked,
    transfers_blocked: false,
    account_blocked,
    trade_suspended_by_user: false,
    shorting_enabled: true,
    created_at: "2024-01-02T15:04:05.123456Z",
  };
}

function clock({ isOpen }: RestWorld) {
  return {
    timestamp: "2026-07-01T10:00:00.123456789-04:00",
    is_open: isOpen,
    next_open: "2026-07-02T09:30:00-04:00",
    next_close: "2026-07-01T16:00:00-04:00",
  };
}

function asset({ instrument: { symbol, name, tradable } }: SimBook) {
  return {
    id: `00000000-0000-4000-8000-${symbol.replace(/\W/g, "").padStart(12, "0")}`,
    class: "us_equity",
    exchange: "NASDAQ",
    symbol,
    name,
    status: tradable ? "active" : "inactive",
    tradable,
    marginable: true,
    shortable: true,
    easy_to_borrow: true,
    fractionable: true,
    attributes: [],
  };
}

function oneAsset({ market }: RestWorld, symbol: string): RestAnswer {
  const book = market.books.get(symbol);
  if (book !== undefined) return { status: 200, body: asset(book) };
  return { status: 404, body: { code: 40410000, message: `asset not found for ${symbol}` } };
}

/** How far back the free plan may not see of the consolidated tape, in nanoseconds. */
const RECENT = 15n * 60n * 1_000_000_000n;
const RECENT_SIP = "subscription does not permit querying recent SIP data";

function marketData({ market, feeds }: RestWorld, { path, query }: RestRequest): RestAnswer {
  const kind = path.slice("/v2/stocks/".length);
  const feed = query.get("feed") ?? "sip";
  const end = time(query.get("end")) ?? Nanos.now(market.ahead).since1970;
  if (
    feed === "sip" && !feeds.includes("sip") && end > Nanos.now(market.ahead).since1970 - RECENT
  ) {
    return { status: 403, body: { message: RECENT_SIP } };
  }
  const symbols = (query.get("symbols") ?? "").split(",").filter((symbol) => symbol !== "");
  if (symbols.length === 0) return { status: 400, body: { message: "symbol is required" } };
  const books = symbols.sort().flatMap((symbol) => market.books.get(symbol) ?? []);
  switch (kind) {
    case "snapshots":
      return { status: 200, body: byName(books, snapshot) };
    case "trades/latest":
      return { status: 200, body: { trades: byName(books, (book) => book.trades.at(-1)) } };
    case "quotes/latest":
      return { status: 200, body: { quotes: byName(books, (book) => book.quotes.at(-1)) } };
    case "trades":
      return page("trades", books, (book) => book.trades, query);
    case "quotes":
      return page("quotes", books, (book) => book.quotes, query);
    case "bars": {
      const span = spanOf(query.get("timeframe") ?? "");
      if (span === undefined) return { status: 400, body: { message: "invalid timeframe" } };
      return page("bars", books, (book) => book.barsOf(span), query);
    }
    default:
      return NOT_FOUND;
  }
}

function snapshot(book: SimBook) {
  const latestTrade = book.trades.at(-1);
  const latestQuote = book.quotes.at(-1);
  if (latestTrade === undefined && latestQuote === undefined) return undefined;
  return { latestTrade, latestQuote, minuteBar: null, dailyBar: null, prevDailyBar: null };
}

function byName(books: readonly SimBook[], value: (book: SimBook) => unknown) {
  return Object.fromEntries(
    books.map((book) => [book.instrument.symbol, value(book)]).filter(([, v]) => v !== undefined),
  );
}

const UNITS: Readonly<Record<string, bigint>> = {
  Min: 60n,
  T: 60n,
  Hour: 3_600n,
  H: 3_600n,
  Day: 86_400n,
  D: 86_400n,
};

function spanOf(timeframe: string): bigint | undefined {
  const [, count, unit] = /^(\d{1,2})(Min|T|Hour|H|Day|D)$/.exec(timeframe) ?? [];
  return count === undefined ? undefined : BigInt(count) * UNITS[unit!]! * 1_000_000_000n;
}

/** Where nothing else is said, a span ends with what there is. */
const END = 1n << 63n;

/** A page, sorted by symbol and then time; the limit is across all symbols. */
function page(
  name: string,
  books: readonly SimBook[],
  rowsOf: (book: SimBook) => readonly { readonly t: Nanos }[],
  query: URLSearchParams,
): RestAnswer {
  const start = time(query.get("start")) ?? 0n;
  const end = time(query.get("end")) ?? END;
  const limit = Number(query.get("limit") ?? 1_000);
  if (!(limit >= 1 && limit <= 10_000)) return { status: 400, body: { message: "invalid limit" } };
  const rows = books.flatMap((book) =>
    rowsOf(book)
      .filter(({ t }) => t.since1970 >= start && t.since1970 <= end)
      .map((row) => ({ symbol: book.instrument.symbol, row }))
  );
  const token = query.get("page_token");
  const at = token === null ? 0 : Number(atob(token));
  if (!Number.isInteger(at)) return { status: 400, body: { message: "invalid page_token" } };
  const some = rows.slice(at, at + limit);
  const groups = Map.groupBy(some, ({ symbol }) => symbol);
  const values = Object.fromEntries([...groups].map(([s, all]) => [s, all.map(({ row }) => row)]));
  const next = at + limit < rows.length ? btoa(String(at + limit)) : null;
  return { status: 200, body: { [name]: values, next_page_token: next } };
}

function time(text: string | null): bigint | undefined {
  return text === null ? undefined : Nanos.parse(text).since1970;
}
