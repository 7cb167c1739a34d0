/**
 * `GET /api/v1/ticks`: what the venues said, refused ticks too.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { checkSpan, orderParam, pageParams, queryOf, spanParams, symbolParam } from "./query.ts";
import { tickSchema } from "./records.ts";
import { settle } from "./settle.ts";
import { answerTable, formatOf, type Table, tableContent } from "./table.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ } from "../openapi.ts";
import type { Symbols } from "../symbols.ts";
import { formatRow, RECORDING_HEADER } from "../../../domain/recording.ts";
import { tickRecord } from "../../../domain/tables.ts";
import { type Tick, TICK_KINDS, type TickKind } from "../../../domain/tick.ts";

const TABLE: Table<Tick> = { header: RECORDING_HEADER, row: formatRow, record: tickRecord };

const KINDS = `must be of ${TICK_KINDS.join(", ")}, joined by commas`;

const kindsParam = z.string({ error: KINDS }).transform((text, context): TickKind[] => {
  const named = text.split(",").map((kind) => kind.trim());
  const wrong = named.find((kind) => !(TICK_KINDS as readonly string[]).includes(kind));
  if (wrong === undefined) return named as TickKind[];
  context.addIssue({ code: "custom", message: `${KINDS} (was "${wrong.slice(0, 40)}")` });
  return z.NEVER;
});

const route = createRoute({
  method: "get",
  path: "/api/v1/ticks",
  operationId: "listTicks",
  tags: ["data"],
  summary: "Ticks of an instrument",
  description: "By the venue's time. As CSV they are a recording, which `marketd replay` plays.",
  security: READ,
  request: {
    query: queryOf({
      symbol: symbolParam,
      kinds: kindsParam.optional().openapi({
        type: "string",
        description: "Without it: all.",
        example: "trade,quote",
      }),
      refused: z.enum(["true", "false"], { error: "must be true or false" }).default("true")
        .openapi({ description: "Whether those that the quality gate refused are given too." }),
      ...spanParams,
      ...pageParams,
      order: orderParam,
    }),
  },
  responses: {
    200: { description: "A page of ticks.", content: tableContent(tickSchema) },
    ...problems(400, 404, 406, 503),
  },
});

/** Answers `GET /api/v1/ticks`. */
export function mountTicks(app: OpenAPIHono, { shared }: HttpDeps, symbols: Symbols): void {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const format = formatOf(c, query.format);
    checkSpan(query);
    const { symbol } = await symbols.need(query.symbol);
    await settle(shared.journal);
    const { from, to, limit, cursor, order } = query;
    const forward = from !== undefined && order === "asc";
    const page = await shared.store.ticks({
      symbol,
      from,
      to,
      limit,
      cursor,
      kinds: query.kinds,
      refused: query.refused === "true",
      order: forward ? "time" : "-time",
    });
    const ticks = forward || order === "desc" ? page.rows : page.rows.toReversed();
    return answerTable(c, TABLE, format, ticks, page.next);
  });
}
