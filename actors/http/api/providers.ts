/**
 * `GET /api/v1/providers` and `POST /api/v1/providers/{id}/reset`.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { noQuery } from "./query.ts";
import { time } from "./records.ts";
import { providerTelemetry, viewProviderTelemetry } from "./telemetryview.ts";
import { tell } from "../../addresses.ts";
import { type ConnectionRef, reportOf } from "../../connections/report.ts";
import { connectionName } from "../../connections/names.ts";
import { redact } from "../../log.ts";
import type { HttpDeps } from "../deps.ts";
import { problems, READ, WRITE } from "../openapi.ts";
import { ProblemError, unavailable } from "../problem.ts";
import { QUOTA_WINDOWS } from "../../../domain/quota.ts";
import { formatTime } from "../../../domain/time.ts";
import { loadProvider } from "../../../providers/catalog.ts";

/** A provider as it fares. */
export const providerSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  capabilities: z.array(z.string()),
  state: z.string().openapi({
    description: "authenticating, opening, live, stale (silent, and nobody can say why), polling " +
      "(asked by request, for want of a stream), backoff, faulted, ended, closing, stopped, " +
      "restarting or given-up.",
    example: "live",
  }),
  since: time.nullable().openapi({ description: "When it went to that state." }),
  failures: z.int().openapi({ description: "Since it was last live." }),
  lastError: z.string().nullable(),
  words: z.array(z.string()).openapi({ description: "What the venue told when it let us in." }),
  instruments: z.int().openapi({ description: "Those that it feeds." }),
  refusals: z.array(z.strictObject({
    symbol: z.string(),
    reason: z.string(),
    polls: z.boolean().openapi({ description: "Whether it is asked for by request instead." }),
  })),
  problems: z.int().openapi({ description: "Rows or frames that could not be used." }),
  lastProblems: z.array(z.strictObject({ where: z.string(), what: z.string() })),
  events: z.array(z.strictObject({
    time,
    event: z.string(),
    reason: z.string(),
    correlation: z.string().openapi({ description: "Ties together what belongs to one attempt." }),
  })).openapi({ description: "Its connection's latest changes, the newest first." }),
  quotas: z.array(z.strictObject({
    name: z.string().openapi({ example: "requests" }),
    limit: z.number(),
    per: z.enum(QUOTA_WINDOWS),
    spent: z.number(),
    left: z.number(),
    resetsAt: time.nullable().openapi({ description: "When all of it is there again." }),
  })).openapi({ description: "What the venue allows, and what is left of it." }),
  ...providerTelemetry,
  progress: z.strictObject({ done: z.int(), total: z.int() }).nullable().openapi({
    description: "How far a feed with an end has come.",
  }),
}).openapi("Provider");

/** A provider as it fares. */
export type ProviderView = z.infer<typeof providerSchema>;

const list = createRoute({
  method: "get",
  path: "/api/v1/providers",
  operationId: "listProviders",
  tags: ["control"],
  summary: "The configured providers",
  security: READ,
  request: { query: noQuery },
  responses: {
    200: {
      description: "All of them.",
      content: {
        "application/json": { schema: z.object({ data: z.array(providerSchema), next: z.null() }) },
      },
    },
    ...problems(400),
  },
});

const reset = createRoute({
  method: "post",
  path: "/api/v1/providers/{id}/reset",
  operationId: "resetProvider",
  tags: ["control"],
  summary: "Connect anew at once",
  description: "Ends the wait of a provider that is in backoff or faulted. Does nothing to others.",
  security: WRITE,
  request: { params: z.object({ id: z.string().openapi({ example: "demo" }) }), query: noQuery },
  responses: {
    202: {
      description: "It was told to.",
      content: { "application/json": { schema: providerSchema } },
    },
    ...problems(400, 403, 404, 408, 413, 503),
  },
});

/** Answers what is asked of the providers. */
export function mountProviders(app: OpenAPIHono, deps: HttpDeps): void {
  app.openapi(list, async (c) => c.json({ data: await viewProviders(deps), next: null }, 200));
  app.openapi(reset, async (c) => {
    const { id } = c.req.valid("param");
    if (!deps.shared.providers.has(id)) {
      const known = [...deps.shared.providers.keys()].join(", ") || "none";
      throw new ProblemError(
        404,
        "unknown-provider",
        `No provider "${id.slice(0, 40)}" is configured; these are: ${known}.`,
      );
    }
    const told = connectionOf(deps, id) !== undefined &&
      tell(deps.from, "connections", { type: "connections.reset", provider: id });
    if (!told) {
      throw unavailable("not-running", `The connection of ${id} does not run; see /health.`);
    }
    return c.json(await viewProvider(deps, id), 202);
  });
}

/** All providers as they fare. */
export function viewProviders(deps: HttpDeps): Promise<ProviderView[]> {
  return Promise.all([...deps.shared.providers.keys()].map((id) => viewProvider(deps, id)));
}

async function viewProvider(deps: HttpDeps, id: string): Promise<ProviderView> {
  const { shared } = deps;
  const definition = await loadProvider(id);
  const feed = shared.feeds.of(id);
  return {
    id,
    name: definition?.name ?? id,
    capabilities: [...definition?.capabilities ?? []],
    ...connectionState(deps, id),
    instruments: shared.directory.all().filter(({ provider }) => provider === id).length,
    problems: shared.telemetry.of(id).problems,
    lastProblems: feed.lastProblems.map(({ where, what }) => ({ where, what: redact(what) })),
    events: feed.events.toReversed().map(({ time, event, reason, correlation }) => ({
      time: formatTime(time),
      event,
      reason: redact(reason),
      correlation,
    })),
    quotas: (shared.quotas.get(id)?.report() ?? []).map(({ resetsAt, ...quota }) => ({
      ...quota,
      resetsAt: resetsAt === null ? null : formatTime(resetsAt),
    })),
    ...viewProviderTelemetry(deps, id),
    progress: feed.progress,
  };
}

/** How a provider's connection fares. */
export function connectionState(
  deps: HttpDeps,
  id: string,
): Pick<ProviderView, "state" | "since" | "failures" | "lastError" | "refusals" | "words"> {
  const connection = connectionOf(deps, id);
  if (connection === undefined) {
    const report = deps.reports().find(({ report }) => report.id === connectionName(id))?.report;
    const lastError = report?.lastError ?? null;
    return {
      state: report?.status ?? "stopped",
      since: null,
      failures: report?.restarts ?? 0,
      lastError: lastError === null ? null : redact(lastError),
      refusals: [],
      words: [],
    };
  }
  const { state, changedAt, failures, lastError, refusals, words } = reportOf(connection);
  return {
    state,
    since: formatTime(changedAt),
    failures,
    lastError: lastError === null ? null : redact(lastError),
    words: words.map(redact),
    refusals: refusals.map(({ symbol, reason, polls = false }) => ({
      symbol,
      reason: redact(reason),
      polls,
    })),
  };
}

function connectionOf({ from }: HttpDeps, id: string): ConnectionRef | undefined {
  return from.system.get(connectionName(id)) as ConnectionRef | undefined;
}
