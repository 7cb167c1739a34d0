/**
 * A venue that speaks as Alpaca does, on a real socket: trading and data REST, the market stream in
 * JSON and msgpack, the account stream. One port serves all of it.
 *
 * @module
 */
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { type Fault, type Lasting, noFaults } from "./faults.ts";
import { SIM_INSTRUMENTS, type SimInstrument, SimMarket } from "./market.ts";
import { type DataMessage, type Id, Nanos, type SimQuote, type SimTrade } from "./messages.ts";
import { playRecording, walk } from "./pace.ts";
import type { SimAccount } from "./rest.ts";
import { RestDoor } from "./restdoor.ts";
import { StreamDoor } from "./streamdoor.ts";

/** What the simulator starts with. */
export interface SimOptions {
  readonly port?: number;
  readonly instruments?: readonly SimInstrument[];
  /** Feeds of the plan. */
  readonly feeds?: readonly string[];
  /** Instruments that the plan streams. */
  readonly symbolLimit?: number;
  /** Streams of one key at once. */
  readonly connectionLimit?: number;
  /** Requests a minute. */
  readonly requestLimit?: number;
  /** Messages a second, of all instruments together; 0: only what it is told to say. */
  readonly rate?: number;
  readonly authTimeoutMs?: number;
  /** How far its clock is ahead of the wall's, in milliseconds. */
  readonly ahead?: number;
}

/** What the simulator was asked. */
export interface Seen {
  readonly requests: { readonly path: string; readonly query: Readonly<Record<string, string>> }[];
  readonly logins: Readonly<Record<string, unknown>>[];
  readonly subscribes: Readonly<Record<string, unknown>>[];
  readonly unsubscribes: Readonly<Record<string, unknown>>[];
  /** The code of each stream's close: 1000 and 1005 are clean, 1006 is a cut. */
  readonly closes: number[];
}

/** The keys of the account that is there from the start. */
export const SIM_KEYS = {
  keyId: "PKSIMULATED0000001",
  secret: "simulated-secret-that-nobody-may-see",
};

/** The venue. */
export class AlpacaSimulator {
  readonly market: SimMarket;
  readonly seen: Seen = { requests: [], logins: [], subscribes: [], unsubscribes: [], closes: [] };
  /** Messages sent, by symbol and type, such as `AAPL t`. */
  readonly sent = new Map<string, number>();
  readonly accounts = new Map<string, SimAccount>();
  /** What the clock says of the market, and whatever else REST answers from. */
  readonly world: { isOpen: boolean };
  readonly #options: Required<SimOptions>;
  readonly #faults: Lasting = noFaults();
  readonly #streams: StreamDoor;
  readonly #http;
  readonly #raw = new Set<Socket>();
  #walking: { stop(): void } | undefined;

