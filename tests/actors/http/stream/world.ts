/**
 * A small daemon for the stream's tests: a real server, hub, store and recorder. Events are
 * published by hand.
 *
 * @module
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import { createActor } from "xstate";
import { openStream, type SseEvent, type SseStream } from "../../../sse.ts";
import { DrivenClock } from "../../../../actors/clock.ts";
import { Feeds } from "../../../../actors/connections/feeds.ts";
import { answerError, problemResponse } from "../../../../actors/http/problem.ts";
import { refuseInput } from "../../../../actors/http/validation.ts";
import {
  createStream,
  type StreamOptions,
  type StreamService,
} from "../../../../actors/http/stream/stream.ts";
import { Hub, type HubEvent } from "../../../../actors/hub.ts";
import { Directory } from "../../../../actors/instruments/directory.ts";
import { toEvents } from "../../../../actors/instruments/events.ts";
import { Meters } from "../../../../actors/meters.ts";
import { Outbox } from "../../../../actors/outbox.ts";
import { Journal } from "../../../../actors/journal.ts";
import { recorder } from "../../../../actors/recorder.ts";
import { settingsSchema } from "../../../../actors/settings/schema.ts";
import type { Shared } from "../../../../actors/shared.ts";
import { Vitals } from "../../../../actors/vitals.ts";
import { openStore } from "../../../../db/open.ts";
import type { KeptCandle, Store } from "../../../../db/store.ts";
import type { Candle } from "../../../../domain/candle.ts";
import { CandleSeries } from "../../../../domain/candles.ts";
import { resolveInstrument } from "../../../../domain/instrument.ts";
import { parseInterval } from "../../../../domain/interval.ts";
import { candleRecord } from "../../../../domain/tables.ts";
import type { Tick } from "../../../../domain/tick.ts";
import { MINUTE } from "../../../../domain/time.ts";

/** 2014-05-01T00:00:00Z. */
export const DAY_START = 1_398_902_400_000_000;

/** What a test may want otherwise. */
export interface WorldOptions extends Partial<StreamOptions> {
  /** An earlier world's folder, to go on with its store. */
  readonly folder?: string;
  readonly epoch?: string;
  readonly symbols?: readonly string[];
  readonly ring?: number;
  readonly clients?: number;
  readonly buffer?: number;
  /** The store as the stream sees it; the recorder writes to the real one. */
  readonly store?: (store: Store) => Store;
}

/** A running world. */
export interface World extends AsyncDisposable {
  readonly shared: Shared;
  readonly stream: StreamService;
  readonly folder: string;
  readonly port: number;
  /** The stream's address with a query. */
  url(query?: string): string;
  /** Asks without a socket in between: nothing else happens before the answer. */
  ask(query?: string, init?: RequestInit): Promise<Response>;
  /** Connects. */
  open(query?: string, headers?: Record<string, string>): Promise<SseStream>;
  /** Publishes, and hands closed candles to the outbox, as a shard does. */
  publish(...events: HubEvent[]): void;
  /** Stops it, but leaves its folder. */
  stop(): Promise<void>;
}

/** Starts a world. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const { epoch = "run1", symbols = ["AAPL", "VOD.L"], keepAlive = 15_000, page = 2_000 } = options;
  const folder = options.folder ?? await Deno.makeTempDir({ prefix: "marketd-stream-" });
  const url = `sqlite:${folder}/marketd.db`;
  const store = await openStore(url, { mode: "write" });
  const settings = settingsSchema.parse({
    store: { url },
    stream: {
      ...(options.ring === undefined ? {} : { ring: options.ring }),
      ...(options.clients === undefined ? {} : { clients: options.clients }),
      ...(options.buffer === undefined ? {} : { buffer: options.buffer }),
    },
  });
  const clock = new DrivenClock(DAY_START);
  const uptime = () => performance.now();
  const vitals = new Vitals(uptime, 10_000);
  const hub = new Hub(epoch, settings.stream.ring, vitals);
  const directory = new Directory();
  for (const symbol of symbols) {
    directory.add({
      instrument: resolveInstrument({ symbol }),
      provider: "demo",
      basis: "trade",
      shard: "shard-1",
      origin: "configuration",
      alwaysOpen: true,
      tellsGaps: false,
      canary: false,
      state: "live",
      fault: null,
      ticks: 0,
      lastTick: null,
    });
  }
  const shared: Shared = {
    settings: { ...settings, store: { ...settings.store, url } },
    clock,
    store: options.store?.(store) ?? store,
    hub,
    outbox: new Outbox(500_000),
    journal: new Journal(clock, epoch),
    directory,
    feeds: new Feeds(),
    vitals,
    meters: new Meters(),
    providers: new Map(),
    intervals: ["1m", "5m"].map((name) => parseInterval(name)!),
    makeSeries: (given) => new CandleSeries(given),
    observe: () => {},
    uptime,
  };
  const flush = settings.store.flush;
  const writer = createActor(recorder, { input: { ...shared, store, spool: null, ...flush } })
    .start();

  const stream = createStream(shared, (run) => run, { keepAlive, page });
  const app = new OpenAPIHono({
    defaultHook: (result, c) =>
      result.success ? undefined : problemResponse(c.req.path, refuseInput(result)),
  });
  app.onError(answerError);
  stream.mount(app);
  const abort = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: abort.signal },
    (request) => app.fetch(request),
  );

  const { port } = server.addr;
  const address = (query = "") => `http://127.0.0.1:${port}/api/v1/stream${query}`;
  const stop = async () => {
    await stream.close();
    abort.abort();
    await server.finished;
    await shared.journal.flushed();
    writer.stop();
    await store.close();
  };
  return {
    shared,
    stream,
    folder,
    port,
    url: address,
    ask: async (query, init) => await app.request(address(query), init),
    open: (query, headers = {}) => openStream(address(query), { headers }),
    publish(...events) {
      hub.publish(events);
      const closed = events.filter(({ type, conflates }) => type === "candle" && !conflates);
      const candles = closed.map(({ payload, sequence }): KeptCandle => ({
        ...payload as Candle,
        epoch,
        sequence,
      }));
      if (candles.length > 0) shared.outbox.add({ ticks: [], candles });
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

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

/** Waits until something holds; fails after ten seconds. */
export async function eventually(holds: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + 10_000; !holds();) {
    if (performance.now() > end) throw new Error(`Never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A store of which some methods are others. */
export function withStore(store: Store, others: Partial<Store>): Store {
  return new Proxy(store, {
    get: (target, name: keyof Store) => {
      const found = others[name] ?? target[name];
      return typeof found === "function" ? found.bind(target) : found;
    },
  });
}
