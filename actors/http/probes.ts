/**
 * `GET /livez` and `GET /readyz`, for whatever watches over the daemon. They may be asked from
 * anywhere, and so give no reasons; `/health` does.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { HttpDeps } from "./deps.ts";
import { readiness } from "./readiness.ts";

const text = { "text/plain": { schema: z.string() } };

const live = createRoute({
  method: "get",
  path: "/livez",
  tags: ["health"],
  summary: "Whether the process answers at all",
  description: "Where this fails, a restart helps. It says nothing of providers or of the store.",
  security: [{}],
  responses: { 200: { description: "It does.", content: text } },
});

const ready = createRoute({
  method: "get",
  path: "/readyz",
  tags: ["health"],
  summary: "Whether data passes through all stages, and is kept",
  security: [{}],
  request: {
    query: z.object({
      verbose: z.string().optional().openapi({ description: "Lists the checks." }),
    }),
  },
  responses: {
    200: { description: "It does.", content: text },
    503: { description: "It does not; the checks are listed.", content: text },
  },
});

/** Answers `GET /livez` and `GET /readyz`. */
export function mountProbes(app: OpenAPIHono, deps: HttpDeps): void {
  app.openapi(live, (c) => c.text("ok\n", 200));
  app.openapi(ready, (c) => {
    const checks = readiness(deps);
    const isReady = checks.every(({ ok }) => ok);
    const verdict = isReady ? "ready\n" : "not ready\n";
    if (isReady && c.req.valid("query").verbose === undefined) return c.text(verdict, 200);
    const lines = checks.map(({ name, ok }) => `[${ok ? "+" : "-"}] ${name}\n`);
    return c.text([...lines, verdict].join(""), isReady ? 200 : 503);
  });
}
