/**
 * `GET /api/v1/gaps`: the spans that were missed.
 *
 * @module
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { checkSpan, pageParams, queryOf, spanParams, symbolParam } from "./query.ts";
import { gapSchema } from "./records.ts";
import { settle } from "./settle.ts";
import { answerTable, formatOf, type Table, tableContent } from "./table.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ } from "../openapi.ts";
import type { Symbols } from "../symbols.ts";
import type { Gap } from "../../../domain/gap.ts";
import { GAP_HEADER, gapRecord, gapRow } from "../../../domain/tables.ts";

const TABLE: Table<Gap> = { header: GAP_HEADER, row: gapRow, record: gapRecord };

const route = createRoute({
  method: "get",
  path: "/api/v1/gaps",
  operationId: "listGaps",
  tags: ["data"],
  summary: "Spans in which a feed was not heard",
  description: "Those with a part in the span, the oldest first.",
  security: READ,
  request: {
    query: queryOf({
      symbol: symbolParam.optional(),
      from: spanParams.from.openapi({
        description: "Inclusive. Without it, from the first gap on.",
      }),
      to: spanParams.to,
      ...pageParams,
    }),
  },
  responses: {
    200: { description: "A page of gaps.", content: tableContent(gapSchema) },
    ...problems(400, 404, 406, 503),
  },
});

/** Answers `GET /api/v1/gaps`. */
export function mountGaps(app: OpenAPIHono, { shared }: HttpDeps, symbols: Symbols): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const format = formatOf(c, query.format);
    checkSpan(query);
    const symbol = query.symbol === undefined
      ? undefined
      : (await symbols.find(query.symbol)).symbol;
    await settle(shared.journal);
    const { from, to, limit, cursor } = query;
    const { rows, next } = await shared.store.gaps({ symbol, from, to, limit, cursor });
    return answerTable(c, TABLE, format, rows, next);
  });
}
