/**
 * Shards over a real store, between a real hub, recorder and routing; without a ticker and without
 * connections, in whose place the tests speak.
 *
 * @module
 */
import { type AnyActorRef, createActor, fromCallback, SimulatedClock } from "xstate";
import { hub, type HubEvent, type Wish } from "../../../actors/hub.ts";
import type { ListingState } from "../../../actors/instruments/directory.ts";
import { instruments, InstrumentsMemory } from "../../../actors/instruments/instruments.ts";
import type { ShardMemory } from "../../../actors/instruments/memory.ts";
import type { InstrumentsCommand } from "../../../actors/messages.ts";
import { recorder } from "../../../actors/recorder.ts";
import { routing } from "../../../actors/routing/routing.ts";
import type { Shared } from "../../../actors/shared.ts";
import { createSupervisor } from "../../../actors/supervision.ts";
import type { KeptCandle } from "../../../db/store.ts";
import type { Candle } from "../../../domain/candle.ts";
import { CandleSeries } from "../../../domain/candles.ts";
import type { Credit } from "../../../domain/credit.ts";
import type { Gap } from "../../../domain/gap.ts";
import type { Tick } from "../../../domain/tick.ts";
import type { Micros } from "../../../domain/time.ts";
import { SECOND } from "../../../domain/time.ts";
import { instrument, Scripted } from "../connections/scripted.ts";
import {
  settingsOf,
  T0,
  TestClock,
  type TestStore,
  until,
  type World,
  worldOf,
} from "../fixture.ts";

/** How shards are run. */
export interface ShardsOptions {
  readonly clock?: TestClock;
  readonly epoch?: string;
  readonly intervals?: readonly string[];
  readonly makeSeries?: Shared["makeSeries"];
  readonly makeProfile?: Shared["makeProfile"];
  readonly setups?: Shared["setups"];
  /** What the configuration says of profiles. */
  readonly profile?: Record<string, unknown>;
  /** Whether the feed speaks outside market hours; true unless said. */
  readonly alwaysOpen?: boolean;
  /** What is heard as it forms; everything unless said. */
  readonly wish?: Wish;
}

class Feed extends Scripted {
  constructor(override readonly alwaysOpen: boolean) {
    super();
  }
}

/** Shards that run. */
export class Shards {
  readonly world: World;
  readonly memory = new InstrumentsMemory();
  /** Everything the hub published. */
  readonly events: HubEvent[] = [];
  /** Supervision's clock; the shards' own is `world.clock`. */
  readonly timer = new SimulatedClock();
  readonly #parent: AnyActorRef;

  constructor(readonly store: TestStore, options: ShardsOptions = {}) {
    const { clock = new TestClock(), intervals = ["1m", "5m"] } = options;
    const provider = new Feed(options.alwaysOpen ?? true);
    const settings = settingsOf({
      candles: { intervals },
      profile: options.profile ?? {},
    });
    const { makeProfile, makeSeries, setups } = options;
    const given = {
      ...(makeSeries === undefined ? {} : { makeSeries }),
      ...(makeProfile === undefined ? {} : { makeProfile }),
      ...(setups === undefined ? {} : { setups }),
    };
    const timer = this.timer;
    this.world = worldOf(store.store, {
      clock,
      epoch: options.epoch ?? "000000001",
      settings,
      providers: new Map([["test", provider]]),
      uptime: () => timer.now(),
      ...given,
    });
    this.world.hub.subscribe((events) => this.events.push(...events), () => {}, options.wish);
    const { world, memory } = this;
    const { observe, uptime } = world;
    const input = { shared: world, memory, observe, uptime };
    const parent = createActor(
      createSupervisor({
        children: () => [
          {
            id: "recorder",
            logic: recorder,
            input: () => ({ ...world, spool: null, rows: 100_000, every: 3_600 * SECOND }),
            drain: "told",
          },
          { id: "hub", logic: hub, input: () => world.hub },
          { id: "routing", logic: routing, input: () => ({ shared: world }) },
          { id: "connections", logic: fromCallback(() => {}) },
          {
            id: "instruments",
            logic: instruments,
            input: () => input,
            ready: "told",
            drain: "told",
          },
        ],
      }),
      { clock: timer, input: { observe, uptime } },
    );
    this.#parent = parent;
    parent.start();
  }

