/**
 * What is said between a store and its workers: requests and replies over `postMessage`, matched by
 * number.
 *
 * @module
 */
import type {
  BookQuery,
  BookSnapshot,
  CandleQuery,
  ExchangeChange,
  GapQuery,
  InstrumentChange,
  KeptQuota,
  Mapping,
  MeasureKind,
  MeasureQuery,
  Measures,
  MigrationReport,
  Page,
  ProviderEvent,
  Pruned,
  PruneLimits,
  RouteChange,
  Run,
  SignalQuery,
  StoreErrorCode,
  StrategyChange,
  TickQuery,
  TickSpan,
  ToldCandleQuery,
  WriteBatch,
  WriteReport,
} from "../store.ts";
import type { Basis } from "../../domain/candle.ts";
import type { Gap } from "../../domain/gap.ts";
import type { Signal } from "../../domain/signal.ts";
import type { Tick } from "../../domain/tick.ts";
import type { KeptCandle } from "../store.ts";
import type { TickColumns } from "./columns.ts";

/** What a worker is to open. */
export interface Opening {
  /** Absolute. */
  readonly path: string;
  readonly label: string;
  readonly mode: "write" | "read";
}

/** A {@link WriteBatch} whose ticks are columns. */
export interface ColumnBatch extends Omit<WriteBatch, "ticks"> {
  readonly ticks: TickColumns;
}

/** What a worker of either mode can be asked once it is open. */
export interface ReadOperations {
  ticks(query: TickQuery): Page<Tick>;
  candles(query: CandleQuery): Page<KeptCandle>;
  toldCandles(query: ToldCandleQuery): Page<KeptCandle>;
  gaps(query: GapQuery): Page<Gap>;
  books(query: BookQuery): Page<BookSnapshot>;
  measures(asked: { kind: MeasureKind; query: MeasureQuery }): Page<Measures[MeasureKind]>;
  providerEvents(query: { provider: string; limit: number }): ProviderEvent[];
  bases(query: { symbol: string; interval: string }): Basis[];
  tickSpan(query: { symbol: string; before: number }): TickSpan | null;
  symbols(): string[];
  runAt(time: number): Run | null;
  run(epoch: string): Run | null;
  lastEpoch(): string | null;
  quotas(): KeptQuota[];
  mappings(): Mapping[];
  instrumentChanges(): InstrumentChange[];
  routeChanges(): RouteChange[];
  exchangeChanges(): ExchangeChange[];
  signals(query: SignalQuery): Page<Signal>;
  strategyChanges(): StrategyChange[];
}

/** What only the writer can be asked. */
export interface WriteOperations {
  write(batch: ColumnBatch): WriteReport;
  changeInstrument(change: InstrumentChange): void;
  changeRoute(change: RouteChange): void;
  changeExchange(change: ExchangeChange): void;
  changeStrategy(change: StrategyChange): void;
  prune(pruning: { limits: PruneLimits; most: number }): Pruned;
}

/** Everything a worker can be asked. */
export interface Operations extends ReadOperations, WriteOperations {
  /** Comes first. Tells the migrations of an opening for writing. */
  open(opening: Opening): MigrationReport | null;
  /** Comes last. */
  close(): void;
}

/** The argument of an operation. */
export type Argument<Name extends keyof Operations> = Parameters<Operations[Name]> extends [] ? void
  : Parameters<Operations[Name]>[0];

/** A request to a worker. */
export interface Request<Name extends keyof Operations = keyof Operations> {
  readonly number: number;
  readonly operation: Name;
  readonly argument: Argument<Name>;
}

/** A worker's reply to the request of the same number. */
export type Reply =
  | { readonly number: number; readonly value: unknown }
  | { readonly number: number; readonly error: { code: StoreErrorCode; message: string } };
