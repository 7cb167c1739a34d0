/**
 * The simulator's door for REST: keys, the requests a minute allows, faults, and `POST /control`.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Fault, Lasting } from "./faults.ts";
import { toJson } from "./messages.ts";
import { answer, type RestWorld, type SimAccount } from "./rest.ts";

/** What the door works with. */
export interface RestDoorParts extends RestWorld {
  readonly faults: Lasting;
  /** Requests a minute. */
  readonly requestLimit: number;
  /** The account of a key; `undefined` where the keys are not good. */
  accountOf(keyId: string, secret: string): SimAccount | undefined;
  note(request: { path: string; query: Readonly<Record<string, string>> }): void;
  command(fault: Fault): void;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers requests. */
export class RestDoor {
  readonly #parts: RestDoorParts;
  #requests: number[] = [];

  constructor(parts: RestDoorParts) {
    this.#parts = parts;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { faults, note } = this.#parts;
    const url = new URL(request.url!, "http://simulator");
    if (url.pathname === "/control" && request.method === "POST") {
      return await this.#control(request, response);
    }
    note({ path: url.pathname, query: Object.fromEntries(url.searchParams) });
    if (faults.latency > 0) await new Promise((resolve) => setTimeout(resolve, faults.latency));
    const { status, body, headers } = this.#answer(request, url);
    response.writeHead(status, { "Content-Type": "application/json", ...headers });
    response.end(toJson(body));
  }

  #answer(request: IncomingMessage, url: URL): Answer {
    const { accountOf, faults, requestLimit } = this.#parts;
    const headers: Record<string, string> = { "X-Request-ID": crypto.randomUUID() };
    const failed = (status: number, message: string) => ({ status, body: { message }, headers });
    if (faults.maintenance) return failed(503, "service unavailable");
    const keyId = String(request.headers["apca-api-key-id"]);
    const account = accountOf(keyId, String(request.headers["apca-api-secret-key"]));
    if (account === undefined) {
      // The worst that a venue could do with keys: say them back.
      return failed(
        401,
        faults.echoes ? `unauthorized: ${Object.values(request.headers)}` : "unauthorized.",
      );
    }
    const now = Date.now();
    this.#requests = this.#requests.filter((at) => at > now - 60_000);
    const left = requestLimit - this.#requests.length - 1;
    headers["X-RateLimit-Limit"] = String(requestLimit);
    headers["X-RateLimit-Remaining"] = String(Math.max(0, left));
    headers["X-RateLimit-Reset"] = String(Math.ceil(now / 1_000) + 60);
    if (faults.rateLimited !== null || left < 0) {
      const retryAfter = faults.rateLimited?.retryAfter;
      if (retryAfter !== undefined) headers["Retry-After"] = String(retryAfter);
      return failed(429, "too many requests.");
    }
    this.#requests.push(now);
    if (faults.broken) return failed(500, "internal server error");
    const asked = { path: url.pathname, query: url.searchParams, account };
    return { ...answer(this.#parts, asked), headers };
  }

  async #control(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += new TextDecoder().decode(chunk);
    try {
      this.#parts.command(JSON.parse(text));
      response.writeHead(204);
      response.end();
    } catch (error) {
      response.writeHead(400);
      response.end(`${error}\n`);
    }
  }
}
