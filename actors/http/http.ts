/**
 * The HTTP surface as an actor.
 *
 * @module
 */
import { serverUrl } from "../commands/address.ts";
import { createService } from "../service.ts";
import { createApp } from "./app.ts";
import type { HttpInput, Surroundings } from "./deps.ts";
import { listen, type Server } from "./listen.ts";
import { problemResponse, toProblem } from "./problem.ts";
import { createStream } from "./stream/stream.ts";
import { MarketdError } from "../../domain/errors.ts";

/** What the HTTP surface answers to. */
export type HttpCommand = { type: "drain" };

/** How long requests under way may take when all is closed, in milliseconds. */
const DRAIN_TIMEOUT = 3_000;

/** The HTTP surface as an actor. Ready when it listens; answers `drain` when all are served. */
export const http = createService<HttpCommand, HttpInput>(
  ({ input, receive, self, sendBack, guard }) => {
    const { host, port } = input.shared.settings.server;
    const abort = new AbortController();
    const stream = createStream(input.shared, guard);
    let server: Server | undefined;
    let draining = false;
    let closed = false;
    const app = createApp({ ...input, from: self, stream, draining: () => draining });

    guard(async () => {
      server = await listen(
        { hostname: host, port },
        abort.signal,
        async (request, { remoteAddr }) => {
          const surroundings: Surroundings = { remote: remoteAddr.hostname };
          const response = await app.fetch(request, surroundings);
          return request.method === "HEAD" ? withoutLength(response) : response;
        },
        (error) => problemResponse("", toProblem(error, "A request", "")),
      );
      if (server === undefined) return;
      input.listening(serverUrl({ host, port: server.addr.port }));
      sendBack({ type: "child.ready", id: self.id });
      await server.finished;
      if (!draining && !abort.signal.aborted) {
        throw new MarketdError("server-stopped", "The HTTP server stopped without being told to.");
      }
    })();

    async function drain(): Promise<void> {
      draining = true;
      await stream.close();
      const deadline = setTimeout(() => abort.abort(), DRAIN_TIMEOUT);
      await server?.shutdown();
      clearTimeout(deadline);
      closed = true;
      sendBack({ type: "child.drained", id: self.id });
    }

    receive(guard(({ type }) => type === "drain" ? drain() : undefined));
    return () => {
      // Aborting a server that is closed throws.
      if (!closed) abort.abort();
      guard(() => stream.close())();
    };
  },
);

/**
 * An answer to HEAD whose length is not said gets a body of unknown length, which is never sent: for
 * one without a body the server would say that the length is 0.
 */
function withoutLength(response: Response): Response {
  return response.headers.has("content-length")
    ? response
    : new Response(new Blob([]).stream(), response);
}
