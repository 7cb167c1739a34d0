/**
 * What every provider promises. One contract test (`tests/providers/contract.ts`) holds all of them
 * to it. A provider only supplies services: it never retries and never supervises itself; the
 * connection machine does, with the same rules for all.
 *
 * @module
 */
import { z, type ZodType } from "zod";
import type { Basis } from "../domain/candle.ts";
import type { Credit } from "../domain/credit.ts";
import { MarketdError } from "../domain/errors.ts";
import type { Gap } from "../domain/gap.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { Allowance, Purpose } from "../domain/quota.ts";
import type { Tick, TickKind, Trade } from "../domain/tick.ts";
import { type Micros, parseDuration } from "../domain/time.ts";

const SPAN = "must be a span such as 250ms, 5s or 30d";

/** An option that is a span written as text (`250ms`, `2s`, `30d`), held in microseconds. */
export const duration = z.string({ error: SPAN }).transform((text, context): Micros => {
  const span = parseDuration(text);
  if (span !== undefined) return span;
  context.addIssue({ code: "custom", message: SPAN });
  return z.NEVER;
});

/** What a provider may be able to give. */
export const CAPABILITIES = [
  "quotes",
  "trades",
  "bars",
  "depth",
  "historicalBars",
  "historicalTicks",
  "sentiment",
  "news",
  "calendar",
  "streaming",
  "broker",
] as const;

/** What a provider may be able to give. */
export type Capability = typeof CAPABILITIES[number];

/** A failure at a venue, told in one sentence without any secret. */
export class ProviderError extends MarketdError {
  override readonly name = "ProviderError";
  /** How long the venue asked us to wait before the next attempt. */
  readonly retryAfter: Micros | undefined;
  /** From when on nothing came, where that was found out later than it began. */
  readonly since: Micros | undefined;

  /**
   * @param code such as `refused`, `bad-key`, `blocked`, `lost`, `bad-data`, `allowance` (it is used
   * up), `session` (it is over), `maintenance`; terminal ones fault.
   */
  constructor(
    code: string,
    message: string,
    options: { terminal?: boolean; cause?: unknown; retryAfter?: Micros; since?: Micros } = {},
  ) {
    super(code, message, options);
    this.retryAfter = options.retryAfter;
    this.since = options.since;
  }
}

/** Whether an error says that a session is good for nothing any more. */
export function isSessionOver(error: unknown): boolean {
  return error instanceof ProviderError && (error.terminal || error.code === "session");
}

/** The venue's allowances as its provider spends them. */
export interface Quotas {
  /**
   * Waits for a request's turn, then counts it. The provider asks before every request of its own.
   *
   * @param names the allowances that it counts against.
   * @throws ProviderError `allowance` where the turn is further away than a request may wait, with
   * `retryAfter`; the signal's reason.
   */
  take(names: readonly string[], request: QuotaRequest): Promise<void>;
  /** Passes on what the venue itself says is left of an allowance. */
  told(name: string, left: number): void;
}

/** What is asked of {@link Quotas}. */
export interface QuotaRequest {
  readonly purpose: Purpose;
  readonly signal: AbortSignal;
  /** 1 unless said: what the request counts for. */
  readonly cost?: number;
}

/** What a provider is given to work with. */
export interface ProviderContext {
  /** The injected clock: stamps `receivedAt`. */
  now(): Micros;
  readonly quotas: Quotas;
  /** The venue's own names of instruments, by ours, that were learnt before. */
  readonly mappings: ReadonlyMap<string, string>;
  /** Keeps values out of every log and error: what a venue gives out in a session, such as tokens. */
  conceal(values: readonly string[]): void;
}

/** A provider as the catalog knows it, before anything is configured. */
export interface ProviderDefinition<Options = unknown> {
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly capabilities: readonly Capability[];
  /** Checks and completes what the configuration says under `providers.<id>`. */
  readonly options: ZodType<Options>;
  /** The option names whose values are secrets. */
  readonly secrets: readonly string[];
  create(options: Options, context: ProviderContext): Provider;
  /** What the venue allows; absent: as much as is asked. */
  allowances?(options: Options): readonly Allowance[];
  /** The symbols that are wanted where the configuration names no instrument (a made-up market). */
  defaultInstruments?(options: Options): readonly string[];
  /**
   * Looks through a feed whose content is all there before it begins (a recording). What it finds
   * may be handed back as the option `inspection`, which spares `authenticate` doing it again.
   *
   * @throws ProviderError
   */
  inspect?(options: Options): Promise<Inspection>;
}

