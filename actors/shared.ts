/**
 * What the root makes once and hands to the actors: the parts that outlive any one of them.
 *
 * @module
 */
import type { Store } from "../db/store.ts";
import type { CandleSeries, SeriesOptions } from "../domain/candles.ts";
import type { FlowOptions, FlowSeries } from "../domain/flow/series.ts";
import type { Interval } from "../domain/interval.ts";
import type { ProfileSeries, ProfileSeriesOptions } from "../domain/profile/series.ts";
import type { Provider } from "../providers/provider.ts";
import type { Clock } from "./clock.ts";
import type { Feeds } from "./connections/feeds.ts";
import type { VenueQuotas } from "./connections/quotas.ts";
import type { Hub } from "./hub.ts";
import type { Directory } from "./instruments/directory.ts";
import type { Journal } from "./journal.ts";
import type { Meters } from "./meters.ts";
import type { Outbox } from "./outbox.ts";
import type { Overload } from "./overload/overload.ts";
import type { Backlog } from "./routing/backfill/backlog.ts";
import type { Webhook } from "./notifications/webhooks.ts";
import type { Demand } from "./routing/demand.ts";
import type { Gates } from "./routing/gates.ts";
import type { Routes } from "./routing/routes.ts";
import type { Setups } from "./setups.ts";
import type { Settings } from "./settings/schema.ts";
import type { Observe } from "./supervision.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
import type { Vitals } from "./vitals.ts";

/** The parts that outlive any one actor. */
export interface Shared {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly store: Store;
  readonly hub: Hub;
  readonly outbox: Outbox;
  readonly overload: Overload;
  readonly journal: Journal;
  readonly directory: Directory;
  readonly feeds: Feeds;
  readonly gates: Gates;
  readonly backlog: Backlog;
  readonly routes: Routes;
  readonly demand: Demand;
  readonly setups: Setups;
  readonly vitals: Vitals;
  readonly telemetry: Telemetry;
  readonly webhooks: readonly Webhook[];
  readonly meters: Meters;
  /** The configured providers, by id. */
  readonly providers: ReadonlyMap<string, Provider>;
  /** Their allowances, by provider; a provider without any may be absent. */
  readonly quotas: ReadonlyMap<string, VenueQuotas>;
  /** The intervals to build, the base interval first. */
  readonly intervals: readonly Interval[];
  /** Makes an instrument's candles. */
  readonly makeSeries: (options: SeriesOptions) => CandleSeries;
  /** Makes an instrument's profiles. */
  readonly makeProfile: (options: ProfileSeriesOptions) => ProfileSeries;
  /** Makes an instrument's order flow. */
  readonly makeFlow: (options: FlowOptions) => FlowSeries;
  readonly observe: Observe;
  /** Milliseconds, monotonic. */
  readonly uptime: () => number;
}

/** The input of every actor that works with the shared parts. */
export interface SharedInput {
  readonly shared: Shared;
}
