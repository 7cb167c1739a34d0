/**
 * `GET /api/v1/state`: what the market is doing, and what it did each minute before.
 *
 * @module
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { stateSchema } from "./measurerecords.ts";
import { checkSpan, orderParam, pageParams, queryOf, spanParams, symbolParam } from "./query.ts";
import { settle } from "./settle.ts";
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
    const { symbol } = await symbols.find(query.symbol);
    await settle(shared.journal);
    const { from, to, limit, cursor, order } = query;
    const isOpen = from === undefined && to === undefined && cursor === undefined;
    const told = shared.hub.latestOf("state", symbol)?.payload as StateAt | undefined;
    const standing = isOpen ? told : undefined;
    const forward = from !== undefined && order === "asc";
    const { rows, next } = await shared.store.measures("state", {
      symbol,
      name: "",
      from,
      to,
      limit: standing === undefined ? limit : Math.max(1, limit - 1),
      cursor,
      order: forward ? "time" : "-time",
    });
    const isNewer = standing !== undefined && standing.time > (rows[0]?.time ?? -Infinity);
    const states = (isNewer ? [standing, ...rows] : rows).slice(0, limit);
    const shown = forward || order === "desc" ? states : states.toReversed();
    return answerTable(c, TABLE, format, shown, isNewer && limit === 1 ? null : next);
  });
}
