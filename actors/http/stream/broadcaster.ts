/**
 * The broadcaster: takes the hub's events, and every 10 ms at most writes them to the clients. All
 * clients that want the same form a view, whose chunk is made once.
 *
 * @module
 */
import type { EventType, Hub, HubEvent } from "../../hub.ts";
import type { Client } from "./client.ts";
import { chunkOf } from "./encode.ts";
import { Pending } from "./pending.ts";
import { nameOf, type Subscription, symbolsOf, wants } from "./subscription.ts";
import { MILLISECOND } from "../../../domain/time.ts";

/** Between two writes to a client at least, in milliseconds. */
const PACE = 10;
/** Bytes of what may not be conflated that make a slow view's turn at once. */
const LOT = 1_048_576;

interface View {
  readonly subscription: Subscription;
  readonly clients: Set<Client>;
  /** Where it has a pace of its own: what waits for its next turn. */
  readonly pending: Pending;
  /** When its next turn is. */
  due: number;
}

/** Writes the hub's events to the clients. */
export class Broadcaster {
  readonly #hub: Hub;
  readonly #views = new Map<string, View>();
  readonly #unsubscribe: () => void;
  readonly #keepAlive: ReturnType<typeof setInterval>;
  readonly #onTime: () => void;
  readonly #canaries = new Set<string>();
  /** By type the instruments that any view wants it of; `null`: all. */
  readonly #heard = new Map<EventType, ReadonlySet<string> | null>();
  #batch: HubEvent[] = [];
  /** The last sequence that is in the batch, or was. */
  #seen = 0;
  /** Whether a sign of life is due. */
  #silent = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerDue = Infinity;
  #flushed = -Infinity;

  /**
   * @param guard makes a function safe for a timer.
   * @param keepAlive between two signs of life, in milliseconds.
   */
  constructor(hub: Hub, guard: (run: () => void) => () => void, keepAlive: number) {
    this.#hub = hub;
    this.#onTime = guard(() => this.#flush(performance.now()));
    this.#unsubscribe = hub.subscribe((events) => {
      if (this.#views.size === 0 || events.length === 0) return;
      if (events[0]!.sequence > this.#seen + 1) this.#catchUp();
      else this.#take(events);
      this.#wake();
    }, (shard) => {
      this.#canaries.add(shard);
      this.#wake();
    }, (type, symbol) => this.#hears(type, symbol));
    this.#keepAlive = setInterval(() => {
      this.#silent = true;
      this.#wake();
    }, keepAlive);
  }

  /** Events that wait to be given out. */
  get waiting(): number {
    return this.#batch.length;
  }

  /** Adds a client: it is handed what is published from now on, and perhaps what was just before. */
  add(client: Client, subscription: Subscription): void {
    if (this.#views.size === 0) this.#seen = this.#hub.sequence;
    const name = nameOf(subscription);
    let view = this.#views.get(name);
    if (view === undefined) {
      view = { subscription, clients: new Set(), pending: new Pending(), due: 0 };
      this.#views.set(name, view);
      this.#listen();
    }
    view.clients.add(client);
  }

  remove(client: Client): void {
    for (const [name, view] of this.#views) {
      if (!view.clients.delete(client) || view.clients.size > 0) continue;
      this.#views.delete(name);
      this.#listen();
    }
  }

  /** Stops, after writing what there is. */
  close(): void {
    this.#unsubscribe();
    clearInterval(this.#keepAlive);
    this.#flush(Infinity);
  }

  /** Writes soon, but not sooner than the pace allows. */
  #wake(at = 0): void {
    const now = performance.now();
    const due = Math.max(at, now, this.#flushed + PACE);
    if (due >= this.#timerDue) return;
    clearTimeout(this.#timer);
    this.#timerDue = due;
    this.#timer = setTimeout(this.#onTime, due - now);
  }

  #hears(type: EventType, symbol: string): boolean {
    const of = this.#heard.get(type);
    return of === null || (of?.has(symbol) ?? false);
  }

  /** Finds out what is wanted of which instruments by any view: that is asked far more often. */
  #listen(): void {
    this.#heard.clear();
    for (const { subscription } of this.#views.values()) {
      for (const type of subscription.types.keys()) {
        const known = this.#heard.get(type);
        const wanted = symbolsOf(subscription, type);
        if (wanted === null) this.#heard.set(type, null);
        else if (known !== null) this.#heard.set(type, (known ?? new Set()).union(wanted!));
      }
    }
  }

  #take(events: readonly HubEvent[]): void {
    for (const event of events) this.#batch.push(event);
    this.#seen = this.#hub.sequence;
  }

  /** Takes from the hub's memory what was held there while nobody delivered it. */
  #catchUp(): void {
    const { events, lostUntil } = this.#hub.after(this.#seen);
    this.#take(events);
    if (lostUntil === 0) return;
    // Whoever resumes is told what is missing.
    for (const { clients } of this.#views.values()) {
      for (const client of clients) client.close();
    }
  }

  /** Writes what was published since the last time. */
  #flush(now: number): void {
    clearTimeout(this.#timer);
    this.#timerDue = Infinity;
    this.#flushed = now;
    if (this.#views.size > 0 && this.#hub.sequence > this.#seen) this.#catchUp();
    const batch = this.#batch;
    this.#batch = [];
    let next = Infinity;
    for (const view of this.#views.values()) {
      this.#serve(view, batch, now);
      if (view.pending.length > 0) next = Math.min(next, view.due);
    }
    if (this.#silent) this.#reassure();
    if (next < Infinity) this.#wake(next);
    for (const shard of this.#canaries) this.#hub.vitals.sight("stream", shard);
    this.#canaries.clear();
  }

  #serve(view: View, batch: readonly HubEvent[], now: number): void {
    const { subscription, clients, pending } = view;
    let events: HubEvent[] = batch.filter((event) => wants(subscription, event));
    if (subscription.every > 0) {
      for (const event of events) pending.push(event);
      if (now < view.due && pending.bytes < LOT) return;
      events = pending.take();
      if (events.length > 0) view.due = now + subscription.every / MILLISECOND;
    }
    if (events.length === 0) return;
    const chunk = chunkOf(subscription.format, this.#hub.epoch, events);
    for (const client of clients) client.deliver(events, chunk);
  }

  /** Says that the connection is alive, and up to where the client has everything it wants. */
  #reassure(): void {
    this.#silent = false;
    for (const { clients, pending } of this.#views.values()) {
      const sequence = pending.length === 0 ? this.#hub.sequence : null;
      for (const client of clients) client.keepAlive(sequence);
    }
  }
}