  constructor(options: SimOptions = {}) {
    const all = this.#options = {
      port: 0,
      instruments: SIM_INSTRUMENTS,
      feeds: ["iex", "delayed_sip", "test"],
      symbolLimit: 30,
      connectionLimit: 1,
      requestLimit: 200,
      rate: 0,
      authTimeoutMs: 10_000,
      ahead: 0,
      ...options,
    };
    const market = this.market = new SimMarket(all.instruments, all.ahead);
    const { requests, logins, subscribes, unsubscribes, closes } = this.seen;
    const noted = { login: logins, subscribe: subscribes, unsubscribe: unsubscribes };
    const faults = this.#faults;
    const world = {
      market,
      feeds: all.feeds,
      isOpen: true,
      faults,
      requestLimit: all.requestLimit,
    };
    const rest = new RestDoor(
      this.world = Object.assign(world, {
        accountOf: (keyId: string, secret: string) =>
          this.#accepts(keyId, secret) ? this.accounts.get(keyId) : undefined,
        note: (request: Seen["requests"][number]) => void requests.push(request),
        command: (fault: Fault) => this.command(fault),
      }),
    );
    this.#streams = new StreamDoor({
      ...all,
      faults,
      accepts: (keyId, secret) => this.#accepts(keyId, secret),
      note: (what, frame) => void noted[what].push(frame),
      sent: ({ S, T }) => void this.sent.set(`${S} ${T}`, (this.sent.get(`${S} ${T}`) ?? 0) + 1),
      closed: (code) => void closes.push(code),
    });
    this.#http = createServer((request, response) => void rest.serve(request, response));
    this.addAccount(SIM_KEYS.keyId, SIM_KEYS.secret);
  }

  /** Adds an account, in good standing. */
  addAccount(keyId: string, secret: string): SimAccount {
    const standing = { status: "ACTIVE", account_blocked: false, trading_blocked: false };
    const account = { keyId, secret, ...standing };
    this.accounts.set(keyId, account);
    return account;
  }

  /** Where it listens. */
  get port(): number {
    const address = this.#http.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** The endpoints to configure a provider with. */
  get endpoints() {
    const host = `127.0.0.1:${this.port}`;
    return { trading: `http://${host}`, data: `http://${host}`, stream: `ws://${host}` };
  }

  /** Signed-in market streams. */
  get connections(): number {
    return this.#streams.connections();
  }

  /** Begins to listen. */
  async listen(): Promise<this> {
    this.#http.on("connection", (socket: Socket) => {
      this.#raw.add(socket);
      socket.on("close", () => this.#raw.delete(socket));
      // A client that is gone is no fault of the venue's.
      socket.on("error", () => {});
    });
    this.#http.on(
      "upgrade",
      (request, socket, head) => this.#streams.upgrade(request, socket as Socket, head),
    );
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#http.listen(this.#options.port, "127.0.0.1", () => resolve());
    await promise;
    const { rate } = this.#options;
    if (rate > 0) {
      this.#walking = walk(this.market, rate, (messages) => this.#streams.say(messages));
    }
    return this;
  }

  /** Says nothing more by itself. */
  hush(): void {
    this.#walking?.stop();
  }

  /** Ends everything at once. */
  async stop(): Promise<void> {
    this.#walking?.stop();
    for (const socket of this.#raw) socket.destroy();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#http.close(() => resolve());
    await promise;
    this.#streams.close();
  }

  /** Says messages to whoever subscribed to them, as one frame; trades and quotes are remembered. */
  say(...messages: DataMessage[]): void {
    for (const { T, S, ...row } of messages) {
      const book = this.market.books.get(S);
      if (T === "t") book?.add("t", row as unknown as SimTrade);
      if (T === "q") book?.add("q", row as unknown as SimQuote);
    }
    this.#streams.say(messages);
  }

  /** A trade with what a test does not care about filled in. */
  trade(S: string, fields: Partial<SimTrade> & { i: Id }): DataMessage {
    return {
      T: "t",
      S,
      x: "V",
      p: 100,
      s: 100,
      c: ["@"],
      t: Nanos.now(this.market.ahead),
      z: "C",
      ...fields,
    };
  }

  /** Says what a recording holds; see {@link playRecording}. */
  play(path: string, speed: number | "max" = "max"): Promise<number> {
    return playRecording(path, speed, (message) => this.say(message));
  }

  /** Tells the account stream of an order. */
  update(data: Readonly<Record<string, unknown>>): void {
    this.#streams.update(data);
  }

  /** Misbehaves. */
  command(fault: Fault): void {
    const faults = this.#faults;
    switch (fault.fault) {
      case "drop":
        return this.#streams.cut();
      case "half-open":
        return this.#streams.halfOpen();
      case "garbage":
        return this.#streams.garbage();
      case "truncated":
        return this.#streams.truncate();
      case "error":
        return this.#streams.error(fault.code);
      case "slow":
        faults.latency = fault.by;
        return;
      case "rate-limit":
        faults.rateLimited = { retryAfter: fault.retryAfter };
        return;
      case "refuse":
        faults.refusing = { code: fault.code };
        return;
      case "maintenance":
        faults.maintenance = true;
        return this.#streams.cut();
      case "mute":
      case "expire":
      case "broken":
      case "duplicate":
      case "reorder":
      case "echoes":
        faults[fault.fault] = true;
        return;
      case "none":
        Object.assign(faults, noFaults());
        return;
      default:
        throw new TypeError(`no such fault: ${JSON.stringify(fault)}`);
    }
  }

  #accepts(keyId: string, secret: string): boolean {
    return !this.#faults.expire && this.accounts.get(keyId)?.secret === secret;
  }
}

/** Starts a simulator. */
export function start(options: SimOptions = {}): Promise<AlpacaSimulator> {
  return new AlpacaSimulator(options).listen();
}
