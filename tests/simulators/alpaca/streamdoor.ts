/**
 * The simulator's door for streams: who is let in, and all that may be done to those who are.
 *
 * @module
 */
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
// @ts-types="../ws.d.ts"
import { type WebSocket, WebSocketServer } from "ws";
import type { Lasting } from "./faults.ts";
import { MarketClient, type StreamWorld } from "./marketstream.ts";
import type { DataMessage } from "./messages.ts";
import { TradeClient } from "./tradestream.ts";

/** What the door works with. */
export interface StreamDoorParts extends Omit<StreamWorld, "connections" | "judge"> {
  readonly faults: Lasting;
  /** Feeds of the plan. */
  readonly feeds: readonly string[];
  accepts(keyId: string, secret: string): boolean;
  /** Notes a close's code. */
  closed(code: number): void;
}

const FEED = /^\/v2\/([a-z_]+)$/;
const KNOWN_FEEDS = ["iex", "sip", "delayed_sip", "test"];

/** What is no frame, and a frame of what are no messages. */
const GARBAGE: readonly string[] = [
  '[{"T":"t","S":',
  "{}",
  '[1,null,{"T":"t","S":"AAPL","p":"dear"},{"T":"zz"},{"S":"AAPL"}]',
];

/** Lets clients in. */
export class StreamDoor {
  readonly #parts: StreamDoorParts;
  readonly #server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #clients = new Map<MarketClient, Socket>();
  readonly #traders = new Set<TradeClient>();

  constructor(parts: StreamDoorParts) {
    this.#parts = parts;
  }

  /** Signed-in market streams; of one key, or of all. */
  connections(keyId?: string): number {
    return [...this.#clients.keys()].filter((one) =>
      one.isOpen && one.keyId !== null && (keyId === undefined || one.keyId === keyId)
    ).length;
  }

  /** Says messages to whoever subscribed to them, as one frame. */
  say(messages: readonly DataMessage[]): void {
    for (const client of this.#clients.keys()) client.say(messages);
  }

  /** Tells the account streams of an order. */
  update(data: Readonly<Record<string, unknown>>): void {
    for (const trader of this.#traders) trader.update(data);
  }

  /** Tells an error of the venue's. */
  error(code: number): void {
    for (const client of this.#clients.keys()) client.error(code);
  }

  /** Says what is no message. */
  garbage(): void {
    for (const client of this.#clients.keys()) for (const text of GARBAGE) client.raw(text);
  }

  /** Cuts every stream without a word. */
  cut(): void {
    for (const socket of this.#clients.values()) socket.destroy();
  }

  /** Says half a frame and cuts: one that announces 256 bytes of text, and has two. */
  truncate(): void {
    for (const socket of this.#clients.values()) {
      socket.write(new Uint8Array([0x81, 126, 1, 0, 0x5b, 0x7b]), () => socket.destroy());
    }
  }

  /** Neither says nor hears anything more on what is open. */
  halfOpen(): void {
    for (const socket of this.#clients.values()) socket.pause();
    this.#clients.clear();
  }

  /** Ends the server; its sockets are the caller's to end. */
  close(): void {
    this.#server.close();
  }

  /** Lets a client in, or not. */
  upgrade(request: IncomingMessage, socket: Socket, head: Uint8Array): void {
    const { faults, accepts, closed, note } = this.#parts;
    const { pathname } = new URL(request.url!, "http://simulator");
    const feed = FEED.exec(pathname)?.[1];
    const isDown = faults.maintenance ||
      (faults.refusing !== null && faults.refusing.code === undefined);
    const isKnown = pathname === "/stream" || KNOWN_FEEDS.includes(feed ?? "");
    if (isDown || !isKnown) {
      const status = isDown ? "503 Service Unavailable" : "404 Not Found";
      socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (ws: WebSocket) => {
      // A client that is gone is no fault of the venue's.
      ws.on("error", () => {});
      ws.on("close", closed);
      if (feed === undefined) {
        const trader = new TradeClient(ws, { accepts, note });
        this.#traders.add(trader);
        ws.on("close", () => this.#traders.delete(trader));
        return;
      }
      const msgpack = request.headers["content-type"] === "application/msgpack";
      const client = new MarketClient(ws, feed, msgpack, this.#world());
      this.#clients.set(client, socket);
      ws.on("close", () => this.#clients.delete(client));
    });
  }

  #world(): StreamWorld {
    const { accepts, faults, feeds } = this.#parts;
    return {
      ...this.#parts,
      connections: (keyId) => this.connections(keyId),
      judge: (keyId, secret, feed) =>
        faults.refusing?.code ??
          (!accepts(keyId, secret) ? 402 : feeds.includes(feed) ? null : 409),
    };
  }
}
