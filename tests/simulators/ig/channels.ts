/**
 * Where a Lightstreamer session speaks: a socket, or a response that goes on.
 *
 * @module
 */
import type { Channel } from "./pushsession.ts";

/** A WebSocket as a channel. */
export function socketChannel(socket: WebSocket): Channel {
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close() {
      if (socket.readyState <= WebSocket.OPEN) socket.close();
    },
  };
}

/** A response whose body is the channel. */
export function bodyChannel(gone: () => void): { channel: Channel; response: Response } {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    cancel() {
      controller = undefined;
      gone();
    },
  });
  const channel: Channel = {
    send: (text) => controller?.enqueue(encoder.encode(text)),
    close() {
      controller?.close();
      controller = undefined;
    },
  };
  return { channel, response: new Response(body, { headers: PLAIN }) };
}

const PLAIN = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };

/** A response of lines. */
export function text(lines: string): Response {
  return new Response(lines, { headers: PLAIN });
}
