/**
 * What the well-known actors say to each other: every message, in one place.
 *
 * @module
 */
import type { HubEvent } from "./hub.ts";
import type { Listing, Origin } from "./instruments/directory.ts";
import type { Recalled, RecallRequest } from "./instruments/recall.ts";
import type { Candle } from "../domain/candle.ts";
import type { Wanted } from "../domain/candles.ts";
import type { Credit } from "../domain/credit.ts";
import type { Gap } from "../domain/gap.ts";
import type { Instrument, InstrumentSpec } from "../domain/instrument.ts";
import type { Tick } from "../domain/tick.ts";
import type { Micros } from "../domain/time.ts";

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
  | { type: "routing.gap"; gap: Gap };

/** What the instruments answer to. */
export type InstrumentsCommand =
  | { type: "instruments.follow"; instrument: Instrument; provider: string; origin: Origin }
  | { type: "instruments.leave"; symbol: string }
  | { type: "instruments.beat"; now: Micros }
  | { type: "instruments.outage"; provider: string; from: Micros }
  | { type: "instruments.gap"; provider: string; gap: Omit<Gap, "symbol"> }
  | { type: "instruments.finish"; provider: string; at: Micros }
  | { type: "instruments.deliver"; shard: string; command: ShardCommand };

/** What a shard answers to. */
export type ShardCommand =
  | { type: "shard.ticks"; ticks: readonly Tick[]; credit: Credit | undefined }
  | { type: "shard.drain" }
  | { type: "shard.beat"; now: Micros }
  | { type: "shard.follow"; listing: Listing; unheard: boolean }
  | { type: "shard.leave"; symbol: string }
  | { type: "shard.outage"; provider: string; from: Micros }
  | { type: "shard.gap"; provider: string; gap: Omit<Gap, "symbol"> }
  | { type: "shard.told"; symbol: string; gap: Omit<Gap, "symbol"> }
  | { type: "shard.finish"; provider: string; at: Micros }
  | HistoryAnswer;

/** What a shard's history actor answers; `history.up` where it has just come up, and was not asked anything yet. */
export type HistoryAnswer =
  | { type: "history.up" }
  | {
    type: "history.recalled";
    request: RecallRequest;
    /** `null` where the store could not be read. */
    recalled: Recalled | null;
    error: unknown;
  }
  | { type: "history.missed"; listing: Listing; gap: Gap }
  | { type: "history.loaded"; listing: Listing; wanted: Wanted; candle: Candle | null };

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
  | { type: "settings.remove"; symbol: string; reply: Reply<void> };
