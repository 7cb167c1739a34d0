/**
 * From what a shard made to the hub's events.
 *
 * @module
 */
import type { EventType, HubEvent } from "../hub.ts";
import type { Candle } from "../../domain/candle.ts";
import { REFUSED } from "../../domain/flags.ts";
import type { OrderFlow } from "../../domain/flow/bar.ts";
import type { Gap } from "../../domain/gap.ts";
import type { SessionProfile } from "../../domain/profile/series.ts";
import type { Signal } from "../../domain/signal.ts";
import type { StateAt } from "../../domain/state.ts";
import type { Tick, Trade } from "../../domain/tick.ts";

/**
 * The events of one drain: the ticks that the gate let through, then closed candles, forming ones,
 * and gaps.
 */
export function toEvents(
  ticks: readonly Tick[],
  closed: readonly Candle[],
  forming: readonly Candle[],
  gaps: readonly Gap[],
): HubEvent[] {
  const events: HubEvent[] = [];
  for (const tick of ticks) {
    if ((tick.flags & REFUSED) === 0) events.push(new TickEvent(tick));
  }
  for (const candle of closed) events.push(candleEvent(candle, false));
  for (const candle of forming) events.push(candleEvent(candle, true));
  for (const gap of gaps) events.push(gapEvent(gap));
  return events;
}

/** A trade that was told before and is taken back. */
export function cancelledEvent(trade: Trade): HubEvent {
  return new TickEvent(trade);
}

/** A tick's event. There is one for every tick: it holds nothing that the tick says already. */
class TickEvent implements HubEvent {
  sequence = 0;
  json: string | null = null;

  constructor(readonly payload: Tick) {}

  get type(): EventType {
    return this.payload.kind;
  }
  get symbol(): string {
    return this.payload.symbol;
  }
  get interval(): null {
    return null;
  }
  get subject(): string {
    return this.payload.symbol;
  }
  get conflates(): boolean {
    return this.payload.kind !== "trade";
  }
}

/** The events of what was measured, each of which a later one replaces. */
export function measureEvents(
  profiles: readonly SessionProfile[],
  flows: readonly OrderFlow[],
  states: readonly StateAt[],
): HubEvent[] {
  return [
    ...profiles.map((one) => measureEvent("profile", one, one.symbol)),
    ...flows.map((one) => measureEvent("flow", one, flowSubject(one), one.interval)),
    ...states.map((one) => measureEvent("state", one, one.symbol)),
  ];
}

/** The bar that was closed last is told beside the one that is forming. */
function flowSubject({ forming, interval, symbol }: OrderFlow): string {
  return `${symbol} ${interval}${forming ? "" : " closed"}`;
}

/** The event of a signal. */
export function signalEvent(signal: Signal): HubEvent {
  return {
    type: "signal",
    symbol: signal.symbol,
    interval: null,
    subject: `${signal.symbol} ${signal.strategy}`,
    conflates: false,
    payload: signal,
    sequence: 0,
    json: null,
  };
}

function measureEvent(
  type: EventType,
  payload: SessionProfile | OrderFlow | StateAt,
  subject: string,
  interval: string | null = null,
): HubEvent {
  const { symbol } = payload;
  return { type, symbol, interval, subject, conflates: true, payload, sequence: 0, json: null };
}

function candleEvent(candle: Candle, conflates: boolean): HubEvent {
  return {
    type: "candle",
    symbol: candle.symbol,
    interval: candle.interval,
    subject: `${candle.symbol} ${candle.interval} ${candle.basis}`,
    conflates,
    payload: candle,
    sequence: 0,
    json: null,
  };
}

function gapEvent(gap: Gap): HubEvent {
  return {
    type: "gap",
    symbol: gap.symbol,
    interval: null,
    subject: `${gap.symbol} ${gap.provider}`,
    conflates: false,
    payload: gap,
    sequence: 0,
    json: null,
  };
}
