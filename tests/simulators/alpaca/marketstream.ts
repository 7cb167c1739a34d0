/**
 * One client of the simulator's market-data stream (alpaca.md): connected, auth, subscribe, data.
 *
 * @module
 */
import { decode } from "@msgpack/msgpack";
// @ts-types="../ws.d.ts"
import type { RawData, WebSocket } from "ws";
import { type Lasting, STREAM_ERRORS } from "./faults.ts";
import { type DataMessage, toJson, toMsgpack } from "./messages.ts";

/** What a stream asks of the simulator. */
export interface StreamWorld {
  readonly faults: Lasting;
  /** How many instruments may be subscribed to for trades or quotes. */
  readonly symbolLimit: number;
  /** Streams of one key at once. */
  readonly connectionLimit: number;
  readonly authTimeoutMs: number;
  /** Why a key is not let in to a feed: an error's code; `null` where it is. */
  judge(keyId: string, secret: string, feed: string): number | null;
  /** Signed-in streams of a key. */
  connections(keyId: string): number;
  /** Notes what was asked. */
  note(what: "login" | "subscribe" | "unsubscribe", frame: Readonly<Record<string, unknown>>): void;
  /** Counts a message that was sent. */
  sent(message: DataMessage): void;
}

/** The channels of the stock stream, and the type of message each carries. */
const CHANNELS: Readonly<Record<string, string>> = {
  trades: "t",
  quotes: "q",
  bars: "b",
  updatedBars: "u",
  dailyBars: "d",
  statuses: "s",
  lulds: "l",
  imbalances: "i",
};

/** Types that come with the trades' channel. */
const WITH_TRADES: readonly string[] = ["c", "x"];

/** The channels whose instruments are limited. */
const LIMITED: readonly string[] = ["trades", "quotes"];

/** Feeds without the channels of the tape's own events. */
const PLAIN_FEEDS: readonly string[] = ["test"];
const TAPE_CHANNELS: readonly string[] = ["statuses", "lulds", "imbalances"];

/** A client of the market stream. */
export class MarketClient {
  /** Its key once it has signed in. */
  keyId: string | null = null;
  readonly #subscribed = new Map<string, Set<string>>();
  readonly #authTimer: ReturnType<typeof setTimeout>;
  #held: DataMessage | null = null;
  /** Frames that are still on their way, oldest first. */
  readonly #late: Parameters<WebSocket["send"]>[0][] = [];

