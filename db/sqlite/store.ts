/**
 * The embedded store: a writer and a reader on threads of their own, so that neither an export nor
 * a checkpoint holds up recording, and nothing holds up the main thread.
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
  type Measures,
  type Page,
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
import type { WorkerClient } from "./client.ts";
import { toColumns, transferable } from "./columns.ts";
import { toStoreError } from "./errors.ts";
import type { WriterLock } from "./lock.ts";
import type { Argument, Operations, ReadOperations } from "./protocol.ts";

/** What only a store opened for writing has. */
export interface WriterParts {
  readonly client: WorkerClient;
  readonly lock: WriterLock;
}

/** A {@link Store} in one SQLite file. */
export class SqliteStore implements Store {
  #closing: Promise<void> | undefined;

  /**
   * @param path of the file.
   * @param reader asked for everything that changes nothing.
   * @param writer absent where the store is open for reading only.
   */
  constructor(
    readonly label: string,
    private readonly path: string,
    private readonly reader: WorkerClient,
    private readonly writer: WriterParts | undefined,
  ) {}

  async write(batch: WriteBatch): Promise<WriteReport> {
    const writer = this.#writer();
    const ticks = toColumns(batch.ticks);
    return await this.#call(writer, "write", { ...batch, ticks }, transferable(ticks));
  }

  async changeInstrument(change: InstrumentChange): Promise<void> {
    await this.#call(this.#writer(), "changeInstrument", change);
  }

  async changeRoute(change: RouteChange): Promise<void> {
    await this.#call(this.#writer(), "changeRoute", change);
  }

  async changeExchange(change: ExchangeChange): Promise<void> {
    await this.#call(this.#writer(), "changeExchange", change);
  }

  async changeStrategy(change: StrategyChange): Promise<void> {
    await this.#call(this.#writer(), "changeStrategy", change);
  }

  async prune(limits: PruneLimits, most: number): Promise<Pruned> {
    return await this.#call(this.#writer(), "prune", { limits, most });
  }

  async size(): Promise<{ bytes: number }> {
    this.#requireOpen();
    const files = ["", "-wal", "-shm"].map((suffix) => sizeOf(`${this.path}${suffix}`));
    try {
      return { bytes: (await Promise.all(files)).reduce((sum, bytes) => sum + bytes) };
    } catch (error) {
      throw toStoreError(`measure ${this.label}`, error);
    }
  }

  ticks(query: TickQuery) {
    return this.#read("ticks", query);
  }

  candles(query: CandleQuery) {
    return this.#read("candles", query);
  }

  toldCandles(query: ToldCandleQuery) {
    return this.#read("toldCandles", query);
  }

  gaps(query: GapQuery) {
    return this.#read("gaps", query);
  }

  books(query: BookQuery) {
    return this.#read("books", query);
  }

  async measures<Kind extends MeasureKind>(kind: Kind, query: MeasureQuery) {
    return await this.#read("measures", { kind, query }) as Page<Measures[Kind]>;
  }

  providerEvents(provider: string, limit: number) {
    return this.#read("providerEvents", { provider, limit });
  }

  bases(symbol: string, interval: string) {
    return this.#read("bases", { symbol, interval });
  }

  tickSpan(symbol: string, before: Micros) {
    return this.#read("tickSpan", { symbol, before });
  }

  symbols() {
    return this.#read("symbols", undefined);
  }

  runAt(time: Micros) {
    return this.#read("runAt", time);
  }

  run(epoch: string) {
    return this.#read("run", epoch);
  }

  lastEpoch() {
    return this.#read("lastEpoch", undefined);
  }

  quotas() {
    return this.#read("quotas", undefined);
  }

  mappings() {
    return this.#read("mappings", undefined);
  }

  instrumentChanges() {
    return this.#read("instrumentChanges", undefined);
  }

  routeChanges() {
    return this.#read("routeChanges", undefined);
  }

  exchangeChanges() {
    return this.#read("exchangeChanges", undefined);
  }

  signals(query: SignalQuery) {
    return this.#read("signals", query);
  }

  strategyChanges() {
    return this.#read("strategyChanges", undefined);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #read<Name extends keyof ReadOperations>(operation: Name, argument: Argument<Name>) {
    return this.#call(this.reader, operation, argument);
  }

  async #call<Name extends keyof Operations>(
    client: WorkerClient,
    operation: Name,
    argument: Argument<Name>,
    transfer?: ArrayBuffer[],
  ): Promise<ReturnType<Operations[Name]>> {
    this.#requireOpen();
    try {
      return await client.call(operation, argument, transfer);
    } catch (error) {
      throw toStoreError(`hand a request to ${this.label}`, error);
    }
  }

  #requireOpen(): void {
    if (this.#closing === undefined) return;
    throw new StoreError("unusable", `Cannot use ${this.label}: it is closed. Open it again.`);
  }

  #writer(): WorkerClient {
    if (this.writer !== undefined) return this.writer.client;
    throw new StoreError(
      "unusable",
      `Cannot write to ${this.label}: it is open for reading only. Open it for writing.`,
    );
  }

  async #close(): Promise<void> {
    try {
      // The writer comes last: the last connection writes the log back into the database.
      await finish(this.reader);
      if (this.writer !== undefined) await finish(this.writer.client);
    } finally {
      this.writer?.lock.release();
    }
  }
}

/** The bytes of a file; none where there is none, as the log may not be there. */
async function sizeOf(file: string): Promise<number> {
  try {
    return (await Deno.stat(file)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** Ends a worker after what it was asked. One that is gone already leaves nothing to wait for. */
async function finish(client: WorkerClient): Promise<void> {
  await client.call("close", undefined).catch(() => undefined);
  client.terminate();
}
