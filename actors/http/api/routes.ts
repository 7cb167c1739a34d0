/**
 * `GET /api/v1/routes`: which provider feeds what and, of one instrument, which rule decided.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { queryOf, symbolParam } from "./query.ts";
import { routeOf } from "../../routing/table.ts";
import { instrumentSchema, type Settings } from "../../settings/schema.ts";
import type { Shared } from "../../shared.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ } from "../openapi.ts";
import { badParameter } from "../problem.ts";
import { resolveInstrument } from "../../../domain/instrument.ts";

const routeSchema = z.strictObject({
  rule: z.int().nullable().openapi({
    description: "Its place in the configuration, from 0; null: what holds where no rule matches.",
  }),
  match: z.string().nullable().openapi({ example: "*.L" }),
  market: z.string().nullable().openapi({ example: "FX" }),
  providers: z.array(z.string()).openapi({ description: "In order of preference." }),
  symbol: z.string().optional().openapi({ description: "Where one was asked for." }),
  provider: z.string().nullable().optional().openapi({
    description: "Who feeds that instrument, or would; null: none of its providers has it.",
  }),
  reason: z.string().optional().openapi({ description: "Why, in words." }),
}).openapi("Route");

type RouteView = z.infer<typeof routeSchema>;

const route = createRoute({
  method: "get",
  path: "/api/v1/routes",
  tags: ["control"],
  summary: "Which provider feeds what",
  description: "The rules in order, of which the first that matches decides; with `symbol`, the " +
    "one that decides for it, and why.",
  security: READ,
  request: { query: queryOf({ symbol: symbolParam.optional() }) },
  responses: {
    200: {
      description: "The rules, or one instrument's.",
      content: {
        "application/json": { schema: z.object({ data: z.array(routeSchema), next: z.null() }) },
      },
    },
    ...problems(400),
  },
});

/** Answers `GET /api/v1/routes`. */
export function mountRoutes(app: OpenAPIHono, { shared }: HttpDeps): void {
  app.openapi(route, (c) => {
    const { symbol } = c.req.valid("query");
    const data = symbol === undefined ? allRules(shared.settings) : [explain(shared, symbol)];
    return c.json({ data, next: null }, 200);
  });
}

function allRules(settings: Settings): RouteView[] {
  const rules = settings.routes.map((_, rule) => viewRule(settings, rule));
  return [...rules, viewRule(settings, -1)];
}

function viewRule({ routes, providers }: Settings, rule: number): RouteView {
  const said = routes[rule];
  return {
    rule: said === undefined ? null : rule,
    match: said?.match ?? null,
    market: said?.market ?? null,
    providers: said?.providers ?? Object.keys(providers),
  };
}

/** Says which rule decides for an instrument, whether it is followed or not. */
function explain({ directory, providers, settings }: Shared, text: string): RouteView {
  const said = instrumentSchema.shape.symbol.safeParse(text);
  if (!said.success) {
    const [issue] = said.error.issues;
    throw badParameter("symbol", "bad-symbol", `${issue!.message} (was "${text}")`);
  }
  const listing = directory.get(text.toUpperCase());
  const instrument = listing?.instrument ?? resolveInstrument({ symbol: text });
  const { rule } = routeOf(instrument, settings);
  const view = viewRule(settings, rule);
  const able = view.providers.find((id) => (providers.get(id)?.offers(instrument).length ?? 0) > 0);
  const provider = listing?.provider ?? able ?? null;
  const { symbol, market } = instrument;
  const rest = provider === null
    ? "none of its providers has the instrument"
    : listing === undefined
    ? `${provider} is the first of its providers that has it; it is not followed`
    : `${provider} feeds it`;
  const why = view.rule === null
    ? `no rule matches ${symbol} (${market}), so every provider may feed it, in the order configured`
    : `routes[${rule}] is the first rule that matches ${symbol} (${market})`;
  return { ...view, symbol, provider, reason: `${why}; ${rest}.` };
}
