/**
 * Events for the stream's tests, and how they are told apart.
 *
 * @module
 */
import type { SseEvent } from "../../../sse.ts";
import type { HubEvent } from "../../../../actors/hub.ts";
import { toEvents } from "../../../../actors/instruments/events.ts";
import type { Candle } from "../../../../domain/candle.ts";
import { candleRecord } from "../../../../domain/tables.ts";
import type { Tick } from "../../../../domain/tick.ts";
import { MINUTE } from "../../../../domain/time.ts";

/** 2014-05-01T00:00:00Z. */
export const DAY_START = 1_398_902_400_000_000;

/** A shard's events of ticks, closed candles and forming ones, in this order. */
export function events(
  { ticks = [], closed = [], forming = [] }: {
    ticks?: readonly Tick[];
    closed?: readonly Candle[];
    forming?: readonly Candle[];
  },
): HubEvent[] {
  return toEvents(ticks, closed, forming, []);
}

/** What the tests look at in an event's data. */
export interface Data {
  readonly symbol: string;
  readonly kind?: string;
  readonly id: string;
  readonly bid: number;
  readonly price: number;
  readonly interval: string;
  readonly start: string;
  readonly close: number;
  readonly revision: number;
  readonly status: string;
  readonly from: string;
  readonly to: string;
  readonly fromId: string;
  readonly toId: string;
  readonly replayed: number;
  readonly missed: unknown;
  readonly resumed: boolean;
  readonly reason: string;
}

/** An event's data. */
export function dataOf({ data }: Pick<SseEvent, "data">): Data {
  return JSON.parse(data) as Data;
}

/** What an event is about, in short: `trade AAPL 7`, `candle AAPL 1m 00:05 r0 closed`. */
export function tell(event: Pick<SseEvent, "event" | "data">): string {
  const data = dataOf(event);
  if (event.event === "candle") {
    const { symbol, interval, start, revision, status, close } = data;
    const state = status === "forming" ? `forming ${close}` : `r${revision} closed`;
    return `candle ${symbol} ${interval} ${start.slice(11, 16)} ${state}`;
  }
  if (event.event === "trade") return `trade ${data.symbol} ${data.id}`;
  if (event.event === "quote") return `quote ${data.symbol} ${data.bid}`;
  return event.event;
}

/** A published event as the stream shows it. */
export function asTold({ type, payload }: HubEvent): Pick<SseEvent, "event" | "data"> {
  const record = type === "candle" ? candleRecord(payload as Candle) : payload;
  return { event: type, data: JSON.stringify(record) };
}

/** A trade; its number is its id. */
export function trade(number: number, symbol = "AAPL", conditions: string | null = null): HubEvent {
  return events({
    ticks: [{
      kind: "trade",
      symbol,
      time: DAY_START + number * 1_000,
      receivedAt: DAY_START + number * 1_000,
      provider: "demo",
      id: String(number),
      flags: 0,
      price: 100,
      size: 1,
      side: null,
      conditions,
    }],
  })[0]!;
}

/** A quote; its number is its bid. */
export function quote(number: number, symbol = "AAPL"): HubEvent {
  return events({
    ticks: [{
      kind: "quote",
      symbol,
      time: DAY_START + number * 1_000,
      receivedAt: DAY_START + number * 1_000,
      provider: "demo",
      id: String(number),
      flags: 0,
      bid: number,
      bidSize: 1,
      ask: number + 1,
      askSize: 1,
    }],
  })[0]!;
}

/** What a candle's event may say beside its minute. */
export interface CandleFields {
  readonly symbol?: string;
  readonly interval?: string;
  readonly revision?: number;
  readonly close?: number;
}

/** A candle that starts `minute` minutes into the day. */
export function candle(minute: number, fields: CandleFields = {}): Candle {
  const { symbol = "AAPL", interval = "1m", revision = 0, close = 100 } = fields;
  const start = DAY_START + minute * MINUTE;
  return {
    symbol,
    interval,
    basis: "trade",
    start,
    end: start + parseInt(interval) * MINUTE,
    open: 100,
    high: Math.max(100, close),
    low: Math.min(100, close),
    close,
    realVolume: 1 + revision,
    tickVolume: 1,
    vwap: 100,
    buyVolume: 0,
    sellVolume: 0,
    status: "complete",
    revision,
    providers: ["demo"],
    openTime: start,
    closeTime: start,
  };
}

/** The event of a candle that has closed, or was revised. */
export function closed(minute: number, fields: CandleFields = {}): HubEvent {
  return events({ closed: [candle(minute, fields)] })[0]!;
}

/** The event of a candle that forms; `close` tells its states apart. */
export function forming(minute: number, close: number, fields: CandleFields = {}): HubEvent {
  return events({ forming: [{ ...candle(minute, { ...fields, close }), status: "forming" }] })[0]!;
}
