/**
 * Silences that go on, kept as gaps as far as they have come: a stop or a kill in the middle of one
 * must not forget it. Each is told as soon as it is one, up to then, and whole when it ends.
 *
 * @module
 */
import type { Listing } from "./directory.ts";
import type { ShardMemory } from "./memory.ts";
import { openWithin } from "../../domain/calendar.ts";
import type { Gap } from "../../domain/gap.ts";
import { type Micros, SECOND } from "../../domain/time.ts";

/** Between two words on a silence. */
const SILENCE_PACE: Micros = 30 * SECOND;

/** The silences of a shard's instruments that are to be kept by now; none where they were of late. */
export function dueSilences(memory: ShardMemory, now: Micros): Gap[] {
  if (now - memory.silencesAt < SILENCE_PACE) return [];
  memory.silencesAt = now;
  return silences(memory, now);
}

/** The silences of a shard's instruments, as far as anything can have been missed in them. */
export function silences({ feeds }: ShardMemory, now: Micros): Gap[] {
  const gaps: Gap[] = [];
  for (const { listing } of feeds.values()) {
    const gap = silenceSoFar(listing, now);
    if (gap !== null) gaps.push(gap);
  }
  return gaps;
}

/** The silence of an instrument by now; `null` where nothing can have been missed in one. */
export function silenceSoFar(listing: Listing, now: Micros): Gap | null {
  const { alwaysOpen, canary, instrument, silentFrom: from, tellsGaps } = listing;
  if (from === undefined || from >= now || canary || tellsGaps) return null;
  const { market, symbol } = instrument;
  if (!alwaysOpen && !openWithin(market, from, now, "extended")) return null;
  return { symbol, ...causeOf(listing), from, to: now, status: "open", detectedAt: now };
}

/** Whether a gap is a silence that goes on: there is nothing to be done about it yet. */
export function goesOn({ from }: Pick<Gap, "from">, { silentFrom }: Listing): boolean {
  return silentFrom !== undefined && from >= silentFrom;
}

function causeOf({ idle, line, provider }: Listing): Pick<Gap, "provider" | "reason"> {
  const lost = line?.hole?.provider ?? provider;
  if (idle !== undefined) return { provider: lost, reason: "unsubscribed" };
  return { provider: lost, reason: lost === provider ? "disconnect" : "failover" };
}
