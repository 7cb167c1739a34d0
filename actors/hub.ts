/**
 * The hub: publish and subscribe, with the replay ring.
 *
 * What is published gets the next sequence. Events that must not be lost (trades, closed candles,
 * gaps, signals) go into the ring; of the rest (quotes, depth, forming candles, states) only the
 * latest of each subject is held, and a consumer may be given only that. The hub's memory is made
 * by the root and handed in, so that a restart of the actor loses nothing.
 *
 * @module
 */
import { fromTransition } from "xstate";
import type { HubCommand } from "./messages.ts";
import type { Candle } from "../domain/candle.ts";
import { FLAGS } from "../domain/flags.ts";
import type { OrderFlow } from "../domain/flow/bar.ts";
import type { Gap } from "../domain/gap.ts";
import type { SessionProfile } from "../domain/profile/series.ts";
import type { Severity } from "../domain/notice.ts";
import { Ring } from "../domain/ring.ts";
import type { Signal } from "../domain/signal.ts";
import type { StateAt } from "../domain/state.ts";
import type { Tick, Trade } from "../domain/tick.ts";
import type { Vitals } from "./vitals.ts";

/** What a consumer can ask for. */
export const EVENT_TYPES = [
  "trade",
  "quote",
  "depth",
  "candle",
  "profile",
  "flow",
  "state",
  "signal",
  "gap",
  "status",
] as const;
/** The type of an event. */
export type EventType = typeof EVENT_TYPES[number];

/** Whose fortune may change; the id of an `instrument` or a `subscription` is a symbol. */
export const STATUS_KINDS = [
  "provider",
  "actor",
  "instrument",
  "subscription",
  "route",
  "store",
  "overload",
] as const;

/** A change in the fortune of a part of the daemon. */
export interface Status {
  readonly kind: typeof STATUS_KINDS[number];
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  /** How bad it is, where the status alone does not say it. */
  readonly severity?: Severity;
}

/** What events carry. */
export type Payload =
  | Tick
  | Candle
  | Gap
  | Status
  | SessionProfile
  | OrderFlow
  | StateAt
  | Signal;

/** One event. */
export interface HubEvent {
  readonly type: EventType;
  /** `null` where it is about no instrument. */
  readonly symbol: string | null;
  /** The candle's or the order flow's interval; `null` on everything else. */
  readonly interval: string | null;
  /** Within a type: what a later event of the same subject replaces. */
  readonly subject: string;
  /** Whether it may be replaced by a later one of its subject before it is delivered. */
  readonly conflates: boolean;
  readonly payload: Payload;
  /** 0 until published. */
  sequence: number;
  /** The payload's JSON, made when it is first needed, for all consumers. */
  json: string | null;
}

/** Receives each published array as it is; must not keep it, nor throw. */
export type Subscriber = (events: readonly HubEvent[]) => void;

/** The events of what forms: made as it changes only where they are heard. */
const FORMING = ["candle", "profile", "flow", "state"] as const;
/** One of those. */
export type FormingType = typeof FORMING[number];

/** Whether what forms is wanted of an instrument. */
export type Wish = (type: FormingType, symbol: string) => boolean;

/** Has told what forms of an instrument, as far as it was not. */
export type Teller = (symbol: string, types: ReadonlySet<FormingType>) => void;

const EVERYTHING: Wish = () => true;

/** What can still be had of the events after a sequence. */
export interface Replay {
  /** The held events after the sequence, ascending. */
  readonly events: HubEvent[];
  /** The last sequence after the asked one of which something may be gone; 0 where nothing is. */
  readonly lostUntil: number;
}

/** The latest event of each subject of one type. */
class Latest {
  readonly #events = new Map<string, HubEvent>();
  /** The last one: many follow of one subject, and only the last of those is worth a place. */
  #last: HubEvent | undefined;

  note(event: HubEvent): void {
    if (this.#last !== undefined && this.#last.subject !== event.subject) this.#settle();
    this.#last = event;
  }

  get(subject: string): HubEvent | undefined {
    return this.#settle().get(subject);
  }

  /** In the order of their first appearance. */
  all(): Iterable<HubEvent> {
    return this.#settle().values();
  }

  forget(symbol: string): void {
    for (const [subject, event] of this.#settle()) {
      if (event.symbol === symbol) this.#events.delete(subject);
    }
  }

  #settle(): Map<string, HubEvent> {
    if (this.#last !== undefined) this.#events.set(this.#last.subject, this.#last);
    this.#last = undefined;
    return this.#events;
  }
}

/** The hub's memory. */
export class Hub {
  readonly #ring: Ring<HubEvent>;
  readonly #latest = new Map<EventType, Latest>();
  readonly #subscribers = new Set<Subscriber>();
  readonly #watchers = new Map<EventType, ((event: HubEvent) => void)[]>();
  readonly #canaryWatchers = new Set<(shard: string) => void>();
  readonly #wishes = new Set<Wish>();
  /** By the symbol. */
  readonly #tellers = new Map<string, Teller>();
  #sequence = 0;
  #lostUntil = 0;

  /**
   * @param epoch names this run's sequences; sorts as text after every earlier one.
   * @param capacity events in the ring.
   */
  constructor(readonly epoch: string, capacity: number, readonly vitals: Vitals) {
    this.#ring = new Ring(capacity);
  }

  /** The sequence of the last event published. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Events in the ring. */
  get held(): number {
    return this.#ring.length;
  }

