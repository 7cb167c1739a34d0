/**
 * What IG tells by request: the latest prices, how its clients stand, what it has.
 *
 * @module
 */
import type { Instrument } from "../../domain/instrument.ts";
import { FLAGS } from "../../domain/flags.ts";
import type { Tick } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";
import {
  ProviderError,
  type QuotaRequest,
  type Sentiment,
  type VenueInstrument,
} from "../provider.ts";
import type { Gateway } from "./gateway.ts";
import type { Markets } from "./markets.ts";
import { scaled } from "./scale.ts";
import type { Login } from "./signin.ts";
import { ID } from "./symbols.ts";
import { latestTime } from "./ukclock.ts";
import { type MarketDetails, sentimentBody } from "./wire.ts";

/** The requests of one session. */
export class Requests {
  /** Sets this session's ids apart from those of every other. */
  readonly #run: string;
  #count = 0;

  constructor(
    private readonly gateway: Gateway,
    private readonly login: Login,
    private readonly markets: Markets,
  ) {
    this.#run = `p${gateway.context.now().toString(36)}`;
  }

  /**
   * The latest quotes, without sizes. A market that is closed is left out: its time of day comes
   * without a date, which then is anyone's guess.
   */
  async latest(instruments: readonly Instrument[], request: QuotaRequest): Promise<Tick[]> {
    const { markets } = await this.markets.resolve(instruments, request, () => {});
    const epics = [...new Set([...markets.values()].map(({ epic }) => epic))];
    const details = await this.markets.details(epics, request);
    const receivedAt = this.gateway.context.now();
    return [...markets].flatMap(([symbol, { epic, exponent }]) => {
      const found = details.get(epic);
      const tick = found && this.#quote(symbol, exponent, found, receivedAt);
      return tick ?? [];
    });
  }

  /** How IG's clients stand in an instrument. */
  async sentiment(instrument: Instrument, request: QuotaRequest): Promise<Sentiment> {
    const what = `get IG's client sentiment of ${instrument.symbol}`;
    const { markets, refusals } = await this.markets.resolve([instrument], request, () => {});
    const marketId = markets.get(instrument.symbol)?.marketId ?? null;
    if (marketId === null) {
      const why = refusals[0]?.reason ?? "IG names no market id for it.";
      throw new ProviderError("refused", `Cannot ${what}: ${why}`);
    }
    const { body } = await this.gateway.ask({
      what,
      method: "GET",
      path: `/clientsentiment/${encodeURIComponent(marketId)}`,
      version: 1,
      headers: this.login.headers,
      body: sentimentBody,
      names: ["requests", "account"],
      purpose: request.purpose,
      signal: request.signal,
    });
    return { long: body.longPositionPercentage, short: body.shortPositionPercentage };
  }

  /** What IG has that fits a text. */
  async search(text: string, request: QuotaRequest): Promise<readonly VenueInstrument[]> {
    const found = await this.markets.find(text, request);
    return found.map(({ epic, instrumentName, expiry, streamingPricesAvailable }) => ({
      name: epic,
      description: /^(-|DFB)?$/.test(expiry ?? "") ? instrumentName : `${instrumentName} ${expiry}`,
      streams: streamingPricesAvailable,
    }));
  }

  #quote(
    symbol: string,
    exponent: number,
    { snapshot }: MarketDetails,
    receivedAt: Micros,
  ): Tick | undefined {
    const { marketStatus, updateTime, bid, offer } = snapshot;
    const time = marketStatus === "TRADEABLE" && typeof updateTime === "string"
      ? latestTime(updateTime, receivedAt)
      : undefined;
    const prices = [bid, offer].map((one) =>
      typeof one === "number" && one > 0 ? scaled(String(one), exponent) ?? null : null
    );
    if (time === undefined || prices.every((price) => price === null)) return undefined;
    return {
      kind: "quote",
      symbol,
      time,
      receivedAt,
      provider: ID,
      id: `${this.#run}-${this.#count++}`,
      flags: FLAGS.polled,
      bid: prices[0]!,
      bidSize: null,
      ask: prices[1]!,
      askSize: null,
    };
  }
}
