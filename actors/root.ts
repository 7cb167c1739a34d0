/**
 * The root: starts its children in order, stops them in reverse, and drains them in between.
 *
 * @module
 */
import { type ActorRefFrom, createActor } from "xstate";
import { connections, type ConnectionsInput } from "./connections/connections.ts";
import { Feeds } from "./connections/feeds.ts";
import type { VenueQuotas } from "./connections/quotas.ts";
import type { HttpInput } from "./http/deps.ts";
import { http } from "./http/http.ts";
import { Hub, hub } from "./hub.ts";
import { Directory } from "./instruments/directory.ts";
import {
  instruments,
  type InstrumentsInput,
  InstrumentsMemory,
} from "./instruments/instruments.ts";
import { Journal } from "./journal.ts";
import { logger } from "./log.ts";
import { Meters } from "./meters.ts";
import { notifications } from "./notifications/notifications.ts";
import { webhooksOf } from "./notifications/webhooks.ts";
import { Outbox } from "./outbox.ts";
import { Overload } from "./overload/overload.ts";
import { overloadWatch } from "./overload/watch.ts";
import { statusEvent } from "./publish.ts";
import { recorder, type RecorderInput } from "./recorder.ts";
import { retention } from "./retention.ts";
import { Backlog } from "./routing/backfill/backlog.ts";
import { backfill } from "./routing/backfill/backfill.ts";
import { Demand } from "./routing/demand.ts";
import { Gates } from "./routing/gates.ts";
import { Routes } from "./routing/routes.ts";
import { routing } from "./routing/routing.ts";
import { settings } from "./settings.ts";
import { Setups } from "./setups.ts";
import type { Settings } from "./settings/schema.ts";
import type { Shared } from "./shared.ts";
import type { Spool } from "./spool/spool.ts";
import {
  type Child,
  type ChildReport,
  createSupervisor,
  type SupervisorInput,
} from "./supervision.ts";
import { coverageHistory } from "./telemetry/history.ts";
import { Telemetry } from "./telemetry/telemetry.ts";
import { ticker } from "./ticker.ts";
import { Vitals } from "./vitals.ts";
import type { Clock } from "./clock.ts";
import type { Store } from "../db/store.ts";
import { CandleSeries } from "../domain/candles.ts";
import { FlowSeries } from "../domain/flow/series.ts";
import type { Gap } from "../domain/gap.ts";
import { BASE_INTERVAL, parseInterval } from "../domain/interval.ts";
import { ProfileSeries } from "../domain/profile/series.ts";
import { STRATEGIES, type StrategyCatalog } from "../domain/strategies/catalog.ts";
import type { Provider } from "../providers/provider.ts";

/** What a tree is made of. */
export interface TreeOptions {
  readonly settings: Settings;
  readonly store: Store;
  readonly clock: Clock;
  readonly providers: ReadonlyMap<string, Provider>;
  /** By provider; absent: none has any. */
  readonly quotas?: ReadonlyMap<string, VenueQuotas>;
  /** Sorts as text after every earlier run's. */
  readonly epoch: string;
  /** Where rows wait while the store cannot be written; absent: in memory alone. */
  readonly spool?: Spool | undefined;
  /** The HTTP surface; absent: none is opened. */
  readonly http?: Omit<HttpInput, "shared" | "reports" | "running">;
  /** Makes an instrument's candles; absent: {@link CandleSeries}. */
  readonly makeSeries?: Shared["makeSeries"];
  /** Makes an instrument's profiles; absent: {@link ProfileSeries}. */
  readonly makeProfile?: Shared["makeProfile"];
  /** The strategies that there are; absent: {@link STRATEGIES}. */
  readonly strategies?: StrategyCatalog | undefined;
}

/** A running tree. */
export interface Tree {
  readonly shared: Shared;
  readonly root: ActorRefFrom<typeof root>;
  /** Resolves when the tree has been drained; rejects with what made it fail. */
  readonly done: Promise<void>;
  /** Resolves when all children are up; rejects with what kept one from it. */
  readonly up: Promise<void>;
  /** Stops it in order. */
  drain(): void;
}

interface RootInput extends SupervisorInput {
  readonly shared: Shared;
  readonly spool: Spool | null;
  readonly http: HttpInput | undefined;
}

/** Rows that may wait for the store. */
const OUTBOX = 200_000;
/** How old a canary's last sighting may be, in milliseconds. */
const CANARY_LIMIT = 10_000;

const log = logger("root");

