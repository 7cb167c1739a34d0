/**
 * A provider that does what a test has written for it, and a connection to it on a simulated clock,
 * between listeners in the places of those it speaks to.
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
import type { ConnectionEvent } from "../../../actors/connections/context.ts";
import { type ConnectionRef, reportOf } from "../../../actors/connections/report.ts";
import { createSupervisor } from "../../../actors/supervision.ts";
import type { Store } from "../../../db/store.ts";
import { type Instrument, resolveInstrument } from "../../../domain/instrument.ts";
import type { Tick, Trade } from "../../../domain/tick.ts";
import { type Micros, SECOND } from "../../../domain/time.ts";
import type {
  Capability,
  HistoryQuery,
  Provider,
  Refusal,
  Session,
  Stream,
  StreamSink,
} from "../../../providers/provider.ts";
import { settle, T0, type World, worldOf } from "../fixture.ts";

/** Does what it is told, and notes what is asked of it. */
export class Scripted implements Provider {
  alwaysOpen = true;
  /** Whether its session can be asked for what the venue said last. */
  looks = false;
  /** The trades of its past; absent: it has none. */
  history: ((query: HistoryQuery) => AsyncIterable<readonly Trade[]>) | undefined;
  /** When its session wants to be renewed. */
  renewAt: Micros | null = null;
  readonly clock: Provider["clock"] = "wall";
  /** `authenticate`, `open`, `subscribe AAPL,MSFT`, `unsubscribe AAPL`, `latest AAPL`, `renew`, `close`, `log out`. */
  readonly diary: string[] = [];
  /** One for each stream opened. */
  readonly sinks: StreamSink[] = [];
  onAuthenticate: () => Promise<void> = () => Promise.resolve();
  onOpen: (sink: StreamSink) => Promise<void> = () => Promise.resolve();
  onSubscribe: (symbols: readonly string[]) => Promise<readonly Refusal[]> = () =>
    Promise.resolve([]);
  onUnsubscribe: () => Promise<void> = () => Promise.resolve();
  onClose: () => Promise<void> = () => Promise.resolve();
  onLatest: (symbols: readonly string[]) => Promise<Tick[]> = () => Promise.resolve([]);
  onRenew: () => Promise<void> = () => Promise.resolve();
  onLogOut: () => Promise<void> = () => Promise.resolve();

  constructor(readonly id = "test") {}

  /** The sink of the last stream. */
  get sink(): StreamSink {
    return this.sinks.at(-1)!;
  }

  /** Everything but `NONE`. */
  offers({ symbol, market }: Instrument): readonly Capability[] {
    if (symbol === "NONE") return [];
    return market === "FX" ? ["quotes", "streaming"] : ["trades", "quotes", "streaming"];
  }

  async authenticate(): Promise<Session> {
    this.diary.push("authenticate");
    await this.onAuthenticate();
    const renewAt = () => this.renewAt;
    return {
      get renewAt() {
        return renewAt();
      },
      renew: () => {
        this.diary.push("renew");
        return this.onRenew();
      },
      ...(this.looks
        ? {
          latest: (instruments) => {
            const symbols = instruments.map(({ symbol }) => symbol);
            this.diary.push(`latest ${symbols.join()}`);
            return this.onLatest(symbols);
          },
        }
        : {}),
      ...(this.history === undefined ? {} : { trades: this.history }),
      openStream: async (sink) => {
        this.diary.push("open");
        await this.onOpen(sink);
        this.sinks.push(sink);
        return this.#stream();
      },
      logOut: () => {
        this.diary.push("log out");
        return this.onLogOut();
      },
    };
  }

  #stream(): Stream {
    return {
      subscribe: (instruments) => {
        const symbols = instruments.map(({ symbol }) => symbol);
        this.diary.push(`subscribe ${symbols.join()}`);
        return this.onSubscribe(symbols);
      },
      unsubscribe: (symbols) => {
        this.diary.push(`unsubscribe ${symbols.join()}`);
        return this.onUnsubscribe();
      },
      close: () => {
        this.diary.push("close");
        return this.onClose();
      },
    };
  }
}

/** A connection, and what is heard of it. */
export interface Connected {
  readonly provider: Scripted;
  readonly world: World;
  readonly clock: SimulatedClock;
  /** What was told to each of the listeners. */
  readonly heard: Readonly<Record<"hub" | "routing" | "instruments" | "ticker", AnyEventObject[]>>;
  /** The instruments that are its to stream. */
  readonly instruments: Instrument[];
  readonly ref: ConnectionRef;
  state(): string;
  send(event: ConnectionEvent): void;
  /** Lets time pass, and what comes of it happen. */
  pass(milliseconds: number): Promise<void>;
  /** Lets time pass by both clocks, a second at a time, and what comes of it happen. */
  live(seconds: number): Promise<void>;
  /** Drains it; true once it has answered. */
  drain(): Promise<boolean>;
  stop(): void;
}

/** An instrument by its symbol. */
export const instrument = (symbol: string) => resolveInstrument({ symbol });

/** Starts a connection, at T0 unless told otherwise, and lets it come as far as the script does. */
export async function connect(
  provider: Scripted,
  symbols: readonly string[] = ["AAPL"],
  start: Micros = T0,
): Promise<Connected> {
  // No store has a part in it.
  const world = worldOf({} as Store, { providers: new Map([[provider.id, provider]]) });
  world.clock.time = start;
  const clock = new SimulatedClock();
  const instruments = symbols.map(instrument);
  const memory = { attempt: null, lostAt: null };
  const heard: Connected["heard"] = { hub: [], routing: [], instruments: [], ticker: [] };
  const listeners = Object.entries(heard).map(([id, events]) => ({
    id,
    logic: fromCallback(({ receive }) => receive((event) => events.push(event))),
  }));
  const parent = createActor(
    createSupervisor({
      children: () => [...listeners, {
        id: "connection",
        logic: connection,
        input: () => ({ shared: world, provider, instruments: () => instruments, memory }),
        drain: "told",
        giveUp: "tell",
      }],
    }),
    { clock, input: { observe: world.observe, uptime: () => clock.now() } },
  );
  parent.start();
  const ref = parent.system.get("connection") as ConnectionRef;
  await settle();
  return {
    provider,
    world,
    clock,
    heard,
    instruments,
    ref,
    state: () => reportOf(ref).state,
    send: (event) => (ref as AnyActorRef).send(event),
    async pass(milliseconds) {
      clock.increment(milliseconds);
      await settle();
    },
    async live(seconds) {
      for (let second = 0; second < seconds; second++) {
        world.clock.time += SECOND;
        clock.increment(1_000);
        await settle();
      }
    },
    async drain() {
      parent.send({ type: "drain" });
      await settle();
      return parent.getSnapshot().status === "done";
    },
    stop: () => parent.stop(),
  };
}

/** The events of a type that a listener heard. */
export function eventsOf(events: readonly AnyEventObject[], type: string): AnyEventObject[] {
  return events.filter((event) => event.type === type);
}

/** The states that the stream was told of, in order. */
export function statesTold({ heard }: Connected): string[] {
  return eventsOf(heard.hub, "hub.publish").map(({ events }) => events[0].payload.status);
}
