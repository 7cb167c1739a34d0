/**
 * Clients of streams, in a process of their own: they read from the socket, count the bytes and,
 * where that is asked for, keep what came when.
 *
 * @module
 */
import { answerAll } from "../child.ts";

/** What the clients are asked. */
export type ClientsRequest =
  /** Connects so many clients; answered when all have their first bytes. */
  | { readonly do: "connect"; readonly url: string; readonly count: number }
  /** Answered with the bytes that all clients have read since they connected. */
  | { readonly do: "count" }
  /** Keeps from here on what the last client that connected reads. */
  | { readonly do: "record" }
  /** Answered with a {@link Arrival} for each of the ids found in what was kept. */
  | { readonly do: "arrivals" }
  /** Answered with this process's time, for setting clocks against each other. */
  | { readonly do: "time" }
  | { readonly do: "disconnect" };

/** When the event with an id was read, by this process's time. */
export type Arrival = readonly [id: string, at: number];

interface Read {
  readonly at: number;
  readonly text: string;
}

const BUFFER = 262_144;
const decoder = new TextDecoder();

let bytes = 0;
let connections: Deno.Conn[] = [];
let kept: Read[] | null = null;
let recorded: Deno.Conn | undefined;

/** Milliseconds, and fractions of one. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

async function connect(url: string, count: number): Promise<void> {
  const { hostname, port, host, pathname, search } = new URL(url);
  const request = new TextEncoder().encode(
    `GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\naccept: text/event-stream\r\n\r\n`,
  );
  for (let client = 0; client < count; client++) {
    const connection = await Deno.connect({ hostname, port: Number(port) });
    connection.setNoDelay(true);
    await connection.write(request);
    const buffer = new Uint8Array(BUFFER);
    const length = await connection.read(buffer) ?? 0;
    const head = decoder.decode(buffer.subarray(0, length));
    if (!head.startsWith("HTTP/1.1 200")) throw new Error(`${url} answered ${head}`);
    connections.push(connection);
    recorded = connection;
    void read(connection, buffer);
  }
}

/** Reads until the connection is closed, from either side. */
async function read(connection: Deno.Conn, buffer: Uint8Array): Promise<void> {
  try {
    for (let length = await connection.read(buffer); length !== null;) {
      bytes += length;
      if (kept !== null && connection === recorded) {
        const at = now();
        kept.push({ at, text: decoder.decode(buffer.subarray(0, length)) });
      }
      length = await connection.read(buffer);
    }
  } catch {
    // It was closed under it.
  }
}

/** An event counts as read when the id in it is. */
function arrivals(): Arrival[] {
  const reads = kept ?? [];
  const text = reads.map((read) => read.text).join("");
  const found: Arrival[] = [];
  let read = 0;
  let end = reads[0]?.text.length ?? 0;
  for (const match of text.matchAll(/"id":"([^"]*)"/g)) {
    while (match.index >= end) end += reads[++read]!.text.length;
    found.push([match[1]!, reads[read]!.at]);
  }
  return found;
}

await answerAll<ClientsRequest>((request) => {
  switch (request.do) {
    case "connect":
      return connect(request.url, request.count);
    case "count":
      return bytes;
    case "record":
      kept = [];
      return;
    case "arrivals":
      return arrivals();
    case "time":
      return now();
    case "disconnect":
      for (const connection of connections) connection.close();
      connections = [];
  }
});
