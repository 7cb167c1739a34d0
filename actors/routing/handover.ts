/**
 * The handover of one instrument: who leads it, who is subscribed to it, and the span that nobody
 * covered.
 *
 * @module
 */
import type { AnyActorRef } from "xstate";
import type { Asks } from "./asks.ts";
import { Batch } from "./batch.ts";
import { type Hole, Line, type Lined, UNDER_WAY } from "./line.ts";
import type { Feeding } from "./routes.ts";
import { tell } from "../addresses.ts";
import { type Idle, isIdle, type Listing } from "../instruments/directory.ts";
import type { ShardCommand } from "../messages.ts";
import type { Shared } from "../shared.ts";
import { openWithin } from "../../domain/calendar.ts";
import type { Micros } from "../../domain/time.ts";

/** What failover works with. */
export interface FailoverScope {
  readonly shared: Shared;
  /** Routing. */
  readonly self: AnyActorRef;
  /** What is asked of the venues when all is decided. */
  readonly asks: Asks;
  /** Gives up what waits in the gate. */
  readonly settle: (provider: string, symbol: string) => void;
  /** Says that what comes next of a symbol may repeat what was said. */
  readonly reconnect: (provider: string, symbol: string) => void;
}

/** The line of an instrument that more than one provider may feed. */
export function lineOf(shared: Shared, { candidates, provider, route }: Feeding): Line {
  const line = new Line(route, candidates, spanOf(shared, route), shared.clock.now());
  line.wanted = wantedOf(shared, line, provider);
  return line;
}

/** The hole of an instrument that was unsubscribed. */
export function idleHole({ since }: Idle, provider: string): Hole {
  return { from: since, provider, reason: "unsubscribed" };
}

/** How long the ticks of those who stand by wait. */
export function spanOf({ routes, settings }: Shared, route: string): Micros {
  return (routes.find(route)?.failover?.delay ?? 0) + settings.candles.grace + UNDER_WAY;
}

/** Who is subscribed to an instrument: the leader, whom it is preferred to, and hot standbys. */
function wantedOf(
  { routes }: Shared,
  { candidates, route }: Pick<Line, "candidates" | "route">,
  leader: string,
): Set<string> {
  const isHot = routes.find(route)?.failover?.standby === "hot";
  const place = candidates.indexOf(leader);
  return new Set([leader, ...candidates.filter((_, index) => isHot || index <= place)]);
}

/**
 * Has a provider lead an instrument. What waits of it is emitted from the watermark on; what nobody
 * covered is a hole, which its first tick ends.
 *
 * @param lostAt since when the one that led is not to be relied upon; `null` where it is good.
 */
export function lead(
  scope: FailoverScope,
  listing: Lined,
  to: string,
  lostAt: Micros | null,
): void {
  const { shared, self, settle } = scope;
  const { line, provider: from } = listing;
  const { symbol } = listing.instrument;
  if (from !== to) {
    settle(from, symbol);
    // One that counts as good may be mute and not yet found out: it led while it was last heard.
    const led = lostAt ?? line.heardUntil(from, shared.clock.now());
    const since = Math.max(led, line.holeFrom(led));
    // Who takes over from one that is good need not have spoken since.
    const isProved = lostAt === null || line.isProved(to, led);
    const isCovered = line.hole === null && line.covers(to, since) && isProved;
    listing.provider = to;
    line.lostAt = null;
    line.floor = line.streamed;
    if (isCovered) tellSilence(scope, listing, undefined);
    else {
      // Where an outage was told, its end tells the same gap.
      line.hole ??= { from: listing.silentFrom ?? line.holeFrom(led), provider: from };
      tellSilence(scope, listing, line.hole.from);
    }
    const receivedAt = shared.clock.now();
    const batch = new Batch(shared, to);
    batch.turnTo(shared.gates.of(to).find(symbol, shared.directory));
    // They are received when they are counted: their candles may have been closed meanwhile.
    for (const tick of line.take(to)) batch.emit({ ...tick, receivedAt });
    batch.send(self, undefined);
  }
  subscribe(scope, listing);
}

/** Has those subscribed who are to be, and no others; nobody while nothing needs the instrument. */
export function subscribe({ asks, shared }: FailoverScope, listing: Lined): void {
  const { instrument, line, provider } = listing;
  const before = line.wanted;
  line.wanted = isIdle(listing) ? new Set() : wantedOf(shared, line, provider);
  for (const id of line.wanted.difference(before)) asks.subscribe(id, instrument);
  for (const id of before.difference(line.wanted)) {
    line.cut(id);
    asks.unsubscribe(id, instrument.symbol);
  }
}

/** Says that nobody is listened to any more who heard what the leader, lost before, would have said. */
export function uncover(scope: FailoverScope, listing: Lined, lostAt: Micros): void {
  const { line, provider } = listing;
  line.lostAt = null;
  line.hole ??= { from: line.holeFrom(lostAt), provider };
  tellSilence(scope, listing, line.hole.from);
}

/** Says since when nothing is heard of an instrument; `undefined`: it is heard. */
export function tellSilence(
  scope: Pick<FailoverScope, "self">,
  listing: Listing,
  from: Micros | undefined,
): void {
  deliver(scope, listing, { type: "shard.silent", symbol: listing.instrument.symbol, from });
}

/** Tells the span that nobody covered: the one who leads has spoken. */
export function closeHole(
  scope: Pick<FailoverScope, "shared" | "self">,
  listing: Listing,
  { from, provider, reason }: Hole,
  to: Micros,
): void {
  const { clock } = scope.shared;
  const { market, symbol } = listing.instrument;
  tellSilence(scope, listing, undefined);
  if (from >= to || !(listing.alwaysOpen || openWithin(market, from, to, "extended"))) return;
  const gap = {
    provider,
    from,
    to,
    reason: reason ?? (provider === listing.provider ? "disconnect" : "failover"),
    status: "open",
    detectedAt: clock.now(),
  } as const;
  deliver(scope, listing, { type: "shard.told", symbol, gap });
}

function deliver(
  { self }: Pick<FailoverScope, "self">,
  { shard }: Listing,
  command: ShardCommand,
): void {
  tell(self, "instruments", { type: "instruments.deliver", shard, command });
}
