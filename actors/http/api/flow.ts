/**
 * `GET /api/v1/flow`: order flow bar by bar, the one that is forming too.
 *
 * @module
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { flowSchema } from "./measurerecords.ts";
import {
  checkInterval,
  checkSpan,
  intervalParam,
  orderParam,
  pageParams,
  queryOf,
  spanParams,
  symbolParam,
} from "./query.ts";
import { settle } from "./settle.ts";
import { answerTable, formatOf, type Table, tableContent } from "./table.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ } from "../openapi.ts";
import type { Symbols } from "../symbols.ts";
import type { OrderFlow } from "../../../domain/flow/bar.ts";
import { FLOW_HEADER, flowRecord, flowRow } from "../../../domain/measuretables.ts";

const TABLE: Table<OrderFlow> = { header: FLOW_HEADER, row: flowRow, record: flowRecord };

const route = createRoute({
  method: "get",
  path: "/api/v1/flow",
  operationId: "listFlow",
  tags: ["data"],
  summary: "The order flow of an instrument",
  description:
    "Volume by who began the trade: by the venue's word or, where it gives none, by the last quote " +
    "and the last price (Lee and Ready, 1991). Bars are those of candles; the one that is forming " +
    "comes last, where the page has room.",
  security: READ,
  request: {
    query: queryOf({
      symbol: symbolParam,
      interval: intervalParam,
      ...spanParams,
      ...pageParams,
      order: orderParam,
    }),
  },
  responses: {
    200: { description: "A page of bars.", content: tableContent(flowSchema) },
    ...problems(400, 404, 406, 503),
  },
});

/** Answers `GET /api/v1/flow`. */
export function mountFlow(app: OpenAPIHono, { shared }: HttpDeps, symbols: Symbols): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const format = formatOf(c, query.format);
    checkSpan(query);
    const { interval, from, to, limit, cursor, order } = query;
    checkInterval(interval, shared.intervals);
    const { symbol } = await symbols.need(query.symbol);
    const forward = from !== undefined && order === "asc";
    // Looked up before the store is read: one that closes in between is then there once all the same.
    const told = shared.hub.latestOf("flow", `${symbol} ${interval}`)?.payload as
      | OrderFlow
      | undefined;
    const isAsked = told !== undefined && (forward || (cursor === undefined && limit > 1)) &&
      told.start >= (from ?? -Infinity) && told.start < (to ?? Infinity);
    await settle(shared.journal);
    const { rows, next } = await shared.store.measures("flow", {
      symbol,
      name: interval,
      from,
      to,
      limit: isAsked && !forward ? limit - 1 : limit,
      cursor,
      order: forward ? "time" : "-time",
    });
    const newest = forward ? rows.at(-1) : rows[0];
    const isLater = isAsked && told.start > (newest?.start ?? -Infinity);
    const found = forward
      ? isLater && next === null ? [...rows, told] : rows
      : isLater
      ? [told, ...rows]
      : rows;
    const page = found.slice(0, limit);
    const bars = forward || order === "desc" ? page : page.toReversed();
    return answerTable(c, TABLE, format, bars, next);
  });
}
