/**
 * `GET|POST /api/v1/backfill`: what is filled from the venues' history, and asking for it by hand.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { checkSpan, noQuery, symbolParam, timeParam } from "./query.ts";
import { time } from "./records.ts";
import { redact } from "../../log.ts";
import type { Job } from "../../routing/backfill/backlog.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ, WRITE } from "../openapi.ts";
import { ProblemError, unavailable } from "../problem.ts";
import type { Symbols } from "../symbols.ts";
import { formatTime, MINUTE } from "../../../domain/time.ts";

const PATH = "/api/v1/backfill";

/** A span that is filled, as it is described. */
export const jobSchema = z.strictObject({
  id: z.int(),
  symbol: z.string(),
  from: time.openapi({ description: "Inclusive, a whole minute." }),
  to: time.openapi({ description: "Exclusive, a whole minute." }),
  byHand: z.boolean().openapi({ description: "Asked for, rather than found to be missing." }),
  state: z.enum(["waiting", "running", "done", "failed"]),
  provider: z.string().nullable().openapi({ description: "Whose history it comes from." }),
  progress: z.number().openapi({ description: "What part of it is filled, from 0 to 1." }),
  ticks: z.int().openapi({ description: "Trades that were not kept before." }),
  candles: z.int().openapi({ description: "Made or repaired." }),
  reason: z.string().nullable().openapi({ description: "What it waits for, or why it failed." }),
}).openapi("Backfill");

/** A span that is filled. */
export type JobView = z.infer<typeof jobSchema>;

const asked = z.strictObject({
  symbol: symbolParam,
  from: timeParam.openapi({ type: "string", format: "date-time" }),
  to: timeParam.openapi({ type: "string", format: "date-time" }),
}).openapi("BackfillRequest");

const list = createRoute({
  method: "get",
  path: PATH,
  operationId: "listBackfill",
  tags: ["control"],
  summary: "What is filled from history",
  description: "What runs and waits, and the last that came to an end; the latest first.",
  security: READ,
  request: { query: noQuery },
  responses: {
    200: {
      description: "All of it.",
      content: {
        "application/json": { schema: z.object({ data: z.array(jobSchema), next: z.null() }) },
      },
    },
    ...problems(400),
  },
});

const add = createRoute({
  method: "post",
  path: PATH,
  operationId: "backfill",
  tags: ["control"],
  summary: "Fill a span from history",
  description:
    "Widened to whole minutes, as far as these are closed. What is kept already stays: " +
    "asking twice changes nothing.",
  security: WRITE,
  request: {
    query: noQuery,
    body: { required: true, content: { "application/json": { schema: asked } } },
  },
  responses: {
    202: {
      description: "It waits for its turn; the list tells how it goes.",
      content: { "application/json": { schema: jobSchema } },
    },
    ...problems(400, 403, 404, 408, 413, 415, 422, 503),
  },
});

/** Answers what is asked of backfill. */
export function mountBackfill(app: OpenAPIHono, { shared }: HttpDeps, symbols: Symbols): void {
  const { backlog, clock, directory, settings } = shared;
  app.openapi(list, (c) => c.json({ data: backlog.list().map(viewJob), next: null }, 200));
  app.openapi(add, (c) => {
    const span = c.req.valid("json");
    checkSpan(span);
    const symbol = span.symbol.toUpperCase();
    if (directory.get(symbol) === undefined) throw symbols.unknown(symbol);
    if (clock.driven) {
      throw unavailable("driven", "A recording is played: there is no venue to ask for more.");
    }
    const from = span.from - span.from % MINUTE;
    const closed = clock.now() - settings.candles.grace;
    const to = Math.min(Math.ceil(span.to / MINUTE) * MINUTE, closed - closed % MINUTE);
    if (to <= from) {
      throw new ProblemError(422, "not-closed", "No minute of it is closed yet: ask again later.");
    }
    const job = backlog.add({ symbol, from, to }, true);
    if (job === null) {
      throw unavailable("busy", "Too many spans wait to be filled already; ask again later.");
    }
    return c.json(viewJob(job), 202);
  });
}

/** A job as the outside sees it. */
export function viewJob(job: Job): JobView {
  const { byHand, candles, doneTo, from, id, provider, reason, state, symbol, ticks, to } = job;
  return {
    id,
    symbol,
    from: formatTime(from),
    to: formatTime(to),
    byHand,
    state,
    provider,
    progress: state === "done" ? 1 : (doneTo - from) / (to - from),
    ticks,
    candles,
    reason: reason === null ? null : redact(reason),
  };
}
