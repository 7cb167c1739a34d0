/**
 * `GET /api/v1/book`: the order book as it stands, and as it stood each ten seconds before.
 *
 * @module
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { checkSpan, orderParam, pageParams, queryOf, spanParams, symbolParam } from "./query.ts";
import { bookSchema } from "./records.ts";
import { settle } from "./settle.ts";
import { readStanding } from "./standingpage.ts";
import { answerTable, formatOf, type Table, tableContent } from "./table.ts";
import type { Hub } from "../../hub.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ } from "../openapi.ts";
import type { Symbols } from "../symbols.ts";
import type { BookSnapshot } from "../../../db/store.ts";
import { measureBook } from "../../../domain/book.ts";
import { BOOK_HEADER, bookRecord, bookRow } from "../../../domain/tables.ts";
import type { Depth } from "../../../domain/tick.ts";

const TABLE: Table<BookSnapshot> = { header: BOOK_HEADER, row: bookRow, record: bookRecord };

const route = createRoute({
  method: "get",
  path: "/api/v1/book",
  operationId: "listBooks",
  tags: ["data"],
  summary: "The order book of an instrument",
  description:
    "The book as it stands, best level first on both sides. With a larger `limit`, or a " +
    "span, the books kept each ten seconds as well.",
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
    200: { description: "Books; none where none was told yet.", content: tableContent(bookSchema) },
    ...problems(400, 404, 406, 503),
  },
});

/** Answers `GET /api/v1/book`. */
export function mountBook(app: OpenAPIHono, { shared }: HttpDeps, symbols: Symbols): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const format = formatOf(c, query.format);
    checkSpan(query);
    const { symbol } = await symbols.need(query.symbol);
    await settle(shared.journal);
    const { rows, next } = await readStanding(
      query,
      standingBook(shared.hub, symbol),
      (kept) => shared.store.books({ symbol, ...kept }),
    );
    return answerTable(c, TABLE, format, rows, next);
  });
}

/** The book that was told last. */
function standingBook(hub: Pick<Hub, "latestOf">, symbol: string): BookSnapshot | undefined {
  const told = hub.latestOf("depth", symbol)?.payload as Depth | undefined;
  if (told === undefined) return undefined;
  const { provider, time, bids, asks } = told;
  return { symbol, provider, time, bids, asks, ...measureBook(told) };
}
