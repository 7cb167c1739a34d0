/**
 * A signed-in session: what it tells, and what may be asked of it.
 *
 * @module
 */
import { FLAGS } from "../../domain/flags.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Tick, Trade } from "../../domain/tick.ts";
import { formatTime, parseTime } from "../../domain/time.ts";
import {
  type BarsQuery,
  type HistoricalBar,
  type HistoryQuery,
  type ProviderContext,
  ProviderError,
  type QuotaRequest,
  type Session,
  type Stream,
  type StreamSink,
  type VenueInstrument,
} from "../provider.ts";
import type { Failures } from "./failures.ts";
import { type AlpacaOptions, endpointsOf } from "./options.ts";
import { type AlpacaRest, wholeMillis } from "./rest.ts";
import { AlpacaStream } from "./stream.ts";
import { isListed, nameOf } from "./symbols.ts";
import { Decoder, isRow, type Row } from "./wire.ts";

/** What a session works with. */
export interface SessionParts {
  readonly options: AlpacaOptions;
  readonly context: ProviderContext;
  readonly failures: Failures;
  readonly rest: AlpacaRest;
}

/**
 * Signs in: the account and the market's clock, by REST.
 *
 * @throws ProviderError `bad-key` and `blocked`, terminal; or what kept the request from it.
 */
export async function signIn(parts: SessionParts, signal: AbortSignal): Promise<AlpacaSession> {
  const request: QuotaRequest = { purpose: "live", signal };
  const account = await parts.rest.account(request);
  const { environment } = parts.options;
  const status = String(account["status"]);
  if (account["account_blocked"] === true || CLOSED.has(status)) {
    throw new ProviderError(
      "blocked",
      `Cannot sign in to Alpaca: the ${environment} account is blocked (status ${status}); ask ` +
        "Alpaca's support, or use the keys of another account.",
      { terminal: true },
    );
  }
  const clock = await parts.rest.clock(request);
  return new AlpacaSession(parts, wordsOf(parts.options, account, clock));
}

/** Statuses of an account that is no more, or never was (Alpaca's OpenAPI, AccountStatus). */
const CLOSED: ReadonlySet<string> = new Set([
  "ACCOUNT_CLOSED",
  "INACTIVE",
  "REJECTED",
  "SUBMISSION_FAILED",
]);

function wordsOf({ environment, feed }: AlpacaOptions, account: Row, clock: Row): string[] {
  const isOpen = clock["is_open"] === true;
  const next = clock[isOpen ? "next_close" : "next_open"];
  const at = typeof next === "string" ? parseTime(next) : undefined;
  const until = at === undefined ? "" : ` until ${formatTime(at)}`;
  const blocked = account["trading_blocked"] === true ? ", but may not trade" : "";
  return [
    `the ${environment} account is ${account["status"]}${blocked}`,
    `feed ${feed}`,
    `the market is ${isOpen ? "open" : "closed"}${until}`,
  ];
}

/** A session. Nothing is held open at the venue but its stream. */
export class AlpacaSession implements Session {
  readonly #parts: SessionParts;
  /** Sets ids that are made here apart from those of other sessions. */
  readonly #run: string;
  readonly #decoder: Decoder;

  constructor(parts: SessionParts, readonly words: readonly string[]) {
    this.#parts = parts;
    this.#run = `${parts.context.now().toString(36)}r`;
    this.#decoder = new Decoder(new Map(), this.#run);
  }

