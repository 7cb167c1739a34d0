/**
 * What the actors' tests share: the parts that the root makes, over a real store in a folder of its
 * own; a store that fails on command; a clock that is set; and ticks.
 *
 * @module
 */
import type { Clock } from "../../actors/clock.ts";
import { Feeds } from "../../actors/connections/feeds.ts";
import { Hub } from "../../actors/hub.ts";
import { Directory, type Listing } from "../../actors/instruments/directory.ts";
import { Meters } from "../../actors/meters.ts";
import { Outbox } from "../../actors/outbox.ts";
import { Overload } from "../../actors/overload/overload.ts";
import { Journal } from "../../actors/journal.ts";
import { Backlog } from "../../actors/routing/backfill/backlog.ts";
import { Demand } from "../../actors/routing/demand.ts";
import { Gates } from "../../actors/routing/gates.ts";
import { Routes } from "../../actors/routing/routes.ts";
import { type Settings, settingsSchema } from "../../actors/settings/schema.ts";
import { Setups } from "../../actors/setups.ts";
import type { Shared } from "../../actors/shared.ts";
import type { ChildReport } from "../../actors/supervision.ts";
import { instrumentPulse, Telemetry } from "../../actors/telemetry/telemetry.ts";
import { Vitals } from "../../actors/vitals.ts";
import { openStore } from "../../db/open.ts";
import type { Store, WriteBatch, WriteReport } from "../../db/store.ts";
import type { Candle } from "../../domain/candle.ts";
import { CandleSeries } from "../../domain/candles.ts";
import { FlowSeries } from "../../domain/flow/series.ts";
import { resolveInstrument } from "../../domain/instrument.ts";
import { BASE_INTERVAL, parseInterval } from "../../domain/interval.ts";
import { ProfileSeries } from "../../domain/profile/series.ts";
import { STRATEGIES } from "../../domain/strategies/catalog.ts";
import type { Depth, Quote, Trade } from "../../domain/tick.ts";
import { type Micros, parseTime } from "../../domain/time.ts";

/** A Monday's opening in New York: 2026-03-02 09:30, still on winter time. */
export const T0 = parseTime("2026-03-02T14:30:00Z")!;

/** A clock that shows what it is set to. */
export class TestClock implements Clock {
  readonly driven = false;
  constructor(public time: Micros = T0) {}

  now(): Micros {
    return this.time;
  }
}

type ReadMethod = (...query: unknown[]) => Promise<unknown>;

/** A store that does what the one behind it does, unless it is told to fail or to wait. */
export class TestStore {
  /** Thrown by every write. */
  down: Error | null = null;
  /** Thrown by a write that it is asked about. */
  refuses: (batch: WriteBatch) => Error | null = () => null;
  /** Thrown by every read. */
  unreadable: Error | null = null;
  /** Reads that it was thrown by. */
  unread = 0;
  /** A write waits for it. */
  writeGate: Promise<void> = Promise.resolve();
  /** A read waits for it. */
  readGate: Promise<void> = Promise.resolve();
  /** Every batch that was asked to be written, failed ones included. */
  readonly asked: WriteBatch[] = [];
  readonly store: Store;

  constructor(readonly real: Store) {
    this.store = new Proxy(real, {
      get: (_, name: keyof Store) => {
        if (name === "label") return real.label;
        if (name === "close") return () => real.close();
        if (name === "write") return (batch: WriteBatch) => this.#write(batch);
        return (...query: unknown[]) => this.#read(real[name] as ReadMethod, query);
      },
    });
  }

  async #read(method: ReadMethod, query: unknown[]): Promise<unknown> {
    await this.readGate;
    if (this.unreadable !== null) {
      this.unread++;
      throw this.unreadable;
    }
    return await method.apply(this.real, query);
  }

  async #write(batch: WriteBatch): Promise<WriteReport> {
    this.asked.push(batch);
    await this.writeGate;
    const refusal = this.down ?? this.refuses(batch);
    if (refusal !== null) throw refusal;
    return await this.real.write(batch);
  }
}

