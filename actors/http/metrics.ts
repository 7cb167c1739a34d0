/**
 * `GET /metrics`: what is counted, in Prometheus' text format.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { HttpDeps } from "./deps.ts";
import { problems, READ } from "./openapi.ts";
import type { ListingState } from "../instruments/directory.ts";

const STATES: readonly ListingState[] = ["rebuilding", "live", "restarting", "failed", "finished"];

const route = createRoute({
  method: "get",
  path: "/metrics",
  operationId: "getMetrics",
  tags: ["health"],
  summary: "Everything that is counted",
  security: READ,
  responses: {
    200: {
      description: "Prometheus' text format.",
      content: { "text/plain": { schema: z.string() } },
    },
    ...problems(),
  },
});

/** Answers `GET /metrics`. */
export function mountMetrics(app: OpenAPIHono, deps: HttpDeps): void {
  const { registry } = deps.shared.meters;
  app.openapi(route, async (c) => {
    refresh(deps);
    return c.text(await registry.metrics(), 200, { "content-type": registry.contentType });
  });
}

/** Sets the gauges that nobody sets in between. */
function refresh({ shared, stream, version }: HttpDeps): void {
  const { directory, journal, meters, outbox, vitals } = shared;
  for (const { stage, age } of vitals.report()) {
    meters.canaryAge.set({ stage }, age === null ? Infinity : age / 1_000);
  }
  const states = directory.all().map(({ state }) => state);
  for (const state of STATES) {
    meters.instruments.set({ state }, states.filter((one) => one === state).length);
  }
  for (const [provider, quotas] of shared.quotas) {
    for (const { name, left } of quotas.report()) {
      meters.quotaLeft.set({ provider, allowance: name }, left);
    }
  }
  meters.storeUp.set(journal.trouble === null ? 1 : 0);
  meters.outboxRows.set(outbox.rows);
  meters.streamClients.set(stream.clients());
  meters.uptime.set(shared.uptime() / 1_000);
  meters.memory.set(Deno.memoryUsage().rss);
  meters.build.set({ version, deno: Deno.version.deno }, 1);
}
