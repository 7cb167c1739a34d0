/**
 * Two scripted venues with their real connections and one instrument that both have, on a simulated
 * clock, with listeners in the places of those that routing speaks to.
 *
 * @module
 */
import {
  type AnyActorRef,
  type AnyEventObject,
  createActor,
  fromCallback,
  SimulatedClock,
} from "xstate";
import { connection } from "../../../actors/connections/connection.ts";
import type { ConnectionRef } from "../../../actors/connections/report.ts";
import { isWanted } from "../../../actors/instruments/directory.ts";
import type { RoutingCommand } from "../../../actors/messages.ts";
import { lineOf } from "../../../actors/routing/handover.ts";
import { routing } from "../../../actors/routing/routing.ts";
import { createSupervisor } from "../../../actors/supervision.ts";
import type { Store } from "../../../db/store.ts";
import { resolveInstrument } from "../../../domain/instrument.ts";
import type { Tick } from "../../../domain/tick.ts";
import { ProviderError } from "../../../providers/provider.ts";
import { Scripted } from "../connections/scripted.ts";
import { listingOf, quote, settingsOf, settle, T0, worldOf } from "../fixture.ts";

const BEAT = 250;

/** What may be set otherwise. */
export interface Options {
  readonly standby?: "hot" | "cold";
  readonly errors?: number;
  /** Where the venues' clocks stand against ours, in seconds. */
  readonly start?: number;
  /** What the configuration says beside the route. */
  readonly said?: Record<string, unknown>;
}

/** Two venues, `a` preferred to `b`: the delay is 5 s and the failback 20 s. */
export async function begin({ errors = 60, said = {}, standby = "hot", start = T0 }: Options = {}) {
  const [a, b] = [new Scripted("a"), new Scripted("b")];
  a.alwaysOpen = b.alwaysOpen = false;
  // What they say goes past their sinks: a look at the venue finds nothing newer.
  a.looks = b.looks = true;
  const settings = settingsOf({
    providers: { a: {}, b: {} },
    routes: [{
      name: "us",
      providers: ["a", "b"],
      failover: { delay: "5s", failback: "20s", standby, errors },
    }],
    ...said,
  });
  const clock = new SimulatedClock();
  let glances = 0;
  const world = worldOf({} as Store, {
    settings,
    providers: new Map([["a", a], ["b", b]]),
    // As any real one it goes on between two glances, by less than a microsecond.
    uptime: () => clock.now() + glances++ / 1e5,
  });
  world.clock.time = start;
  world.routes.take(world.routes.laid([]), 0, start);
  const instrument = resolveInstrument({ symbol: "AAPL" });
  const feeding = world.routes.feeding(instrument)!;
  const { basis, provider } = feeding;
  const line = lineOf(world, feeding);
  const listing = listingOf({ instrument, provider, line, basis, alwaysOpen: false });
  world.directory.add(listing);
  const heard: Record<string, AnyEventObject[]> = {
    hub: [],
    instruments: [],
    connections: [],
    ticker: [],
    "shard-1": [],
  };
  const listeners = Object.entries(heard).map(([id, events]) => ({
    id,
    logic: fromCallback<AnyEventObject>(({ receive, system }) =>
      receive((event) => {
        events.push(event);
        if (id !== "connections") return;
        const type = event.type.replace("connections.", "");
        system.get(`connection-${event["provider"]}`).send({ ...event, type });
      })
    ),
  }));
  const connections = [a, b].map((provider) => ({
    id: `connection-${provider.id}`,
    logic: connection,
    input: () => ({
      shared: world,
      provider,
      memory: { attempt: null, lostAt: null },
      instruments: () => isWanted(listing, provider.id) ? [instrument] : [],
    }),
  }));
  const parent = createActor(
    createSupervisor({
      children: () => [
        ...listeners,
        { id: "routing", logic: routing, input: () => ({ shared: world }) },
        ...connections,
      ],
    }),
    { clock, input: { observe: world.observe, uptime: () => clock.now() } },
  );
  parent.start();
  await settle();
  const send = (event: RoutingCommand) => (parent.system.get("routing") as AnyActorRef).send(event);
  let serial = 0;
  const say = (provider: Scripted, ...bids: number[]) => {
    const time = world.clock.time;
    const ticks: Tick[] = bids.map((bid) => {
      const more = { id: `${serial++}`, provider: provider.id, receivedAt: time, time };
      return quote({ ...more, bid, ask: bid + 0.5 });
    });
    // As the sink of a stream does, but without its two milliseconds.
    provider.sink.heard();
    send({ type: "routing.ticks", provider: provider.id, ticks, credit: undefined });
  };
  return {
    a,
    b,
    heard,
    listing,
    world,
    send,
    say,
    lose: (provider: Scripted) => {
      provider.onAuthenticate = () => Promise.reject(new ProviderError("refused", "It is down."));
      provider.sink.lost(new ProviderError("lost", "It is cut."));
    },
    mend: (provider: Scripted) => {
      provider.onAuthenticate = () => Promise.resolve();
      (parent.system.get(`connection-${provider.id}`) as ConnectionRef).send({ type: "reset" });
    },
    /** Lets time pass, beat by beat; what is to happen at each. */
    async live(seconds: number, each: () => void = () => {}) {
      for (let beat = 0; beat < seconds * 1_000 / BEAT; beat++) {
        world.clock.time += BEAT * 1_000;
        clock.increment(BEAT);
        await settle();
        each();
        send({ type: "routing.beat", now: world.clock.time });
      }
    },
    /** The bids that reached the shard. */
    bids: () =>
      heard["shard-1"]!.flatMap(({ ticks }) => (ticks ?? []) as { bid: number }[])
        .map(({ bid }) => bid),
    told: (type: string) =>
      heard["instruments"]!.filter(({ command }) => command?.type === type)
        .map(({ command }) => command),
    swaps: () =>
      heard["hub"]!.flatMap(({ events }) => events)
        .filter(({ payload }) => payload.kind === "route")
        .map(({ payload }) => payload),
    stop: () => parent.stop(),
  };
}
