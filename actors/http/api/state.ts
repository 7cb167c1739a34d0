/**
 * `GET /api/v1/state`: what the market is doing, and what it did each minute before.
 *
 * @module
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { stateSchema } from "./measurerecords.ts";
import { checkSpan, orderParam, pageParams, queryOf, spanParams, symbolParam } from "./query.ts";
import { settle } from "./settle.ts";
import { readStanding } from "./standingpage.ts";
import { answerTable, formatOf, type Table, tableContent } from "./table.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ } from "../openapi.ts";
import type { Symbols } from "../symbols.ts";
import { STATE_HEADER, stateRecord, stateRow } from "../../../domain/measuretables.ts";
import type { StateAt } from "../../../domain/state.ts";

const TABLE: Table<StateAt> = { header: STATE_HEADER, row: stateRow, record: stateRecord };

const route = createRoute({
  method: "get",
  path: "/api/v1/state",
  operationId: "listStates",
  tags: ["data"],
  summary: "The state of an instrument's market: in balance, or leaving it",
  description:
    "The state as it stands. With a larger `limit`, or a span, those kept as well: the first of each " +
    "minute in which it changed, and each change of regime.",
  security: READ,
  request: {
    query: queryOf({
      symbol: symbolParam,
      ...spanParams,
      ...pageParams,
      limit: pageParams.limit.default(1),
      order: orderParam,
    }),
  },
  responses: {
    200: { description: "States; none before the first tick.", content: tableContent(stateSchema) },
    ...problems(400, 404, 406, 503),
  },
});

/** Answers `GET /api/v1/state`. */
export function mountState(app: OpenAPIHono, { shared }: HttpDeps, symbols: Symbols): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const format = formatOf(c, query.format);
    checkSpan(query);
    const { symbol } = await symbols.need(query.symbol);
    await settle(shared.journal);
    const standing = shared.hub.latestOf("state", symbol)?.payload as StateAt | undefined;
    const { rows, next } = await readStanding(
      query,
      standing,
      (kept) => shared.store.measures("state", { symbol, name: "", ...kept }),
    );
    return answerTable(c, TABLE, format, rows, next);
  });
}
