/**
 * One client of the simulator's account stream (alpaca.md, trade_updates): frames are binary, with
 * JSON in them.
 *
 * @module
 */
// @ts-types="../ws.d.ts"
import type { RawData, WebSocket } from "ws";

/** What is heard of it: whether keys are good, and what was asked. */
export interface TradeWorld {
  accepts(keyId: string, secret: string): boolean;
  note(what: "login", frame: Readonly<Record<string, unknown>>): void;
}

/** A client of the account stream. */
export class TradeClient {
  #authorized = false;
  #streams: readonly string[] = [];

  constructor(private readonly socket: WebSocket, private readonly world: TradeWorld) {
    socket.on("message", (data: RawData) => this.#hear(data));
  }

  /** Tells an update of an order, if the client listens. */
  update(data: Readonly<Record<string, unknown>>): void {
    if (this.#streams.includes("trade_updates")) this.#send({ stream: "trade_updates", data });
  }

  #send(message: unknown): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.socket.send(new TextEncoder().encode(JSON.stringify(message)));
  }

  #hear(data: RawData): void {
    let frame: Record<string, unknown>;
    try {
      frame = JSON.parse(new TextDecoder().decode(data as Uint8Array));
    } catch {
      return this.#fail("invalid syntax");
    }
    const inner = (frame["data"] ?? {}) as Record<string, unknown>;
    switch (frame["action"]) {
      case "auth":
        return this.#logIn(String(frame["key"]), String(frame["secret"]));
      case "authenticate":
        return this.#logIn(String(inner["key_id"]), String(inner["secret_key"]));
      case "listen": {
        if (!this.#authorized) return this.#fail("not authorized");
        const asked = Array.isArray(inner["streams"]) ? inner["streams"] : [];
        this.#streams = asked.filter((stream) => stream === "trade_updates");
        return this.#send({ stream: "listening", data: { streams: this.#streams } });
      }
      default:
        return this.#fail("unknown action");
    }
  }

  #logIn(keyId: string, secret: string): void {
    this.world.note("login", { key: keyId, stream: "trade_updates" });
    this.#authorized = this.world.accepts(keyId, secret);
    const status = this.#authorized ? "authorized" : "unauthorized";
    this.#send({ stream: "authorization", data: { status, action: "authenticate" } });
  }

  #fail(error_message: string): void {
    this.#send({ action: "error", data: { error_message } });
  }
}
