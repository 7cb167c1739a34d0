/**
 * How a route looks outside, and which of them decides for an instrument.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { connectionState } from "./providers.ts";
import { time } from "./records.ts";
import { routeOf } from "../../routing/table.ts";
import { DEFAULT_ROUTE, instrumentSchema } from "../../settings/schema.ts";
import type { Rule } from "../../routing/routes.ts";
import type { HttpDeps } from "../deps.ts";
import { redact } from "../../log.ts";
import { badParameter } from "../problem.ts";
import type { Shared } from "../../shared.ts";
import { resolveInstrument } from "../../../domain/instrument.ts";
import { formatDuration, formatTime } from "../../../domain/time.ts";
import { CAPABILITIES } from "../../../providers/provider.ts";

const span = z.string().openapi({ example: "5s" });

/** A route. */
export const routeView = z.strictObject({
  name: z.string().openapi({
    description: "`default`: what holds where no rule matches.",
    example: "FX",
  }),
  origin: z.enum(["configuration", "api", "default"]),
  rule: z.int().nullable().openapi({
    description: "Its place among the rules, from 0; null: what holds where no rule matches.",
  }),
  match: z.string().nullable().openapi({ example: "*.L" }),
  market: z.string().nullable().openapi({ example: "FX" }),
  capabilities: z.array(z.enum(CAPABILITIES)).nullable().openapi({
    description: "What it decides; null: the live feed, and everything else.",
  }),
  providers: z.array(z.string()).openapi({ description: "In order of preference." }),
  failover: z.strictObject({
    delay: span,
    failback: span,
    standby: z.enum(["hot", "cold"]),
    errors: z.int().openapi({ description: "Frames or rows a minute that may be unusable." }),
  }).nullable(),
  lead: z.strictObject({
    provider: z.string(),
    since: time,
    reason: z.string().nullable().openapi({ description: "Why it took over; null: it did not." }),
    held: z.boolean().openapi({ description: "Whether it leads because it was asked for." }),
  }).nullable().openapi({ description: "Who leads; null: the route has no failover." }),
  symbol: z.string().optional().openapi({ description: "Where one was asked for." }),
  provider: z.string().nullable().optional().openapi({
    description: "Who feeds that instrument, or would; null: none of its providers has it.",
  }),
  standbys: z.array(z.strictObject({
    provider: z.string(),
    state: z.string().openapi({ description: "Its connection's state.", example: "live" }),
    subscribed: z.boolean().openapi({ description: "Whether it is listened to already." }),
  })).optional().openapi({ description: "Who may take over that instrument, in order." }),
  reason: z.string().optional().openapi({ description: "Why, in words." }),
}).openapi("Route");

/** A route. */
export type RouteView = z.infer<typeof routeView>;

/** All rules in order, and what holds where none matches. */
export function allRoutes(shared: Shared): RouteView[] {
  const { routes } = shared.routes;
  return [...routes.map((rule) => viewRule(shared, rule)), viewRule(shared, undefined)];
}

/** A rule as the outside sees it; `undefined`: what holds where none matches. */
export function viewRule({ routes }: Shared, rule: Rule | undefined): RouteView {
  const name = rule?.name ?? DEFAULT_ROUTE;
  const lead = routes.leads.get(name);
  const failover = rule?.failover;
  return {
    name,
    origin: rule?.origin ?? "default",
    rule: rule === undefined ? null : routes.routes.indexOf(rule),
    match: rule?.match ?? null,
    market: rule?.market ?? null,
    capabilities: rule?.capabilities ?? null,
    providers: [...rule?.providers ?? Object.keys(routes.providers)],
    failover: failover === undefined ? null : {
      ...failover,
      delay: formatDuration(failover.delay),
      failback: formatDuration(failover.failback),
    },
    lead: lead === undefined ? null : {
      provider: lead.providers[lead.state.lead]!,
      since: formatTime(lead.since),
      reason: lead.reason === null ? null : redact(lead.reason),
      held: lead.state.held,
    },
  };
}

/** Says which rule decides for an instrument, whether it is followed or not. */
export function explain(deps: HttpDeps, text: string): RouteView {
  const { directory, routes } = deps.shared;
  const said = instrumentSchema.shape.symbol.safeParse(text);
  if (!said.success) {
    const [issue] = said.error.issues;
    throw badParameter("symbol", "bad-symbol", `${issue!.message} (was "${text}")`);
  }
  const listing = directory.get(text.toUpperCase());
  const instrument = listing?.instrument ?? resolveInstrument({ symbol: text });
  const { rule, providers } = routeOf(instrument, routes);
  const view = viewRule(deps.shared, routes.routes[rule]);
  const feeding = routes.feeding(instrument, listing?.basis);
  const provider = listing?.provider ?? feeding?.provider ?? null;
  const { symbol, market } = instrument;
  const candidates = listing?.line?.candidates ?? feeding?.candidates ?? [];
  const standbys = candidates.filter((id) => id !== provider).map((id) => ({
    provider: id,
    state: connectionState(deps, id).state,
    subscribed: listing?.line?.wanted.has(id) ?? false,
  }));
  const others = standbys.length === 0
    ? ""
    : `; ${standbys.map(({ provider: id }) => id).join(", ")} ` +
      `${standbys.length === 1 ? "stands" : "stand"} by`;
  const rest = provider === null
    ? "none of its providers has the instrument"
    : listing === undefined
    ? `${provider} is the first of its providers that has it; it is not followed`
    : `${provider} feeds it${others}`;
  const why = view.rule === null
    ? `no rule matches ${symbol} (${market}), so every provider may feed it, the one at home there first`
    : `${nameOf(view)} is the first rule that matches ${symbol} (${market})`;
  return {
    ...view,
    providers: [...providers],
    symbol,
    provider,
    standbys,
    reason: `${why}; ${rest}${unfit(deps.shared, providers, candidates, listing?.basis)}.`,
  };
}

function nameOf({ name, origin, rule }: RouteView): string {
  return origin === "configuration" ? `routes[${rule}] (${name})` : `${name}, set through the API,`;
}

/** Says who of a route's providers cannot stand by for an instrument, and why. */
function unfit(
  { routes }: Shared,
  providers: readonly string[],
  candidates: readonly string[],
  basis: string | undefined,
): string {
  if (candidates.length < 2 || basis === undefined) return "";
  const others = providers.filter((id) => !candidates.includes(id) && id in routes.providers);
  return others.length === 0 ? "" : `; ${others.join(", ")} cannot: no ${basis} candles of it`;
}
