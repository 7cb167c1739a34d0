/**
 * The routes: the rules in force, those changed through the API laid over the configured ones, and
 * who leads each. Made by the root, so that a restart of routing forgets nothing.
 *
 * @module
 */
import { type Route, routeOf, type Table } from "./table.ts";
import {
  DEFAULT_ROUTE,
  failoverSchema,
  routeSchema,
  type RouteSettings,
  type Settings,
} from "../settings/schema.ts";
import type { ExchangeChange, RouteChange } from "../../db/store.ts";
import { completeExchange, type ExchangeProvider, preferredOf } from "../../domain/exchange.ts";
import type { Basis } from "../../domain/candle.ts";
import { beginFailover, type FailoverState } from "../../domain/failover.ts";
import { type Instrument, isActiveAt } from "../../domain/instrument.ts";
import type { Micros } from "../../domain/time.ts";
import type { Capability, Provider } from "../../providers/provider.ts";

/** A rule in force. */
export interface Rule extends RouteSettings {
  /** Of a rule that an exchange's providers make: {@link exchangeRule}. */
  readonly name: string;
  readonly origin: "configuration" | "api";
}

/** Which providers an exchange's instruments come from, where no route says anything else. */
export interface Exchange {
  readonly market: string;
  readonly origin: Rule["origin"];
  readonly providers: readonly ExchangeProvider[];
  readonly failover: RouteSettings["failover"];
}

/** No route can be named so. */
const EXCHANGE = "exchange:";

/** The market whose providers make a rule; `undefined` of a route. */
export function exchangeOf({ name }: Pick<Rule, "name">): string | undefined {
  return name.startsWith(EXCHANGE) ? name.slice(EXCHANGE.length) : undefined;
}

/** The rule that an exchange's providers make; where none of them is active, nobody is asked. */
function exchangeRule({ failover, market, origin, providers }: Exchange): Rule {
  return { name: EXCHANGE + market, origin, market, providers: preferredOf(providers), failover };
}

/** Who leads a route, and why. */
export interface Lead {
  /** In order of preference. */
  readonly providers: readonly string[];
  state: FailoverState;
  /** Since when the one that leads does, by the injected clock. */
  since: Micros;
  /** Why it leads, where it took over. */
  reason: string | null;
}

/** Who may feed an instrument. */
export interface Feeding {
  /** The name of the route. */
  readonly route: string;
  /** In order of preference; at least one. */
  readonly candidates: readonly string[];
  /** The one of them that leads. */
  readonly provider: string;
  readonly basis: Basis;
}

/** The routes. */
export class Routes implements Table {
  readonly providers: Settings["providers"];
  routes: readonly Rule[];
  /** By the route's name; those without failover have none. */
  readonly leads = new Map<string, Lead>();
  readonly #configured: readonly Rule[];
  readonly #exchanges: readonly Exchange[];
  /** What is said of exchanges, by market. */
  exchanges: readonly Exchange[];
  readonly #ready: ReadonlyMap<string, Provider>;

