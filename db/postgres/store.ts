/**
 * The store in a Postgres database. Neither an export nor a slow reader holds up recording: what is
 * written has a session of its own.
 *
 * @module
 */
import {
  type BookQuery,
  type CandleQuery,
  type ExchangeChange,
  type GapQuery,
  type InstrumentChange,
  type MeasureKind,
  type MeasureQuery,
  type Pruned,
  type PruneLimits,
  type RouteChange,
  type SignalQuery,
  type Store,
  StoreError,
  type StrategyChange,
  type TickQuery,
  type ToldCandleQuery,
  type WriteBatch,
  type WriteReport,
} from "../store.ts";
import type { Micros } from "../../domain/time.ts";
import { requireLimit } from "../page.ts";
import { toStoreError } from "./errors.ts";
import type { Runner } from "./link.ts";
import { readMeasures } from "./measures.ts";
import { prune } from "./prune.ts";
import * as read from "./read.ts";
import { readTicks } from "./read_ticks.ts";
import type { Readers } from "./readers.ts";
import type { Workplace, WriterSession } from "./session.ts";
import { changeExchange, readExchangeChanges } from "./exchanges.ts";
import { changeStrategy, readSignals, readStrategyChanges } from "./strategies.ts";
import type { Target } from "./target.ts";

/** How long what is under way may take when the store is closed, in milliseconds. */
const FAREWELL = 2_000;

/** A {@link Store} in a Postgres database. */
export class PostgresStore implements Store {
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /** @param writer absent where the store is open for reading only. */
  constructor(
    private readonly target: Target,
    private readonly readers: Readers,
    private readonly writer: WriterSession | undefined,
  ) {}

  get label(): string {
    return this.target.label;
  }

  async write(batch: WriteBatch): Promise<WriteReport> {
    return await this.#write("write to", ({ writer }) => writer.write(batch));
  }

  async changeInstrument(change: InstrumentChange): Promise<void> {
    await this.#write("write to", ({ writer }) => writer.changeInstrument(change));
  }

  async changeRoute(change: RouteChange): Promise<void> {
    await this.#write("write to", ({ writer }) => writer.changeRoute(change));
  }

  async changeExchange(change: ExchangeChange): Promise<void> {
    await this.#write("write to", ({ link }) => changeExchange(link, change));
  }

  async changeStrategy(change: StrategyChange): Promise<void> {
    await this.#write("write to", ({ link }) => changeStrategy(link, change));
  }

  async prune(limits: PruneLimits, most: number): Promise<Pruned> {
    return await this.#write(
      "prune",
      ({ link, hypertables }) => prune(link, hypertables, limits, most),
    );
  }

  size() {
    return this.#read(read.readSize);
  }

  ticks(query: TickQuery) {
    return this.#read((runner) => {
      requireLimit(query.limit);
      return readTicks(runner, query);
    });
  }

  candles(query: CandleQuery) {
    return this.#read((runner) => read.readCandles(runner, query));
  }

  toldCandles(query: ToldCandleQuery) {
    return this.#read((runner) => read.readToldCandles(runner, query));
  }

  gaps(query: GapQuery) {
    return this.#read((runner) => read.readGaps(runner, query));
  }

  books(query: BookQuery) {
    return this.#read((runner) => read.readBooks(runner, query));
  }

  measures<Kind extends MeasureKind>(kind: Kind, query: MeasureQuery) {
    return this.#read((runner) => readMeasures(runner, kind, query));
  }

  signals(query: SignalQuery) {
    return this.#read((runner) => readSignals(runner, query));
  }

  strategyChanges() {
    return this.#read(readStrategyChanges);
  }

  providerEvents(provider: string, limit: number) {
    return this.#read((runner) => read.readProviderEvents(runner, provider, limit));
  }

  bases(symbol: string, interval: string) {
    return this.#read((runner) => read.readBases(runner, symbol, interval));
  }

  tickSpan(symbol: string, before: Micros) {
    return this.#read((runner) => read.readTickSpan(runner, symbol, before));
  }

  symbols() {
    return this.#read(read.readSymbols);
  }

  runAt(time: Micros) {
    return this.#read((runner) => read.readRunAt(runner, time));
  }

  run(epoch: string) {
    return this.#read((runner) => read.readRun(runner, epoch));
  }

  lastEpoch() {
    return this.#read(read.readLastEpoch);
  }

  quotas() {
    return this.#read(read.readQuotas);
  }

  mappings() {
    return this.#read(read.readMappings);
  }

  instrumentChanges() {
    return this.#read(read.readInstrumentChanges);
  }

  routeChanges() {
    return this.#read(read.readRouteChanges);
  }

  exchangeChanges() {
    return this.#read(readExchangeChanges);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #read<Result>(work: (runner: Runner) => Promise<Result>): Promise<Result> {
    return this.#do("read", () => this.readers.run(work));
  }

  #write<Result>(attempt: string, work: (place: Workplace) => Promise<Result>): Promise<Result> {
    return this.#do(attempt, () => {
      if (this.writer !== undefined) return this.writer.run(work);
      throw new StoreError(
        "unusable",
        `Cannot write to ${this.label}: it is open for reading only. Open it for writing.`,
      );
    });
  }

  async #do<Result>(attempt: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#closing !== undefined) {
      throw new StoreError("unusable", `Cannot use ${this.label}: it is closed. Open it again.`);
    }
    let working: Promise<Result> | undefined;
    try {
      working = work();
      this.#underWay.add(working);
      return await working;
    } catch (error) {
      throw toStoreError(`${attempt} ${this.label}`, this.target, error);
    } finally {
      if (working !== undefined) this.#underWay.delete(working);
    }
  }

  async #close(): Promise<void> {
    const settled = Promise.allSettled(this.#underWay);
    const patience = Promise.withResolvers<"late">();
    const timer = setTimeout(() => patience.resolve("late"), FAREWELL);
    if (await Promise.race([settled, patience.promise]) === "late") {
      this.readers.abandon();
      await this.writer?.abandon();
      await settled;
    }
    clearTimeout(timer);
    await Promise.all([this.readers.close(), this.writer?.close()]);
  }
}
