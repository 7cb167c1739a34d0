/**
 * The description of the HTTP surface (OpenAPI 3.1), made from the schemas that check requests.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { PROBLEM_TITLES, problemSchema, type ProblemStatus } from "./problem.ts";

const TOKEN = "token";

/** By SPDX's identifier, which the library's types do not know. */
const LICENSE = { name: "MIT", identifier: "MIT" };

/** Who may ask: anyone on this machine, and whoever has the token. */
export const READ = [{}, { [TOKEN]: [] }];
/** Who may change: whoever has the token. */
export const WRITE = [{ [TOKEN]: [] }];

/** The problems that a route may answer with; those that every route has are added. */
export function problems(...statuses: ProblemStatus[]) {
  return openProblems(...statuses, 401, 429);
}

/** The problems of a route that needs no token. */
export function openProblems(...statuses: ProblemStatus[]) {
  const all: ProblemStatus[] = [...statuses, 421, 500];
  return Object.fromEntries(all.map((status) => [status, {
    description: PROBLEM_TITLES[status],
    content: { "application/problem+json": { schema: problemSchema } },
  }]));
}

/**
 * A schema of the configuration under a name, described in the draft that OpenAPI 3.1 is made of. A
 * copy: a schema made before the library came cannot be named.
 */
export function specOf<Schema extends z.ZodType>(schema: Schema, name: string): Schema {
  const { $schema: _, ...specification } = z.toJSONSchema(schema, { io: "input" });
  return schema.clone().openapi(name, {
    ...specification as Record<string, unknown>,
    type: "object",
  });
}

const route = createRoute({
  method: "get",
  path: "/openapi.json",
  operationId: "getDescription",
  tags: ["about"],
  summary: "This description",
  security: READ,
  responses: {
    200: {
      description: "OpenAPI 3.1.",
      content: { "application/json": { schema: z.record(z.string(), z.unknown()) } },
    },
    ...problems(),
  },
});

/** Answers `GET /openapi.json`. */
export function mountDescription(app: OpenAPIHono, version: string): void {
  app.openAPIRegistry.registerComponent("securitySchemes", TOKEN, {
    type: "http",
    scheme: "bearer",
    description: "server.token, or the one in the file that was named at the start.",
  });
  let made: Record<string, unknown> | undefined;
  app.openapi(route, (c) => {
    made ??= { ...describe(app, version) };
    return c.json(made, 200);
  });
}

function describe(app: OpenAPIHono, version: string) {
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "marketd",
      version,
      description: "One daemon for every market-data feed. Times are RFC 3339 in UTC. Errors are " +
        "problem documents (RFC 9457) with a stable `code`. From this machine reading needs no " +
        "token; writing, and everything from elsewhere but /livez and /readyz, does.",
      license: LICENSE,
    },
    servers: [{ url: "/" }],
    tags: [
      { name: "data", description: "What is kept, and what is forming." },
      { name: "stream", description: "What happens." },
      { name: "control", description: "What runs, and changing it." },
      { name: "health", description: "How it fares." },
      { name: "about", description: "For people, and for tools." },
    ],
  });
}
