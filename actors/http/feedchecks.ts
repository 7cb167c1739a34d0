/**
 * What /health says of the feeds: their latency, their errors, and how complete they are.
 *
 * @module
 */
import { instrumentCompleteness, refusedNow, viewProviderTelemetry } from "./api/telemetryview.ts";
import type { HttpDeps } from "./deps.ts";
import type { Finding, Findings } from "./health.ts";
import { shareOf } from "../../domain/completeness.ts";

/** How much a venue's clock may be ahead of ours, in seconds. */
const AHEAD = 1;
/** The share of what comes that may be of no use, once so much has come. */
const ERRORS = 0.05;
const ENOUGH = 20;
/** The share that is to be heard. */
const COMPLETE = 0.95;
/** Instruments that are named. */
const NAMED = 5;

/** The checks of each provider's feed. */
export function* feeds(deps: HttpDeps): Findings {
  for (const id of deps.shared.providers.keys()) {
    const { completeness, latency, recent } = viewProviderTelemetry(deps, id);
    const { feed, publish } = latency;
    if (feed !== null) {
      const isAhead = feed.p50 < -AHEAD;
      yield [`latency:${id}`, {
        ...figure(feed.p99, "s at the 99th percentile, from the venue's time to the receipt"),
        status: isAhead ? "warn" : "pass",
        ...(isAhead
          ? { output: `its clock is ${-feed.p50} s ahead of ours: set this machine's clock` }
          : {}),
      }];
    }
    if (publish !== null) {
      yield [`publish:${id}`, figure(publish.p99, "s at the 99th percentile, until it is told")];
    }
    const { errorRate, problems, refused, ticks } = recent;
    const isSpoilt = ticks + problems >= ENOUGH && errorRate > ERRORS;
    yield [`errors:${id}`, {
      ...figure(errorRate, "of all that came in the last minute"),
      status: isSpoilt ? "warn" : "pass",
      ...(isSpoilt
        ? {
          output: `${refused} of ${ticks} ticks refused, and ${problems} frames or rows unusable`,
        }
        : {}),
    }];
    const { missedSeconds, share } = completeness;
    if (share === null) continue;
    yield [`completeness:${id}`, {
      ...figure(share, "of the session time in the last 24 hours"),
      status: share < COMPLETE ? "warn" : "pass",
      ...(share < COMPLETE
        ? { output: `${missedSeconds} s were missed, over all its instruments` }
        : {}),
    }];
  }
}

/** How many instruments are not complete; the worst are named. */
export function* completeness(deps: HttpDeps): Findings {
  const refused = refusedNow(deps);
  const lacking: { symbol: string; share: number }[] = [];
  for (const listing of deps.shared.directory.each()) {
    const share = shareOf(instrumentCompleteness(deps, listing, refused));
    if (share === null || share >= COMPLETE) continue;
    lacking.push({ symbol: listing.instrument.symbol, share });
  }
  lacking.sort((a, b) => a.share - b.share || (a.symbol < b.symbol ? -1 : 1));
  const named = lacking.slice(0, NAMED)
    .map(({ share, symbol }) => `${symbol} ${(100 * share).toFixed(1)} %`);
  yield ["completeness:instruments", {
    ...figure(lacking.length, `instruments below ${COMPLETE}`),
    status: lacking.length === 0 ? "pass" : "warn",
    ...(lacking.length === 0 ? {} : { output: `the least complete: ${named.join(", ")}` }),
  }];
}

function figure(observedValue: number, observedUnit: string): Finding {
  return { componentType: "component", observedValue, observedUnit, status: "pass" };
}
