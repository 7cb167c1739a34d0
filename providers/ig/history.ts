/**
 * IG's bars of the past, page by page, as far as the week's points go.
 *
 * @module
 */
import { formatTime, type Micros, parseTime, SECOND } from "../../domain/time.ts";
import { parseInterval } from "../../domain/interval.ts";
import {
  type BarsQuery,
  type HistoricalBar,
  ProviderError,
  type QuotaRequest,
} from "../provider.ts";
import type { Gateway } from "./gateway.ts";
import type { Market, Markets } from "./markets.ts";
import { scaled } from "./scale.ts";
import type { Login } from "./signin.ts";
import { type HistoricalPrice, pricesBody } from "./wire.ts";

/** Bars in one page. */
const PAGE = 500;

/** IG's names of the intervals whose bars begin where ours do. */
const RESOLUTIONS: Readonly<Record<string, string>> = {
  "1m": "MINUTE",
  "2m": "MINUTE_2",
  "3m": "MINUTE_3",
  "5m": "MINUTE_5",
  "10m": "MINUTE_10",
  "15m": "MINUTE_15",
  "30m": "MINUTE_30",
  "1h": "HOUR",
};

/** The history of one session. */
export class History {
  constructor(
    private readonly gateway: Gateway,
    private readonly login: Login,
    private readonly markets: Markets,
  ) {}

  /**
   * The bars that start within a span, on the bid or the ask. Each page costs as many of the week's
   * points as it may have bars.
   */
  async *bars(query: BarsQuery, request: QuotaRequest): AsyncIterable<readonly HistoricalBar[]> {
    const { instrument: { symbol }, interval, basis, from, to } = query;
    const what = `get bars of ${symbol} from IG`;
    const resolution = Object.hasOwn(RESOLUTIONS, interval) ? RESOLUTIONS[interval]! : undefined;
    if (resolution === undefined || (basis !== "bid" && basis !== "ask")) {
      throw new ProviderError(
        "refused",
        `Cannot ${what}: it has none of ${interval} on the basis ${basis}; ask for ` +
          `${Object.keys(RESOLUTIONS).join(", ")} on bid or ask.`,
      );
    }
    const { markets, refusals } = await this.markets.resolve([query.instrument], request, () => {});
    const market = markets.get(symbol);
    if (market === undefined) {
      throw new ProviderError("refused", `Cannot ${what}: ${refusals[0]?.reason}`);
    }
    const { span } = parseInterval(interval)!;
    const most = Math.ceil((to - from) / span);
    if (most <= 0) return;
    for (let page = 1, pages = 1; page <= pages; page++) {
      const cost = Math.min(PAGE, Math.max(1, most - (page - 1) * PAGE));
      await this.gateway.context.quotas.take(["history"], { ...request, cost });
      const body = await this.#page({ what, market, resolution, from, to, page }, request);
      const left = body.metadata.allowance?.remainingAllowance;
      if (left !== undefined) this.gateway.context.quotas.told("history", left);
      pages = Math.min(body.metadata.pageData.totalPages, Math.ceil(most / PAGE));
      const bars = body.prices.flatMap((price) => barOf(price, query, market) ?? []);
      const within = bars.filter(({ start }) => start >= from && start < to && start % span === 0);
      if (bars.length > 0 && within.length === 0) {
        throw new ProviderError(
          "bad-data",
          `Cannot ${what}: asked for ${formatTime(from)} on, it gives ${
            formatTime(bars[0]!.start)
          } on.`,
        );
      }
      if (within.length > 0) yield within.sort((a, b) => a.start - b.start);
    }
  }

  async #page(
    { what, market, resolution, from, to, page }: {
      readonly what: string;
      readonly market: Market;
      readonly resolution: string;
      readonly from: Micros;
      readonly to: Micros;
      readonly page: number;
    },
    { purpose, signal }: QuotaRequest,
  ) {
    const query = new URLSearchParams({
      resolution,
      from: wallTime(from),
      // IG's end is inclusive.
      to: wallTime(to - SECOND),
      pageSize: String(PAGE),
      pageNumber: String(page),
    });
    const { body } = await this.gateway.ask({
      what,
      method: "GET",
      path: `/prices/${encodeURIComponent(market.epic)}?${query}`,
      version: 3,
      headers: this.login.headers,
      body: pricesBody,
      names: ["requests", "account"],
      purpose,
      signal,
    });
    return body;
  }
}

function wallTime(time: Micros): string {
  return formatTime(Math.floor(time / SECOND) * SECOND).slice(0, 19);
}

/** One bar on the query's basis; `undefined` where it has no prices there. */
function barOf(
  price: HistoricalPrice,
  { instrument: { symbol }, interval, basis }: BarsQuery,
  { exponent }: Market,
): HistoricalBar | undefined {
  const start = parseTime(price.snapshotTimeUTC);
  const side = basis === "ask" ? "ask" : "bid";
  const [open, high, low, close] = [
    price.openPrice,
    price.highPrice,
    price.lowPrice,
    price.closePrice,
  ].map((one) => {
    const level = one?.[side];
    return typeof level === "number" && level > 0 ? scaled(String(level), exponent) : undefined;
  });
  if (
    start === undefined || open === undefined || high === undefined || low === undefined ||
    close === undefined
  ) return undefined;
  // Without a last trade it is no exchange's market, and the volume is a count of price changes.
  const count = price.lastTradedVolume ?? null;
  const traded = (price.closePrice?.lastTraded ?? null) !== null;
  return {
    symbol,
    interval,
    basis,
    start,
    open,
    high,
    low,
    close,
    volume: traded ? count : null,
    ticks: traded ? null : count,
    vwap: null,
  };
}
