/**
 * `GET /api/v1/actors`: the supervised parts of the daemon, and how often each was started again.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { noQuery } from "./query.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ } from "../openapi.ts";
import { redact } from "../../log.ts";

const actorSchema = z.strictObject({
  id: z.string().openapi({ description: "Unique among all.", example: "recorder" }),
  parent: z.string().openapi({ description: "Who starts it again.", example: "root" }),
  status: z.enum(["starting", "running", "restarting", "given-up", "stopped"]),
  restarts: z.int().openapi({ description: "How often it was started again." }),
  lastError: z.string().nullable(),
}).openapi("Actor");

/** A supervised part of the daemon. */
export type ActorView = z.infer<typeof actorSchema>;

const route = createRoute({
  method: "get",
  path: "/api/v1/actors",
  operationId: "listActors",
  tags: ["control"],
  summary: "The tree of actors, with restarts",
  security: READ,
  request: { query: noQuery },
  responses: {
    200: {
      description: "All of them, each after its parent.",
      content: {
        "application/json": { schema: z.object({ data: z.array(actorSchema), next: z.null() }) },
      },
    },
    ...problems(400),
  },
});

/** Answers `GET /api/v1/actors`. */
export function mountActors(app: OpenAPIHono, { reports }: HttpDeps): void {
  app.openapi(route, (c) => {
    const found = reports().map(({ parent, report }): ActorView => ({
      id: report.id,
      parent,
      status: report.status,
      restarts: report.restarts,
      lastError: report.lastError === null ? null : redact(report.lastError),
    }));
    return c.json({ data: inOrder(found), next: null }, 200);
  });
}

/** Each after its parent, and before its parent's next child. */
function inOrder(actors: readonly ActorView[]): ActorView[] {
  const ids = new Set(actors.map(({ id }) => id));
  const below = (parent: string): ActorView[] =>
    actors.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.id)]);
  const tops = new Set(actors.map(({ parent }) => parent).filter((parent) => !ids.has(parent)));
  return [...tops].flatMap(below);
}
