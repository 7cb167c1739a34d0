/**
 * The headers that every answer has.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";

/** What an answer that says nothing of its own gets. */
const DEFAULTS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Adds the headers, and takes the body from answers to HEAD. */
export const finish: MiddlewareHandler = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(DEFAULTS)) {
    if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  }
  // Nobody will read it, and what makes it has to know.
  if (c.req.raw.method === "HEAD") await c.res.body?.cancel();
};
