/**
 * What the root makes once and hands to the actors: the parts that outlive any one of them.
 *
 * @module
 */
import type { Store } from "../db/store.ts";
import type { CandleSeries, SeriesOptions } from "../domain/candles.ts";
import type { Interval } from "../domain/interval.ts";
import type { Provider } from "../providers/provider.ts";
import type { Clock } from "./clock.ts";
import type { Feeds } from "./connections/feeds.ts";
import type { Hub } from "./hub.ts";
import type { Directory } from "./instruments/directory.ts";
import type { Journal } from "./journal.ts";
import type { Meters } from "./meters.ts";
import type { Outbox } from "./outbox.ts";
import type { Settings } from "./settings/schema.ts";
import type { Observe } from "./supervision.ts";
import type { Vitals } from "./vitals.ts";

/** The parts that outlive any one actor. */
export interface Shared {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly store: Store;
  readonly hub: Hub;
  readonly outbox: Outbox;
  readonly journal: Journal;
  readonly directory: Directory;
  readonly feeds: Feeds;
  readonly vitals: Vitals;
  readonly meters: Meters;
  /** The configured providers, by id. */
  readonly providers: ReadonlyMap<string, Provider>;
  /** The intervals to build, the base interval first. */
  readonly intervals: readonly Interval[];
  /** Makes an instrument's candles. */
  readonly makeSeries: (options: SeriesOptions) => CandleSeries;
  readonly observe: Observe;
  /** Milliseconds, monotonic. */
  readonly uptime: () => number;
}

/** The input of every actor that works with the shared parts. */
export interface SharedInput {
  readonly shared: Shared;
}