  constructor(
    readonly socket: WebSocket,
    private readonly feed: string,
    private readonly msgpack: boolean,
    private readonly world: StreamWorld,
  ) {
    for (const channel of Object.keys(CHANNELS)) this.#subscribed.set(channel, new Set());
    this.#authTimer = setTimeout(() => {
      this.error(404);
      socket.close();
    }, world.authTimeoutMs);
    socket.on("message", (data: RawData) => this.#hear(data));
    socket.on("close", () => clearTimeout(this.#authTimer));
    this.#send([{ T: "success", msg: "connected" }]);
  }

  /** Whether neither side has said farewell. */
  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** Says an error of the venue's. */
  error(code: number): void {
    this.#send([{ T: "error", code, msg: STREAM_ERRORS[code] ?? "error" }]);
  }

  /** Sends what this client subscribed to, as one frame. */
  say(messages: readonly DataMessage[]): void {
    const { faults } = this.world;
    if (this.keyId === null || faults.mute) return;
    let wanted = messages.filter((message) => this.#wants(message));
    if (wanted.length === 0) return;
    if (faults.reorder) wanted = this.#reorder(wanted);
    else if (this.#held !== null) {
      // What was held back is late, not lost.
      wanted = [this.#held, ...wanted];
      this.#held = null;
    }
    if (faults.duplicate) wanted = wanted.flatMap((message) => [message, message]);
    if (wanted.length === 0) return;
    for (const message of wanted) this.world.sent(message);
    this.#send(wanted);
  }

  /** Sends something as it stands. */
  raw(text: string): void {
    this.socket.send(this.msgpack ? new TextEncoder().encode(text) : text);
  }

  #wants({ T, S }: DataMessage): boolean {
    const wants = (channel: string) => {
      const symbols = this.#subscribed.get(channel)!;
      return symbols.has(S) || symbols.has("*");
    };
    if (WITH_TRADES.includes(T)) return wants("trades");
    return Object.entries(CHANNELS).some(([channel, type]) => type === T && wants(channel));
  }

  /** Holds the last one back until the next frame. */
  #reorder(messages: readonly DataMessage[]): DataMessage[] {
    const all = this.#held === null ? [...messages] : [...messages, this.#held];
    this.#held = all.length > 1 ? null : all.pop()!;
    return all;
  }

  #send(messages: readonly unknown[]): void {
    if (!this.isOpen) return;
    const { latency } = this.world.faults;
    const frame = this.msgpack ? toMsgpack(messages) : toJson(messages);
    // A stream keeps its order: what is slow to come holds up what follows it.
    if (latency === 0 && this.#late.length === 0) return this.socket.send(frame);
    this.#late.push(frame);
    setTimeout(() => {
      const first = this.#late.shift()!;
      if (this.isOpen) this.socket.send(first);
    }, latency);
  }

  #hear(data: RawData): void {
    const frame = this.#decode(data);
    if (frame === undefined) return this.error(400);
    switch (frame["action"]) {
      case "auth":
        return this.#logIn(frame);
      case "subscribe":
      case "unsubscribe":
        if (this.keyId === null) return this.error(401);
        this.world.note(frame["action"], frame);
        return this.#change(frame["action"], frame);
      default:
        return this.error(400);
    }
  }

  #decode(data: RawData): Record<string, unknown> | undefined {
    try {
      const bytes = data;
      const frame = this.msgpack ? decode(bytes) : JSON.parse(new TextDecoder().decode(bytes));
      return typeof frame === "object" && frame !== null
        ? frame as Record<string, unknown>
        : undefined;
    } catch {
      return undefined;
    }
  }

  #logIn(frame: Readonly<Record<string, unknown>>): void {
    const { world } = this;
    const keyId = String(frame["key"]);
    world.note("login", { key: keyId });
    if (this.keyId !== null) return this.error(403);
    const refusal = world.judge(keyId, String(frame["secret"]), this.feed) ??
      (world.connections(keyId) >= world.connectionLimit ? 406 : null);
    if (refusal !== null) {
      this.error(refusal);
      this.socket.close();
      return;
    }
    clearTimeout(this.#authTimer);
    this.keyId = keyId;
    this.#send([{ T: "success", msg: "authenticated" }]);
  }

  #change(action: "subscribe" | "unsubscribe", frame: Readonly<Record<string, unknown>>): void {
    const asked: [string, string[]][] = [];
    for (const [channel, symbols] of Object.entries(frame)) {
      if (channel === "action") continue;
      const named = Array.isArray(symbols) && symbols.every((s) => typeof s === "string");
      if (!named || !this.#subscribed.has(channel)) return this.error(400);
      if (PLAIN_FEEDS.includes(this.feed) && TAPE_CHANNELS.includes(channel)) {
        return this.error(410);
      }
      asked.push([channel, symbols]);
    }
    if (action === "unsubscribe") {
      for (const [channel, symbols] of asked) {
        for (const symbol of symbols) this.#subscribed.get(channel)!.delete(symbol);
      }
    } else {
      if (asked.some(([, symbols]) => symbols.some((s) => s !== "*" && !/^[A-Z.]+$/.test(s)))) {
        return this.error(400);
      }
      const over = LIMITED.some((limited) => {
        const all = new Set(this.#subscribed.get(limited));
        for (const [channel, symbols] of asked) {
          if (channel === limited) { for (const symbol of symbols) all.add(symbol); }
        }
        return all.size > this.world.symbolLimit;
      });
      if (over) return this.error(405);
      for (const [channel, symbols] of asked) {
        for (const symbol of symbols) this.#subscribed.get(channel)!.add(symbol);
      }
    }
    this.#send([this.#state()]);
  }

  #state() {
    const lists = [...this.#subscribed].map(([channel, symbols]) => [channel, [...symbols]]);
    const trades = [...this.#subscribed.get("trades")!];
    return {
      T: "subscription",
      ...Object.fromEntries(lists),
      corrections: trades,
      cancelErrors: trades,
    };
  }
}
