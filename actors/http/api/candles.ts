/**
 * `GET /api/v1/candles`: stored candles, then the forming one.
 *
 * @module
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { basisOf, basisParam } from "./basis.ts";
import { readCandles } from "./candlepage.ts";
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
import { candleSchema } from "./records.ts";
import { answerTable, formatOf, type Table, tableContent } from "./table.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ } from "../openapi.ts";
import type { Symbols } from "../symbols.ts";
import type { Candle } from "../../../domain/candle.ts";
import { CANDLE_HEADER, candleRecord, candleRow } from "../../../domain/tables.ts";

const TABLE: Table<Candle> = { header: CANDLE_HEADER, row: candleRow, record: candleRecord };

const route = createRoute({
  method: "get",
  path: "/api/v1/candles",
  operationId: "listCandles",
  tags: ["data"],
  summary: "Candles of an instrument",
  description: "Stored candles and, at the end of time, the one that is forming: without a hole " +
    "and without a duplicate.",
  security: READ,
  request: {
    query: queryOf({
      symbol: symbolParam,
      interval: intervalParam,
      basis: basisParam,
      ...spanParams,
      ...pageParams,
      order: orderParam,
    }),
  },
  responses: {
    200: { description: "A page of candles.", content: tableContent(candleSchema) },
    ...problems(400, 404, 406, 503),
  },
});

/** Answers `GET /api/v1/candles`. */
export function mountCandles(app: OpenAPIHono, { shared }: HttpDeps, symbols: Symbols): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const format = formatOf(c, query.format);
    checkSpan(query);
    checkInterval(query.interval, shared.intervals);
    const known = await symbols.need(query.symbol);
    const basis = query.basis ?? await basisOf(shared.store, known, query.interval);
    if (basis === undefined) return answerTable(c, TABLE, format, [], null);
    const { candles, next } = await readCandles(shared, { ...query, symbol: known.symbol, basis });
    return answerTable(c, TABLE, format, candles, next);
  });
}
