/**
 * What one client of the stream wants.
 *
 * @module
 */
import type { EventType, HubEvent } from "../../hub.ts";
import type { Micros } from "../../../domain/time.ts";

/** How events are written: Server-Sent Events, or one JSON object a line. */
export type StreamFormat = "sse" | "ndjson";

/** Names that are wanted, each of all instruments (`null`) or of some alone. */
export type Selection<Name extends string = string> = ReadonlyMap<
  Name,
  ReadonlySet<string> | null
>;

/** A client's wishes about the live stream; clients with equal ones share their chunks. */
export interface Subscription {
  /** `null`: every instrument. */
  readonly symbols: ReadonlySet<string> | null;
  readonly types: Selection<EventType>;
  /** Of candles and order flow; `null`: every interval. */
  readonly intervals: Selection | null;
  /** The pace of writing; 0: as it comes. */
  readonly every: Micros;
  readonly format: StreamFormat;
}

/** Names a subscription: equal ones have equal names. */
export function nameOf(subscription: Subscription): string {
  const { symbols, types, intervals, every, format } = subscription;
  const list = (values: ReadonlySet<string> | null) => values === null ? "*" : [...values].sort();
  const selected = (selection: Selection | null) =>
    selection === null
      ? "*"
      : [...selection].map(([name, of]) => [name, list(of)]).sort(([a], [b]) => a! < b! ? -1 : 1);
  return JSON.stringify([list(symbols), selected(types), selected(intervals), every, format]);
}

/** The instruments whose data a client takes, beside how they and the daemon fare; `null`: all. */
export function consumed({ symbols, types }: Subscription): ReadonlySet<string> | null {
  const found = new Set<string>();
  for (const [type, of] of types) {
    if (type === "gap" || type === "status") continue;
    if (symbols === null && of === null) return null;
    for (const symbol of of ?? symbols!) {
      if (symbols === null || symbols.has(symbol)) found.add(symbol);
    }
  }
  return found;
}

/** Whether an event is wanted. What is about no instrument goes to all who want its type. */
export function wants(
  { symbols, types, intervals }: Subscription,
  { type, symbol, interval }: Pick<HubEvent, "type" | "symbol" | "interval">,
): boolean {
  return isSelected(types, type, symbol) &&
    (symbols === null || symbol === null || symbols.has(symbol)) &&
    (intervals === null || interval === null || isSelected(intervals, interval, symbol));
}

/** Whether anything of a type is wanted of an instrument, of whichever interval. */
export function hears(wanted: Subscription, type: EventType, symbol: string): boolean {
  return wants(wanted, { type, symbol, interval: null });
}

/** Of which instruments a type is wanted: `null` of all, `undefined` of none. */
export function symbolsOf(
  { symbols, types }: Subscription,
  type: EventType,
): ReadonlySet<string> | null | undefined {
  const of = types.get(type);
  return of === undefined || symbols === null ? of : of?.intersection(symbols) ?? symbols;
}

function isSelected<Name extends string>(
  selection: Selection<Name>,
  name: Name,
  symbol: string | null,
): boolean {
  const of = selection.get(name);
  return of !== undefined && (of === null || symbol === null || of.has(symbol));
}
