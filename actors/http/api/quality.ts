/**
 * `GET /api/v1/quality`: what the quality gate flagged, by provider, instrument and reason.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { queryOf, symbolParam } from "./query.ts";
import { tickSchema } from "./records.ts";
import type { HttpDeps } from "../deps.ts";
import type { Symbols } from "../symbols.ts";
import { problems, READ } from "../openapi.ts";
import { SHOWN, STRANGERS } from "../../routing/offences.ts";
import { type Flag, FLAGS, QUALITY, REFUSED } from "../../../domain/flags.ts";
import { tickRecord } from "../../../domain/tables.ts";

const REASONS = (Object.keys(FLAGS) as Flag[]).filter((name) => (FLAGS[name] & QUALITY) !== 0);
const reason = z.enum(REASONS, { error: `must be one of ${REASONS.join(", ")}` });

const qualitySchema = z.strictObject({
  provider: z.string(),
  symbol: z.string().openapi({
    description: `\`${STRANGERS}\`: of all instruments that nobody follows.`,
  }),
  reason,
  refused: z.boolean().openapi({
    description: "Whether such ticks move no candle; else they are only counted.",
  }),
  count: z.int().openapi({ description: "Ticks since the daemon was started." }),
  last: z.array(tickSchema).openapi({
    description: `The last of them, at most ${SHOWN}, the newest first.`,
  }),
}).openapi("Quality");

const route = createRoute({
  method: "get",
  path: "/api/v1/quality",
  operationId: "listQuality",
  tags: ["data"],
  summary: "What the quality gate flagged, and the last offenders",
  description: "One row for each provider, instrument and reason. Every tick is kept with its " +
    "flags whatever they are: see `/api/v1/ticks`. `gate` in the configuration has the thresholds.",
  security: READ,
  request: {
    query: queryOf({
      symbol: symbolParam.optional(),
      provider: z.string().max(64).optional().openapi({ example: "demo" }),
      reason: reason.optional(),
    }),
  },
  responses: {
    200: {
      description: "All that was flagged.",
      content: {
        "application/json": { schema: z.object({ data: z.array(qualitySchema), next: z.null() }) },
      },
    },
    ...problems(400, 404, 503),
  },
});

/** Answers `GET /api/v1/quality`. */
export function mountQuality(app: OpenAPIHono, { shared }: HttpDeps, symbols: Symbols): void {
  app.openapi(route, async (c) => {
    const { symbol, provider, reason } = c.req.valid("query");
    const wanted = symbol === undefined || symbol === STRANGERS
      ? symbol
      : (await symbols.find(symbol)).symbol;
    const data = shared.gates.all().flatMap(([id, gate]) =>
      gate.offences.list()
        .filter((one) => wanted === undefined || one.symbol === wanted)
        .filter((one) => reason === undefined || one.reason === reason)
        .map((one) => ({
          provider: id,
          symbol: one.symbol,
          reason: one.reason,
          refused: (FLAGS[one.reason] & REFUSED) !== 0,
          count: one.count,
          last: one.last.map((tick) => tickRecord(tick) as z.infer<typeof tickSchema>),
        }))
    ).filter((row) => provider === undefined || row.provider === provider);
    return c.json({ data, next: null }, 200);
  });
}
