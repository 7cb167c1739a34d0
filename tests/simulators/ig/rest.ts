/**
 * The simulated venue's REST door: versions, tokens, allowances, and what it was asked.
 *
 * @module
 */
import type { VenueSession } from "./accounts.ts";
import { failure, json } from "./answers.ts";
import type { Faults } from "./faults.ts";
import { market, markets, type MarketsHost, prices, sentiment } from "./marketroutes.ts";
import {
  describe,
  encryptionKey,
  refresh,
  type SessionsHost,
  signIn,
  switchAccount,
} from "./sessionroutes.ts";

/** What the door works with. */
export interface RestHost extends SessionsHost, MarketsHost {
  readonly faults: Faults;
  /** Requests a minute by key and by account; beyond, 403. */
  readonly perMinute: { readonly key: number; readonly account: number };
}

/** A request as it came. */
export interface Asked {
  readonly method: string;
  /** Below `/gateway/deal`, with the query. */
  readonly path: string;
  readonly version: number;
}

const VERSIONS: Readonly<Record<string, readonly number[]>> = {
  "POST /session": [1, 2, 3],
  "POST /session/refresh-token": [1],
  "GET /session": [1],
  "PUT /session": [1],
  "DELETE /session": [1],
  "GET /session/encryptionKey": [1],
  "GET /accounts": [1],
  "GET /markets": [1, 2],
  "GET /markets/*": [1, 2, 3],
  "GET /prices/*": [1, 2, 3],
  "GET /clientsentiment/*": [1],
};

/** Requests that need no session. */
const OPEN = new Set([
  "POST /session",
  "POST /session/refresh-token",
  "GET /session/encryptionKey",
]);

/** The door. */
export class RestDoor {
  readonly asked: Asked[] = [];
  readonly #spent = { key: [] as number[], account: [] as number[] };

  constructor(private readonly host: RestHost) {}

  /** Answers a request below `/gateway/deal`. */
  async handle(request: Request, path: string, url: URL): Promise<Response> {
    const { faults } = this.host;
    const override = request.headers.get("_method")?.toUpperCase();
    const method = request.method === "POST" ? override ?? "POST" : request.method;
    const version = Number(request.headers.get("version") ?? 1);
    this.asked.push({ method, path: path + url.search, version });
    if (faults.slow > 0) await new Promise((resolve) => setTimeout(resolve, faults.slow));
    if (faults.maintenance) {
      return new Response("<html>We are down for maintenance</html>", { status: 503 });
    }
    const [, resource = "", ...rest] = path.split("/");
    const isSession = resource === "session";
    const route = `${method} /${isSession ? path.slice(1) : resource}${
      !isSession && rest.length > 0 ? "/*" : ""
    }`;
    const versions = VERSIONS[route];
    if (versions === undefined) return failure(405, "invalid.method");
    if (!versions.includes(version)) return failure(404, "invalid.url");
    if (route !== "DELETE /session") {
      if (faults.allowance !== null) return failure(403, faults.allowance);
      if (this.#exceeds("key")) return failure(403, "error.public-api.exceeded-api-key-allowance");
    }
    if (OPEN.has(route)) return await this.#open(route, request, version);
    const session = this.host.accounts.ofRequest(request.headers, Date.now());
    if (typeof session === "string") return failure(401, session);
    if (route !== "DELETE /session" && this.#exceeds("account")) {
      return failure(403, "error.public-api.exceeded-account-allowance");
    }
    return await this.#answer(route, session, request, url, rest.join("/"));
  }

  async #open(route: string, request: Request, version: number): Promise<Response> {
    if (route === "POST /session") return await signIn(this.host, request, version);
    if (route === "GET /session/encryptionKey") return encryptionKey();
    return await refresh(this.host, request);
  }

  async #answer(
    route: string,
    session: VenueSession,
    request: Request,
    url: URL,
    rest: string,
  ): Promise<Response> {
    const { host } = this;
    switch (route) {
      case "GET /session":
        return describe(host, session, url);
      case "PUT /session":
        return await switchAccount(host, session, request);
      case "DELETE /session":
        host.note("logout");
        host.accounts.close(session);
        return new Response(null, { status: 204 });
      case "GET /accounts":
        return json({ accounts: session.login.accounts.map((accountId) => ({ accountId })) });
      case "GET /markets":
        return markets(host, url);
      case "GET /markets/*":
        return market(host, rest);
      case "GET /prices/*":
        return prices(host, rest, url);
      default:
        return sentiment(host, rest);
    }
  }

  /** Counts a request; tells whether it is one too many within a minute. */
  #exceeds(of: "key" | "account"): boolean {
    const now = Date.now();
    const spent = this.#spent[of].filter((at) => at > now - 60_000);
    this.#spent[of] = spent;
    if (spent.length >= this.host.perMinute[of]) return true;
    spent.push(now);
    return false;
  }
}
