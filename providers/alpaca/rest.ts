/**
 * REST at Alpaca through its own client, whose retries and rate limit stay off: the connection
 * machine retries, and the quotas pace. Bodies are read here, since the client's models cut times to
 * milliseconds.
 *
 * @module
 */
import { marketData, trading } from "@alpacahq/alpaca-trade-api";
import { MILLISECOND } from "../../domain/time.ts";
import { type ProviderContext, ProviderError, type QuotaRequest } from "../provider.ts";
import type { Failures } from "./failures.ts";
import { type AlpacaOptions, endpointsOf } from "./options.ts";
import { isRow, parseLossless, type Row } from "./wire.ts";

/** The allowances: trading and data count apart. */
type AllowanceName = "trading" | "data";

/** Rows of one page. */
const PAGE = 10_000;
/** Instruments in one request for snapshots. */
const TOGETHER = 100;

/** What of the past is asked for. */
export interface PastQuery {
  readonly name: string;
  /** In milliseconds since 1970, inclusive both. */
  readonly start: number;
  readonly end: number;
}

/** Requests to one account. */
export class AlpacaRest {
  readonly #options: AlpacaOptions;
  readonly #context: ProviderContext;
  readonly #failures: Failures;
  readonly #accounts: trading.AccountsApi;
  readonly #clock: trading.ClockApi;
  readonly #assets: trading.AssetsApi;
  readonly #stocks: marketData.StockApi;
  readonly #signIn: string;
  readonly #hosts: Readonly<Record<AllowanceName, string>>;

