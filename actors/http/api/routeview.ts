/**
 * How a route looks outside, and which of them decides for an instrument.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { connectionState } from "./providers.ts";
import { time } from "./records.ts";
import { type Historical, historyRoutes, mayGive } from "../../routing/backfill/sources.ts";
import { inactive, routeOf } from "../../routing/table.ts";
import { DEFAULT_ROUTE, instrumentSchema } from "../../settings/schema.ts";
import { exchangeOf, type Rule } from "../../routing/routes.ts";
import type { HttpDeps } from "../deps.ts";
import { redact } from "../../log.ts";
import { badParameter } from "../problem.ts";
import type { Shared } from "../../shared.ts";
import { resolveInstrument } from "../../../domain/instrument.ts";
import { formatDuration, formatTime } from "../../../domain/time.ts";
import { CAPABILITIES } from "../../../providers/provider.ts";

const span = z.string().openapi({ example: "5s" });

/** Kinds of data, as routes are asked for them. */
const KINDS = ["quotes", "trades", "depth", "historicalTicks", "historicalBars"] as const;

/** How one kind of an instrument's data is routed. */
const kindView = z.strictObject({
  kind: z.enum(KINDS),
  route: z.string().openapi({ description: "The rule that decides.", example: "FX" }),
  origin: z.enum(["configuration", "api", "default"]),
  rule: z.int().nullable().openapi({ description: "Its place; null: no rule matches." }),
  provider: z.string().nullable().openapi({ description: "Who is asked; null: nobody has it." }),
  standbys: z.array(z.string()).openapi({
    description: "Who is asked where that fails, in order.",
  }),
  reason: z.string().openapi({ description: "Why, in words." }),
}).openapi("RouteKind");

/** When a route's providers take over from each other. */
export const failoverView = z.strictObject({
  delay: span,
  failback: span,
  standby: z.enum(["hot", "cold"]),
  errors: z.int().openapi({
    description:
      "Frames or rows a minute that may be unusable; or ticks refused, where they are above 5 % of all.",
  }),
}).nullable().openapi({ description: "When they take over from each other; null: never." });

/** A route. */
export const routeView = z.strictObject({
  name: z.string().openapi({
    description: "`default`: what holds where no rule matches; `exchange:` and a market: its " +
      "providers.",
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
  failover: failoverView,
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
  kinds: z.array(kindView).optional().openapi({
    description: "Who is asked for each kind of that instrument's data, and which rule decides it.",
  }),
}).openapi("Route");

/** A route. */
export type RouteView = z.infer<typeof routeView>;

/** All rules in order, and what holds where none matches. */
export function allRoutes(shared: Shared): RouteView[] {
  const { routes } = shared.routes;
  return [...routes.map((rule) => viewRule(shared, rule)), viewRule(shared, undefined)];
}

/** When a route's providers take over from each other, as the outside sees it. */
export function viewFailover(failover: Rule["failover"]): z.infer<typeof failoverView> {
  return failover === undefined ? null : {
    ...failover,
    delay: formatDuration(failover.delay),
    failback: formatDuration(failover.failback),
  };
}

/** A rule as the outside sees it; `undefined`: what holds where none matches. */
export function viewRule({ routes }: Shared, rule: Rule | undefined): RouteView {
  const name = rule?.name ?? DEFAULT_ROUTE;
  const lead = routes.leads.get(name);
  return {
    name,
    origin: rule?.origin ?? "default",
    rule: rule === undefined ? null : routes.routes.indexOf(rule),
    match: rule?.match ?? null,
    market: rule?.market ?? null,
    capabilities: rule?.capabilities ?? null,
    providers: [...rule?.providers ?? Object.keys(routes.providers)],
    failover: viewFailover(rule?.failover),
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
  const { directory, routes, settings } = deps.shared;
  const said = instrumentSchema.shape.symbol.safeParse(text);
  if (!said.success) {
    const [issue] = said.error.issues;
    throw badParameter("symbol", "bad-symbol", `${issue!.message} (was "${text}")`);
  }
  const listing = directory.get(text.toUpperCase());
  // One that nobody feeds is not followed, and explained by what is configured of it.
  const configured = settings.instruments.find((one) =>
    one.symbol.toUpperCase() === text.toUpperCase()
  );
  const instrument = listing?.instrument ?? resolveInstrument(configured ?? { symbol: text });
  const { rule, providers } = routeOf(instrument, routes);
  const view = viewRule(deps.shared, routes.routes[rule]);
  const feeding = routes.feeding(instrument, listing?.basis);
  const provider = listing?.provider ?? feeding?.provider ?? null;
  const { symbol, market } = instrument;
  const basis = listing?.basis ?? feeding?.basis ?? instrument.basis ?? "trade";
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
    ? providers.length === 0
      ? "none of its providers is active"
      : `none of its providers has the instrument${inactive(instrument, providers)}`
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
    kinds: kindsOf(deps.shared, { instrument, provider, basis, candidates }),
  };
}

/** An instrument, and who may feed it. */
interface Fed extends Historical {
  readonly candidates: readonly string[];
}

function kindsOf(shared: Shared, fed: Fed): z.infer<typeof kindView>[] {
  const histories = historyRoutes(shared, fed);
  return KINDS.map((kind) => {
    const { routes, providers } = shared;
    const rule = routes.ruleOf(fed.instrument, kind);
    const { name, origin, rule: place } = viewRule(shared, rule);
    const isLive = kind === "quotes" || kind === "trades" || kind === "depth";
    const history = histories.find(({ capability }) => capability === kind);
    const asked = isLive
      ? inTurn(fed)
      : (history?.providers ?? []).filter((id) => providers.has(id));
    const able = asked.filter((id) => {
      const one = providers.get(id)!;
      return isLive ? one.offers(fed.instrument).includes(kind) : mayGive(one, fed, history!.gives);
    });
    const [provider = null, ...standbys] = able;
    const unable = asked.filter((id) => !able.includes(id));
    const lacks = isLive ? `no ${kind} of it` : `nothing that ${fed.basis} candles can be made of`;
    const facts = [
      rule === undefined
        ? "no rule matches it"
        : `${nameOf({ name, origin, rule: place })} is the first rule that matches it for ${kind}`,
      ...(provider === null ? [] : [`${provider} is asked`]),
      ...(standbys.length === 0 ? [] : [`then ${standbys.join(", ")}`]),
      ...(unable.length === 0 ? [] : [`${unable.join(", ")} cannot: ${lacks}`]),
      ...(isLive || history !== undefined ? [] : ["bars alone are wanted"]),
    ];
    return {
      kind,
      route: name,
      origin,
      rule: place,
      provider,
      standbys,
      reason: `${facts.join("; ")}.`,
    };
  });
}

/** Those who may feed an instrument, who does first. */
function inTurn({ candidates, provider }: Fed): string[] {
  return provider === null ? [] : [...new Set([provider, ...candidates])];
}

function nameOf({ name, origin, rule }: Pick<RouteView, "name" | "origin" | "rule">): string {
  const market = exchangeOf({ name });
  if (market !== undefined) {
    return origin === "api" ? `exchanges.${market}, set through the API,` : `exchanges.${market}`;
  }
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
