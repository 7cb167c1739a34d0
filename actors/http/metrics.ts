/**
 * `GET /metrics`: what is counted, in Prometheus' text format.
 *
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { instrumentCompleteness, providerCompleteness, refusedNow } from "./api/telemetryview.ts";
import type { HttpDeps } from "./deps.ts";
import { problems, READ } from "./openapi.ts";
import type { ListingState } from "../instruments/directory.ts";
import { shareOf } from "../../domain/completeness.ts";
import { SECOND } from "../../domain/time.ts";

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
function refresh(deps: HttpDeps): void {
  const { shared, stream, version } = deps;
  refreshFeeds(deps);
  refreshInstruments(deps);
  const { directory, journal, meters, outbox, overload, vitals } = shared;
  for (const { stage, age } of vitals.report()) {
    meters.canaryAge.set({ stage }, age === null ? Infinity : age / 1_000);
  }
  const states = directory.all().map(({ state }) => state);
  for (const state of STATES) {
    meters.instruments.set({ state }, states.filter((one) => one === state).length);
  }
  for (const [state, count] of Object.entries(directory.subscriptions())) {
    meters.subscriptions.set({ state }, count);
  }
  for (const [provider, quotas] of shared.quotas) {
    for (const { name, left } of quotas.report()) {
      meters.quotaLeft.set({ provider, allowance: name }, left);
    }
  }
  for (const { name, value } of overload.loads()) {
    if (name === "lag") meters.lag.set(value);
    else if (name === "memory") meters.heap.set(value);
    else if (name === "clients") meters.streamWaiting.set(value);
    else meters.queues.set({ queue: name }, value);
  }
  meters.storeUp.set(journal.trouble === null ? 1 : 0);
  meters.outboxRows.set(outbox.rows);
  meters.streamClients.set(stream.clients());
  meters.uptime.set(shared.uptime() / 1_000);
  meters.memory.set(Deno.memoryUsage().rss);
  meters.build.set({ version, deno: Deno.version.deno }, 1);
}

function refreshFeeds(deps: HttpDeps): void {
  const { meters, providers, telemetry } = deps.shared;
  meters.completeness.reset();
  for (const provider of providers.keys()) {
    const { feed } = telemetry.of(provider).latencies();
    if (feed !== null) meters.feedLatencyMin.set({ provider }, feed.min / SECOND);
    const share = shareOf(providerCompleteness(deps, provider));
    if (share !== null) meters.completeness.set({ provider }, share);
  }
}

/** Series of their own cost whoever collects them: past a number of instruments none has any. */
function refreshInstruments(deps: HttpDeps): void {
  const { directory, meters, settings } = deps.shared;
  const {
    instrumentCompleteness: completeness,
    instrumentFeedLatency: feedLatency,
    instrumentPublishLatency: publishLatency,
    instrumentRefused: refused,
    instrumentTicks: ticks,
    instrumentsOmitted: omitted,
  } = meters;
  for (const meter of [completeness, feedLatency, publishLatency, refused, ticks]) meter.reset();
  const listings = directory.all();
  const isMany = listings.length > settings.metrics.instruments;
  omitted.set(isMany ? listings.length : 0);
  const notGiven = refusedNow(deps);
  for (const listing of isMany ? [] : listings) {
    const { instrument: { symbol }, pulse } = listing;
    const { feed, publish } = pulse.latencies();
    const share = shareOf(instrumentCompleteness(deps, listing, notGiven));
    ticks.inc({ symbol }, pulse.ticks);
    refused.inc({ symbol }, pulse.refused);
    if (feed !== null) feedLatency.set({ symbol }, feed.p50 / SECOND);
    if (publish !== null) publishLatency.set({ symbol }, publish.p50 / SECOND);
    if (share !== null) completeness.set({ symbol }, share);
  }
}
