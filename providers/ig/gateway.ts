/**
 * IG's REST gateway: one request, its turn, its deadline, its refusal.
 *
 * @module
 */
import type { ZodType } from "zod";
import type { Purpose } from "../../domain/quota.ts";
import { type ProviderContext, ProviderError } from "../provider.ts";
import { errorCodeOf, exhausted, refusalError } from "./errors.ts";

/** One request. */
export interface GatewayRequest<Body> {
  /** What is attempted, such as `sign in to IG`: the beginning of every complaint. */
  readonly what: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below the gateway, with the query. */
  readonly path: string;
  readonly version: number;
  /** What shows who asks. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly send?: unknown;
  /** What the answer must be. */
  readonly body: ZodType<Body>;
  /** The allowances that it counts against. */
  readonly names: readonly string[];
  readonly purpose: Purpose;
  readonly signal: AbortSignal;
}

/** What IG answered. */
export interface Answer<Body> {
  readonly body: Body;
  readonly headers: Headers;
}

/** How long IG may take to answer, in milliseconds. */
const DEADLINE = 15_000;

/** The gateway of one environment, for one API key. */
export class Gateway {
  constructor(
    private readonly base: string,
    private readonly apiKey: string,
    readonly context: ProviderContext,
  ) {}

  /**
   * Asks, once it is this request's turn.
   *
   * @throws ProviderError `lost`, `allowance`, `bad-key`, `blocked`, `maintenance`, `bad-data` or
   * `refused`; the signal's reason.
   */
  async ask<Body>(request: GatewayRequest<Body>): Promise<Answer<Body>> {
    const { names, purpose, signal } = request;
    await this.context.quotas.take(names, { purpose, signal });
    return await this.send(request);
  }

  /** Asks at once: for what has had its turn. */
  async send<Body>(request: GatewayRequest<Body>): Promise<Answer<Body>> {
    const { what } = request;
    const response = await this.#fetch(request);
    const parsed = parseJson(response.text);
    if (!response.ok) {
      const errorCode = errorCodeOf(parsed);
      const spent = exhausted(errorCode);
      if (spent !== null) this.context.quotas.told(spent, 0);
      throw refusalError({
        what,
        status: response.status,
        errorCode,
        retryAfter: response.headers.get("retry-after"),
        now: this.context.now(),
      });
    }
    const body = request.body.safeParse(parsed);
    if (body.success) return { body: body.data, headers: response.headers };
    const [issue] = body.error.issues;
    const where = issue === undefined ? "" : ` at ${issue.path.join(".") || "its top"}`;
    throw new ProviderError("bad-data", `Cannot ${what}: IG's answer is of another shape${where}.`);
  }

  async #fetch<Body>(
    { what, method, path, version, headers, send, signal }: GatewayRequest<Body>,
  ) {
    signal.throwIfAborted();
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), DEADLINE);
    try {
      const response = await fetch(this.base + path, {
        method,
        redirect: "error",
        signal: AbortSignal.any([signal, deadline.signal]),
        headers: {
          "X-IG-API-KEY": this.apiKey,
          "Accept": "application/json; charset=UTF-8",
          "Content-Type": "application/json; charset=UTF-8",
          "Version": String(version),
          ...headers,
        },
        ...(send === undefined ? {} : { body: JSON.stringify(send) }),
      });
      const { ok, status } = response;
      return { ok, status, headers: response.headers, text: await response.text() };
    } catch {
      // The cause is left out: it may hold the request.
      signal.throwIfAborted();
      const why = deadline.signal.aborted
        ? `does not answer within ${DEADLINE / 1_000} s`
        : "cannot be reached, or broke the connection";
      throw new ProviderError("lost", `Cannot ${what}: ${new URL(this.base).host} ${why}.`);
    } finally {
      clearTimeout(timer);
    }
  }
}

function parseJson(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
