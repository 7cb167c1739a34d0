/**
 * The series that measure an instrument, made of what was recalled: they go on as if nothing had
 * happened.
 *
 * @module
 */
import type { RecallRequest } from "./recall.ts";
import { profileBasis, type RecalledMeasures } from "./recallmeasures.ts";
import { stretchAt } from "./stretches.ts";
import type { Shared } from "../shared.ts";
import { sessionAt } from "../../domain/calendar.ts";
import type { FlowSeries } from "../../domain/flow/series.ts";
import type { ProfileSeries } from "../../domain/profile/series.ts";
import { type Micros, MINUTE } from "../../domain/time.ts";

/** How far back minutes that were closed before a restart are told to strategies again. */
const TOLD_AGAIN: Micros = 2 * MINUTE;

/**
 * The profile of an instrument.
 *
 * @param shedUntil the last tick that found no room while it was made, by venue time.
 */
export function profileOf(
  shared: Shared,
  request: RecallRequest,
  recalled: RecalledMeasures,
  shedUntil: Micros,
): ProfileSeries {
  const { instrument: { symbol, market, step } } = request.listing;
  const { makeProfile, settings } = shared;
  const { bin } = settings.profile;
  const binSteps = bin === "auto" ? 1 : bin;
  // Kept with bins of another width they cannot be added to: the session begins anew after them.
  const isAlike = recalled.parts.every((part) => part.step === step && part.binSteps === binSteps);
  const begins = isAlike ? -Infinity : recalled.parts.at(-1)!.end;
  const series = makeProfile({
    symbol,
    basis: profileBasis(request),
    step,
    binSteps,
    grace: settings.candles.grace,
    stretchAt: (time) => stretchAt(market, time),
    since: Math.max(recalled.since, shedUntil + 1, begins),
  });
  for (const gap of recalled.gaps) series.addGap(gap);
  if (isAlike) series.restore(recalled.parts, request.now - TOLD_AGAIN);
  return series;
}

/** The order flow of an instrument. */
export function flowOf(
  shared: Shared,
  request: RecallRequest,
  recalled: RecalledMeasures,
): FlowSeries {
  const { instrument: { symbol, market } } = request.listing;
  const { intervals, makeFlow, settings } = shared;
  const series = makeFlow({
    symbol,
    intervals,
    grace: settings.candles.grace,
    sessionAt: (time) => sessionAt(market, time),
    sizes: recalled.sizes ?? undefined,
  });
  series.restore(recalled.flows, request.now);
  series.warm(recalled.warm);
  return series;
}
