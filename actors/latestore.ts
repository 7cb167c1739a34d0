/**
 * A store that is not there yet: what a daemon starts with while its store's server is away. It
 * keeps trying to open it; until then every call says that it cannot be reached.
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
  type PruneLimits,
  type RouteChange,
  type SignalQuery,
  type Store,
  StoreError,
  type StrategyChange,
  type TickQuery,
  type ToldCandleQuery,
  type WriteBatch,
} from "../db/store.ts";
import { logger } from "./log.ts";
import { messageOf } from "../domain/errors.ts";
import type { Micros } from "../domain/time.ts";

/** Between two attempts to open it, in milliseconds. */
const RETRY = 1_000;

const log = logger("store");

/**
 * Opens a store or, where it cannot be reached or has no room, gives one that will be there later.
 *
 * @param label where it is, with no secret in it.
 * @throws StoreError for whatever trying again would not mend.
 */
export async function openOrLater(
  open: () => Promise<Store>,
  label: string,
): Promise<Store> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof StoreError) || error.terminal) throw error;
    log.warn("starting without the store: {reason}", { reason: error.message });
    return new LateStore(open, label, error);
  }
}

class LateStore implements Store {
  #store: Store | null = null;
  #trouble: StoreError;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt: Promise<void> = Promise.resolve();
  #closed = false;
  readonly #open: () => Promise<Store>;

  constructor(
    open: () => Promise<Store>,
    readonly label: string,
    trouble: StoreError,
  ) {
    this.#open = open;
    this.#trouble = trouble;
    this.#later();
  }

  write(batch: WriteBatch) {
    return this.#with((store) => store.write(batch));
  }
  ticks(query: TickQuery) {
    return this.#with((store) => store.ticks(query));
  }
  candles(query: CandleQuery) {
    return this.#with((store) => store.candles(query));
  }
  toldCandles(query: ToldCandleQuery) {
    return this.#with((store) => store.toldCandles(query));
  }
  gaps(query: GapQuery) {
    return this.#with((store) => store.gaps(query));
  }
  books(query: BookQuery) {
    return this.#with((store) => store.books(query));
  }
  measures<Kind extends MeasureKind>(kind: Kind, query: MeasureQuery) {
    return this.#with((store) => store.measures(kind, query));
  }
  providerEvents(provider: string, limit: number) {
    return this.#with((store) => store.providerEvents(provider, limit));
  }
  bases(symbol: string, interval: string) {
    return this.#with((store) => store.bases(symbol, interval));
  }
  tickSpan(symbol: string, before: Micros) {
    return this.#with((store) => store.tickSpan(symbol, before));
  }
  symbols() {
    return this.#with((store) => store.symbols());
  }
  runAt(time: Micros) {
    return this.#with((store) => store.runAt(time));
  }
  run(epoch: string) {
    return this.#with((store) => store.run(epoch));
  }
  lastEpoch() {
    return this.#with((store) => store.lastEpoch());
  }
  quotas() {
    return this.#with((store) => store.quotas());
  }
  mappings() {
    return this.#with((store) => store.mappings());
  }
  instrumentChanges() {
    return this.#with((store) => store.instrumentChanges());
  }
  changeInstrument(change: InstrumentChange) {
    return this.#with((store) => store.changeInstrument(change));
  }

  routeChanges() {
    return this.#with((store) => store.routeChanges());
  }
  changeRoute(change: RouteChange) {
    return this.#with((store) => store.changeRoute(change));
  }
  exchangeChanges() {
    return this.#with((store) => store.exchangeChanges());
  }
  changeExchange(change: ExchangeChange) {
    return this.#with((store) => store.changeExchange(change));
  }
  signals(query: SignalQuery) {
    return this.#with((store) => store.signals(query));
  }
  strategyChanges() {
    return this.#with((store) => store.strategyChanges());
  }
  changeStrategy(change: StrategyChange) {
    return this.#with((store) => store.changeStrategy(change));
  }
  prune(limits: PruneLimits, most: number) {
    return this.#with((store) => store.prune(limits, most));
  }
  size() {
    return this.#with((store) => store.size());
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#attempt;
    await this.#store?.close();
  }

  #with<T>(call: (store: Store) => Promise<T>): Promise<T> {
    return this.#store === null ? Promise.reject(this.#trouble) : call(this.#store);
  }

  #later(): void {
    this.#timer = setTimeout(() => {
      this.#attempt = this.#try();
    }, RETRY);
  }

  async #try(): Promise<void> {
    try {
      this.#store = await this.#open();
    } catch (error) {
      const trouble = error instanceof StoreError
        ? error
        : new StoreError("unreachable", `Cannot open ${this.label}: ${messageOf(error)}.`, error);
      // Whatever it is may be mended there: the feed goes on meanwhile.
      if (trouble.code !== this.#trouble.code) {
        log.error("the store cannot be opened: {reason}", { reason: trouble.message });
      }
      this.#trouble = trouble;
      if (!this.#closed) this.#later();
    }
  }
}