const root = createSupervisor<RootInput>({
  children: (input) => {
    const { shared, observe, uptime } = input;
    const memory = new InstrumentsMemory();
    shared.overload.measure("buffers", () => memory.buffered);
    const write: RecorderInput = {
      ...shared,
      spool: input.spool,
      rows: shared.settings.store.flush.rows,
      every: shared.settings.store.flush.every,
    };
    const follow: InstrumentsInput = { shared, memory, observe, uptime };
    const connect: ConnectionsInput = { shared, memories: new Map(), observe, uptime };
    const children: Child[] = [
      { id: "recorder", logic: recorder, input: () => write, drain: "told" },
      { id: "retention", logic: retention, input: () => ({ shared }), drain: "told" },
      { id: "hub", logic: hub, input: () => shared.hub },
      { id: "coverage", logic: coverageHistory, input: () => ({ shared }) },
      { id: "ticker", logic: ticker, input: () => ({ shared }) },
      { id: "routing", logic: routing, input: () => ({ shared }) },
      {
        id: "instruments",
        logic: instruments,
        input: () => follow,
        ready: "told",
        drain: "told",
      },
      // A replay can wait: nothing of it is shed. It outlives the feeds, and is outlived by candles.
      ...(shared.clock.driven
        ? []
        : [{ id: "overload", logic: overloadWatch, input: () => ({ shared }) }]),
      { id: "settings", logic: settings, input: () => ({ shared }), ready: "told" },
      {
        id: "connections",
        logic: connections,
        input: () => connect,
        ready: "told",
        drain: "told",
      },
    ];
    // What a recording missed was missed when it was made.
    if (!shared.clock.driven) {
      children.push({ id: "backfill", logic: backfill, input: () => ({ shared }), drain: "told" });
      children.unshift({
        id: "notifications",
        logic: notifications,
        input: () => ({ shared }),
        drain: "told",
      });
    }
    if (input.http !== undefined) {
      children.push({
        id: "http",
        logic: http,
        input: () => input.http,
        ready: "told",
        drain: "told",
      });
    }
    return children.map((child) => ({ ...child, giveUp: "tell" }));
  },
});

/** Makes a tree and starts it. */
export function startTree(options: TreeOptions): Tree {
  const reports = new Map<string, { parent: string; report: ChildReport }>();
  const uptime = () => performance.now();
  const meters = new Meters();
  const vitals = new Vitals(uptime, CANARY_LIMIT);
  const hubMemory = new Hub(options.epoch, options.settings.stream.ring, vitals);
  const telemetry = new Telemetry(meters);
  hubMemory.watch("gap", ({ payload }) => telemetry.coverage.note(payload as Gap));

  const observe = (parent: string, report: ChildReport): void => {
    reports.set(`${parent} ${report.id}`, { parent, report });
    const { id, lastError, restarts, status } = report;
    const fields = { actor: id, reason: lastError ?? "" };
    if (status === "given-up") log.error("{actor} is given up: {reason}", fields);
    else if (status === "restarting") log.warn("{actor} failed and is restarted: {reason}", fields);
    else if (status === "running" && restarts > 0) log.info("{actor} is up again", fields);
    else return;
    if (status !== "running") meters.restarts.inc({ actor: parent });
    hubMemory.publish([statusEvent({ kind: "actor", id, status, reason: lastError })]);
  };

  const intervals = options.settings.candles.intervals.map((name) => parseInterval(name)!);
  const built = [BASE_INTERVAL, ...intervals.filter(({ name }) => name !== BASE_INTERVAL.name)];
  const shared: Shared = {
    settings: options.settings,
    clock: options.clock,
    store: options.store,
    hub: hubMemory,
    outbox: new Outbox(OUTBOX, (kind, count) => meters.shed.inc({ where: "outbox", kind }, count)),
    overload: new Overload(options.settings.limits, meters, uptime),
    journal: new Journal(options.clock, options.epoch),
    directory: new Directory(),
    feeds: new Feeds(),
    gates: new Gates(options.settings),
    backlog: new Backlog(),
    routes: new Routes(options.settings, options.providers),
    demand: new Demand(),
    setups: new Setups(
      options.strategies ?? STRATEGIES,
      options.settings,
      built.map(({ name }) => name),
    ),
    vitals,
    telemetry,
    webhooks: webhooksOf(options.settings.notifications),
    meters,
    providers: options.providers,
    quotas: options.quotas ?? new Map(),
    intervals: built,
    makeSeries: options.makeSeries ?? ((given) => new CandleSeries(given)),
    makeProfile: options.makeProfile ?? ((given) => new ProfileSeries(given)),
    makeFlow: (given) => new FlowSeries(given),
    observe,
    uptime,
  };

  const input: RootInput = {
    shared,
    spool: options.spool ?? null,
    observe,
    uptime,
    http: options.http === undefined ? undefined : {
      ...options.http,
      shared,
      reports: () => [...reports.values()],
      running: () => started.getSnapshot().value === "running",
    },
  };
  const started: ActorRefFrom<typeof root> = createActor(root, { id: "root", input });
  const done = Promise.withResolvers<void>();
  const up = Promise.withResolvers<void>();
  started.subscribe({
    next: (snapshot) => {
      if (snapshot.value === "running") up.resolve();
    },
    error: (error) => {
      up.reject(error);
      done.reject(error);
    },
    complete: () => {
      up.resolve();
      done.resolve();
    },
  });
  // Whoever waits for one of the two need not wait for the other.
  up.promise.catch(() => {});
  done.promise.catch(() => {});
  started.start();
  return {
    shared,
    root: started,
    done: done.promise,
    up: up.promise,
    drain: () => started.send({ type: "drain" }),
  };
}