/** What a recording holds of one instrument. */
export interface RecordedSymbol {
  readonly symbol: string;
  /** In the order of `TICK_KINDS`; empty where it has gaps only. */
  readonly kinds: readonly TickKind[];
  /** The clock time of its earliest row. */
  readonly first: Micros;
}

/** What one file of a recording holds. */
export interface RecordedFile {
  readonly path: string;
  /** Its size as it lies on the disk. */
  readonly bytes: number;
  /** Rows after the header, those that cannot be read included. */
  readonly rows: number;
  /** The least clock time of a row; `null` without any. */
  readonly first: Micros | null;
  /** The greatest clock time of a row. */
  readonly last: Micros | null;
  /** Whether its rows may tell gaps: what was missed when it was recorded. */
  readonly tellsGaps: boolean;
  /** Where and why it breaks off; `null` where it is whole. */
  readonly broken: Problem | null;
  /** Whether its rows carry the flags that they earned when it was recorded. */
  readonly judged: boolean;
}

/** What a recording holds; the sums are over its files. */
export interface Inspection extends Omit<RecordedFile, "path" | "broken"> {
  /** In the order given. */
  readonly files: readonly RecordedFile[];
  /** Sorted by symbol. */
  readonly symbols: readonly RecordedSymbol[];
}

/** One configured provider. */
export interface Provider {
  readonly id: string;
  /**
   * Whether the feed speaks outside market hours too, so that any span without us is missed
   * (a made-up market, a recording).
   */
  readonly alwaysOpen: boolean;
  /** Whether the feed tells by itself what was missed (a recording of marketd's own). */
  readonly tellsGaps?: boolean;
  /** Whether its ticks carry a gate's verdict already, which stands (a recording of marketd's own). */
  readonly judged?: boolean;
  /** The clock: `wall`, or `driven` where the provider's own data moves it (a recording). */
  readonly clock: "wall" | "driven";
  /**
   * How long a stream may be silent while a market of its instruments is open before it is looked
   * into; 30 s unless said, and never less than a second.
   */
  readonly silence?: Micros;
  /** How often {@link Session.latest} is asked for what is not streamed; 5 s unless said. */
  readonly pollEvery?: Micros;
  /**
   * What its history has: trades, and bars on which bases. Absent where that is not known before a
   * session can be asked.
   */
  readonly historyKinds?: { readonly trades: boolean; readonly bars: readonly Basis[] };
  /** What it streams of an instrument; empty where it does not know it. */
  offers(instrument: Instrument): readonly Capability[];
  /**
   * From when on it has an instrument, where what it says begins at a known time (a recording);
   * else from when on it is asked.
   */
  begins?(instrument: Instrument): Micros | undefined;
  /**
   * Signs in. Reads the credentials afresh each time.
   *
   * @throws ProviderError
   */
  authenticate(signal: AbortSignal): Promise<Session>;
}

/**
 * A signed-in session. What is optional is there where the provider's capabilities say so; each
 * request of it waits for its turn in the context's {@link Quotas}, and rejects with a
 * {@link ProviderError}.
 */
export interface Session {
  /** What the sign-in told, for a person: account, environment, feed, what is open. No secrets. */
  readonly words?: readonly string[];
  /** When it wants to be renewed; `null`: never. It moves with each {@link renew}. */
  readonly renewAt?: Micros | null;
  /**
   * Renews it, so that what is open stays open. One that is refused ends the session.
   *
   * @throws ProviderError
   */
  renew?(signal: AbortSignal): Promise<void>;
  /**
   * The venue's latest word of each instrument by request: quotes, and trades where it has them, with
   * the flag `polled`. One that the venue does not know, or that has never traded, is left out.
   */
  latest?(instruments: readonly Instrument[], request: QuotaRequest): Promise<Tick[]>;
  /** The venue's bars of a span that has passed, ascending, a page at a time. */
  bars?(query: BarsQuery, request: QuotaRequest): AsyncIterable<readonly HistoricalBar[]>;
  /** The venue's trades of a span that has passed, ascending, a page at a time. */
  trades?(query: HistoryQuery, request: QuotaRequest): AsyncIterable<readonly Trade[]>;
  /** How the venue's clients stand. */
  sentiment?(instrument: Instrument, request: QuotaRequest): Promise<Sentiment>;
  /** What the venue has that fits a text, best first. */
  search?(text: string, request: QuotaRequest): Promise<readonly VenueInstrument[]>;
  /**
   * Opens the stream. What it says goes into the sink until `close`, `ended` or `lost`.
   *
   * @throws ProviderError
   */
  openStream(sink: StreamSink, signal: AbortSignal): Promise<Stream>;
  /** Ends the session at the venue; never throws for a session that is gone already. */
  logOut(): Promise<void>;
}

