/**
 * Filling one span from one provider's history, a part at a time, never faster than it is kept.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Job } from "./backlog.ts";
import { fetchParts } from "./fetch.ts";
import type { Source } from "./sources.ts";
import { type Anyone, tellShard } from "../../addresses.ts";
import type { Listing } from "../../instruments/directory.ts";
import type { Refill, Refilled } from "../../instruments/refill.ts";
import type { Shared } from "../../shared.ts";
import { MarketdError } from "../../../domain/errors.ts";

/** What filling works with. */
export interface Filler {
  readonly shared: Shared;
  readonly self: Anyone;
  /** Aborts all of it. */
  readonly signal: AbortSignal;
}

/** Between two looks whether there is room, in milliseconds. */
const PAUSE = 250;
/** How long a shard may take to merge a part, in milliseconds. */
const PATIENCE = 60_000;

/**
 * Fills a span; what it has done by the time that it fails stays done.
 *
 * @throws ProviderError; StoreError; MarketdError `not-running` and `late`; the signal's reason.
 */
export async function fill(
  filler: Filler,
  job: Job,
  listing: Listing,
  source: Source,
): Promise<void> {
  const { shared: { journal, meters }, signal } = filler;
  const { from, to } = job;
  const { provider } = source;
  const request = { purpose: "backfill", signal } as const;
  for await (const part of fetchParts({ listing, from, to, source, request })) {
    await room(filler);
    const { candles, gaps, ticks } = await merge(filler, listing, part);
    job.doneTo = part.span.end;
    job.ticks += ticks.length;
    job.candles += candles.length;
    meters.backfilled.inc({ provider, kind: "trade" }, ticks.length);
    meters.backfilled.inc({ provider, kind: "candle" }, candles.length);
    const filled = gaps.filter(({ status }) => status === "filled").length;
    meters.gapsSettled.inc({ status: "filled" }, filled);
  }
  await journal.flushed();
}

/** Waits until the store is written, and what waits for it is little. */
async function room({ shared: { journal, outbox }, signal }: Filler): Promise<void> {
  while (journal.state !== "writing" || outbox.rows > outbox.capacity / 2) {
    await delay(PAUSE, undefined, { signal });
  }
}

/** Has a part merged by the instrument's shard. */
async function merge(
  { self, signal }: Filler,
  { shard }: Listing,
  refill: Refill,
): Promise<Refilled> {
  const reply = Promise.withResolvers<Refilled>();
  if (!tellShard(self, shard, { type: "shard.refill", refill, reply })) {
    throw new MarketdError("not-running", `${shard} is being restarted.`);
  }
  const merged = new AbortController();
  const until = { signal: AbortSignal.any([signal, merged.signal]) };
  const late = delay(PATIENCE, undefined, until).then(() => {
    throw new MarketdError("late", `${shard} has not merged it for ${PATIENCE / 1_000} s.`);
  });
  try {
    return await Promise.race([reply.promise, late]);
  } finally {
    merged.abort();
  }
}
