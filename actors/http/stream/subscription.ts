/**
 * What one client of the stream wants.
 *
 * @module
 */
import type { EventType, HubEvent } from "../../hub.ts";
import type { Micros } from "../../../domain/time.ts";

/** How events are written: Server-Sent Events, or one JSON object a line. */
export type StreamFormat = "sse" | "ndjson";

/** A client's wishes about the live stream; clients with equal ones share their chunks. */
export interface Subscription {
  /** `null`: every instrument. */
  readonly symbols: ReadonlySet<string> | null;
  readonly types: ReadonlySet<EventType>;
  /** Of candles; `null`: every interval. */
  readonly intervals: ReadonlySet<string> | null;
  /** The pace of writing; 0: as it comes. */
  readonly every: Micros;
  readonly format: StreamFormat;
}

/** Names a subscription: equal ones have equal names. */
export function nameOf(subscription: Subscription): string {
  const { symbols, types, intervals, every, format } = subscription;
  const list = (values: ReadonlySet<string> | null) => values === null ? "*" : [...values].sort();
  return JSON.stringify([list(symbols), list(types), list(intervals), every, format]);
}

/** Whether an event is wanted. What is about no instrument goes to all who want its type. */
export function wants(subscription: Subscription, event: HubEvent): boolean {
  const { symbols, types, intervals } = subscription;
  return types.has(event.type) &&
    (symbols === null || event.symbol === null || symbols.has(event.symbol)) &&
    (intervals === null || event.interval === null || intervals.has(event.interval));
}
