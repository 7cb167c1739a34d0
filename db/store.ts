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
import type { ExchangeProvider } from "../domain/exchange.ts";
import type { OrderFlow } from "../domain/flow/bar.ts";
import type { KeptSizes } from "../domain/flow/series.ts";
import type { Gap } from "../domain/gap.ts";
import type { InstrumentSpec } from "../domain/instrument.ts";
import type { ProfileMetrics, ProfilePart } from "../domain/profile/series.ts";
import type { Spending } from "../domain/quota.ts";
import type { Signal } from "../domain/signal.ts";
import type { StateAt } from "../domain/state.ts";
import type { RunState } from "../domain/strategies/run.ts";
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

/**
 * A URL that names no store. `why` continues "its URL", and `advice` says what to do, in lower case;
 * neither holds anything of a password.
 */
export class StoreUrlError extends StoreError {
  constructor(readonly why: string, readonly advice: string) {
    super("bad-url", `Cannot open the store: its URL ${why}; ${advice}.`);
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

/** A route as it was set through the API, laid over the configuration. */
export interface RouteChange {
  readonly name: string;
  /** What was said of it, as a configuration has it; `null` where it was removed. */
  readonly spec: Readonly<Record<string, unknown>> | null;
  readonly changedAt: Micros;
}

/** What was said of a strategy on an instrument through the API, laid over the configuration. */
export interface StrategyChange {
  readonly strategy: string;
  /** The instrument, or `*` for all that have nothing of their own. */
  readonly symbol: string;
  /** As a configuration has it; `null` where it was removed. */
  readonly spec: Readonly<Record<string, unknown>> | null;
  readonly changedAt: Micros;
  /** Who said it, such as `api 127.0.0.1`. */
  readonly changedBy: string;
}

/** How a strategy stands on an instrument; its key is symbol and strategy. */
export interface StrategyStanding extends RunState {
  readonly symbol: string;
  readonly strategy: string;
}

/** The providers of an exchange as they were set through the API, laid over the configuration. */
export interface ExchangeChange {
  readonly market: string;
  /** What was said of it, its failover as a configuration has it; `null` where it was removed. */
  readonly spec:
    | {
      /** By name. */
      readonly providers: readonly ExchangeProvider[];
      readonly failover?: Readonly<Record<string, unknown>>;
    }
    | null;
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

/** What was spent of a venue's allowance within its window; its key is provider and name. */
export interface KeptQuota {
  readonly provider: string;
  /** The allowance. */
  readonly name: string;
  readonly spendings: readonly Spending[];
}

/** A venue's own name of an instrument, as it was learnt; its key is provider and symbol. */
export interface Mapping {
  readonly provider: string;
  /** Ours. */
  readonly symbol: string;
  /** The venue's. */
  readonly name: string;
}

/** Flags for a trade that is kept already: what its venue said of it later. */
export interface Amendment {
  readonly symbol: string;
  readonly provider: string;
  /** The trade's. */
  readonly id: string;
  /** The trade's time is at least this, and before `to`: an id may come again on another day. */
  readonly from: Micros;
  readonly to: Micros;
  /** Added to those that it has. */
  readonly flags: number;
}

/** What is measured of ticks, and made of that, by kind: see {@link Measure}. */
export interface Measures {
  /** Minutes of volume by price; the name in their key is the basis. */
  readonly profile: ProfilePart;
  /** What the profile of a session says; the name in their key is the basis. */
  readonly metrics: ProfileMetrics;
  /** Closed bars of order flow; the name in their key is the interval. */
  readonly flow: OrderFlow;
  /** The sizes of trades; their key is the symbol alone. */
  readonly sizes: KeptSizes;
  /** The market's state; its key has no name. */
  readonly state: StateAt;
  /** What a strategy says; the name in their key is its id. */
  readonly signal: Signal;
  /** How a strategy stands; the name in their key is its id, and there is no time in it. */
  readonly standing: StrategyStanding;
}
/** A kind of measure. */
export type MeasureKind = keyof Measures;

/** Something measured; its key is the symbol, a name where its kind has one, and the start or time. */
export type Measure = {
  readonly [Kind in MeasureKind]: { readonly kind: Kind; readonly value: Measures[Kind] };
}[MeasureKind];

/** One transaction's worth. */
export interface WriteBatch {
  readonly ticks: readonly Tick[];
  readonly candles: readonly KeptCandle[];
  readonly gaps: readonly Gap[];
  readonly events: readonly ProviderEvent[];
  readonly books?: readonly BookSnapshot[] | undefined;
  readonly quotas?: readonly KeptQuota[] | undefined;
  readonly mappings?: readonly Mapping[] | undefined;
  readonly measures?: readonly Measure[] | undefined;
  /** Applied after the ticks were added. */
  readonly amendments?: readonly Amendment[] | undefined;
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
  /** Absent: any. */
  readonly status?: Gap["status"] | undefined;
  /** `from` (the default): the oldest first. `-from`: the reverse. */
  readonly order?: "from" | "-from" | undefined;
}

/** Books of one instrument, by time, then provider. */
export interface BookQuery extends PageQuery {
  readonly symbol: string;
  /** `-time` gives the newest first. */
  readonly order: "time" | "-time";
}

/** Measures of one instrument, by their start or time; of a kind without, all of them at once. */
export interface MeasureQuery extends PageQuery {
  readonly symbol: string;
  /** The basis, the interval or the strategy; of no meaning for states. */
  readonly name: string;
  /** `-time` gives the newest first. */
  readonly order: "time" | "-time";
}

/** Signals, by time, then symbol, then strategy. */
export interface SignalQuery extends PageQuery {
  /** Absent: any. */
  readonly symbol?: string | undefined;
  /** Absent: any. */
  readonly strategy?: string | undefined;
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

/** Rows that went, by table. */
export type Pruned = Readonly<Partial<Record<keyof PruneLimits, number>>>;

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
   * event that is kept already, word for word, is passed over, and so is a book whose key is kept. A
   * quota replaces the one of its key, and so do a mapping and a measure; an amendment adds its flags once. So
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
  /** What was measured of a kind. */
  measures<Kind extends MeasureKind>(
    kind: Kind,
    query: MeasureQuery,
  ): Promise<Page<Measures[Kind]>>;
  signals(query: SignalQuery): Promise<Page<Signal>>;
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

  /** What was spent of the venues' allowances, as it was kept last. */
  quotas(): Promise<KeptQuota[]>;
  /** The venues' names of instruments that were learnt. */
  mappings(): Promise<Mapping[]>;

  instrumentChanges(): Promise<InstrumentChange[]>;
  changeInstrument(change: InstrumentChange): Promise<void>;
  routeChanges(): Promise<RouteChange[]>;
  changeRoute(change: RouteChange): Promise<void>;
  exchangeChanges(): Promise<ExchangeChange[]>;
  changeExchange(change: ExchangeChange): Promise<void>;
  /** All that was ever said of strategies, the oldest first: the last of each holds. */
  strategyChanges(): Promise<StrategyChange[]>;
  changeStrategy(change: StrategyChange): Promise<void>;

  /**
   * Deletes what is past its limit, at most `most` rows (levels and measures of a book are a row
   * each), so that recording waits for no long time: call it again while it gives `most`. Where the
   * store keeps time in pieces that can be dropped whole, it drops them instead, and counts none of
   * their rows.
   *
   * @returns the rows deleted of each, where there were any.
   */
  prune(limits: PruneLimits, most: number): Promise<Pruned>;
  /** What the store takes on its disk, logs included. */
  size(): Promise<{ readonly bytes: number }>;

  /** Waits for what is under way, but a few seconds at most, and lets go of the lock. */
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
  /** Of a `read` opening: whether to make sure that the store could be written as well. */
  readonly mayWrite?: boolean;
  /** Told after the migrations of a `write` opening. */
  readonly migrated?: (report: MigrationReport) => void;
}

/** Opens the store that a URL names; handed to the actors by `main.ts`. */
export type OpenStore = (url: string, options: OpenOptions) => Promise<Store>;

/**
 * Holds a URL against the forms that stores have, without opening anything.
 *
 * @throws StoreUrlError
 */
export type CheckStoreUrl = (url: string) => void;

/**
 * Finds out who has a store's lock, without opening the store.
 *
 * @returns words such as `process 4711`; `undefined` where nobody has it.
 * @throws StoreError
 */
export type FindWriter = (url: string) => Promise<string | undefined>;
