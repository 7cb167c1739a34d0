/**
 * A Lightstreamer session on the server's side: its subscriptions, what it has said, and where it
 * says it.
 *
 * @module
 */
import { isData, line, updateLine, type Values } from "./tlcp.ts";

/** Where a session's lines go: a socket, or the body of a streaming response. */
export interface Channel {
  send(text: string): void;
  close(): void;
}

/** One item of a subscription. */
export interface Item {
  readonly name: string;
  /** The kind and the epic in its name; `null` for an item of another make. */
  readonly kind: "price" | "tick" | "minute";
  readonly epic: string;
  /** What was told last; `null` before the first update. */
  last: Values | null;
}

/** One subscription. */
export interface Subscription {
  readonly id: number;
  readonly fields: readonly string[];
  readonly items: readonly Item[];
}

/** Lines that are kept for a recovery. */
const KEPT = 20_000;

/** A session. */
export class PushSession {
  readonly subscriptions = new Map<number, Subscription>();
  channel: Channel | null = null;
  /** When it last sent anything, in milliseconds. */
  spokeAt = 0;
  /** How many data lines there have been, and those of them that are still here. */
  #progressive = 0;
  #kept: string[] = [];
  #pending: string[] = [];

  constructor(readonly id: string, readonly user: string) {}

  /** Items subscribed to. */
  get itemCount(): number {
    return [...this.subscriptions.values()].reduce((sum, { items }) => sum + items.length, 0);
  }

  /** Adds an update of an item to what is sent next. */
  update(subscription: Subscription, index: number, values: Values): void {
    const item = subscription.items[index]!;
    this.say(updateLine(subscription.id, index + 1, values, item.last));
    item.last = values;
  }

  /** Adds a line to what is sent next. */
  say(text: string): void {
    this.#count(text);
    this.#pending.push(text);
    if (this.#pending.length > 2 * KEPT) this.#pending = this.#pending.slice(-KEPT);
  }

  /** Sends something as it stands, as a message of its own; it counts as data if it begins like it. */
  blurt(text: string): void {
    this.#count(text);
    this.channel?.send(text);
  }

  #count(text: string): void {
    if (!isData(text)) return;
    this.#progressive++;
    this.#kept.push(text);
    if (this.#kept.length > 2 * KEPT) this.#kept = this.#kept.slice(-KEPT);
  }

  /**
   * Sends what was added, as one message.
   *
   * @param arrange what is done to the lines on their way.
   */
  flush(arrange: (lines: string[]) => string[] = (lines) => lines): void {
    const { channel } = this;
    if (channel === null || this.#pending.length === 0) return;
    const lines = arrange(this.#pending);
    this.#pending = [];
    this.spokeAt = performance.now();
    channel.send(lines.join(""));
  }

  /** Moves to another channel, which gets what was said meanwhile. */
  bind(channel: Channel | null): void {
    this.channel = channel;
  }

  /**
   * What a client is told that has heard so many data lines.
   *
   * @returns `undefined` where they are not here any more.
   */
  recover(from: number): string[] | undefined {
    const missing = this.#progressive - from;
    if (missing < 0 || missing > this.#kept.length) return undefined;
    this.#pending = [];
    return [line("PROG", from), ...this.#kept.slice(this.#kept.length - missing)];
  }
}