  /** @param ready the providers as they were made. */
  constructor(
    { exchanges, providers, routes }: Pick<Settings, "exchanges" | "providers" | "routes">,
    ready: ReadonlyMap<string, Provider>,
  ) {
    this.providers = providers;
    this.#ready = ready;
    this.#configured = nameRoutes(routes);
    this.#exchanges = Object.entries(exchanges).map(([market, { failover, providers }]) => ({
      market: market.toUpperCase(),
      origin: "configuration",
      providers: completeExchange(providers),
      failover,
    }));
    this.exchanges = this.exchangesWith([]);
    this.routes = this.laid([]);
  }

  /** What is said of exchanges with changes laid over the configuration, by market. */
  exchangesWith(changes: readonly ExchangeChange[]): Exchange[] {
    const changed = new Set(changes.map(({ market }) => market));
    const kept = this.#exchanges.filter(({ market }) => !changed.has(market));
    const said = changes.flatMap(({ market, spec }): Exchange[] =>
      spec === null ? [] : [{
        market,
        origin: "api",
        providers: spec.providers,
        failover: spec.failover === undefined ? undefined : failoverSchema.parse(spec.failover),
      }]
    );
    return [...kept, ...said].sort((a, b) => a.market < b.market ? -1 : 1);
  }

  /** The rules as they would be with changes laid over the configuration. */
  laid(changes: readonly RouteChange[], exchanges: readonly ExchangeChange[] = []): Rule[] {
    const changed = new Map(changes.map(({ name, spec }) => [name, spec]));
    const ruleOf = (name: string, spec: RouteChange["spec"]): Rule => ({
      ...routeSchema.parse(spec),
      name,
      origin: "api",
    });
    const kept = this.#configured.flatMap((rule) => {
      const spec = changed.get(rule.name);
      if (spec === undefined) return [rule];
      return spec === null ? [] : [ruleOf(rule.name, spec)];
    });
    const known = new Set(this.#configured.map(({ name }) => name));
    // What is configured might match everything: what was added to it goes first.
    const added = [...changed].sort(([a], [b]) => a < b ? -1 : 1)
      .flatMap(([name, spec]) => spec === null || known.has(name) ? [] : [ruleOf(name, spec)]);
    const byOrigin = Map.groupBy(this.exchangesWith(exchanges), ({ origin }) => origin);
    const rulesOf = (origin: Rule["origin"]) => (byOrigin.get(origin) ?? []).map(exchangeRule);
    return [...added, ...rulesOf("api"), ...kept, ...rulesOf("configuration")];
  }

  /** The rule of a name. */
  find(name: string): Rule | undefined {
    return this.routes.find((rule) => rule.name === name);
  }

  /** The rule that decides for an instrument; none: what holds by default. */
  ruleOf(instrument: Instrument, capability?: Capability): Rule | undefined {
    return this.routes[routeOf(instrument, this, capability).rule];
  }

  /** Who is to be asked for something of an instrument, in order of preference. */
  askedFor(instrument: Instrument, capability?: Capability): Route["providers"] {
    return routeOf(instrument, this, capability).providers;
  }

  /**
   * Who may feed an instrument, by the rules in force or others; `undefined` where nobody has it.
   *
   * @param fixed the basis of its candles, where they have one already. Else one that all who may
   * take over can give, so that its candles go on.
   */
  feeding(instrument: Instrument, fixed?: Basis, table: Table = this): Feeding | undefined {
    const { rule, providers } = routeOf(instrument, table);
    const able = providers.filter((id) => this.#offers(id, instrument).length > 0);
    const [first] = able;
    if (first === undefined) return undefined;
    const said = table.routes[rule] as Rule | undefined;
    const route = said?.name ?? DEFAULT_ROUTE;
    const inTurn = said?.failover === undefined ? [first] : able;
    const hasTrades = (id: string) => this.#offers(id, instrument).includes("trades");
    const basis = fixed ?? instrument.basis ?? (inTurn.every(hasTrades) ? "trade" : "bid");
    const gives = (id: string) =>
      basis === "trade" ? hasTrades(id) : this.#offers(id, instrument).includes("quotes");
    const fit = inTurn.filter(gives);
    const candidates = fit.length === 0 ? [first] : fit;
    return { route, candidates, provider: this.leaderOf(route, candidates), basis };
  }

  /** The one of an instrument's candidates that leads: the route's leader, if it is among them. */
  leaderOf(route: string, candidates: readonly string[]): string {
    const lead = this.leads.get(route);
    const leader = lead?.providers[lead.state.lead];
    return leader !== undefined && candidates.includes(leader) ? leader : candidates[0]!;
  }

  /** Takes rules into force; a route whose providers stay the same keeps its leader. */
  take(rules: readonly Rule[], uptime: number, now: Micros): void {
    this.routes = rules;
    const before = new Map(this.leads);
    this.leads.clear();
    for (const { failover, name, providers } of rules) {
      if (failover === undefined || providers.length < 2) continue;
      const known = before.get(name);
      const isSame = known?.providers.join() === providers.join();
      this.leads.set(name, isSame ? known! : leadOf(providers, known, uptime, now));
    }
  }

  #offers(id: string, instrument: Instrument): readonly Capability[] {
    return isActiveAt(instrument, id) ? this.#ready.get(id)?.offers(instrument) ?? [] : [];
  }
}

/** A new leader for changed providers: whoever led goes on, if it is among them. */
function leadOf(
  providers: readonly string[],
  known: Lead | undefined,
  uptime: number,
  now: Micros,
): Lead {
  const led = known?.providers[known.state.lead];
  const lead = Math.max(0, led === undefined ? 0 : providers.indexOf(led));
  return {
    providers,
    state: beginFailover(providers.length, uptime, lead),
    since: now,
    reason: null,
  };
}

/** Gives each rule a name: its own, or one made of what it matches. */
export function nameRoutes(rules: readonly RouteSettings[]): Rule[] {
  const taken = new Set(rules.map(({ name }) => name));
  return rules.map((rule) => {
    if (rule.name !== undefined) return { ...rule, name: rule.name, origin: "configuration" };
    const made = madeName(rule);
    let name = made;
    for (let more = 2; taken.has(name); more++) name = `${made}-${more}`;
    taken.add(name);
    return { ...rule, name, origin: "configuration" };
  });
}

/** `*.L` makes `any.L`, `^*` makes `index-any`, the market FX `FX`. */
function madeName({ market, match }: RouteSettings): string {
  const pattern = match?.replaceAll("*", "any").replaceAll("^", "index-");
  const said = [pattern, market].filter((part) => part !== undefined).join("-") || "any";
  const name = said.replace(/[^A-Za-z0-9._-]/g, "-").replace(/^[^A-Za-z0-9]+/, "").slice(0, 36);
  return name === "" || name === DEFAULT_ROUTE ? "rule" : name;
}
