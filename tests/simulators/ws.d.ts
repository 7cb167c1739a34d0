/**
 * The part of `ws` that the simulators use: its published types bring other ones for Node along,
 * which differ from Deno's.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

/** A message's bytes. */
export type RawData = Uint8Array;

/** The server's end of a WebSocket. */
export interface WebSocket {
  readonly OPEN: number;
  readonly readyState: number;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  on(event: "message", hear: (data: RawData) => void): void;
  on(event: "close", hear: (code: number) => void): void;
  on(event: "error", hear: (error: Error) => void): void;
}

/** Upgrades requests of an HTTP server. */
export class WebSocketServer {
  constructor(options: { noServer: true; perMessageDeflate: boolean });
  handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Uint8Array,
    upgraded: (socket: WebSocket) => void,
  ): void;
  close(): void;
}
