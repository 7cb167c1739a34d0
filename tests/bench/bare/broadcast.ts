/**
 * What a fan-out costs at least: a server that hands every client the same bytes, and does nothing
 * else.
 *
 * @module
 */

/** Bytes that a client's socket may hold; one that holds more is passed over, as a slow one is. */
const SOCKET = 65_536;

/** A bare broadcast. */
export class Broadcast {
  readonly #clients = new Set<ReadableStreamDefaultController<Uint8Array>>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.#server = Deno.serve(options, () => this.#answer());
  }

  /** Where it listens. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  #answer(): Response {
    let mine: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        mine = controller;
        controller.enqueue(new TextEncoder().encode(": hello\n\n"));
        this.#clients.add(controller);
      },
      cancel: () => void this.#clients.delete(mine),
    }, { highWaterMark: SOCKET, size: (chunk) => chunk.byteLength });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }

  /** Hands everyone who has room the same bytes. */
  send(chunk: Uint8Array): void {
    for (const client of this.#clients) {
      if (client.desiredSize! > 0) client.enqueue(chunk);
    }
  }

  /** Stops listening. The clients must be gone. */
  async stop(): Promise<void> {
    await this.#server.shutdown();
  }
}