  async latest(instruments: readonly Instrument[], request: QuotaRequest): Promise<Tick[]> {
    const { context, options: { feed }, rest } = this.#parts;
    const symbols = new Map(
      instruments.filter((one) => isListed(one, feed)).map((one) => [nameOf(one), one.symbol]),
    );
    if (symbols.size === 0) return [];
    const snapshots = await rest.snapshots([...symbols.keys()], request);
    const receivedAt = context.now();
    return [...snapshots].flatMap(([name, { latestQuote, latestTrade }]) => {
      const symbol = symbols.get(name);
      if (symbol === undefined) return [];
      const ticks = [
        isRow(latestTrade) ? this.#decoder.trade(symbol, latestTrade, receivedAt) : undefined,
        isRow(latestQuote) ? this.#decoder.quote(symbol, latestQuote, receivedAt) : undefined,
      ].filter((tick) => tick !== undefined);
      for (const tick of ticks) tick.flags |= FLAGS["polled"];
      return ticks;
    });
  }

  async *bars(query: BarsQuery, request: QuotaRequest): AsyncGenerator<readonly HistoricalBar[]> {
    const { instrument, interval, basis, from, to } = query;
    const timeframe = timeframeOf(interval);
    if (timeframe === undefined || basis !== "trade") {
      throw new ProviderError(
        "refused",
        `Cannot read ${interval} bars of ${instrument.symbol} on the basis ${basis} at Alpaca: it ` +
          "has bars of trades only, of 1m to 59m, 1h to 23h and 1d.",
      );
    }
    const past = { name: nameOf(instrument), ...wholeMillis(from, to) };
    for await (const rows of this.#parts.rest.bars(past, timeframe, request)) {
      const bars = rows.map((row) =>
        isRow(row) ? this.#decoder.bar(instrument.symbol, interval, row) : undefined
      );
      const inside = bars.map((bar) => bar ?? this.#malformed("bar", instrument))
        .filter(({ start }) => start >= from && start < to);
      if (inside.length > 0) yield inside;
    }
  }

  async *trades(query: HistoryQuery, request: QuotaRequest): AsyncGenerator<readonly Trade[]> {
    const { instrument, from, to } = query;
    const past = { name: nameOf(instrument), ...wholeMillis(from, to) };
    for await (const rows of this.#parts.rest.trades(past, request)) {
      const receivedAt = this.#parts.context.now();
      const trades = rows.map((row) =>
        isRow(row) ? this.#decoder.trade(instrument.symbol, row, receivedAt) : undefined
      );
      const inside = trades.map((trade) => trade ?? this.#malformed("trade", instrument))
        .filter(({ time }) => time >= from && time < to);
      if (inside.length > 0) yield inside;
    }
  }

  /** The one instrument of that very symbol: the venue has no search by name. */
  async search(text: string, request: QuotaRequest): Promise<readonly VenueInstrument[]> {
    const symbol = text.trim().toUpperCase();
    if (symbol === "") return [];
    const asset = await this.#parts.rest.asset(symbol, request);
    if (asset === undefined) return [];
    const { class: kind, name, status, tradable } = asset;
    return [{
      name: String(asset["symbol"]),
      description: `${name} (${asset["exchange"]}, ${status})`,
      streams: kind === "us_equity" && status === "active" && tradable === true,
    }];
  }

  async openStream(sink: StreamSink, signal: AbortSignal): Promise<Stream> {
    const { options, context, failures } = this.#parts;
    const url = `${endpointsOf(options).stream}/v2/${options.feed}`;
    return await AlpacaStream.open({ options, context, failures, url, sink }, signal);
  }

  /** There is nothing to end: each request carries the keys. */
  logOut(): Promise<void> {
    return Promise.resolve();
  }

  #malformed(kind: string, { symbol }: Instrument): never {
    throw new ProviderError(
      "bad-data",
      `Cannot read the past of ${symbol} at Alpaca: it sent a ${kind} with fields missing.`,
    );
  }
}

/** The venue's name for an interval; `undefined` where it has none. */
export function timeframeOf(interval: string): string | undefined {
  if (interval === "1d") return "1Day";
  const [, count, unit] = /^([1-9]\d?)([mh])$/.exec(interval) ?? [];
  if (count === undefined || Number(count) > (unit === "m" ? 59 : 23)) return undefined;
  return `${count}${unit === "m" ? "Min" : "Hour"}`;
}