/** What of an instrument's past is asked for. */
export interface HistoryQuery {
  readonly instrument: Instrument;
  /** Inclusive. */
  readonly from: Micros;
  /** Exclusive. */
  readonly to: Micros;
}

/** Which bars are asked for. */
export interface BarsQuery extends HistoryQuery {
  /** Such as `1m` or `1d`. */
  readonly interval: string;
  readonly basis: Basis;
}

/** A bar as a venue tells it. */
export interface HistoricalBar {
  readonly symbol: string;
  readonly interval: string;
  readonly basis: Basis;
  /** Inclusive. */
  readonly start: Micros;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Of trades; `null` where the venue gives none. */
  readonly volume: number | null;
  /** Ticks or trades in it; `null` where the venue gives none. */
  readonly ticks: number | null;
  readonly vwap: number | null;
}

/** How a venue's clients stand, in percent; the two add up to 100. */
export interface Sentiment {
  readonly long: number;
  readonly short: number;
}

/** An instrument as a venue lists it. */
export interface VenueInstrument {
  /** The venue's own name. */
  readonly name: string;
  /** For people. */
  readonly description: string;
  /** Whether its stream would give it. */
  readonly streams: boolean;
}

/** A refusal of one instrument; the others stay subscribed. */
export interface Refusal {
  readonly symbol: string;
  /** One sentence for a person. */
  readonly reason: string;
  /** Whether {@link Session.latest} gives it all the same: the stream has no room for it. */
  readonly polls?: boolean;
  /** Whether that is for want of room, which there may be when others are unsubscribed. */
  readonly full?: boolean;
}

/** What a venue says of a trade that it told before. */
export interface Correction {
  readonly symbol: string;
  readonly provider: string;
  /** The `id` of the trade as it was told. */
  readonly id: string;
  /** What stands in its place; `null` where it is cancelled. */
  readonly replacement: Trade | null;
  readonly receivedAt: Micros;
}

/** Whether an instrument trades, by the venue's word. */
export interface TradingStatus {
  readonly symbol: string;
  readonly provider: string;
  readonly time: Micros;
  readonly trading: boolean;
  /** The venue's words. */
  readonly reason: string;
}

/** An open stream. */
export interface Stream {
  /** Adds instruments; resolves with those that the venue refused. */
  subscribe(instruments: readonly Instrument[]): Promise<readonly Refusal[]>;
  unsubscribe(symbols: readonly string[]): Promise<void>;
  /** Closes the stream. After it resolves the sink is called no more. */
  close(): Promise<void>;
}

/** A row of a feed that could not be used, while the rest could. */
export interface Problem {
  /** Where: a file and line, or a venue's frame. */
  readonly where: string;
  /** What is wrong with it, with the value. */
  readonly what: string;
}

/** Where a stream's words go. Calls are synchronous and never throw. */
export interface StreamSink {
  /**
   * Present where the source may be made to wait: it then reserves the ticks' count before each
   * `ticks` call. A live venue cannot wait, and does not look at it.
   */
  readonly credit: Credit;
  /** Decoded ticks, in the order received. */
  ticks(ticks: Tick[]): void;
  /** Says that the venue was heard though there is nothing to hand on, such as an unchanged quote. */
  heard(): void;
  /** Takes back or replaces a trade; after the ticks that were told before. */
  correct(correction: Correction): void;
  /** A bar as the venue closed or revised it. */
  bar(bar: HistoricalBar): void;
  /** An instrument was halted, or trades again. */
  status(status: TradingStatus): void;
  /** The venue's own name of an instrument was found out: it is kept for the next time. */
  mapped(symbol: string, name: string): void;
  /** A gap that the feed itself tells (a recording of one). */
  gap(gap: Gap): void;
  /** The instant that the feed has reached; only from a provider whose clock is `driven`. */
  time(at: Micros): void;
  /** Something unusable that was passed over. */
  problem(problem: Problem): void;
  /** How far a feed of known length has come. */
  progress(done: number, total: number): void;
  /** The feed is over, and everything in it was said (a recording's end). */
  ended(): void;
  /** The stream broke. */
  lost(error: ProviderError): void;
}
