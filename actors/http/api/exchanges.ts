/**
 * `GET|PUT|DELETE /api/v1/exchanges`: which providers the instruments of a market come from.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { change } from "./change.ts";
import { noQuery } from "./query.ts";
import { failoverView, viewFailover } from "./routeview.ts";
import { exchangeSchema } from "../../settings/schema.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ, specOf, WRITE } from "../openapi.ts";
import { completeExchange } from "../../../domain/exchange.ts";
import type { Exchange } from "../../routing/routes.ts";

const PATH = "/api/v1/exchanges";
const tags = ["control"];
const params = z.object({ market: z.string().openapi({ example: "LSE" }) });

const specSchema = specOf(exchangeSchema, "ExchangeSpec");

/** An exchange's providers. */
export const exchangeView = z.strictObject({
  market: z.string().openapi({ example: "LSE" }),
  origin: z.enum(["configuration", "api"]),
  providers: z.array(z.strictObject({
    provider: z.string(),
    priority: z.int().openapi({ description: "The lower is preferred." }),
    primary: z.boolean().openapi({ description: "Whether it comes before all others." }),
    active: z.boolean().openapi({ description: "Whether it is asked at all." }),
  })),
  failover: failoverView,
}).openapi("Exchange");

const list = createRoute({
  method: "get",
  path: PATH,
  operationId: "listExchanges",
  tags,
  summary: "Which providers the instruments of a market come from",
  description:
    "Where a route says something else, that counts; but what was set here through the " +
    "API counts before the routes that are configured. The rule that each makes is among the " +
    "routes, as `exchange:` and its market.",
  security: READ,
  request: { query: noQuery },
  responses: {
    200: {
      description: "All of which something was said.",
      content: {
        "application/json": { schema: z.object({ data: z.array(exchangeView), next: z.null() }) },
      },
    },
    ...problems(400),
  },
});

const put = createRoute({
  method: "put",
  path: `${PATH}/{market}`,
  operationId: "putExchange",
  tags,
  summary: "Set the providers of a market",
  description: "Takes the place of what is configured of it. Is kept, and laid over the " +
    "configuration at every later start.",
  security: WRITE,
  request: {
    params,
    query: noQuery,
    body: { required: true, content: { "application/json": { schema: specSchema } } },
  },
  responses: {
    200: {
      description: "It is in force.",
      content: { "application/json": { schema: exchangeView } },
    },
    ...problems(400, 403, 408, 413, 415, 422, 503),
  },
});

const remove = createRoute({
  method: "delete",
  path: `${PATH}/{market}`,
  operationId: "removeExchange",
  tags,
  summary: "Remove the providers of a market",
  description: "The removal is kept, and outlives a restart, whatever the configuration says.",
  security: WRITE,
  request: { params, query: noQuery },
  responses: {
    204: { description: "The rules after it decide." },
    ...problems(400, 403, 404, 408, 413, 422, 503),
  },
});

/** Answers what is asked of the exchanges. */
export function mountExchanges(app: OpenAPIHono, deps: HttpDeps): void {
  const { routes } = deps.shared;
  app.openapi(list, (c) => c.json({ data: routes.exchanges.map(view), next: null }, 200));
  app.openapi(put, async (c) => {
    const market = c.req.valid("param").market.toUpperCase();
    const { providers } = c.req.valid("json");
    // The failover is kept as it was said: in a configuration's own language.
    const { failover } = await c.req.json<{ failover?: Record<string, unknown> }>();
    const spec = {
      providers: completeExchange(providers),
      ...(failover === undefined ? {} : { failover }),
    };
    await change<void>(deps, (reply) => ({ type: "settings.exchange", market, spec, reply }));
    return c.json(view(routes.exchanges.find((one) => one.market === market)!), 200);
  });
  app.openapi(remove, async (c) => {
    const market = c.req.valid("param").market.toUpperCase();
    await change<void>(deps, (reply) => ({ type: "settings.exchange", market, spec: null, reply }));
    return c.body(null, 204);
  });
}

function view({ failover, market, origin, providers }: Exchange): z.infer<typeof exchangeView> {
  return { market, origin, providers: [...providers], failover: viewFailover(failover) };
}