  constructor(options: AlpacaOptions, context: ProviderContext, failures: Failures) {
    this.#options = options;
    this.#context = context;
    this.#failures = failures;
    const { environment, keyId, secret } = options;
    this.#signIn = `sign in to Alpaca (${environment})`;
    const endpoints = endpointsOf(options);
    this.#hosts = {
      trading: new URL(endpoints.trading).host,
      data: new URL(endpoints.data).host,
    };
    const account = new trading.Configuration({ basePath: endpoints.trading, keyId, secret });
    const data = new marketData.Configuration({ basePath: endpoints.data, keyId, secret });
    this.#accounts = new trading.AccountsApi(account);
    this.#clock = new trading.ClockApi(account);
    this.#assets = new trading.AssetsApi(account);
    this.#stocks = new marketData.StockApi(data);
  }

  /** `GET /v2/account`. */
  account(request: QuotaRequest): Promise<Row> {
    return this.#ask(
      "trading",
      this.#signIn,
      request,
      (init) => this.#accounts.getAccountRaw(init),
    );
  }

  /** `GET /v2/clock`. */
  clock(request: QuotaRequest): Promise<Row> {
    return this.#ask(
      "trading",
      this.#signIn,
      request,
      (init) => this.#clock.legacyClockRaw(init),
    );
  }

  /** `GET /v2/assets/{symbol}`; `undefined` where there is none. */
  async asset(symbol: string, request: QuotaRequest): Promise<Row | undefined> {
    try {
      return await this.#ask(
        "trading",
        `look up ${symbol} at Alpaca`,
        request,
        (init) => this.#assets.getV2AssetsSymbolOrAssetIdRaw({ symbolOrAssetId: symbol }, init),
      );
    } catch (error) {
      if (error instanceof ProviderError && error.code === "not-found") return undefined;
      throw error;
    }
  }

  /** `GET /v2/stocks/snapshots`: by the venue's name, `latestTrade` and `latestQuote`. */
  async snapshots(names: readonly string[], request: QuotaRequest): Promise<Map<string, Row>> {
    const found = new Map<string, Row>();
    const { feed } = this.#options;
    for (let at = 0; at < names.length; at += TOGETHER) {
      const symbols = names.slice(at, at + TOGETHER).join(",");
      const body = await this.#ask(
        "data",
        "read the latest quotes at Alpaca",
        request,
        (init) =>
          this.#stocks.stockSnapshotsRaw({ symbols, ...(feed === "test" ? {} : { feed }) }, init),
      );
      for (const [name, row] of Object.entries(body)) if (isRow(row)) found.set(name, row);
    }
    return found;
  }

  /** `GET /v2/stocks/bars`, a page at a time, ascending. */
  bars(
    { name, start, end }: PastQuery,
    timeframe: string,
    request: QuotaRequest,
  ): AsyncIterable<readonly unknown[]> {
    return this.#pages(
      "bars",
      name,
      (pageToken) =>
        this.#ask(
          "data",
          `read bars of ${name} at Alpaca`,
          request,
          (init) =>
            this.#stocks.stockBarsRaw({
              symbols: name,
              timeframe,
              start: new Date(start),
              end: new Date(end),
              limit: PAGE,
              adjustment: "raw",
              sort: "asc",
              ...this.#past(),
              ...pageToken,
            }, init),
        ),
    );
  }

  /** `GET /v2/stocks/trades`, a page at a time, ascending. */
  trades(
    { name, start, end }: PastQuery,
    request: QuotaRequest,
  ): AsyncIterable<readonly unknown[]> {
    return this.#pages(
      "trades",
      name,
      (pageToken) =>
        this.#ask(
          "data",
          `read trades of ${name} at Alpaca`,
          request,
          (init) =>
            this.#stocks.stockTradesRaw({
              symbols: name,
              start: new Date(start),
              end: new Date(end),
              limit: PAGE,
              sort: "asc",
              ...this.#past(),
              ...pageToken,
            }, init),
        ),
    );
  }

  /** The past of the delayed feed is the consolidated tape's. */
  #past(): { feed?: "iex" | "sip" } {
    const { feed } = this.#options;
    return feed === "test" ? {} : { feed: feed === "iex" ? "iex" : "sip" };
  }

  async *#pages(
    kind: string,
    name: string,
    ask: (pageToken: { pageToken?: string }) => Promise<Row>,
  ): AsyncGenerator<readonly unknown[]> {
    let token: string | null = null;
    do {
      const body: Row = await ask(token === null ? {} : { pageToken: token });
      const groups = body[kind];
      const rows = isRow(groups) ? groups[name] : undefined;
      if (Array.isArray(rows) && rows.length > 0) yield rows;
      const next = body["next_page_token"];
      if (typeof next === "string" && next === token) {
        throw this.#bad(
          `read ${kind} of ${name} at Alpaca`,
          "a page that names itself as the next",
        );
      }
      token = typeof next === "string" && next !== "" ? next : null;
    } while (token !== null);
  }

  /** Makes one request in its turn, and reads its body. */
  async #ask(
    allowance: AllowanceName,
    attempt: string,
    request: QuotaRequest,
    call: (init: RequestInit) => Promise<{ readonly raw: Response }>,
  ): Promise<Row> {
    const { quotas } = this.#context;
    const { signal } = request;
    await quotas.take([allowance], request);
    let text: string;
    try {
      const { raw } = await call({ signal });
      this.#told(allowance, raw.headers);
      text = await raw.text();
    } catch (error) {
      const headers = responseHeaders(error);
      if (headers !== undefined) this.#told(allowance, headers);
      throw this.#failures.ofRequest(attempt, this.#hosts[allowance], error, signal);
    }
    try {
      const body = parseLossless(text);
      if (isRow(body)) return body;
    } catch {
      // Told below, as what parses and is none.
    }
    throw this.#bad(attempt, `${this.#failures.quote(text)}, which is no answer`);
  }

  #bad(attempt: string, what: string): ProviderError {
    return new ProviderError("bad-data", `Cannot ${attempt}: it sent ${what}.`);
  }

  #told(allowance: AllowanceName, headers: Headers): void {
    const left = Number(headers.get("X-RateLimit-Remaining") ?? NaN);
    if (Number.isInteger(left) && left >= 0) this.#context.quotas.told(allowance, left);
  }
}

function responseHeaders(error: unknown): Headers | undefined {
  const response = typeof error === "object" && error !== null && "response" in error
    ? error.response
    : undefined;
  return response instanceof Response ? response.headers : undefined;
}

/** The least span in whole milliseconds that holds `[from, to)` in microseconds; ends inclusive. */
export function wholeMillis(from: number, to: number): { start: number; end: number } {
  return { start: Math.floor(from / MILLISECOND), end: Math.ceil((to - 1) / MILLISECOND) };
}
