/**
 * `GET|PUT|DELETE /api/v1/routes`, `POST /api/v1/routes/{name}/switch`: which provider feeds what,
 * why, and changing it.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { change } from "./change.ts";
import { noQuery, queryOf, symbolParam } from "./query.ts";
import { allRoutes, explain, routeView, viewRule } from "./routeview.ts";
import { tell } from "../../addresses.ts";
import type { Lead, Rule } from "../../routing/routes.ts";
import { routeName, routeSchema, ruleName } from "../../settings/schema.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ, specOf, WRITE } from "../openapi.ts";
import { ProblemError, unavailable } from "../problem.ts";

const PATH = "/api/v1/routes";
const tags = ["control"];
const params = z.object({ name: routeName.clone().openapi({ example: "FX" }) });
const ruleParams = z.object({ name: ruleName.clone().openapi({ example: "exchange:LSE" }) });
const one = { "application/json": { schema: routeView } };

const said = routeSchema.omit({ name: true });
const specSchema = specOf(said, "RouteSpec");

const switchSchema = z.strictObject({
  provider: z.string().nullable().openapi({
    description: "Who is to lead until it fails; null: whoever is preferred and good again.",
    example: "ig",
  }),
}).openapi("RouteSwitch");

const list = createRoute({
  method: "get",
  path: PATH,
  operationId: "listRoutes",
  tags,
  summary: "Which provider feeds what",
  description: "The rules in order, of which the first that matches decides; with `symbol`, the " +
    "one that decides for it, why, and who stands by.",
  security: READ,
  request: { query: queryOf({ symbol: symbolParam.optional() }) },
  responses: {
    200: {
      description: "The rules, or one instrument's.",
      content: {
        "application/json": { schema: z.object({ data: z.array(routeView), next: z.null() }) },
      },
    },
    ...problems(400),
  },
});

const put = createRoute({
  method: "put",
  path: `${PATH}/{name}`,
  operationId: "putRoute",
  tags,
  summary: "Set a route",
  description: "Takes the place of the configured one of its name; any other goes before those " +
    "configured. Is kept, and laid over the configuration at every later start.",
  security: WRITE,
  request: {
    params,
    query: noQuery,
    body: { required: true, content: { "application/json": { schema: specSchema } } },
  },
  responses: {
    200: { description: "It is in force.", content: one },
    ...problems(400, 403, 408, 413, 415, 422, 503),
  },
});

const remove = createRoute({
  method: "delete",
  path: `${PATH}/{name}`,
  operationId: "removeRoute",
  tags,
  summary: "Remove a route",
  description: "The removal is kept, and outlives a restart, whatever the configuration says.",
  security: WRITE,
  request: { params, query: noQuery },
  responses: {
    204: { description: "The rules after it decide." },
    ...problems(400, 403, 404, 408, 413, 422, 503),
  },
});

const swap = createRoute({
  method: "post",
  path: `${PATH}/{name}/switch`,
  operationId: "switchRoute",
  tags,
  summary: "Have another provider lead",
  description: "It leads, whoever is preferred, until it has been bad for the route's delay.",
  security: WRITE,
  request: {
    params: ruleParams,
    query: noQuery,
    body: { required: true, content: { "application/json": { schema: switchSchema } } },
  },
  responses: {
    200: { description: "It leads.", content: one },
    ...problems(400, 403, 404, 408, 409, 413, 415, 422, 503),
  },
});

/** Answers what is asked of the routes. */
export function mountRoutes(app: OpenAPIHono, deps: HttpDeps): void {
  const { shared } = deps;
  app.openapi(list, (c) => {
    const { symbol } = c.req.valid("query");
    const data = symbol === undefined ? allRoutes(shared) : [explain(deps, symbol)];
    return c.json({ data, next: null }, 200);
  });
  app.openapi(put, async (c) => {
    const { name } = c.req.valid("param");
    // It is kept as it was said: in a configuration's own language.
    const spec = await c.req.json<Record<string, unknown>>();
    await change<void>(deps, (reply) => ({ type: "settings.route", name, spec, reply }));
    return c.json(viewRule(shared, shared.routes.find(name)), 200);
  });
  app.openapi(remove, async (c) => {
    const { name } = c.req.valid("param");
    await change<void>(deps, (reply) => ({ type: "settings.route", name, spec: null, reply }));
    return c.body(null, 204);
  });
  app.openapi(swap, (c) => {
    const { name } = c.req.valid("param");
    const { provider } = c.req.valid("json");
    const { rule, lead } = leading(deps, name);
    if (provider !== null && !lead.providers.includes(provider)) {
      const message = `must be one of ${lead.providers.join(", ")}, or null`;
      throw new ProblemError(422, "unknown-provider", `The provider ${message}.`, {
        errors: [{ path: "provider", message }],
      });
    }
    if (!tell(deps.from, "routing", { type: "routing.switch", route: name, provider })) {
      throw unavailable("not-running", "Routing is being restarted; ask again.");
    }
    return c.json(viewRule(shared, rule), 200);
  });
}

function leading({ shared: { routes } }: HttpDeps, name: string): { rule: Rule; lead: Lead } {
  const rule = routes.find(name);
  if (rule === undefined) {
    const known = routes.routes.map((one) => one.name).join(", ") || "none";
    throw new ProblemError(
      404,
      "unknown-route",
      `There is no route ${name}; these are: ${known}.`,
    );
  }
  const lead = routes.leads.get(name);
  if (lead !== undefined) return { rule, lead };
  throw new ProblemError(
    409,
    "no-failover",
    `The route ${name} cannot be switched: give it two providers or more, and failover.`,
  );
}
