/**
 * One client of the stream: its socket, and what waits for it.
 *
 * A client that reads in time gets the chunks that its view shares. One that does not is put on its
 * own: what may be conflated is, the rest waits up to a cap, and past that the client is told the
 * gap and let go. Nobody else notices.
 *
 * @module
 */
import type { HubEvent } from "../../hub.ts";
import { bytes, chunkOf, frame, keepAlive } from "./encode.ts";
import { Pending } from "./pending.ts";
import type { StreamFormat } from "./subscription.ts";

/** What a client is given. */
export interface ClientOptions {
  readonly format: StreamFormat;
  readonly epoch: string;
  /** Bytes that may wait for it. */
  readonly cap: number;
  /** The sequence after which it takes live events. */
  readonly head: number;
  /** Called once, when it is gone. */
  readonly gone: (client: Client) => void;
  /** Called when bytes were handed to its socket. */
  readonly wrote: (bytes: number) => void;
  /** Called when an event was conflated away. */
  readonly conflated: () => void;
  /** Called when it was cut off. */
  readonly cut: () => void;
}

/**
 * The data of the `gap` that ends a slow client's stream: a span of ids, both ends included. A gap of
 * the market has a symbol, and times.
 */
export interface Cut {
  readonly reason: "slow-client";
  readonly fromId: string;
  readonly toId: string;
}

/** Bytes that its socket may hold before it counts as slow. */
const SOCKET = 65_536;

/** A client of the stream. */
export class Client {
  /** The response's body. */
  readonly body: ReadableStream<Uint8Array>;
  readonly #options: ClientOptions;
  readonly #pending = new Pending();
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #state: "starting" | "live" | "lagging" | "gone" = "starting";
  /** Up to where it was handed all that it wants. */
  #sent: number;
  #drained: (() => void) | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#sent = options.head;
    this.body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => this.#pulled(),
      cancel: () => this.#leave(),
    }, { highWaterMark: SOCKET, size: (chunk) => chunk.byteLength });
  }

  /** Bytes that wait for it, in its socket's queue too. */
  get waiting(): number {
    return this.#pending.bytes + Math.max(0, SOCKET - this.#controller.desiredSize!);
  }

  /** Whether it is gone. */
  get gone(): boolean {
    return this.#state === "gone";
  }

  /**
   * Writes a part of its beginning, before it goes live. Resolves when it can take another.
   *
   * @param sent the sequence up to which it has all that it wants with this; absent: as before.
   */
  async begin(text: string, sent = this.#sent): Promise<void> {
    if (this.gone) return;
    this.#write(bytes(text), sent);
    while (!this.gone && !this.#ready) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#drained = resolve;
      await promise;
    }
  }

  /** Goes live: what came in the meantime is written first. */
  goLive(): void {
    if (this.gone) return;
    this.#state = "lagging";
    this.#pulled();
  }

  /** Delivers events that it wants, as a chunk that others share. */
  deliver(events: readonly HubEvent[], chunk: Uint8Array): void {
    const { head, cap, conflated } = this.#options;
    if (this.gone) return;
    if (this.#state === "live") {
      // Those that its beginning covers are not for it, though others still wait for them.
      if (this.#ready && events[0]!.sequence > head) {
        this.#write(chunk, events.at(-1)!.sequence);
        return;
      }
      this.#state = "lagging";
    }
    for (const event of events) {
      if (event.sequence > head && this.#pending.push(event)) conflated();
    }
    if (this.#pending.bytes > cap) this.#cutOff();
    else this.#pulled();
  }

  /**
   * Says that the connection is alive.
   *
   * @param sequence up to where it was delivered everything; `null` where something is held back.
   */
  keepAlive(sequence: number | null): void {
    if (this.gone || !this.#ready) return;
    const { epoch, format } = this.#options;
    const sent = this.#state === "live" && sequence !== null ? sequence : null;
    const id = sent === null ? null : `${epoch}:${sent}`;
    this.#write(bytes(keepAlive(format, id)), sent ?? this.#sent);
  }

  /** Ends the stream after what was delivered. */
  close(): void {
    if (this.gone) return;
    if (this.#state === "lagging") this.#writePending();
    this.#leave();
    this.#controller.close();
  }

  get #ready(): boolean {
    return this.#controller.desiredSize! > 0;
  }

  /** The socket has room. */
  #pulled(): void {
    if (!this.#ready) return;
    if (this.#state === "lagging") {
      this.#state = "live";
      this.#writePending();
    }
    this.#drained?.();
    this.#drained = undefined;
  }

  #writePending(): void {
    const events = this.#pending.take();
    if (events.length === 0) return;
    const { epoch, format } = this.#options;
    this.#write(chunkOf(format, epoch, events), events.at(-1)!.sequence);
  }

  #cutOff(): void {
    const { cut, epoch, format } = this.#options;
    const from = this.#sent + 1;
    const to = this.#pending.take().at(-1)!.sequence;
    const gap: Cut = {
      reason: "slow-client",
      fromId: `${epoch}:${from}`,
      toId: `${epoch}:${to}`,
    };
    this.#write(bytes(frame(format, null, "gap", JSON.stringify(gap))), this.#sent);
    cut();
    this.close();
  }

  #write(chunk: Uint8Array, sent: number): void {
    this.#sent = sent;
    this.#controller.enqueue(chunk);
    this.#options.wrote(chunk.byteLength);
  }

  #leave(): void {
    if (this.gone) return;
    this.#state = "gone";
    this.#pending.take();
    this.#drained?.();
    this.#options.gone(this);
  }
}
