/**
 * `GET /health`: every component as it fares, in the Health Check Response Format for HTTP APIs
 * (draft-inadarei-api-health-check-06).
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { completeness, feeds } from "./feedchecks.ts";
import { loads } from "./loadchecks.ts";
import { connectionState } from "./api/providers.ts";
import { noQuery } from "./api/query.ts";
import type { HttpDeps } from "./deps.ts";
import { problems, READ } from "./openapi.ts";
import { readiness } from "./readiness.ts";
import { redact } from "../log.ts";

const status = z.enum(["pass", "warn", "fail"]);

const checkSchema = z.strictObject({
  componentType: z.enum(["component", "datastore", "system"]),
  observedValue: z.union([z.number(), z.string()]).optional(),
  observedUnit: z.string().optional(),
  status,
  output: z.string().optional().openapi({ description: "What is amiss." }),
  time: z.string(),
});

/** A report on every component. */
export const healthSchema = z.strictObject({
  status,
  version: z.string(),
  serviceId: z.literal("marketd"),
  output: z.string().optional(),
  checks: z.record(z.string(), z.array(checkSchema)).openapi({
    description: "By component: `stage:gate`, `store:writable`, `provider:ig`, `actor:hub`, " +
      "`latency:ig`, `publish:ig`, `errors:ig`, `completeness:ig`, `completeness:instruments`, " +
      "`instrument:AAPL`, `overload:level`, `load:lag`, `webhook:ops`, `stream:clients`, " +
      "`process:memory`, `process:uptime`.",
  }),
}).openapi("Health");

type Health = z.infer<typeof healthSchema>;
type Status = z.infer<typeof status>;
/** A check, before it is dated. */
export type Finding = Omit<z.infer<typeof checkSchema>, "time">;

const content = { "application/health+json": { schema: healthSchema } };

const route = createRoute({
  method: "get",
  path: "/health",
  operationId: "getHealth",
  tags: ["health"],
  summary: "How every component fares",
  description:
    "`fail` where /readyz is not ready; `warn` where only a provider, an instrument or " +
    "an actor that is being restarted is amiss.",
  security: READ,
  request: { query: noQuery },
  responses: {
    200: { description: "`pass` or `warn`.", content },
    ...problems(400),
    503: { description: "`fail`.", content },
  },
});

/** Answers `GET /health`. */
export function mountHealth(app: OpenAPIHono, deps: HttpDeps): void {
  app.openapi(route, (c) => {
    const health = viewHealth(deps);
    return c.json(health, health.status === "fail" ? 503 : 200, {
      "content-type": "application/health+json",
    });
  });
}

/** How every component fares. */
export function viewHealth(deps: HttpDeps): Health {
  const found = new Map<string, Finding>([
    ...essentials(deps),
    ...providers(deps),
    ...feeds(deps),
    ...completeness(deps),
    ...loads(deps),
    ...actors(deps),
    ...instruments(deps),
    ...webhooks(deps),
    ...figures(deps),
  ]);
  const time = new Date().toISOString();
  const statuses = new Set([...found.values()].map(({ status }) => status));
  const amiss = [...found].filter(([, { status }]) => status !== "pass").map(([name]) => name);
  return {
    status: statuses.has("fail") ? "fail" : statuses.has("warn") ? "warn" : "pass",
    version: deps.version,
    serviceId: "marketd",
    ...(amiss.length === 0 ? {} : { output: `amiss: ${listed(amiss)}` }),
    checks: Object.fromEntries([...found].map(([name, check]) => [name, [{ ...check, time }]])),
  };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(", ");
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}

/** Checks by component. */
export type Findings = Iterable<[string, Finding]>;

/** What readiness asks for too. */
function* essentials(deps: HttpDeps): Findings {
  const ages = new Map(
    deps.shared.vitals.report().map(({ stage, age }) => [`stage ${stage}`, age]),
  );
  for (const { name, ok, reason } of readiness(deps)) {
    const age = ages.get(name);
    yield [name === "store" ? "store:writable" : name.replace(" ", ":"), {
      componentType: name === "store" ? "datastore" : "component",
      ...(typeof age === "number"
        ? { observedValue: Math.round(age), observedUnit: "ms since the last canary" }
        : {}),
      status: !ok ? "fail" : reason === "" ? "pass" : "warn",
      ...(reason === "" ? {} : { output: reason }),
    }];
  }
}

/** States of a connection in which nothing is amiss. */
const WELL = new Set(["live", "ended"]);

function* providers(deps: HttpDeps): Findings {
  for (const id of deps.shared.providers.keys()) {
    const { state, lastError } = connectionState(deps, id);
    yield [`provider:${id}`, {
      componentType: "component",
      observedValue: state,
      status: WELL.has(state) ? "pass" : "warn",
      ...(WELL.has(state) || lastError === null ? {} : { output: lastError }),
    }];
  }
}

/** The actors that should run and do not, but for those that are among the essentials. */
function* actors(deps: HttpDeps): Findings {
  const essential = new Set(readiness(deps).map(({ name }) => name));
  for (const { report: { id, status, lastError } } of deps.reports()) {
    // A shard reports its instruments' candles too: they are looked up in the directory.
    const isElsewhere = id.startsWith("candles of ") || essential.has(`actor ${id}`);
    if (status === "running" || status === "stopped" || isElsewhere) continue;
    yield [`actor:${id}`, {
      componentType: "component",
      observedValue: status,
      status: "warn",
      ...(lastError === null ? {} : { output: redact(lastError) }),
    }];
  }
}

/** The instruments whose candles had a fault. */
function* instruments({ shared: { directory } }: HttpDeps): Findings {
  for (const { instrument, state, fault } of directory.all()) {
    if (fault === null) continue;
    const isOver = state !== "failed" && state !== "restarting";
    const fate = isOver ? "recovered" : state === "failed" ? "given up" : "restarting";
    yield [`instrument:${instrument.symbol}`, {
      componentType: "component",
      observedValue: state,
      status: isOver ? "pass" : "warn",
      output: redact(`${fate}: ${fault}`),
    }];
  }
}

function* webhooks({ shared }: HttpDeps): Findings {
  for (const { delivered, name, trouble } of shared.webhooks) {
    yield [`webhook:${name}`, {
      componentType: "component",
      observedValue: delivered,
      observedUnit: "messages delivered",
      status: trouble === null ? "pass" : "warn",
      ...(trouble === null ? {} : { output: redact(trouble) }),
    }];
  }
}

function* figures({ shared, stream }: HttpDeps): Findings {
  const figure = (observedValue: number, observedUnit: string): Finding => ({
    componentType: "system",
    observedValue,
    observedUnit,
    status: "pass" satisfies Status,
  });
  yield ["stream:clients", figure(stream.clients(), "clients")];
  yield ["store:waiting", figure(shared.outbox.rows, "rows")];
  yield ["process:memory", figure(Deno.memoryUsage().rss, "bytes")];
  yield ["process:uptime", figure(Math.round(shared.uptime() / 1_000), "s")];
}
