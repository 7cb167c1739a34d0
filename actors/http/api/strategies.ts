/**
 * `GET /api/v1/strategies`, `GET|PUT|DELETE /api/v1/strategies/{id}/{symbol}`: which strategies there
 * are, how they are set up on which instruments, how they fare; and switching and tuning them.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { change } from "./change.ts";
import { noQuery } from "./query.ts";
import { setupView, specSchema, strategyView, viewSetup, viewStrategy } from "./strategyview.ts";
import { type HttpDeps, remoteOf } from "../deps.ts";
import { problems, READ, WRITE } from "../openapi.ts";
import { ProblemError } from "../problem.ts";
import type { Symbols } from "../symbols.ts";
import { refuseInput } from "../validation.ts";
import { hintFor } from "../../settings/problems.ts";
import type { Setup, Setups } from "../../setups.ts";
import { ANY } from "../../../domain/strategies/config.ts";

const PATH = "/api/v1/strategies";
const tags = ["control"];
const params = z.object({
  id: z.string().max(64).openapi({ example: "ema-cross" }),
  symbol: z.string().min(1).max(64).openapi({
    description:
      "An instrument that is followed, in any case; or `*`, any that has no setup of its own.",
    example: "AAPL",
  }),
});
const one = { "application/json": { schema: setupView } };

const list = createRoute({
  method: "get",
  path: PATH,
  operationId: "listStrategies",
  tags,
  summary: "The strategies that there are, and how they are set up",
  description: "With the JSON schema of each one's parameters.",
  security: READ,
  request: { query: noQuery },
  responses: {
    200: {
      description: "All of them.",
      content: {
        "application/json": { schema: z.object({ data: z.array(strategyView), next: z.null() }) },
      },
    },
    ...problems(400),
  },
});

const read = createRoute({
  method: "get",
  path: `${PATH}/{id}/{symbol}`,
  operationId: "getStrategySetup",
  tags,
  summary: "How a strategy is set up for an instrument",
  description: "The instrument's own setup or, where it has none, the one of `*`.",
  security: READ,
  request: { params, query: noQuery },
  responses: { 200: { description: "The setup that holds.", content: one }, ...problems(400, 404) },
});

const put = createRoute({
  method: "put",
  path: `${PATH}/{id}/{symbol}`,
  operationId: "putStrategySetup",
  tags,
  summary: "Switch a strategy on or off, or tune it",
  description:
    "What is not said, of the parameters too, stays as it was set: on the instrument or, where it has " +
    "nothing of its own, by `*`; what was never set is as usual. Is in force from the next candle on, " +
    "is kept, and laid over the configuration at every later start. The strategy keeps its state.",
  security: WRITE,
  request: {
    params,
    query: noQuery,
    body: { required: true, content: { "application/json": { schema: specSchema } } },
  },
  responses: {
    200: { description: "It is in force.", content: one },
    ...problems(400, 403, 404, 408, 413, 415, 422, 503),
  },
});

const remove = createRoute({
  method: "delete",
  path: `${PATH}/{id}/{symbol}`,
  operationId: "removeStrategySetup",
  tags,
  summary: "Remove a strategy's setup",
  description:
    "An instrument's own: that of `*` holds again. The removal is kept, and outlives a " +
    "restart, whatever the configuration says.",
  security: WRITE,
  request: { params, query: noQuery },
  responses: {
    204: { description: "It is removed." },
    ...problems(400, 403, 404, 408, 413, 503),
  },
});

/** Answers what is asked of the strategies. */
export function mountStrategies(app: OpenAPIHono, deps: HttpDeps, symbols: Symbols): void {
  const { shared } = deps;
  const { setups } = shared;
  const symbolOf = (text: string): string => {
    const symbol = text.toUpperCase();
    if (symbol !== ANY && shared.directory.get(symbol) === undefined) throw symbols.unknown(symbol);
    return symbol;
  };
  app.openapi(list, (c) => {
    const data = [...setups.catalog.values()].map((strategy) => viewStrategy(shared, strategy));
    return c.json({ data, next: null }, 200);
  });
  app.openapi(read, (c) => {
    const { id, symbol } = c.req.valid("param");
    return c.json(viewSetup(shared, setupOf(setups, id, symbolOf(symbol))), 200);
  });
  app.openapi(put, async (c) => {
    const { id, symbol: text } = c.req.valid("param");
    requireStrategy(setups, id);
    const symbol = symbolOf(text);
    const spec = laidOver(setups, setups.find(id, symbol), c.req.valid("json"));
    const result = setups.schemaOf(id)!.safeParse(spec);
    if (!result.success) throw refuseInput({ target: "json", error: result.error });
    const by = `api ${remoteOf(c)}`.trim();
    await change<void>(deps, (reply) => ({
      type: "settings.strategy",
      id,
      symbol,
      spec,
      by,
      reply,
    }));
    return c.json(viewSetup(shared, setupOf(setups, id, symbol)), 200);
  });
  app.openapi(remove, async (c) => {
    const { id, symbol: text } = c.req.valid("param");
    requireStrategy(setups, id);
    const symbol = text.toUpperCase();
    if (!setups.all.some((one) => one.strategy.id === id && one.symbol === symbol)) {
      throw noSetup(id, symbol);
    }
    const by = `api ${remoteOf(c)}`.trim();
    await change<void>(deps, (reply) => ({
      type: "settings.strategy",
      id,
      symbol,
      spec: null,
      by,
      reply,
    }));
    return c.body(null, 204);
  });
}

/** Refuses a strategy that there is none of. @throws ProblemError 404, naming the nearest. */
export function requireStrategy({ catalog }: Setups, id: string): void {
  if (catalog.has(id)) return;
  const ids = [...catalog.keys()];
  const hint = hintFor(id, ids) ?? `these are: ${ids.join(", ")}`;
  throw new ProblemError(
    404,
    "unknown-strategy",
    `There is no strategy ${id.slice(0, 40)}; ${hint}${hint.endsWith("?") ? "" : "."}`,
  );
}

/** What is said of a setup from now on: what was said of the one that held, and what is new. */
function laidOver(
  { changes }: Setups,
  held: Setup | undefined,
  said: z.infer<typeof specSchema>,
): z.infer<typeof specSchema> {
  if (held === undefined) return said;
  const { origin, setup, strategy, symbol } = held;
  const before: z.infer<typeof specSchema> = origin === "configuration"
    ? setup
    : { ...changes.findLast((one) => one.strategy === strategy.id && one.symbol === symbol)?.spec };
  const parameters = { ...before.parameters, ...said.parameters };
  return Object.keys(parameters).length === 0
    ? { ...before, ...said }
    : { ...before, ...said, parameters };
}

function setupOf(setups: Setups, id: string, symbol: string): Setup {
  requireStrategy(setups, id);
  const found = setups.find(id, symbol);
  if (found === undefined) throw noSetup(id, symbol);
  return found;
}

function noSetup(id: string, symbol: string): ProblemError {
  return new ProblemError(
    404,
    "no-setup",
    `The strategy ${id} is not set up for ${symbol}; PUT ${PATH}/${id}/${symbol} does it.`,
  );
}
