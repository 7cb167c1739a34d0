/**
 * Problems: every error answered, as RFC 9457 has it, with a stable `code` for programs.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { isDebugging, logger, redact } from "../log.ts";
import { ChangeError } from "../changeerror.ts";
import { StoreError } from "../../db/store.ts";
import { MarketdError, messageOf } from "../../domain/errors.ts";

/** What a problem looks like. */
export const problemSchema = z.object({
  type: z.string().openapi({ description: "Always about:blank: `code` tells problems apart." }),
  title: z.string().openapi({ description: "What the status means." }),
  status: z.int(),
  detail: z.string().openapi({ description: "One sentence: what went wrong, and what to do." }),
  instance: z.string().openapi({ description: "The path that was asked." }),
  code: z.string().openapi({ description: "Stable, in kebab case." }),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional()
    .openapi({ description: "What is wrong with the request, field by field." }),
  correlation: z.string().optional().openapi({ description: "Finds the failure in the log." }),
}).openapi("Problem");

/** One field of a request that is wrong; the message continues its path. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** What a problem may carry beside its sentence. */
export interface ProblemOptions {
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly correlation?: string;
}

/** The statuses that are answered with a problem, and what each means. */
export const PROBLEM_TITLES = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  421: "Misdirected Request",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const;

/** A status that is answered with a problem. */
export type ProblemStatus = keyof typeof PROBLEM_TITLES;

/** What is wrong with a cursor that no page gave. */
export const BAD_CURSOR = 'must be the "next" of an earlier page of the same query, unchanged';

/** Seconds after which what is unavailable may be asked for again. */
const RETRY_AFTER = "5";

const log = logger("http");

/** A request that cannot be answered as asked; thrown by handlers. */
export class ProblemError extends MarketdError {
  override readonly name = "ProblemError";
  constructor(
    readonly status: ProblemStatus,
    code: string,
    detail: string,
    readonly options: ProblemOptions = {},
  ) {
    super(code, detail, { terminal: status !== 503 && status !== 408 });
  }
}

/** Something that may be there again soon. */
export function unavailable(code: string, detail: string): ProblemError {
  return new ProblemError(503, code, detail, { headers: { "retry-after": RETRY_AFTER } });
}

/** A problem as a response. */
export function problemResponse(path: string, problem: ProblemError): Response {
  const { status, message, code, options } = problem;
  const body: z.infer<typeof problemSchema> = {
    type: "about:blank",
    title: PROBLEM_TITLES[status],
    status,
    detail: redact(message),
    instance: path,
    code,
    ...(options.errors === undefined ? {} : { errors: [...options.errors] }),
    ...(options.correlation === undefined ? {} : { correlation: options.correlation }),
  };
  return new Response(`${JSON.stringify(body)}\n`, {
    status,
    headers: { "content-type": "application/problem+json", ...options.headers },
  });
}

/**
 * Answers a request with a problem.
 *
 * @param code absent: the status's title in kebab case.
 */
export function problem(
  c: Context,
  status: ProblemStatus,
  detail: string,
  { code, ...options }: ProblemOptions & { code?: string } = {},
): Response {
  const named = code ?? PROBLEM_TITLES[status].toLowerCase().replaceAll(" ", "-");
  return problemResponse(c.req.path, new ProblemError(status, named, detail, options));
}

/** Answers what a handler threw. */
export function answerError(error: unknown, c: Context): Response {
  return problemResponse(c.req.path, toProblem(error, c.req.method, c.req.path));
}

/** The problem that something thrown amounts to; what was not foreseen is logged. */
export function toProblem(error: unknown, method: string, path: string): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof ChangeError) return fromChange(error);
  if (error instanceof StoreError) {
    if (error.code === "bad-cursor") return badParameter("cursor", error.code, BAD_CURSOR);
    if (error.code !== "refused") {
      log.warn("{method} {path} needs the store: {reason}", {
        method,
        path,
        reason: error.message,
      });
      return unavailable("store-unavailable", error.message);
    }
  }
  if (error instanceof HTTPException && error.status in PROBLEM_TITLES && error.status < 500) {
    const status = error.status as ProblemStatus;
    if (status === 415) {
      return new ProblemError(status, "not-json", "Send the body as application/json.");
    }
    // The library's words for it have no full stop.
    return new ProblemError(
      status,
      "bad-request",
      sentence(error.message || PROBLEM_TITLES[status]),
    );
  }
  return unexpected(error, method, path);
}

/** A query with one parameter wrong; the message continues its name. */
export function badParameter(path: string, code: string, message: string): ProblemError {
  const detail = sentence(`The query cannot be used: ${path} ${message}`);
  return new ProblemError(400, code, detail, { errors: [{ path, message }] });
}

/** A text with a full stop, where it does not end in a mark already. */
export function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

function fromChange(error: ChangeError): ProblemError {
  if (error.code === "exists") return new ProblemError(409, error.code, error.message);
  if (/^unknown-(symbol|route|exchange)$/.test(error.code)) {
    return new ProblemError(404, error.code, error.message);
  }
  return new ProblemError(422, error.code, error.message, {
    errors: [{ path: error.path, message: error.message }],
  });
}

/** Tells the log what happened, and the caller only where to find it there. */
function unexpected(error: unknown, method: string, path: string): ProblemError {
  const correlation = crypto.randomUUID().slice(0, 8);
  const stack = isDebugging() && error instanceof Error ? error.stack : undefined;
  log.error("{method} {path} failed: {reason}", {
    method,
    path,
    reason: messageOf(error),
    correlation,
    ...(stack === undefined ? {} : { stack }),
  });
  return new ProblemError(
    500,
    "internal",
    `The request failed inside marketd; its log has the reason under ${correlation}.`,
    { correlation },
  );
}
