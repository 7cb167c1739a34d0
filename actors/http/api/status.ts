/**
 * `GET /api/v1/status`: what runs, in one look.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { connectionState } from "./providers.ts";
import { noQuery } from "./query.ts";
import { time } from "./records.ts";
import { redact } from "../../log.ts";
import { type LoadName, LOADS, wordsOf } from "../../overload/overload.ts";
import { isDynamic } from "../../routing/subscriptions.ts";
import type { Shared } from "../../shared.ts";
import { STAGES } from "../../vitals.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ } from "../openapi.ts";
import { LEVELS } from "../../../domain/overload.ts";
import { formatTime } from "../../../domain/time.ts";

/** What runs, as it is described. */
export const statusSchema = z.strictObject({
  version: z.string(),
  state: z.enum(["starting", "running", "draining"]),
  startedAt: time,
  uptimeSeconds: z.number(),
  clock: z.strictObject({
    now: time,
    driven: z.boolean().openapi({ description: "Whether a recording moves it." }),
  }),
  stream: z.strictObject({
    epoch: z.string(),
    sequence: z.int().openapi({ description: "Of the last event." }),
    clients: z.int(),
  }),
  store: z.strictObject({
    label: z.string(),
    trouble: z.string().nullable(),
    waitingRows: z.int(),
    ticks: z.int().openapi({ description: "Kept since the start." }),
    candles: z.int().openapi({ description: "Kept since the start." }),
  }),
  instruments: z.record(z.string(), z.int()).openapi({
    description: "How many there are in each state.",
    example: { live: 3 },
  }),
  subscriptions: z.strictObject({
    dynamic: z.boolean().openapi({
      description: "Whether instruments are subscribed only while something needs them.",
    }),
    subscribed: z.int(),
    idle: z.int().openapi({ description: "Instruments that nothing needs." }),
  }),
  overload: z.strictObject({
    level: z.enum(LEVELS).openapi({ description: "How much is shed; never trades." }),
    cause: z.string().nullable().openapi({ description: "Why so much is." }),
    loads: z.array(z.strictObject({
      name: z.enum(Object.keys(LOADS) as [LoadName]).openapi({
        description: "What is measured, named as its limit in the configuration.",
      }),
      value: z.number(),
      limit: z.number(),
      unit: z.string().openapi({ example: "rows" }),
    })),
  }),
  providers: z.record(z.string(), z.string()).openapi({
    description: "The state of each.",
    example: { demo: "live" },
  }),
  stages: z.array(z.strictObject({
    stage: z.enum(STAGES),
    ageSeconds: z.number().nullable().openapi({ description: "Since it last saw a canary." }),
    alive: z.boolean(),
  })),
}).openapi("Status");

/** What runs. */
export type StatusView = z.infer<typeof statusSchema>;

const route = createRoute({
  method: "get",
  path: "/api/v1/status",
  operationId: "getStatus",
  tags: ["control"],
  summary: "What runs",
  security: READ,
  request: { query: noQuery },
  responses: {
    200: {
      description: "In one look.",
      content: { "application/json": { schema: statusSchema } },
    },
    ...problems(400),
  },
});

/** Answers `GET /api/v1/status`. */
export function mountStatus(app: OpenAPIHono, deps: HttpDeps): void {
  app.openapi(route, (c) => c.json(viewStatus(deps), 200));
}

/** What runs. */
export function viewStatus(deps: HttpDeps): StatusView {
  const { shared, stream } = deps;
  const { clock, directory, hub, journal, outbox, providers, store, vitals } = shared;
  const states: Record<string, number> = {};
  for (const { state } of directory.all()) states[state] = (states[state] ?? 0) + 1;
  const uptime = shared.uptime();
  return {
    version: deps.version,
    state: deps.draining() ? "draining" : deps.running() ? "running" : "starting",
    startedAt: new Date(Date.now() - uptime).toISOString(),
    uptimeSeconds: seconds(uptime),
    clock: { now: formatTime(clock.now()), driven: clock.driven },
    stream: { epoch: hub.epoch, sequence: hub.sequence, clients: stream.clients() },
    store: {
      label: store.label,
      trouble: journal.trouble === null ? null : redact(journal.trouble),
      waitingRows: outbox.rows,
      ticks: journal.kept.ticks,
      candles: journal.kept.candles,
    },
    instruments: states,
    overload: viewOverload(shared),
    subscriptions: { dynamic: isDynamic(shared), ...directory.subscriptions() },
    providers: Object.fromEntries(
      [...providers.keys()].map((id) => [id, connectionState(deps, id).state]),
    ),
    stages: vitals.report().map(({ stage, age, alive }) => ({
      stage,
      ageSeconds: age === null ? null : seconds(age),
      alive,
    })),
  };
}

function viewOverload({ overload }: Shared): StatusView["overload"] {
  const { cause, level } = overload.state;
  const loads = overload.loads().map((load) => ({ ...load, unit: LOADS[load.name] }));
  return { level, cause: cause === null ? null : wordsOf(cause), loads };
}

/** Milliseconds as seconds, to the millisecond. */
function seconds(millis: number): number {
  return Math.round(millis) / 1_000;
}
