/**
 * How a page is described, drawn and answered.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { Viewer } from "./layout.tsx";
import type { Closes } from "../api/closes.ts";
import type { Attempts } from "../attempts.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ } from "../openapi.ts";
import type { ProblemStatus } from "../problem.ts";
import type { Sessions } from "../sessions.ts";
import { FICTION } from "../../settings/checks.ts";

/** What the pages work with. */
export interface PageDeps extends HttpDeps {
  readonly attempts: Attempts;
  readonly sessions: Sessions;
  readonly closes: Closes;
}

/** A page runs our own scripts, has our own styles, and asks nobody but us. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const content = { "text/html": { schema: z.string() } };

/**
 * Describes a page.
 *
 * @param path as in OpenAPI, such as `/instruments/{symbol}`
 */
export function pageRoute<Path extends string>(path: Path, operationId: string, summary: string) {
  return createRoute({
    method: "get",
    path,
    operationId,
    tags: ["about"],
    summary,
    description: "From elsewhere, who is not signed in is sent to sign in.",
    security: READ,
    responses: { 200: { description: "The page.", content }, ...problems() },
  });
}

/** Answers with a page. */
export async function answerPage<Status extends 200 | ProblemStatus = 200>(
  c: Context,
  page: JSX.Element | Promise<JSX.Element>,
  status: Status = 200 as Status,
) {
  c.header("content-security-policy", POLICY);
  // Without any, a browser would not say of a form that it is ours.
  c.header("referrer-policy", "same-origin");
  return c.html(`<!DOCTYPE html>${await page}`, status);
}

/** Whether a person looks for a page, rather than a program for data. */
export function wantsPage(c: Context): boolean {
  return c.req.method === "GET" && !c.req.path.startsWith("/api/") &&
    (c.req.header("accept") ?? "").includes("text/html");
}

/** What a page is told of who looks at it. */
export function viewerOf(c: Context, { sessions, shared, version }: PageDeps): Viewer {
  return {
    signedIn: sessions.has(c),
    fiction: Object.hasOwn(shared.settings.providers, FICTION),
    version,
  };
}
