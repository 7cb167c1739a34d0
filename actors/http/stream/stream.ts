/**
 * `GET /api/v1/stream`: the live stream as a service of the HTTP surface.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { closest } from "fastest-levenshtein";
import { Broadcaster } from "./broadcaster.ts";
import { Client } from "./client.ts";
import { open } from "./opening.ts";
import { type QueryProblem, readQuery, streamQuery } from "./query.ts";
import type { StreamFormat } from "./subscription.ts";
import { ProblemError } from "../problem.ts";
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

/** How long a refused client should wait, in seconds. */
const RETRY_AFTER = 5;

const TYPES: Readonly<Record<StreamFormat, string>> = {
  sse: "text/event-stream; charset=utf-8",
  ndjson: "application/x-ndjson; charset=utf-8",
};

const log = logger("http");

/**
 * Makes the stream.
 *
 * @param guard makes a function safe for a timer.
 */
export function createStream(
  shared: Shared,
  guard: (run: () => void) => () => void,
): StreamService {
  const { hub, meters, settings } = shared;
  const broadcaster = new Broadcaster(hub, guard);
  const clients = new Set<Client>();
  let closed = false;

  const connect = (request: Parameters<typeof open>[2]): Client => {
    const head = hub.sequence;
    const client = new Client({
      format: request.subscription.format,
      epoch: hub.epoch,
      cap: settings.stream.buffer,
      from: head,
      gone: (client) => {
        broadcaster.remove(client);
        clients.delete(client);
        meters.streamClients.set(clients.size);
      },
      wrote: (bytes) => meters.streamBytes.inc(bytes),
      conflated: () => meters.streamConflated.inc(),
      cut: () => meters.streamSlow.inc(),
    });
    broadcaster.add(client, request.subscription);
    clients.add(client);
    meters.streamClients.set(clients.size);
    open(shared, client, request, head).catch((error) => {
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
      app.openapi(route, (c) => {
        const format = c.req.header("accept")?.includes("application/x-ndjson") ? "ndjson" : "sse";
        const request = readQuery(c.req.valid("query"), c.req.header("last-event-id"), format, {
          intervals: shared.intervals.map(({ name }) => name),
          symbolProblem: (symbol) => symbolProblem(shared, symbol),
        });
        if (Array.isArray(request)) {
          const [{ path, message }] = request as [QueryProblem];
          throw new ProblemError(400, "bad-query", `Cannot stream: ${path} ${message}.`, {
            errors: request,
          });
        }
        if (closed || clients.size >= settings.stream.clients) {
          meters.streamRefused.inc();
          const why = closed ? "marketd is stopping" : `${clients.size} clients are connected`;
          throw new ProblemError(503, "no-room", `Cannot take another client: ${why}.`, {
            headers: { "retry-after": String(RETRY_AFTER) },
          });
        }
        const headers = {
          "content-type": TYPES[format],
          "cache-control": "no-cache, no-transform",
          "x-accel-buffering": "no",
        };
        if (c.req.raw.method === "HEAD") return c.body(null, 200, headers);
        return c.body(connect(request).body, 200, headers);
      });
    },
  };
}

function symbolProblem({ directory }: Shared, symbol: string): string | null {
  if (directory.get(symbol) !== undefined) return null;
  const near = closest(symbol, directory.all().map(({ instrument }) => instrument.symbol));
  return `must be followed (was "${symbol}"${near === "" ? "" : `; did you mean ${near}?`})`;
}

const route = createRoute({
  method: "get",
  path: "/api/v1/stream",
  tags: ["stream"],
  summary: "Live ticks, candles, gaps and states",
  description:
    "Server-Sent Events or, by `Accept: application/x-ndjson`, one JSON object a line. The first " +
    "event is `hello`. `Last-Event-ID` resumes: trades and closed candles exactly, of the rest the " +
    "latest; what is gone is told in `missed`.",
  request: {
    query: streamQuery,
    headers: z.object({
      "last-event-id": z.string().optional().openapi({
        description: "The last event received: `<epoch>:<sequence>`.",
      }),
    }),
  },
  responses: {
    200: {
      description: "The stream.",
      content: {
        "text/event-stream": { schema: z.string() },
        "application/x-ndjson": { schema: z.string() },
      },
    },
    400: { description: "The query cannot be used; a problem document says why." },
    503: { description: "No more clients can be taken; see Retry-After." },
  },
});
