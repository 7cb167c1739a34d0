/**
 * Failover at work: at each beat it looks at how the providers fare, has each route's machine
 * decide (`domain/failover.ts`), and hands over the instruments where another is to lead.
 *
 * @module
 */
import { type FailoverScope, idleHole, lead, lineOf, spanOf, uncover } from "./handover.ts";
import { ABSENT, causeOf, isListening, type Look, lookAt } from "./health.ts";
import type { Lined } from "./line.ts";
import type { Lead } from "./routes.ts";
import { isIdle } from "../instruments/directory.ts";
import { logger } from "../log.ts";
import { publish, statusEvent } from "../publish.ts";
import {
  askFailover,
  noteAway,
  type Sighting,
  stepFailover,
  type Swap,
} from "../../domain/failover.ts";
import { formatDuration, type Micros, MILLISECOND } from "../../domain/time.ts";

/** When it is seen that a connection is lost, it was lost since the last beat. */
const BEAT: Micros = 250 * MILLISECOND;

const log = logger("routing");

/** Looks at every route, and lets another lead where it is due. */
export function watchRoutes(scope: FailoverScope): void {
  const { shared, self } = scope;
  const { routes, uptime, clock } = shared;
  if (routes.leads.size === 0) return;
  const now = clock.now();
  const looks = new Map([...shared.providers.keys()].map((id) => [id, lookAt(self, id)]));
  const lined = Map.groupBy(shared.directory.lined(), ({ line }) => line.route);
  for (const [name, leading] of routes.leads) {
    const rule = routes.find(name)!;
    const listings = lined.get(name) ?? [];
    for (const listing of listings) watchLine(scope, listing, looks, now);
    const ticks = uptime();
    const causes = leading.providers.map((id) =>
      causeOf(shared, { id, listings, rule, look: looks.get(id) ?? ABSENT, now })
    );
    const sightings = causes.map((cause): Sighting =>
      cause === null ? null : ticks - (now - cause.since) / MILLISECOND
    );
    const { delay, failback } = rule.failover!;
    const rules = { delay: delay / MILLISECOND, failback: failback / MILLISECOND };
    leading.providers.forEach((id, place) => {
      // A connection that broke since the last beat may be live again.
      const { changedAt, state } = looks.get(id) ?? ABSENT;
      if (state !== "live" || changedAt === null || changedAt > now) return;
      const until = ticks - (now - changedAt) / MILLISECOND;
      leading.state = noteAway(leading.state, place, until);
    });
    const { state, swap } = stepFailover(leading.state, sightings, ticks, rules);
    leading.state = state;
    leading.providers.forEach((provider, place) =>
      shared.meters.routeLeads.set({ route: name, provider }, place === state.lead ? 1 : 0)
    );
    if (swap === null) continue;
    const [from, to] = [leading.providers[swap.from]!, leading.providers[swap.to]!];
    const reason = swap.why === "failback"
      ? `${to} has been good for ${formatDuration(failback)}.`
      : `${from} has been bad for ${formatDuration(delay)}: ${
        causes[swap.from]?.why ?? "unknown"
      }.`;
    handOver(scope, name, leading, swap, reason);
  }
}

/** Has a provider lead a route because a person says so; `null` lets go of an earlier choice. */
export function askRoute(scope: FailoverScope, name: string, provider: string | null): void {
  const { routes, uptime } = scope.shared;
  const leading = routes.leads.get(name);
  if (leading === undefined) return;
  const to = provider === null ? null : leading.providers.indexOf(provider);
  const { state, swap } = askFailover(leading.state, to, uptime());
  leading.state = state;
  if (swap !== null) handOver(scope, name, leading, swap, "It was asked for.");
}

/** Keeps what waits of a line in order, and passes over a provider whose venue refuses it. */
function watchLine(
  scope: FailoverScope,
  listing: Lined,
  looks: ReadonlyMap<string, Look>,
  now: Micros,
): void {
  const { line, provider } = listing;
  const { symbol } = listing.instrument;
  line.prune(now);
  for (const [id, look] of looks) {
    if (isListening(look)) {
      if (look.heardAt !== null) line.alive.set(id, look.heardAt);
      continue;
    }
    if (id !== provider) line.cut(id);
    else if (line.covered) line.lostAt ??= look.lostAt ?? now - BEAT;
  }
  if (line.lostAt !== null && !line.covered) uncover(scope, listing, line.lostAt);
  line.refused = new Set(line.candidates.filter((id) => looks.get(id)?.refused.has(symbol)));
  line.polled = new Set(line.candidates.filter((id) => looks.get(id)?.polled.has(symbol)));
  const leader = scope.shared.routes.leaderOf(line.route, line.able);
  if (leader === provider) return;
  log.warn("{leader} feeds {symbol}: {provider} does not", { leader, symbol, provider });
  lead(scope, listing, leader, null);
}

/** Brings the lines into accord with the rules in force: after they were changed. */
export function alignLines(scope: FailoverScope): void {
  const { shared } = scope;
  for (const listing of shared.directory.all()) {
    const feeding = shared.routes.feeding(listing.instrument, listing.basis);
    if (feeding === undefined) continue;
    const isPlain = feeding.candidates.length < 2 && feeding.provider === listing.provider;
    if (listing.line === undefined && isPlain) continue;
    if (listing.line === undefined) {
      const { idle, provider } = listing;
      listing.line = lineOf(shared, feeding);
      listing.line.wanted = isIdle(listing) ? new Set() : new Set([provider]);
      // What is missing of it since is told when it is heard again.
      if (idle !== undefined) listing.line.hole = idleHole(idle, provider);
    }
    const { line } = listing;
    line.route = feeding.route;
    line.candidates = feeding.candidates;
    line.span = spanOf(shared, feeding.route);
    const leader = shared.routes.leaderOf(line.route, line.able);
    lead(scope, listing as Lined, leader, null);
  }
}

function handOver(
  scope: FailoverScope,
  name: string,
  leading: Lead,
  { from, since, to, why }: Swap,
  reason: string,
): void {
  const { shared, self } = scope;
  const { clock, meters, outbox, feeds } = shared;
  const now = clock.now();
  // The rules' clock knows no whole microseconds; what is kept does.
  const lostAt = leading.state.fares[from]!.good
    ? null
    : now - Math.round((shared.uptime() - since) * MILLISECOND);
  leading.since = now;
  leading.reason = reason;
  const [last, next] = [leading.providers[from]!, leading.providers[to]!];
  for (const listing of shared.directory.lined()) {
    const { line } = listing;
    if (line.route !== name) continue;
    lead(scope, listing, shared.routes.leaderOf(name, line.able), lostAt);
  }
  log.warn("{provider} leads the route {route}: {reason}", { provider: next, route: name, reason });
  meters.routeSwaps.inc({ route: name, to: next, why });
  const correlation = crypto.randomUUID().slice(0, 8);
  const about = { time: now, reason: `route ${name}: ${reason}`, correlation };
  const events = [
    { ...about, provider: last, event: "stands-by" },
    { ...about, provider: next, event: "leads" },
  ];
  for (const event of events) feeds.event(event);
  outbox.add({ ticks: [], events });
  // That the preferred one leads again is good news, and what a person asked for is none.
  const severity = why === "failback" || why === "asked" ? "info" : "warning";
  const status = { kind: "route", id: name, status: next, reason, severity } as const;
  publish(shared.hub, self, [statusEvent(status)]);
}
