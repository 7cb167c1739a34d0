/**
 * What every store promises. One contract test (`tests/db/contract.ts`) holds all of them to it.
 *
 * Writing is one method, because what belongs together must be kept or lost together: a batch is
 * one transaction. Reading is by pages, so that no answer is ever larger than its page.
 *
 * @module
 */
import type { Basis, Candle } from "../domain/candle.ts";
import { MarketdError } from "../domain/errors.ts";
import type { Gap } from "../domain/gap.ts";
import type { InstrumentSpec } from "../domain/instrument.ts";
import type { Level, Tick, TickKind } from "../domain/tick.ts";
import type { Micros } from "../domain/time.ts";

/**
 * What can go wrong with a store. Terminal: `locked` (another daemon writes it), `newer-schema`
 * (a later marketd wrote it), `bad-url`, `unusable` (not a database, or not permitted),
 * `missing` (nothing there to read). May pass: `unreachable`, `full`. The caller's fault: `bad-cursor`, `refused` (a row that
 * the schema has no place for, or a page without rows).
 */
export type StoreErrorCode =
  | "locked"
  | "newer-schema"
  | "bad-url"
  | "unusable"
  | "missing"
  | "unreachable"
  | "full"
  | "bad-cursor"
  | "refused";

/** A failure of a store, told in one sentence. */
export class StoreError extends MarketdError {
  override readonly name = "StoreError";
  constructor(override readonly code: StoreErrorCode, message: string, cause?: unknown) {
    super(code, message, { cause, terminal: code !== "unreachable" && code !== "full" });
  }
}

/** A closed candle, and the event by which the stream told it. */
export interface KeptCandle extends Candle {
  /** The stream's epoch; sorts as text in the order of time. */
  readonly epoch: string;
  /** The event's sequence within the epoch. */
  readonly sequence: number;
}

/** Something a provider's connection did, kept for whoever asks why. */
export interface ProviderEvent {
  readonly provider: string;
  readonly time: Micros;
  /** The state it went to, or what happened. */
  readonly event: string;
  readonly reason: string;
  /** Ties together what belongs to one attempt. */
  readonly correlation: string;
}

/**
 * One life of the daemon over this store, in the injected clock's time. `aliveUntil` moves with
 * each write: the span from there to the next run is what nobody watched.
 */
export interface Run {
  readonly epoch: string;
  readonly startedAt: Micros;
  readonly aliveUntil: Micros;
  /** Whether it stopped by itself; false while it runs and after a crash. */
  readonly clean: boolean;
}

/** An instrument as it was set through the API, laid over the configuration. */
export interface InstrumentChange {
  readonly symbol: string;
  /** What was said of it; `null` where it was removed. */
  readonly spec: InstrumentSpec | null;
  readonly changedAt: Micros;
}

/** A book as it stood at one instant; its key is symbol, provider and time. */
export interface BookSnapshot {
  readonly symbol: string;
  readonly provider: string;
  readonly time: Micros;
  /** Best level first on both sides. */
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  /** Half way between the best bid and the best ask; `null` without one of them. */
  readonly mid: number | null;
  /** The best ask less the best bid; `null` without one of them. */
  readonly spread: number | null;
  /** The bids' share of the size less the asks', from -1 to 1; `null` without any size. */
  readonly imbalance: number | null;
}

/** One transaction's worth. */
export interface WriteBatch {
  readonly ticks: readonly Tick[];
  readonly candles: readonly KeptCandle[];
  readonly gaps: readonly Gap[];
  readonly events: readonly ProviderEvent[];
  readonly books?: readonly BookSnapshot[] | undefined;
  /** The run to insert or, by its epoch, to update. */
  readonly run?: Run;
}

/** What a write changed. */
export interface WriteReport {
  /** Ticks that were not kept yet. */
  readonly ticks: number;
  /** Candles that were new or differed from what was kept. */
  readonly candles: number;
}

/** A page of rows, and the cursor of the next one where there is more. */
export interface Page<T> {
  readonly rows: T[];
  readonly next: string | null;
}

/** What every query says. `from` is inclusive, `to` exclusive. */
export interface PageQuery {
  readonly from?: Micros | undefined;
  readonly to?: Micros | undefined;
  /** At least 1. */
  readonly limit: number;
  /** `next` of an earlier page of the same query. */
  readonly cursor?: string | undefined;
}

/** Ticks of one instrument. */
export interface TickQuery extends PageQuery {
  readonly symbol: string;
  readonly kinds?: readonly TickKind[] | undefined;
  /** False leaves out those that the gate refused; true (the default) gives all. */
  readonly refused?: boolean | undefined;
  /**
   * `time`: by venue time, then arrival. `-time`: the reverse, newest first. `arrival`: in the order
   * in which they were received (`from` and `to` still mean venue time).
   */
  readonly order: "time" | "-time" | "arrival";
}

