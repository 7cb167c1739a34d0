/**
 * How the telemetry of feeds and instruments looks outside.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { lookAt } from "../../routing/health.ts";
import type { HttpDeps } from "../deps.ts";
import type { Listing } from "../../instruments/directory.ts";
import { type Completeness, shareOf } from "../../../domain/completeness.ts";
import type { Quantiles } from "../../../domain/samples.ts";
import { SECOND } from "../../../domain/time.ts";

const seconds = z.number();

const quantiles = z.strictObject({
  samples: z.int().openapi({ description: "How many ticks were measured, the latest." }),
  min: seconds,
  p50: seconds,
  p95: seconds,
  p99: seconds,
  max: seconds,
}).nullable();

/** Completeness, as it is described. */
export const completenessView = z.strictObject({
  share: z.number().min(0).max(1).nullable().openapi({
    description: "Of the session time (extended hours too) in the last 24 hours, since the " +
      "instrument is followed, the share that lies in no gap that is unfilled, and in no outage. " +
      "Null: no session was to be heard.",
  }),
  expectedSeconds: seconds,
  missedSeconds: seconds,
});

/** A provider's telemetry, as it is described. */
export const providerTelemetry = {
  latency: z.strictObject({
    feed: quantiles.openapi({
      description: "Seconds from the venue's time to the receipt. Below 0 the clocks disagree: " +
        "the venue's is ahead of ours.",
    }),
    publish: quantiles.openapi({
      description: "Seconds from the receipt until whoever listens was told.",
    }),
  }),
  recent: z.strictObject({
    seconds: seconds.openapi({ description: "Of how long; a minute or so." }),
    ticks: z.int().openapi({ description: "Received." }),
    refused: z.int().openapi({ description: "Of these, refused for being wrong." }),
    problems: z.int().openapi({ description: "Rows or frames that could not be used." }),
    errorRate: z.number().openapi({ description: "The share of all that came, from 0 to 1." }),
  }).openapi({ description: "What came of late." }),
  completeness: completenessView.openapi({
    description: "Of all instruments that it is to feed; its own gaps alone count.",
  }),
};

/** An instrument's telemetry, as it is described: single values, for a table. */
export const instrumentTelemetry = {
  refused: z.int().openapi({ description: "Ticks refused for being wrong, since the start." }),
  errorRate: z.number().openapi({ description: "Their share in the last minute, from 0 to 1." }),
  feedLatency: seconds.nullable().openapi({
    description: "Seconds from the venue's time to the receipt of the latest ticks: the median. " +
      "Below 0 the clocks disagree.",
  }),
  publishLatency: seconds.nullable().openapi({
    description: "Seconds from the receipt of the latest ticks until they were told: the median.",
  }),
  completeness: completenessView.shape.share,
  missedSeconds: seconds.openapi({ description: "In which it should have been heard." }),
};

type ProviderTelemetry = z.infer<z.ZodObject<typeof providerTelemetry>>;
type InstrumentTelemetry = z.infer<z.ZodObject<typeof instrumentTelemetry>>;

/** A provider's telemetry. */
export function viewProviderTelemetry(deps: HttpDeps, id: string): ProviderTelemetry {
  const { clock, telemetry } = deps.shared;
  const pulse = telemetry.of(id);
  const { feed, publish } = pulse.latencies();
  const { problems, refused, share, span, ticks } = pulse.recent(clock.now());
  const { expected, missed } = providerCompleteness(deps, id);
  return {
    latency: { feed: inSeconds(feed), publish: inSeconds(publish) },
    recent: { seconds: round(span), ticks, refused, problems, errorRate: rounded(share) },
    completeness: {
      share: shareShown({ expected, missed }),
      expectedSeconds: round(expected),
      missedSeconds: round(missed),
    },
  };
}

/** An instrument's telemetry. @param refused as in {@link instrumentCompleteness}. */
export function viewInstrumentTelemetry(
  deps: HttpDeps,
  listing: Listing,
  refused: Refused,
): InstrumentTelemetry {
  const { pulse } = listing;
  const { feed, publish } = pulse.latencies();
  const now = deps.shared.clock.now();
  const completeness = instrumentCompleteness(deps, listing, refused);
  return {
    refused: pulse.refused,
    errorRate: rounded(pulse.recent(now).share),
    feedLatency: feed === null ? null : round(feed.p50),
    publishLatency: publish === null ? null : round(publish.p50),
    completeness: shareShown(completeness),
    missedSeconds: round(completeness.missed),
  };
}

/** Which symbols a provider's venue does not give. */
export type Refused = (provider: string) => ReadonlySet<string>;

/** Which symbols are not given at the moment; each provider is asked once, and only where needed. */
export function refusedNow({ from }: HttpDeps): Refused {
  const known = new Map<string, ReadonlySet<string>>();
  return (provider) => {
    let refused = known.get(provider);
    if (refused === undefined) known.set(provider, refused = lookAt(from, provider).refused);
    return refused;
  };
}

/** How complete an instrument is. @param refused asked of several instruments: for all of them. */
export function instrumentCompleteness(
  { shared: { clock, telemetry } }: HttpDeps,
  listing: Listing,
  refused: Refused,
): Completeness {
  const { instrument, provider } = listing;
  return telemetry.coverage.of(listing, clock.now(), refused(provider).has(instrument.symbol));
}

/** How complete the instruments are that a provider is to feed, all together. */
export function providerCompleteness(deps: HttpDeps, id: string): Completeness {
  const { clock, directory, telemetry } = deps.shared;
  const { refused } = lookAt(deps.from, id);
  const now = clock.now();
  let [expected, missed] = [0, 0];
  for (const listing of directory.each()) {
    const { instrument: { symbol }, line, provider } = listing;
    if (provider !== id && line?.wanted.has(id) !== true) continue;
    const one = telemetry.coverage.of(listing, now, refused.has(symbol), id);
    expected += one.expected;
    missed += one.missed;
  }
  return { expected, missed };
}

function shareShown(completeness: Completeness): number | null {
  const share = shareOf(completeness);
  // What missed a little must not look whole.
  return share === null ? null : Math.floor(share * 1e6) / 1e6;
}

function inSeconds(measured: Quantiles | null): ProviderTelemetry["latency"]["feed"] {
  if (measured === null) return null;
  const { samples, ...rest } = measured;
  return { samples, ...mapped(rest) };
}

function mapped<K extends string>(values: Record<K, number>): Record<K, number> {
  const entries = Object.entries<number>(values).map(([name, value]) => [name, round(value)]);
  return Object.fromEntries(entries) as Record<K, number>;
}

/** Microseconds as seconds. */
function round(micros: number): number {
  return Math.round(micros) / SECOND;
}

function rounded(share: number): number {
  return Math.round(share * 1e6) / 1e6;
}
