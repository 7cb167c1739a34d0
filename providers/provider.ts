/**
 * What every provider promises. One contract test (`tests/providers/contract.ts`) holds all of them
 * to it. A provider only supplies services: it never retries and never supervises itself; the
 * connection machine does, with the same rules for all.
 *
 * @module
 */
import type { ZodType } from "zod";
import type { Credit } from "../domain/credit.ts";
import { MarketdError } from "../domain/errors.ts";
import type { Gap } from "../domain/gap.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { Tick, TickKind } from "../domain/tick.ts";
import type { Micros } from "../domain/time.ts";

/** What a provider may be able to give. */
export type Capability =
  | "quotes"
  | "trades"
  | "bars"
  | "depth"
  | "historicalBars"
  | "historicalTicks"
  | "sentiment"
  | "news"
  | "calendar"
  | "streaming"
  | "broker";

/** A failure at a venue, told in one sentence without any secret. */
export class ProviderError extends MarketdError {
  override readonly name = "ProviderError";
  /** How long the venue asked us to wait before the next attempt. */
  readonly retryAfter: Micros | undefined;

  /** @param code such as `refused`, `bad-key`, `blocked`, `lost`, `bad-data`; terminal ones fault. */
  constructor(
    code: string,
    message: string,
    options: { terminal?: boolean; cause?: unknown; retryAfter?: Micros } = {},
  ) {
    super(code, message, options);
    this.retryAfter = options.retryAfter;
  }
}

/** What a provider is given to work with. */
export interface ProviderContext {
  /** The injected clock: stamps `receivedAt`. */
  now(): Micros;
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
}

/** What a recording holds; the sums are over its files. */
export interface Inspection extends Omit<RecordedFile, "path"> {
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
  /** The clock: `wall`, or `driven` where the provider's own data moves it (a recording). */
  readonly clock: "wall" | "driven";
  /** What it streams of an instrument; empty where it does not know it. */
  offers(instrument: Instrument): readonly Capability[];
  /**
   * Signs in. Reads the credentials afresh each time.
   *
   * @throws ProviderError
   */
  authenticate(signal: AbortSignal): Promise<Session>;
}

/** A signed-in session. */
export interface Session {
  /**
   * Opens the stream. What it says goes into the sink until `close`, `ended` or `lost`.
   *
   * @throws ProviderError
   */
  openStream(sink: StreamSink, signal: AbortSignal): Promise<Stream>;
  /** Ends the session at the venue; never throws for a session that is gone already. */
  logOut(): Promise<void>;
}

/** A refusal of one instrument; the others stay subscribed. */
export interface Refusal {
  readonly symbol: string;
  /** One sentence for a person. */
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
