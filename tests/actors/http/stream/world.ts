/**
 * A small daemon for the stream's tests: a real server, hub, store and recorder. Events are
 * published by hand.
 *
 * @module
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import { createActor } from "xstate";
import { DAY_START } from "./events.ts";
import { openStream, type SseStream } from "../../../sse.ts";
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
import { Meters } from "../../../../actors/meters.ts";
import { Outbox } from "../../../../actors/outbox.ts";
import { Overload } from "../../../../actors/overload/overload.ts";
import { Journal } from "../../../../actors/journal.ts";
import { recorder } from "../../../../actors/recorder.ts";
import { Backlog } from "../../../../actors/routing/backfill/backlog.ts";
import { Demand } from "../../../../actors/routing/demand.ts";
import { Gates } from "../../../../actors/routing/gates.ts";
import { Routes } from "../../../../actors/routing/routes.ts";
import { settingsSchema } from "../../../../actors/settings/schema.ts";
import { Setups } from "../../../../actors/setups.ts";
import type { Shared } from "../../../../actors/shared.ts";
import { Vitals } from "../../../../actors/vitals.ts";
import { openStore } from "../../../../db/open.ts";
import type { KeptCandle, Store } from "../../../../db/store.ts";
import type { Candle } from "../../../../domain/candle.ts";
import { CandleSeries } from "../../../../domain/candles.ts";
import { FlowSeries } from "../../../../domain/flow/series.ts";
import { resolveInstrument } from "../../../../domain/instrument.ts";
import { parseInterval } from "../../../../domain/interval.ts";
import { ProfileSeries } from "../../../../domain/profile/series.ts";
import { listingOf } from "../../fixture.ts";
import { Telemetry } from "../../../../actors/telemetry/telemetry.ts";
import { STRATEGIES } from "../../../../domain/strategies/catalog.ts";

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
  const meters = new Meters();
  for (const symbol of symbols) {
    directory.add(listingOf({ instrument: resolveInstrument({ symbol }), provider: "demo" }));
  }
  const shared: Shared = {
    settings: { ...settings, store: { ...settings.store, url } },
    clock,
    store: options.store?.(store) ?? store,
    hub,
    outbox: new Outbox(500_000),
    overload: new Overload(settings.limits, meters, () => performance.now()),
    journal: new Journal(clock, epoch),
    directory,
    feeds: new Feeds(),
    gates: new Gates(settings),
    backlog: new Backlog(),
    demand: new Demand(),
    routes: new Routes(settings, new Map()),
    setups: new Setups(STRATEGIES, settings, ["1m", "5m"]),
    quotas: new Map(),
    vitals,
    telemetry: new Telemetry(meters),
    webhooks: [],
    meters,
    providers: new Map(),
    intervals: ["1m", "5m"].map((name) => parseInterval(name)!),
    makeSeries: (given) => new CandleSeries(given),
    makeProfile: (given) => new ProfileSeries(given),
    makeFlow: (given) => new FlowSeries(given),
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
