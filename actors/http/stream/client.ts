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
import { bytes, chunkOf, frame } from "./encode.ts";
import { Pending } from "./pending.ts";
import type { StreamFormat } from "./subscription.ts";

/** What a client is given. */
export interface ClientOptions {
  readonly format: StreamFormat;
  readonly epoch: string;
  /** Bytes that may wait for it. */
  readonly cap: number;
  /** The sequence after which it takes live events. */
  readonly from: number;
  /** Called once, when it is gone. */
  readonly gone: (client: Client) => void;
  /** Called when bytes were handed to its socket. */
  readonly wrote: (bytes: number) => void;
  /** Called when an event was conflated away. */
  readonly conflated: () => void;
  /** Called when it was cut off. */
  readonly cut: () => void;
}

/** Bytes that its socket may hold before it counts as slow. */
const SOCKET = 65_536;

/** A client of the stream. */
export class Client {
  /** The response's body. */
  readonly body: ReadableStream<Uint8Array>;
  readonly #options: ClientOptions;
  readonly #pending = new Pending();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #state: "starting" | "live" | "lagging" | "gone" = "starting";
  #sent: number;
  #drained: (() => void) | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#sent = options.from;
    this.body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => this.#pulled(),
      cancel: () => this.#leave(),
    }, { highWaterMark: SOCKET, size: (chunk) => chunk.byteLength });
  }

  /** Whether it is gone. */
  get gone(): boolean {
    return this.#state === "gone";
  }

  /** Writes a chunk of its beginning, before it goes live. Resolves when it can take another. */
  async begin(text: string): Promise<void> {
    if (this.gone) return;
    this.#write(bytes(text));
    while (!this.gone && !this.#ready()) {
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
    if (this.#state === "live" && this.#ready()) {
      this.#write(chunk);
      this.#sent = events.at(-1)!.sequence;
      return;
    }
    if (this.gone) return;
    if (this.#state === "live") this.#state = "lagging";
    for (const event of events) {
      if (event.sequence <= this.#options.from) continue;
      if (this.#pending.push(event)) this.#options.conflated();
    }
    if (this.#pending.bytes > this.#options.cap) this.#cutOff();
    else this.#pulled();
  }

  /** Says that the connection is alive. */
  keepAlive(chunk: Uint8Array): void {
    if (this.#state === "live" && this.#ready()) this.#write(chunk);
  }

  /** Ends the stream after what was written. */
  close(): void {
    if (this.gone) return;
    this.#leave();
    this.#controller?.close();
  }

  #ready(): boolean {
    return (this.#controller?.desiredSize ?? 0) > 0;
  }

  /** The socket has room. */
  #pulled(): void {
    if (!this.#ready()) return;
    if (this.#state === "lagging") {
      const events = this.#pending.take();
      this.#state = "live";
      if (events.length > 0) {
        this.#write(chunkOf(this.#options.format, this.#options.epoch, events));
        this.#sent = events.at(-1)!.sequence;
      }
    }
    const drained = this.#drained;
    this.#drained = undefined;
    drained?.();
  }

  #cutOff(): void {
    const { epoch, format } = this.#options;
    const to = this.#pending.take().at(-1)?.sequence ?? this.#sent;
    const gap = {
      symbol: null,
      reason: "slow",
      from: `${epoch}:${this.#sent + 1}`,
      to: `${epoch}:${to}`,
    };
    this.#write(bytes(frame(format, null, "gap", JSON.stringify(gap))));
    this.#options.cut();
    this.close();
  }

  #write(chunk: Uint8Array): void {
    this.#controller?.enqueue(chunk);
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
