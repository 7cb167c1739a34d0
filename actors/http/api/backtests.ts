/**
 * `GET /api/v1/backtests`: the pages of backtests that are kept; `GET /backtests/{name}`: one of them.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { noQuery } from "./query.ts";
import { time } from "./records.ts";
import { listBacktests, openBacktest } from "../backtests.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ } from "../openapi.ts";
import { problem } from "../problem.ts";

const schema = z.strictObject({
  name: z.string().openapi({ example: "ema-cross-AAPL.html" }),
  path: z.string().openapi({ description: "Where it is served." }),
  bytes: z.int(),
  writtenAt: time,
}).openapi("Backtest");

const list = createRoute({
  method: "get",
  path: "/api/v1/backtests",
  operationId: "listBacktests",
  tags: ["data"],
  summary: "The pages of backtests that are kept",
  description:
    "Those in the folder `backtests` beside the database, where `marketd replay --report` writes what " +
    "it is told to write there.",
  security: READ,
  request: { query: noQuery },
  responses: {
    200: {
      description: "All of them, the latest first.",
      content: {
        "application/json": { schema: z.object({ data: z.array(schema), next: z.null() }) },
      },
    },
    ...problems(400),
  },
});

const read = createRoute({
  method: "get",
  path: "/backtests/{name}",
  operationId: "getBacktest",
  tags: ["about"],
  summary: "The page of a backtest",
  security: READ,
  request: { params: z.object({ name: z.string().openapi({ example: "ema-cross-AAPL.html" }) }) },
  responses: {
    200: { description: "The page.", content: { "text/html": { schema: z.string() } } },
    ...problems(404),
  },
});

/** It needs nothing but itself, and can do nothing. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'; sandbox";

/** Answers for the backtests that are kept. */
export function mountBacktests(app: OpenAPIHono, { backtests }: HttpDeps): void {
  app.openapi(list, async (c) => {
    const data = (await listBacktests(backtests)).map(({ name, bytes, writtenAt }) => ({
      name,
      path: `/backtests/${encodeURIComponent(name)}`,
      bytes,
      writtenAt: new Date(writtenAt).toISOString(),
    }));
    return c.json({ data, next: null }, 200);
  });
  app.openapi(read, async (c) => {
    const { name } = c.req.valid("param");
    const page = await openBacktest(backtests, name);
    if (page === undefined) {
      const detail = `No backtest is kept as "${name.slice(0, 60)}"; /api/v1/backtests has them.`;
      return problem(c, 404, detail, { code: "unknown-backtest" });
    }
    c.header("content-security-policy", POLICY);
    return c.body(page, 200, { "content-type": "text/html; charset=utf-8" });
  });
}
