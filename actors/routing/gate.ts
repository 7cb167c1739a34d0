/**
 * The quality gate: what may move a candle, and what is only kept. A pure function of the tick.
 *
 * @module
 */
import { FLAGS } from "../../domain/flags.ts";
import type { Level, Tick } from "../../domain/tick.ts";

/** The flags that a tick earns by its own fields; 0 where nothing is wrong with it. */
export function inspect(tick: Tick): number {
  if (tick.kind === "trade") return price(tick.price) | size(tick.size);
  if (tick.kind === "quote") {
    const { bid, ask } = tick;
    if (bid === null && ask === null) return FLAGS.empty;
    return optional(bid) | optional(ask) | size(tick.bidSize) | size(tick.askSize) |
      crossing(bid, ask);
  }
  if (tick.bids.length === 0 && tick.asks.length === 0) return FLAGS.empty;
  return levels(tick.bids) | levels(tick.asks) |
    crossing(tick.bids[0]?.price ?? null, tick.asks[0]?.price ?? null);
}

function price(value: number): number {
  if (value > 0 && value < Infinity) return 0;
  return Number.isFinite(value) ? FLAGS["not-positive"] : FLAGS["not-finite"];
}

function optional(value: number | null): number {
  return value === null ? 0 : price(value);
}

function size(value: number | null): number {
  if (value === null || (value >= 0 && value < Infinity)) return 0;
  return Number.isFinite(value) ? FLAGS["not-positive"] : FLAGS["not-finite"];
}

function levels(side: readonly Level[]): number {
  let flags = 0;
  for (const level of side) flags |= price(level.price) | size(level.size);
  return flags;
}

function crossing(bid: number | null, ask: number | null): number {
  if (bid === null || ask === null || bid < ask) return 0;
  return bid > ask ? FLAGS.crossed : bid === ask ? FLAGS.locked : 0;
}
