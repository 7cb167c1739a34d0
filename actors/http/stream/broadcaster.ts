/**
 * The broadcaster: takes the hub's events, and every 10 ms at most writes them to the clients. All
 * clients that want the same form a view, whose chunk is made once.
 *
 * @module
 */
import type { Hub, HubEvent } from "../../hub.ts";
import type { Client } from "./client.ts";
import { chunkOf, keepAlive } from "./encode.ts";
import { Pending } from "./pending.ts";
import { nameOf, type Subscription, wants } from "./subscription.ts";
import { MILLISECOND } from "../../../domain/time.ts";

/** Between two writes to a client at least, in milliseconds. */
const PACE = 10;
/** Between two signs of life, in milliseconds; the standard advises 15 s (HTML, 9.2.7). */
const KEEP_ALIVE = 15_000;

interface View {
  readonly subscription: Subscription;
  readonly clients: Set<Client>;
  /** Where it has a pace of its own: what waits for its next turn. */
  readonly pending: Pending;
  due: number;
}

/** Writes the hub's events to the clients. */
export class Broadcaster {
  readonly #hub: Hub;
  readonly #views = new Map<string, View>();
  readonly #unsubscribe: () => void;
  readonly #keepAlive: ReturnType<typeof setInterval>;
  #batch: HubEvent[] = [];
  #canaries = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #onTime: () => void;

  /** @param guard makes a function safe for a timer. */
  constructor(hub: Hub, guard: (run: () => void) => () => void) {
    this.#hub = hub;
    this.#onTime = guard(() => this.flush());
    const wake = () => {
      this.#timer ??= setTimeout(this.#onTime, PACE);
    };
    this.#unsubscribe = hub.subscribe((events) => {
      if (this.#views.size === 0) return;
      for (const event of events) this.#batch.push(event);
      wake();
    }, (shard) => {
      this.#canaries.add(shard);
      wake();
    });
    this.#keepAlive = setInterval(guard(() => this.#reassure()), KEEP_ALIVE);
  }

  /** Adds a client: it gets what is published from now on. */
  add(client: Client, subscription: Subscription): void {
    const name = nameOf(subscription);
    let view = this.#views.get(name);
    if (view === undefined) {
      view = { subscription, clients: new Set(), pending: new Pending(), due: 0 };
      this.#views.set(name, view);
    }
    // What was published before belongs to those who were there.
    view.due = 0;
    this.flush();
    view.clients.add(client);
  }

  remove(client: Client): void {
    for (const [name, view] of this.#views) {
      if (view.clients.delete(client) && view.clients.size === 0) this.#views.delete(name);
    }
  }

  /** Writes what was published since the last time. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#batch;
    this.#batch = [];
    const now = performance.now();
    let waiting = Infinity;
    for (const view of this.#views.values()) {
      this.#serve(view, batch, now);
      if (view.pending.length > 0) waiting = Math.min(waiting, view.due - now);
    }
    if (waiting < Infinity) {
      this.#timer ??= setTimeout(this.#onTime, Math.max(PACE, waiting));
    }
    for (const shard of this.#canaries) this.#hub.vitals.sight("stream", shard);
    this.#canaries.clear();
  }

  /** Stops, after writing what there is. */
  close(): void {
    this.flush();
    this.#unsubscribe();
    clearInterval(this.#keepAlive);
    clearTimeout(this.#timer);
  }

  #serve(view: View, batch: readonly HubEvent[], now: number): void {
    const { subscription, clients, pending } = view;
    let events: HubEvent[] = batch.filter((event) => wants(subscription, event));
    if (subscription.every > 0) {
      for (const event of events) pending.push(event);
      if (pending.length === 0 || now < view.due) return;
      view.due = now + subscription.every / MILLISECOND;
      events = pending.take();
    }
    if (events.length === 0) return;
    const chunk = chunkOf(subscription.format, this.#hub.epoch, events);
    for (const client of clients) client.deliver(events, chunk);
  }

  #reassure(): void {
    for (const { subscription, clients } of this.#views.values()) {
      const chunk = keepAlive(subscription.format);
      for (const client of clients) client.keepAlive(chunk);
    }
  }
}
