/**
 * `GET /api/v1/stream`: the live stream as a service of the HTTP surface.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { Broadcaster } from "./broadcaster.ts";
import { Client } from "./client.ts";
import { open } from "./opening.ts";
import { type Known, streamQuery, type StreamRequest, toRequest } from "./query.ts";
import { eventSchema } from "./schemas.ts";
import { consumed, hears, type StreamFormat } from "./subscription.ts";
import { acceptedOf } from "../accept.ts";
import { problems, READ } from "../openapi.ts";
import { unavailable } from "../problem.ts";
import { logger } from "../../log.ts";
import type { Shared } from "../../shared.ts";
import { messageOf } from "../../../domain/errors.ts";

/** The stream's part of the HTTP surface. */
export interface StreamService {
  mount(app: OpenAPIHono): void;
  /** Clients connected. */
  clients(): number;
  /** Ends every client's stream. */
  close(): Promise<void>;
}

/** What suits a daemon, and not every test. */
export interface StreamOptions {
  /** Between two signs of life, in milliseconds. */
  readonly keepAlive: number;
  /** Candles read at once. */
  readonly page: number;
}

/** The standard advises a comment every 15 s (HTML, 9.2.7). */
const DEFAULTS: StreamOptions = { keepAlive: 15_000, page: 2_000 };

const log = logger("http");

/**
 * Makes the stream.
 *
 * @param guard makes a function safe for a timer.
 */
export function createStream(
  shared: Shared,
  guard: (run: () => void) => () => void,
  { keepAlive, page }: StreamOptions = DEFAULTS,
): StreamService {
  const { hub, meters, settings } = shared;
  const broadcaster = new Broadcaster(hub, guard, keepAlive);
  const clients = new Set<Client>();
  let closed = false;
  shared.overload.measure("hub", () => broadcaster.waiting);
  shared.overload.measure("clients", () => {
    let bytes = 0;
    for (const client of clients) bytes += client.waiting;
    return bytes;
  });

  const connect = (request: StreamRequest): Client => {
    const { subscription } = request;
    const release = shared.demand.hold(consumed(subscription));
    hub.refresh((type, symbol) => hears(subscription, type, symbol));
    const head = hub.sequence;
    const client = new Client({
      format: subscription.format,
      epoch: hub.epoch,
      cap: settings.stream.buffer,
      head,
      gone: (client) => {
        release();
        broadcaster.remove(client);
        clients.delete(client);
        meters.streamClients.set(clients.size);
      },
      wrote: (bytes) => meters.streamBytes.inc(bytes),
      conflated: () => meters.streamConflated.inc(),
      cut: () => meters.streamSlow.inc(),
    });
    broadcaster.add(client, subscription);
    clients.add(client);
    meters.streamClients.set(clients.size);
    open(shared, client, request, head, page).catch((error) => {
      log.warn("a stream could not begin: {reason}", { reason: messageOf(error) });
      client.close();
    });
    return client;
  };

  return {
    clients: () => clients.size,
    close() {
      closed = true;
      broadcaster.close();
      for (const client of [...clients]) client.close();
      return Promise.resolve();
    },
    mount(app) {
      app.openapi(routeOf(knownOf(shared)), (c) => {
        if (closed || clients.size >= settings.stream.clients) {
          meters.streamRefused.inc();
          const why = closed ? "marketd is stopping" : `${clients.size} clients are connected`;
          throw unavailable("no-room", `Cannot take another client: ${why}.`);
        }
        const type = acceptedOf(c, ["text/event-stream", "application/x-ndjson"]);
        const format: StreamFormat = type === "text/event-stream" ? "sse" : "ndjson";
        const request = toRequest(c.req.valid("query"), c.req.header("last-event-id"), format);
        const headers = {
          "content-type": `${type}; charset=utf-8`,
          "cache-control": "no-cache, no-transform",
          "vary": "Accept",
          "x-accel-buffering": "no",
        };
        if (c.req.raw.method === "HEAD") return c.body(null, 200, headers);
        return c.body(connect(request).body, 200, headers);
      });
    },
  };
}

function knownOf({ directory, intervals }: Shared): Known {
  return {
    intervals: intervals.map(({ name }) => name),
    isFollowed: (symbol) => directory.get(symbol) !== undefined,
    symbols: () => directory.all().map(({ instrument }) => instrument.symbol),
  };
}

function routeOf(known: Known) {
  return createRoute({
    method: "get",
    path: "/api/v1/stream",
    operationId: "openStream",
    tags: ["stream"],
    summary: "Live ticks, candles, gaps and states",
    description: "Server-Sent Events or, by `Accept: application/x-ndjson`, one JSON object a " +
      "line. The first event is `hello`. `Last-Event-ID` resumes: trades and closed candles " +
      "exactly, of the rest the latest; what is gone is told in `missed`.",
    security: READ,
    request: {
      query: streamQuery(known),
      headers: z.object({
        "last-event-id": z.string().optional().openapi({
          description: "The last event received: `<epoch>:<sequence>`.",
        }),
      }),
    },
    responses: {
      200: {
        description: "Events without an end, each as the schema has it: as SSE its fields are " +
          "`id`, `event` and `data` (JSON), after a `retry:` in milliseconds, with a comment " +
          "`: keepalive` every 15 s; else one object a line.",
        content: {
          "text/event-stream": { schema: eventSchema },
          "application/x-ndjson": { schema: eventSchema },
        },
      },
      ...problems(400, 406, 503),
    },
  });
}
