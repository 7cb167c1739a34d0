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

/** Adds the headers; an answer to HEAD gets the length of its body in the body's place. */
export const finish: MiddlewareHandler = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(DEFAULTS)) {
    if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  }
  if (c.req.raw.method === "HEAD" && c.res.body !== null) {
    const { byteLength } = await c.res.arrayBuffer();
    c.res.headers.set("content-length", String(byteLength));
  }
};
