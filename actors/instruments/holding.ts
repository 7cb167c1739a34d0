/**
 * Holding ticks that cannot be counted yet: their candles are being rebuilt, or their shard is away.
 * What a full buffer sheds is counted at once, and told as a gap when the rest is handed on.
 *
 * @module
 */
import type { Feed, ShardMemory } from "./memory.ts";
import type { Meters } from "../meters.ts";
import type { Shared } from "../shared.ts";
import { isTimed } from "../telemetry/telemetry.ts";
import { priceOn } from "../../domain/bar.ts";
import type { Credit } from "../../domain/credit.ts";
import { FLAGS, WRONG } from "../../domain/flags.ts";
import type { Gap } from "../../domain/gap.ts";
import { type Tick, TICK_KINDS } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";

/** Ticks on their way, and whom they are owed to. */
export interface Delivery {
  readonly ticks: readonly Tick[];
  readonly credit: Credit | undefined;
}

/** Notes that a feed spoke. @returns whether the tick is one of those whose way is measured. */
export function noteReceived({ listing }: Feed, tick: Tick): boolean {
  const { flags, receivedAt, time } = tick;
  const { pulse } = listing;
  listing.heardAt = receivedAt;
  pulse.ticks++;
  if ((flags & WRONG) !== 0) pulse.refused++;
  return isTimed(tick) && pulse.received(time, receivedAt);
}

/** Puts a tick into its buffer. */
export function hold(
  memory: ShardMemory,
  feed: Feed,
  tick: Tick,
  credit: Credit | undefined,
  meters: Meters,
): void {
  // A source that has given way to another counts no more; the ticks stay.
  if (feed.credit !== credit) feed.credit?.give(feed.buffer.length);
  feed.credit = credit;
  memory.waiting.add(feed);
  const shed = feed.buffer.push(tick);
  if (shed !== null) noteShed(feed, shed, meters);
}

/** Holds the ticks of a shard that is away but will be back. */
export function holdAll(
  { meters, outbox }: Shared,
  memory: ShardMemory,
  { credit, ticks }: Delivery,
): void {
  for (const tick of ticks) {
    const feed = memory.feeds.get(tick.symbol);
    // The shard has not heard of it yet: when it does, it finds the tick in the store.
    if (feed === undefined) outbox.add({ ticks: [tick], credit });
    else {
      noteReceived(feed, tick);
      hold(memory, feed, tick, credit, meters);
    }
  }
}

/** Keeps the ticks held for a shard that will not be back: they make no candle. */
export function keepHeld({ clock, outbox }: Shared, { waiting }: ShardMemory): void {
  for (const feed of waiting) {
    const { canary, instrument: { symbol } } = feed.listing;
    const gap = takeShed(feed, clock.now());
    const ticks = feed.buffer.take();
    const gaps = gap === null ? [] : [{ ...gap, symbol }];
    if (!canary) outbox.add({ ticks, gaps, credit: feed.credit });
  }
  waiting.clear();
}

/** Takes the gap that what was shed left; `null` where the candles miss nothing. */
export function takeShed(feed: Feed, detectedAt: Micros): Omit<Gap, "symbol"> | null {
  const { listing: { provider }, shed } = feed;
  if (shed === undefined) return null;
  feed.shed = undefined;
  return {
    provider,
    from: shed.start,
    to: shed.end,
    reason: "shed",
    status: "open",
    detectedAt,
  };
}

/** Counts what was shed, and widens the span of what the feed's candles would have counted. */
function noteShed(feed: Feed, shed: readonly Tick[], meters: Meters): void {
  feed.credit?.give(shed.length);
  const counts = { trade: 0, quote: 0, depth: 0 };
  for (const tick of shed) {
    counts[tick.kind]++;
    if (Number.isNaN(priceOn(tick, feed.listing.basis))) continue;
    const { start = tick.time, end = tick.time } = feed.shed ?? {};
    feed.shed = { start: Math.min(start, tick.time), end: Math.max(end, tick.time + 1) };
  }
  for (const kind of TICK_KINDS) {
    if (counts[kind] > 0) meters.shed.inc({ where: "buffer", kind }, counts[kind]);
  }
}

/** Whether a tick is of a venue's history: only a recording says such. */
export function isHistory({ flags }: Tick): boolean {
  return (flags & FLAGS.backfilled) !== 0;
}

/** Ticks up to the first of a venue's history, those of history received with it, and the rest. */
export function partAtHistory(ticks: readonly Tick[]): {
  readonly news: readonly Tick[];
  readonly missed: readonly Tick[];
  readonly rest: readonly Tick[];
} {
  const from = ticks.findIndex(isHistory);
  if (from < 0) return { news: ticks, missed: [], rest: [] };
  const { receivedAt } = ticks[from]!;
  let to = from;
  while (to < ticks.length && isHistory(ticks[to]!) && ticks[to]!.receivedAt === receivedAt) to++;
  return { news: ticks.slice(0, from), missed: ticks.slice(from, to), rest: ticks.slice(to) };
}
