/**
 * `GET /api/v1/candles`: stored candles, then the forming one.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { readCandles } from "./candlepage.ts";
import { checkSpan, orderParam, pageParams, queryOf, spanParams, symbolParam } from "./query.ts";
import { candleSchema } from "./records.ts";
import { answerTable, formatOf, type Table, tableContent } from "./table.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ } from "../openapi.ts";
import { badParameter } from "../problem.ts";
import type { KnownSymbol, Symbols } from "../symbols.ts";
import { BASES, type Basis, type Candle } from "../../../domain/candle.ts";
import { BASE_INTERVAL, intervalName } from "../../../domain/interval.ts";
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
      interval: z.string().transform(intervalName).default(BASE_INTERVAL.name).openapi({
        type: "string",
        description: "One of the configured ones.",
        example: "5m",
      }),
      basis: z.enum(BASES, { error: `must be one of ${BASES.join(", ")}` }).optional().openapi({
        description: "Without it: the instrument's or, where it is not followed, the one stored.",
      }),
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
    checkInterval(query.interval);
    const known = await symbols.find(query.symbol);
    const basis = query.basis ?? await basisOf(known, query.interval);
    if (basis === undefined) return answerTable(c, TABLE, format, [], null);
    const { candles, next } = await readCandles(shared, { ...query, symbol: known.symbol, basis });
    return answerTable(c, TABLE, format, candles, next);
  });

  function checkInterval(interval: string): void {
    const names = shared.intervals.map(({ name }) => name);
    if (names.includes(interval)) return;
    throw badParameter(
      "interval",
      "unknown-interval",
      `must be one of those configured: ${names.join(", ")} (was "${interval.slice(0, 40)}")`,
    );
  }

  /** The basis that is meant where none is said; `undefined` where nothing is stored. */
  async function basisOf(
    { symbol, listing }: KnownSymbol,
    interval: string,
  ): Promise<Basis | undefined> {
    if (listing !== undefined) return listing.basis;
    const stored = await shared.store.bases(symbol, interval);
    if (stored.length <= 1) return stored[0];
    throw badParameter(
      "basis",
      "which-basis",
      `must say which is meant: candles of ${symbol} are stored on ${stored.join(", ")}`,
    );
  }
}