  /** Numbers the events and hands them to every subscriber. */
  publish(events: readonly HubEvent[]): void {
    this.hold(events);
    for (const subscriber of this.#subscribers) subscriber(events);
  }

  /** Numbers the events and holds them for whoever asks, while nobody is there to deliver them. */
  hold(events: readonly HubEvent[]): void {
    let type: EventType | undefined;
    let latest = new Latest();
    let watchers: ((event: HubEvent) => void)[] | undefined;
    let gone: HubEvent | undefined;
    for (const event of events) {
      event.sequence = ++this.#sequence;
      if (!event.conflates) gone = this.#ring.push(event);
      if (event.type !== type) {
        type = event.type;
        latest = this.#latestOf(type);
        watchers = this.#watchers.get(type);
      }
      const isPast = type === "candle"
        ? isOlderCandle(event, latest.get(event.subject))
        : type === "trade" && (event.payload as Trade).flags & FLAGS.cancelled;
      if (!isPast) latest.note(event);
      if (watchers !== undefined) { for (const watch of watchers) watch(event); }
    }
    if (gone !== undefined) this.#lostUntil = gone.sequence;
  }

  #latestOf(type: EventType): Latest {
    let latest = this.#latest.get(type);
    if (latest === undefined) this.#latest.set(type, latest = new Latest());
    return latest;
  }

  /** Says that a shard's canary came by. */
  sight(shard: string): void {
    this.vitals.sight("hub", shard);
    for (const watcher of this.#canaryWatchers) watcher(shard);
  }

  /**
   * Delivers every later event, and every canary, until the returned function is called.
   *
   * @param wish what it is to be told once a second of what forms. See {@link hears}.
   */
  subscribe(
    subscriber: Subscriber,
    canary: (shard: string) => void,
    wish: Wish = EVERYTHING,
  ): () => void {
    this.#subscribers.add(subscriber);
    this.#canaryWatchers.add(canary);
    this.#wishes.add(wish);
    return () => {
      this.#subscribers.delete(subscriber);
      this.#canaryWatchers.delete(canary);
      this.#wishes.delete(wish);
    };
  }

  /**
   * Whether anyone is to be told as it changes of what forms of an instrument: its candles, profile
   * and order flow, and its state. Else it is told when somebody asks.
   */
  hears(type: FormingType, symbol: string): boolean {
    for (const wish of this.#wishes) if (wish(type, symbol)) return true;
    return false;
  }

  /** Says whom to ask for what nobody heard of an instrument; until {@link forget}. */
  answer(symbol: string, teller: Teller): void {
    this.#tellers.set(symbol, teller);
  }

  /** Has everything told that is wished for and nobody heard. */
  refresh(wish: Wish): void {
    for (const [symbol, tell] of this.#tellers) {
      const types = FORMING.filter((type) => wish(type, symbol));
      if (types.length > 0) tell(symbol, new Set(types));
    }
  }

  /**
   * Shows a watcher every later event of a type, whether anyone is there to deliver it or not.
   *
   * @param watch must not throw, nor publish.
   * @returns ends it.
   */
  watch(type: EventType, watch: (event: HubEvent) => void): () => void {
    this.#watchers.set(type, [...this.#watchers.get(type) ?? [], watch]);
    return () => {
      const left = (this.#watchers.get(type) ?? []).filter((one) => one !== watch);
      if (left.length > 0) this.#watchers.set(type, left);
      else this.#watchers.delete(type);
    };
  }

  /**
   * The latest event of each subject, by type, in the order of their first appearance; see
   * {@link refresh}.
   */
  *latest(): Iterable<HubEvent> {
    for (const latest of this.#latest.values()) yield* latest.all();
  }

  /** The latest event of one subject, as of now. */
  latestOf(type: EventType, subject: string): HubEvent | undefined {
    if ((FORMING as readonly EventType[]).includes(type)) {
      const symbol = subject.split(" ", 1)[0]!;
      this.#tellers.get(symbol)?.(symbol, new Set([type as FormingType]));
    }
    return this.#latest.get(type)?.get(subject);
  }

  /** Forgets an instrument's latest values, and whom to ask for them. */
  forget(symbol: string): void {
    this.#tellers.delete(symbol);
    for (const latest of this.#latest.values()) latest.forget(symbol);
  }

  /** What followed a sequence of this epoch, as far as it is held. */
  after(sequence: number): Replay {
    const events: HubEvent[] = [];
    const ring = this.#ring;
    const first = ring.firstWhere((event) => event.sequence > sequence);
    for (let at = first; at < ring.length; at++) events.push(ring.at(at)!);
    for (const event of this.latest()) {
      if (event.conflates && event.sequence > sequence) events.push(event);
    }
    events.sort((a, b) => a.sequence - b.sequence);
    return { events, lostUntil: this.#lostUntil > sequence ? this.#lostUntil : 0 };
  }
}

/** Whether an event revises a candle while a later one of its subject is known. */
function isOlderCandle(event: HubEvent, held: HubEvent | undefined): boolean {
  return held !== undefined && (event.payload as Candle).start < (held.payload as Candle).start;
}

/** The hub as an actor over its memory. */
export const hub = fromTransition(
  (memory: Hub, event: HubCommand) => {
    if (event.type === "hub.publish") memory.publish(event.events);
    else if (event.type === "hub.canary") memory.sight(event.shard);
    else if (event.type === "hub.forget") memory.forget(event.symbol);
    return memory;
  },
  ({ input }: { input: Hub }) => input,
);
