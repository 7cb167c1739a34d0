/**
 * A proxy between a client and a server of any protocol over TCP, which breaks the network on
 * command.
 *
 * @module
 */

/** Where a server listens. */
export interface Endpoint {
  readonly hostname: string;
  readonly port: number;
}

interface Pair {
  readonly client: Deno.TcpConn;
  readonly server: Deno.TcpConn;
}

/** Passes bytes on, unless it is told otherwise. */
export class TcpProxy {
  readonly #pairs = new Set<Pair>();
  /** Ends of connections whose other end was dropped. */
  readonly #stranded = new Set<Deno.TcpConn>();
  readonly #moving = new Set<Promise<void>>();
  #listener: Deno.TcpListener | undefined;
  #port = 0;
  #gate: Promise<void> = Promise.resolve();
  #open = () => {};

  private constructor(private readonly target: Endpoint, private readonly hostname: string) {}

  /**
   * Starts a proxy.
   *
   * @param hostname the address to listen at.
   * @param port 0: one of its own.
   */
  static listen(target: Endpoint, hostname = "127.0.0.1", port = 0): TcpProxy {
    const proxy = new TcpProxy(target, hostname);
    proxy.#port = port;
    proxy.resume();
    return proxy;
  }

  /** The port to connect to; the same for the proxy's whole life. */
  get port(): number {
    return this.#port;
  }

  /** How many connections it carries. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Lets bytes wait, in both directions, while connections stay as they are. */
  pause(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#open();
    this.#gate = promise;
    this.#open = resolve;
  }

  /** Breaks every connection, and refuses new ones. */
  cut(): void {
    this.#listener?.close();
    this.#listener = undefined;
    this.#drop(({ client, server }) => [client, server]);
  }

  /** Breaks every connection, and accepts new ones. */
  sever(): void {
    this.#drop(({ client, server }) => [client, server]);
  }

  /** Breaks every connection on the client's side only: the server sees clients that say nothing. */
  strand(): void {
    for (const { server } of this.#pairs) this.#stranded.add(server);
    this.#drop(({ client }) => [client]);
  }

  /** Accepts connections and passes bytes on, as at first. */
  resume(): void {
    this.#open();
    this.#open = () => {};
    this.#gate = Promise.resolve();
    if (this.#listener !== undefined) return;
    this.#listener = Deno.listen({ hostname: this.hostname, port: this.#port });
    this.#port = this.#listener.addr.port;
    this.#track(this.#accept(this.#listener));
  }

  /** Ends it, and waits until nothing is left of it. */
  async close(): Promise<void> {
    this.cut();
    this.#open();
    for (const conn of this.#stranded) closeQuietly(conn);
    await Promise.all(this.#moving);
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    try {
      for await (const client of listener) this.#track(this.#carry(client));
    } catch (error) {
      // A client that gave up before it was accepted.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #carry(client: Deno.TcpConn): Promise<void> {
    let server: Deno.TcpConn;
    try {
      server = await Deno.connect(this.target);
    } catch {
      client.close();
      return;
    }
    const pair = { client, server };
    this.#pairs.add(pair);
    await Promise.all([this.#move(client, server), this.#move(server, client)]);
    this.#pairs.delete(pair);
    closeQuietly(client);
    if (!this.#stranded.has(server)) closeQuietly(server);
  }

  /** Passes bytes on until there are no more, and says so to the other end. */
  async #move(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (;;) {
        const count = await from.read(buffer);
        await this.#gate;
        if (count === null) break;
        for (let sent = 0; sent < count;) sent += await to.write(buffer.subarray(sent, count));
      }
      if (!this.#stranded.has(to)) await to.closeWrite();
    } catch {
      // One end is broken: so must the other be.
      for (const conn of [from, to]) if (!this.#stranded.has(conn)) closeQuietly(conn);
    }
  }

  #drop(ends: (pair: Pair) => Deno.TcpConn[]): void {
    const pairs = [...this.#pairs];
    this.#pairs.clear();
    for (const conn of pairs.flatMap(ends)) closeQuietly(conn);
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#moving.delete(tracked));
    this.#moving.add(tracked);
  }
}

function closeQuietly(conn: Deno.TcpConn): void {
  try {
    conn.close();
  } catch {
    // Closed already.
  }
}