/** Opens a store in a folder of its own, and removes both afterwards. */
export async function inStore(work: (store: TestStore, folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "marketd-actors-" });
  try {
    const real = await openStore(`sqlite:${folder}/test.db`, { mode: "write" });
    try {
      await work(new TestStore(real), folder);
    } finally {
      await real.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a configuration says, completed. */
export function settingsOf(said: Record<string, unknown> = {}): Settings {
  const settings = settingsSchema.parse({ providers: { test: {} }, ...said });
  return { ...settings, store: { ...settings.store, url: "sqlite:test.db" } };
}

/** The shared parts, and what was reported of the actors. */
export interface World extends Shared {
  readonly clock: TestClock;
  readonly reports: { readonly parent: string; readonly report: ChildReport }[];
}

/** What of the shared parts is to be another than usual. */
export type Given = Partial<Shared> & { clock?: TestClock; epoch?: string };

/** Makes the shared parts as the root does. */
export function worldOf(store: Store, { epoch = "000000001", ...given }: Given = {}): World {
  const settings = given.settings ?? settingsOf();
  const clock = given.clock ?? new TestClock();
  const uptime = given.uptime ?? (() => performance.now());
  const vitals = new Vitals(uptime, 10_000);
  const reports: World["reports"] = [];
  const named = settings.candles.intervals.map((name) => parseInterval(name)!);
  const intervals = [BASE_INTERVAL, ...named.filter(({ name }) => name !== BASE_INTERVAL.name)];
  const hub = new Hub(epoch, settings.stream.ring, vitals);
  const meters = new Meters();
  return {
    settings,
    store,
    hub,
    outbox: new Outbox(100_000),
    overload: new Overload(settings.limits, meters, uptime),
    journal: new Journal(clock, hub.epoch),
    directory: new Directory(),
    feeds: new Feeds(),
    gates: new Gates(settings),
    backlog: new Backlog(),
    routes: new Routes(settings, given.providers ?? new Map()),
    demand: new Demand(),
    setups: new Setups(STRATEGIES, settings, intervals.map(({ name }) => name)),
    vitals,
    telemetry: new Telemetry(meters),
    webhooks: [],
    meters,
    providers: new Map(),
    quotas: new Map(),
    intervals,
    makeSeries: (options) => new CandleSeries(options),
    makeProfile: (options) => new ProfileSeries(options),
    makeFlow: (options) => new FlowSeries(options),
    observe: (parent, report) => reports.push({ parent, report }),
    uptime,
    ...given,
    clock,
    reports,
  };
}

/** A followed instrument; AAPL in the first shard unless said. */
export function listingOf(more: Partial<Listing> = {}): Listing {
  return {
    instrument: resolveInstrument({ symbol: "AAPL" }),
    provider: "test",
    basis: "trade",
    shard: "shard-1",
    origin: "configuration",
    alwaysOpen: true,
    tellsGaps: false,
    canary: false,
    state: "live",
    fault: null,
    heardAt: -Infinity,
    pulse: instrumentPulse(),
    ...more,
  };
}

let serial = 0;

/** A trade at T0; what is not said is plain, and the id is one of its own. */
export function trade(more: Partial<Trade> = {}): Trade {
  const time = more.time ?? T0;
  return {
    kind: "trade",
    symbol: "AAPL",
    time,
    receivedAt: time,
    provider: "test",
    id: `t${serial++}`,
    flags: 0,
    price: 100,
    size: 100,
    side: null,
    conditions: null,
    ...more,
  };
}

/** A quote at T0; as {@link trade}. */
export function quote(more: Partial<Quote> = {}): Quote {
  const time = more.time ?? T0;
  return {
    kind: "quote",
    symbol: "AAPL",
    time,
    receivedAt: time,
    provider: "test",
    id: `q${serial++}`,
    flags: 0,
    bid: 99.75,
    bidSize: 1,
    ask: 100.25,
    askSize: 1,
    ...more,
  };
}

/** A book at T0; as {@link trade}. */
export function depth(more: Partial<Depth> = {}): Depth {
  const time = more.time ?? T0;
  return {
    kind: "depth",
    symbol: "AAPL",
    time,
    receivedAt: time,
    provider: "test",
    id: `d${serial++}`,
    flags: 0,
    bids: [{ price: 99.75, size: 1 }],
    asks: [{ price: 100.25, size: 1 }],
    ...more,
  };
}

/** A closed minute at T0; what is not said is plain. */
export function candle(more: Partial<Candle> = {}): Candle {
  const start = more.start ?? T0;
  return {
    symbol: "AAPL",
    interval: "1m",
    basis: "trade",
    start,
    end: start + 60_000_000,
    open: 100,
    high: 100,
    low: 100,
    close: 100,
    realVolume: 100,
    tickVolume: 1,
    vwap: 100,
    buyVolume: 0,
    sellVolume: 0,
    status: "complete",
    revision: 0,
    providers: ["test"],
    openTime: start,
    closeTime: start,
    ...more,
  };
}

/** Waits until something holds; fails after twenty seconds rather than hang. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Waits until the store can be written again, and has everything. */
export async function flushed({ journal }: Pick<Shared, "journal">): Promise<void> {
  await until(() => journal.flushed().then(() => true, () => false));
}

/** Lets everything run that can go on without time passing. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
