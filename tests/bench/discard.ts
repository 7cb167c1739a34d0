/**
 * A store that accepts everything and keeps nothing, so that what is measured is not the disk.
 *
 * @module
 */
import type { Page, Store, WriteBatch, WriteReport } from "../../db/store.ts";

const nothing = <T>(): Promise<Page<T>> => Promise.resolve({ rows: [], next: null });

/** Counts what it is given, and forgets it. */
export class DiscardingStore implements Store {
  readonly label = "discard";
  /** Ticks handed in so far. */
  taken = 0;

  write({ ticks, candles }: WriteBatch): Promise<WriteReport> {
    this.taken += ticks.length;
    return Promise.resolve({ ticks: ticks.length, candles: candles.length });
  }

  ticks = () => nothing<never>();
  candles = () => nothing<never>();
  toldCandles = () => nothing<never>();
  gaps = () => nothing<never>();
  books = () => nothing<never>();
  measures = () => nothing<never>();
  providerEvents = () => Promise.resolve([]);
  bases = () => Promise.resolve([]);
  tickSpan = () => Promise.resolve(null);
  symbols = () => Promise.resolve([]);
  runAt = () => Promise.resolve(null);
  run = () => Promise.resolve(null);
  lastEpoch = () => Promise.resolve(null);
  quotas = () => Promise.resolve([]);
  mappings = () => Promise.resolve([]);
  changeInstrument = () => Promise.resolve();
  instrumentChanges = () => Promise.resolve([]);
  changeRoute = () => Promise.resolve();
  routeChanges = () => Promise.resolve([]);
  changeExchange = () => Promise.resolve();
  exchangeChanges = () => Promise.resolve([]);
  signals = () => nothing<never>();
  changeStrategy = () => Promise.resolve();
  strategyChanges = () => Promise.resolve([]);
  prune = () => Promise.resolve({});
  size = () => Promise.resolve({ bytes: 0 });
  close = () => Promise.resolve();
}
