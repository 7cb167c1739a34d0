/**
 * `GET /livez` and `GET /readyz`, for whatever watches over the daemon. They may be asked from
 * anywhere, and so give no reasons; `/health` does.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { queryOf } from "./api/query.ts";
import type { HttpDeps } from "./deps.ts";
import { openProblems } from "./openapi.ts";
import { readiness } from "./readiness.ts";

const text = { "text/plain": { schema: z.string() } };

const live = createRoute({
  method: "get",
  path: "/livez",
  operationId: "getLiveness",
  tags: ["health"],
  summary: "Whether the process answers at all",
  description: "Where this fails, a restart helps. It says nothing of providers or of the store.",
  security: [{}],
  responses: { 200: { description: "It does.", content: text }, ...openProblems() },
});

const ready = createRoute({
  method: "get",
  path: "/readyz",
  operationId: "getReadiness",
  tags: ["health"],
  summary: "Whether data passes through all stages, and is kept",
  security: [{}],
  request: {
    query: queryOf({
      verbose: z.enum(["", "true", "false"], { error: "must be true or false" }).default("false")
        .openapi({ description: "Whether the checks are listed; `?verbose` will do." }),
    }),
  },
  responses: {
    200: { description: "It does.", content: text },
    ...openProblems(400),
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
    if (isReady && c.req.valid("query").verbose === "false") return c.text(verdict, 200);
    const lines = checks.map(({ name, ok, word }) =>
      `[${ok ? "+" : "-"}] ${name}${word === undefined ? "" : ` (${word})`}\n`
    );
    return c.text([...lines, verdict].join(""), isReady ? 200 : 503);
  });
}
