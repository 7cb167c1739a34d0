/**
 * `GET /api/v1/signals`: what strategies said, and why.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { checkSpan, orderParam, pageParams, queryOf, spanParams, symbolParam } from "./query.ts";
import { time } from "./records.ts";
import { requireStrategy } from "./strategies.ts";
import { settle } from "./settle.ts";
import { answerTable, formatOf, type Table, tableContent } from "./table.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ } from "../openapi.ts";
import type { Symbols } from "../symbols.ts";
import { BASES } from "../../../domain/candle.ts";
import type { Signal } from "../../../domain/signal.ts";
import {
  SIGNAL_HEADER,
  type SignalRecord,
  signalRecord,
  signalRow,
} from "../../../domain/signaltables.ts";

/** A signal. */
export const signalSchema = z.strictObject({
  id: z.string().openapi({
    description: "The same for the same strategy, candles, instant and side.",
    example: "ema-cross.AAPL.5m.trade.2026-03-02T14:35:00.000Z.buy",
  }),
  strategy: z.string(),
  symbol: z.string(),
  interval: z.string().openapi({ description: "Of the candles it was given on." }),
  basis: z.enum(BASES),
  time: time.openapi({
    description: "The end of the last candle it knew of: nothing later has a part in it.",
  }),
  side: z.enum(["buy", "sell"]),
  strength: z.number().openapi({ description: "From 0 to 1, by the strategy's own measure." }),
  entry: z.number(),
  stop: z.number().openapi({ description: "The price that proves it wrong." }),
  target: z.number().openapi({ description: "The price it is after." }),
  reasons: z.array(z.string()).openapi({ description: "Why, in sentences." }),
  inputs: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]).nullable()).openapi({
    description: "What it looked at: enough to check the reasons by hand.",
  }),
  revision: z.string().openapi({
    description: "Of the strategy's setup: the same for the same interval and parameters.",
  }),
}).openapi("Signal") satisfies z.ZodType<
  Omit<SignalRecord, "reasons" | "inputs"> & { reasons: string[]; inputs: Record<string, unknown> }
>;

const TABLE: Table<Signal> = { header: SIGNAL_HEADER, row: signalRow, record: signalRecord };

const route = createRoute({
  method: "get",
  path: "/api/v1/signals",
  operationId: "listSignals",
  tags: ["data"],
  summary: "What strategies said, and why",
  description: "By time, then symbol, then strategy; without `from` the newest.",
  security: READ,
  request: {
    query: queryOf({
      symbol: symbolParam.optional(),
      strategy: z.string().max(64).optional().openapi({
        description: "A strategy's id.",
        example: "ema-cross",
      }),
      ...spanParams,
      ...pageParams,
      order: orderParam,
    }),
  },
  responses: {
    200: { description: "A page of signals.", content: tableContent(signalSchema) },
    ...problems(400, 404, 406, 503),
  },
});

/** Answers `GET /api/v1/signals`. */
export function mountSignals(app: OpenAPIHono, { shared }: HttpDeps, symbols: Symbols): void {
  app.openapi(route, async (c) => {
    const { symbol, strategy, order, ...page } = c.req.valid("query");
    const format = formatOf(c, page.format);
    checkSpan(page);
    if (strategy !== undefined) requireStrategy(shared.setups, strategy);
    const known = symbol === undefined ? undefined : (await symbols.find(symbol)).symbol;
    await settle(shared.journal);
    // As everywhere: pages go forward from `from`, else back in time.
    const forward = page.from !== undefined && order === "asc";
    const { rows, next } = await shared.store.signals({
      ...page,
      symbol: known,
      strategy,
      order: forward ? "time" : "-time",
    });
    const shown = forward || order === "desc" ? rows : rows.toReversed();
    return answerTable(c, TABLE, format, shown, next);
  });
}