/** Closed candles of one instrument and interval, by start. */
export interface CandleQuery extends PageQuery {
  readonly symbol: string;
  readonly interval: string;
  readonly basis: Basis;
  /** `-start` gives the newest first. */
  readonly order: "start" | "-start";
}

/** Closed candles that the stream told after a given event: by epoch, then sequence. */
export interface ToldCandleQuery {
  /** Absent: any symbol. */
  readonly symbols?: readonly string[] | undefined;
  /** Absent: any interval. */
  readonly intervals?: readonly string[] | undefined;
  readonly after: { readonly epoch: string; readonly sequence: number };
  /** The last event to include. */
  readonly until: { readonly epoch: string; readonly sequence: number };
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Gaps that have a part in the span, by their `from`, then symbol, then provider. */
export interface GapQuery extends PageQuery {
  readonly symbol?: string | undefined;
}

/** Books of one instrument, by time, then provider. */
export interface BookQuery extends PageQuery {
  readonly symbol: string;
  /** `-time` gives the newest first. */
  readonly order: "time" | "-time";
}

/**
 * What may go: the rows of a table whose time lies before the instant (for a gap: whose end does).
 * A table that is not named keeps everything.
 */
export interface PruneLimits {
  readonly ticks?: Micros | undefined;
  readonly books?: Micros | undefined;
  readonly events?: Micros | undefined;
  readonly gaps?: Micros | undefined;
}

/** What a symbol's ticks in the store span. */
export interface TickSpan {
  readonly first: Micros;
  readonly last: Micros;
}

/**
 * A store. Every method rejects with a {@link StoreError}. One that is open outlives what it works
 * with: after a server's restart, or a worker's crash, the calls under way reject with `unreachable`
 * and a later one is answered again.
 */
export interface Store {
  /** Where it is, with no secret in it: for logs and `/api/v1/status`. */
  readonly label: string;

  /**
   * Keeps a batch, whole or not at all. A tick that is kept already (same symbol, time, provider,
   * kind and id) is passed over. A candle replaces the kept one of its key where its revision is
   * not lower and anything but its epoch and sequence differs. A gap replaces the one of its key. An
   * event that is kept already, word for word, is passed over, and so is a book whose key is kept. So
   * writing a batch again changes nothing, and after `unreachable` that is what to do: the batch may
   * have been kept. A number that is `NaN` is kept as nothing; text holds no NUL.
   */
  write(batch: WriteBatch): Promise<WriteReport>;

  ticks(query: TickQuery): Promise<Page<Tick>>;
  candles(query: CandleQuery): Promise<Page<KeptCandle>>;
  /** What a client of the stream missed of closed candles, each in its latest revision. */
  toldCandles(query: ToldCandleQuery): Promise<Page<KeptCandle>>;
  gaps(query: GapQuery): Promise<Page<Gap>>;
  books(query: BookQuery): Promise<Page<BookSnapshot>>;
  /** The latest events of a provider, newest first. */
  providerEvents(provider: string, limit: number): Promise<ProviderEvent[]>;

  /** The bases of which the instrument has candles of the interval. */
  bases(symbol: string, interval: string): Promise<Basis[]>;
  /** The span of a symbol's ticks before an instant; `null` without any. */
  tickSpan(symbol: string, before: Micros): Promise<TickSpan | null>;
  /** The symbols that have ticks or candles. */
  symbols(): Promise<string[]>;

  /** The run that was alive at an instant or, failing that, the last one begun before it. */
  runAt(time: Micros): Promise<Run | null>;
  /** The run of an epoch; `null` where this store never saw it. */
  run(epoch: string): Promise<Run | null>;
  /** The greatest epoch of any run; `null` in a new store. */
  lastEpoch(): Promise<string | null>;

  instrumentChanges(): Promise<InstrumentChange[]>;
  changeInstrument(change: InstrumentChange): Promise<void>;

  /**
   * Deletes what is past its limit, at most `most` rows (levels and measures of a book are a row
   * each), so that recording waits for no long time: call it again while it gives `most`. Where the
   * store keeps time in pieces that can be dropped whole, it drops them instead, and counts none of
   * their rows.
   *
   * @returns the rows deleted.
   */
  prune(limits: PruneLimits, most: number): Promise<number>;
  /** What the store takes on its disk, logs included. */
  size(): Promise<{ readonly bytes: number }>;

  /** Waits for what is under way, and lets go of the lock. */
  close(): Promise<void>;
}

/** What a migration did. */
export interface MigrationReport {
  readonly from: number;
  readonly to: number;
  /** The files applied, in order. */
  readonly applied: readonly string[];
}

/**
 * How a store is opened. `write` takes the store's lock and applies migrations; `read` does
 * neither, and needs the store to be there at this marketd's schema.
 */
export interface OpenOptions {
  readonly mode: "write" | "read";
  /** Told after the migrations of a `write` opening. */
  readonly migrated?: (report: MigrationReport) => void;
}

/** Opens the store that a URL names; handed to the actors by `main.ts`. */
export type OpenStore = (url: string, options: OpenOptions) => Promise<Store>;
