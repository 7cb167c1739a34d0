/**
 * Dynamic subscriptions at work: at each beat the instruments that nothing needs any more are
 * unsubscribed, and those that something needs again are subscribed (`domain/demand.ts`). The span
 * in between is a gap, which ends when the venue has answered.
 *
 * @module
 */
import { closeHole, type FailoverScope, idleHole, subscribe, tellSilence } from "./handover.ts";
import { isListening, lookAt } from "./health.ts";
import type { Lined } from "./line.ts";
import type { Listing } from "../instruments/directory.ts";
import { logger } from "../log.ts";
import { publish, statusEvent } from "../publish.ts";
import type { Shared } from "../shared.ts";
import { type Demanded, stepDemand } from "../../domain/demand.ts";
import { formatDuration, type Micros } from "../../domain/time.ts";

/** Instruments that are named in a line of the log. */
const NAMED = 20;

const log = logger("routing");

interface Demand extends Demanded {
  readonly listing: Listing;
}

/** Whether instruments are subscribed only while something needs them: a recording is played whole. */
export function isDynamic({ clock, settings }: Pick<Shared, "clock" | "settings">): boolean {
  return settings.subscriptions.dynamic && !clock.driven;
}

/** Subscribes what is needed again, and unsubscribes what is not any more. */
export function watchDemand(scope: FailoverScope, now: Micros): void {
  const { shared, self } = scope;
  if (!isDynamic(shared)) return;
  const { directory, providers, settings: { subscriptions: { idle } } } = shared;
  const looks = new Map([...providers.keys()].map((id) => [id, lookAt(self, id)]));
  const demands: Demand[] = [];
  for (const listing of directory.each()) {
    settleWaking(scope, listing, now);
    const { instrument: { symbol }, provider } = listing;
    const needed = shared.demand.take(listing, now);
    const isSubscribed = listing.idle === undefined || listing.idle.answered !== null;
    const look = looks.get(provider);
    if (isSubscribed && needed && look?.crowdedOut.has(symbol) !== true) continue;
    // What is not heard for another reason ends with its own gap first.
    if (isSubscribed && !needed && !(look?.state === "live" && isSteady(listing))) continue;
    demands.push({
      listing,
      provider,
      subscribed: isSubscribed,
      crowdedOut: look?.crowdedOut.has(symbol) ?? false,
      needed,
      neededAt: shared.demand.neededAt(listing),
    });
  }
  const change = stepDemand(demands, now, idle);
  for (const { listing } of change.subscribe) wake(scope, listing, now);
  for (const { listing, neededAt } of change.unsubscribe) {
    const why = now - neededAt >= idle
      ? `Nothing has needed it for ${formatDuration(idle)}.`
      : `Its room at ${listing.provider} is needed for others.`;
    rest(scope, listing, now, why);
  }
  logChange("needed again, and subscribed", change.subscribe);
  logChange("not needed, and unsubscribed", change.unsubscribe);
}

/** Many may change at once: they are told in one line. */
function logChange(what: string, demands: readonly Demand[]): void {
  if (demands.length === 0) return;
  const symbols = demands.map(({ listing }) => listing.instrument.symbol);
  const named = symbols.slice(0, NAMED).join(", ") + (symbols.length > NAMED ? ", ..." : "");
  log.info("{count} instruments are {what}: {symbols}", {
    count: symbols.length,
    what,
    symbols: named,
  });
}

/** Whether nothing else is under way that concerns who is heard of it. */
function isSteady({ idle, line, state }: Listing): boolean {
  return state === "live" && idle === undefined && (line?.hole ?? line?.lostAt ?? null) === null;
}

/** Unsubscribes an instrument. */
function rest(scope: FailoverScope, listing: Listing, now: Micros, reason: string): void {
  const { asks, shared, settle } = scope;
  const { instrument: { symbol }, line, provider } = listing;
  settle(provider, symbol);
  listing.idle = { since: now, answered: null };
  if (line !== undefined) {
    line.hole = idleHole(listing.idle, provider);
    subscribe(scope, listing as Lined);
  } else asks.unsubscribe(provider, symbol);
  tellSilence(scope, listing, now);
  tellChange(scope, listing, "idle", reason);
  shared.meters.subscriptionChanges.inc({ provider, change: "unsubscribe" });
}

/** Subscribes an instrument again. */
function wake(scope: FailoverScope, listing: Listing, now: Micros): void {
  const { asks, shared } = scope;
  const { idle, instrument, line, provider } = listing;
  if (idle === undefined) return;
  idle.answered = new Set();
  if (line !== undefined) {
    line.begin(now);
    subscribe(scope, listing as Lined);
  } else asks.subscribe(provider, instrument);
  shared.meters.subscriptionChanges.inc({ provider, change: "subscribe" });
}

/** Notes that a venue has answered a subscription: from then on it is heard. */
export function noteAnswered(
  scope: FailoverScope,
  provider: string,
  symbols: readonly string[],
  now: Micros,
): void {
  for (const symbol of symbols) {
    const listing = scope.shared.directory.get(symbol);
    const answered = listing?.idle?.answered ?? null;
    if (listing === undefined || answered === null) continue;
    answered.add(provider);
    settleWaking(scope, listing, now);
  }
}

/** Ends the span without a subscription, once who leads has answered, and is listened to. */
function settleWaking(scope: FailoverScope, listing: Listing, now: Micros): void {
  const { idle, line, provider } = listing;
  if (idle?.answered?.has(provider) !== true) return;
  if (!isListening(lookAt(scope.self, provider))) return;
  listing.idle = undefined;
  const hole = line === undefined ? idleHole(idle, provider) : line.hole;
  if (line !== undefined) line.hole = null;
  // Its first tick may have ended it.
  if (hole !== null) {
    scope.reconnect(provider, listing.instrument.symbol);
    const from = Math.min(hole.from, idle.since);
    closeHole(scope, listing, { ...hole, from }, now);
  }
  tellChange(scope, listing, "subscribed", "Something needs it.");
}

function tellChange(
  { shared, self }: FailoverScope,
  { instrument: { symbol }, provider }: Listing,
  status: "idle" | "subscribed",
  reason: string,
): void {
  log.debug("{symbol} is {status} at {provider}: {reason}", { symbol, status, provider, reason });
  publish(shared.hub, self, [statusEvent({ kind: "subscription", id: symbol, status, reason })]);
}
