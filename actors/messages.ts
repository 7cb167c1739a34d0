/**
 * What the well-known actors say to each other: every message, in one place.
 *
 * @module
 */
import type { FormingType, HubEvent } from "./hub.ts";
import type { Listing, Origin } from "./instruments/directory.ts";
import type { Refilling } from "./instruments/memory.ts";
import type { Recalled, RecallRequest } from "./instruments/recall.ts";
import type { Refill, Refilled } from "./instruments/refill.ts";
import type { RemakeRequest } from "./instruments/remake.ts";
import type { Feeding } from "./routing/routes.ts";
import type { RecalledMeasures } from "./instruments/recallmeasures.ts";
import type { RecalledRun, RunRequest } from "./instruments/recallrun.ts";
import type { ExchangeChange } from "../db/store.ts";
import type { Candle } from "../domain/candle.ts";
import type { Wanted } from "../domain/candles.ts";
import type { Credit } from "../domain/credit.ts";
import type { Gap } from "../domain/gap.ts";
import type { Instrument, InstrumentSpec } from "../domain/instrument.ts";
import type { Tick, Trade } from "../domain/tick.ts";
import type { Micros } from "../domain/time.ts";
import type { Correction, HistoricalBar } from "../providers/provider.ts";

/** What the hub answers to. */
export type HubCommand =
  | { type: "hub.publish"; events: readonly HubEvent[] }
  | { type: "hub.canary"; shard: string }
  | { type: "hub.forget"; symbol: string };

/** What the ticker answers to: a feed's own time. */
export type TickerCommand = { type: "ticker.time"; at: Micros };

/** What routing answers to. */
export type RoutingCommand =
  | {
    type: "routing.ticks";
    provider: string;
    ticks: readonly Tick[];
    credit: Credit | undefined;
  }
  | { type: "routing.canary" }
  | { type: "routing.beat"; now: Micros }
  | { type: "routing.settle"; provider: string }
  | { type: "routing.subscribed"; provider: string; symbols: readonly string[] }
  | { type: "routing.status"; provider: string; symbol: string }
  | { type: "routing.gap"; provider: string; gap: Gap }
  | { type: "routing.correct"; correction: Correction }
  | { type: "routing.bar"; provider: string; bar: HistoricalBar }
  | { type: "routing.switch"; route: string; provider: string | null }
  | { type: "routing.rules" };

/** What the instruments answer to. */
export type InstrumentsCommand =
  | {
    type: "instruments.follow";
    instrument: Instrument;
    provider: string;
    origin: Origin;
    /** Where more than one provider may feed it. */
    feeding?: Feeding | undefined;
  }
  | { type: "instruments.leave"; symbol: string }
  | { type: "instruments.beat"; now: Micros }
  | { type: "instruments.outage"; provider: string; from: Micros }
  | { type: "instruments.gap"; provider: string; gap: Omit<Gap, "symbol"> }
  | { type: "instruments.finish"; provider: string; at: Micros }
  | { type: "instruments.setups" }
  | { type: "instruments.deliver"; shard: string; command: ShardCommand };

/** What a shard answers to. */
export type ShardCommand =
  | { type: "shard.ticks"; ticks: readonly Tick[]; credit: Credit | undefined }
  | { type: "shard.beat"; now: Micros }
  /** Has what forms of an instrument told, as far as it was not. */
  | { type: "shard.tell"; symbol: string; types: ReadonlySet<FormingType> }
  | { type: "shard.follow"; listing: Listing; unheard: boolean }
  | { type: "shard.leave"; symbol: string }
  | { type: "shard.outage"; provider: string; from: Micros }
  | { type: "shard.gap"; provider: string; gap: Omit<Gap, "symbol"> }
  | { type: "shard.told"; symbol: string; gap: Omit<Gap, "symbol"> }
  | { type: "shard.silent"; symbol: string; from: Micros | undefined }
  | { type: "shard.finish"; provider: string; at: Micros }
  | { type: "shard.setups" }
  | { type: "shard.correct"; correction: Correction }
  | { type: "shard.bar"; bar: HistoricalBar }
  | { type: "shard.refill"; refill: Refill; reply: Reply<Refilled> }
  | HistoryAnswer
  | RemakesAnswer;

/** What a shard's history actor answers; `history.up` where it has just come up, and was not asked anything yet. */
export type HistoryAnswer =
  | { type: "history.up" }
  | {
    type: "history.recalled";
    request: RecallRequest;
    /** `null` where the store could not be read. */
    recalled: Recalled | null;
    /** `null` where none were asked for, or the store could not be read. */
    measures: RecalledMeasures | null;
    error: unknown;
  }
  | {
    type: "history.measured";
    request: RecallRequest;
    measures: RecalledMeasures;
  }
  | { type: "history.ran"; request: RunRequest; run: RecalledRun }
  | { type: "history.missed"; listing: Listing; gap: Gap }
  | { type: "history.loaded"; listing: Listing; wanted: Wanted; candle: Candle | null };

/** What a shard's remakes answer. */
export type RemakesAnswer =
  | {
    type: "remakes.corrected";
    /** The trade that was taken back or replaced; `null` where it is none that is kept. */
    corrected: Trade | null;
    replacement: Trade | null;
  }
  | {
    type: "remakes.remade";
    listing: Listing;
    candles: readonly Candle[];
    /** `null` where it was asked for no correction. */
    asked: MinuteRequest | null;
  }
  | {
    type: "remakes.refilled";
    asked: RefillRequest;
    /** `null` where the store could not be read. */
    refilled: Refilled | null;
    error: unknown;
  };

/** A minute to be made again of what is kept. */
export interface MinuteRequest {
  readonly request: RemakeRequest;
  /** Its start. */
  readonly minute: Micros;
  /** Tells whether what was read of the store still holds. */
  readonly watch: Refilling;
}

/** A refill, asked of the store. */
export interface RefillRequest {
  readonly request: RemakeRequest;
  readonly refill: Refill;
  /** Tells whether what was read of the store still holds. */
  readonly watch: Refilling;
  readonly reply: Reply<Refilled>;
}

/** What the connections answer to. */
export type ConnectionsCommand =
  | { type: "connections.subscribe"; provider: string; instruments: readonly Instrument[] }
  | { type: "connections.unsubscribe"; provider: string; symbols: readonly string[] }
  | { type: "connections.reset"; provider: string };

/** Whom to tell how a change went. */
export interface Reply<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** What the settings answer to. */
export type SettingsCommand =
  | { type: "settings.add"; spec: InstrumentSpec; reply: Reply<Listing> }
  | { type: "settings.remove"; symbol: string; reply: Reply<void> }
  | {
    type: "settings.exchange";
    market: string;
    /** `null` where what was said of it is removed. */
    spec: ExchangeChange["spec"];
    reply: Reply<void>;
  }
  | {
    type: "settings.route";
    name: string;
    /** As a configuration says it; `null` where it is removed. */
    spec: Readonly<Record<string, unknown>> | null;
    reply: Reply<void>;
  }
  | {
    type: "settings.strategy";
    /** The strategy's id. */
    id: string;
    /** The instrument, or `*`. */
    symbol: string;
    /** As a configuration says it; `null` where it is removed. */
    spec: Readonly<Record<string, unknown>> | null;
    /** Who says it. */
    by: string;
    reply: Reply<void>;
  };