  /** Follows instruments, and waits until their candles are ready. */
  async follow(...symbols: string[]): Promise<void> {
    for (const symbol of symbols) this.ask(symbol);
    await until(() => symbols.every((symbol) => this.state(symbol) !== "rebuilding"));
  }

  /** Asks that an instrument be followed. */
  ask(symbol: string): void {
    this.tell({
      type: "instruments.follow",
      instrument: instrument(symbol),
      provider: "test",
      origin: "configuration",
    });
  }

  tell(event: InstrumentsCommand): void {
    this.send("instruments", event);
  }

  /** Sends to an actor by its name. */
  send(to: string, event: { readonly type: string }): void {
    (this.#parent.system.get(to) as AnyActorRef).send(event);
  }

  isUp(actor: string): boolean {
    return this.#parent.system.get(actor) !== undefined;
  }

  /** Says ticks, as a connection does. */
  say(ticks: readonly Tick[], credit?: Credit): void {
    this.send("routing", { type: "routing.ticks", provider: "test", ticks, credit } as never);
  }

  /** Beats at a time; buffers are drained and what is due is closed. */
  beat(now: Micros = this.world.clock.now()): void {
    this.world.clock.time = now;
    this.tell({ type: "instruments.beat", now });
  }

  state(symbol: string): ListingState | undefined {
    return this.world.directory.get(symbol)?.state;
  }

  shard(at = 1): ShardMemory {
    return this.memory.shards.get(`shard-${at}`)!;
  }

  forming(symbol: string): Candle[] {
    const shards = [...this.memory.shards.values()];
    const feed = shards.map(({ feeds }) => feeds.get(symbol)).find((one) => one !== undefined);
    return feed?.series?.forming() ?? [];
  }

  /** The closed candles in the store. */
  async kept(symbol = "AAPL", interval = "1m"): Promise<KeptCandle[]> {
    await this.world.journal.flushed();
    const query = { symbol, interval, basis: "trade", order: "start", limit: 10_000 } as const;
    return (await this.store.real.candles(query)).rows;
  }

  /** The ticks in the store, in the order of arrival. */
  async ticks(symbol = "AAPL"): Promise<Tick[]> {
    await this.world.journal.flushed();
    return (await this.store.real.ticks({ symbol, order: "arrival", limit: 100_000 })).rows;
  }

  /** The gaps in the store. */
  async gaps(symbol = "AAPL"): Promise<Gap[]> {
    await this.world.journal.flushed();
    return (await this.store.real.gaps({ symbol, limit: 10_000 })).rows;
  }

  /** Stops in order. */
  async drain(): Promise<void> {
    this.#parent.send({ type: "drain" });
    await until(() => this.#parent.getSnapshot().status === "done");
  }

  /** Stops as a kill does: what is not in the store is gone. */
  kill(): void {
    (this.#parent as AnyActorRef & { stop(): void }).stop();
  }
}

/** Candles that fail on the ticks that they are told to fail on. */
export function failingOn(isBad: (tick: Tick) => boolean) {
  return (options: ConstructorParameters<typeof CandleSeries>[0]) => {
    const series = new CandleSeries(options);
    const add = series.add.bind(series);
    series.add = (tick) => {
      if (isBad(tick)) throw new Error(`no sense in ${tick.id}`);
      return add(tick);
    };
    return series;
  };
}

/** True the first time that it is asked about an id. */
export function once(ids: readonly string[]): (tick: Tick) => boolean {
  const left = new Set(ids);
  return ({ id }) => left.delete(id);
}

/** The beginning of what a candle says, for comparing. */
export function brief({ start, status, revision, tickVolume, close }: Candle): string {
  return `${(start - T0) / 60_000_000} ${status} r${revision} n${tickVolume} c${close}`;
}
