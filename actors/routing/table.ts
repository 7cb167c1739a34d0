/**
 * The routing table: which rule decides who feeds an instrument.
 *
 * @module
 */
import { type Instrument, isActiveAt } from "../../domain/instrument.ts";
import { MARKETS } from "../../domain/market.ts";
import type { Capability } from "../../providers/provider.ts";
import type { RouteSettings, Settings } from "../settings/schema.ts";

/** A rule that decided. */
export interface Route {
  /** Its place among the rules, from 0; -1 where none matched. */
  readonly rule: number;
  /** In order of preference. */
  readonly providers: readonly string[];
}

/** What a table is made of. */
export interface Table {
  readonly routes: readonly RouteSettings[];
  readonly providers: Settings["providers"];
}

/** What one provider feeds live: a rule that names any of it decides for all of it. */
const LIVE: readonly Capability[] = ["streaming", "quotes", "trades", "depth"];

/** Whether a rule that names capabilities decides for one. */
function decides(named: readonly Capability[], capability: Capability): boolean {
  return LIVE.includes(capability)
    ? LIVE.some((one) => named.includes(one))
    : named.includes(capability);
}

/**
 * The route of an instrument: the first rule that matches or, failing that, all providers, the one
 * at home in its market first, the others in the order configured.
 *
 * @param capability what it is wanted for: its live feed unless said. A rule that names
 * capabilities decides for these alone; all that is live is one, for one provider feeds it.
 */
export function routeOf(
  instrument: Instrument,
  { providers, routes }: Table,
  capability: Capability = "streaming",
): Route {
  const rule = routes.findIndex(({ capabilities, match, market }) =>
    (capabilities === undefined || decides(capabilities, capability)) &&
    (match === undefined || matches(match, instrument.symbol)) &&
    (market === undefined || market.toUpperCase() === instrument.market)
  );
  return { rule, providers: routes[rule]?.providers ?? byDefault(instrument, providers) };
}

/** Whether a symbol fits a pattern, in any case, in which `*` stands for anything. */
export function matches(pattern: string, symbol: string): boolean {
  const literal = pattern.split("*").map((part) => part.replace(/[.^$+?()[\]{}|\\]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}$`, "i").test(symbol);
}

/** Says which of those asked the instrument itself switches off. */
export function inactive(instrument: Instrument, providers: readonly string[]): string {
  const off = providers.filter((id) => !isActiveAt(instrument, id));
  return off.length === 0 ? "" : ` (not active for it: ${off.join(", ")})`;
}

/** US listings are alpaca's; London's, indices and currencies are IG's. */
function byDefault(instrument: Instrument, providers: Settings["providers"]): string[] {
  const home = homeOf(instrument);
  const ids = Object.keys(providers);
  return [...ids.filter((id) => id === home), ...ids.filter((id) => id !== home)];
}

function homeOf({ market, symbol }: Instrument): string {
  return MARKETS[market].calendar === "NYSE" && !symbol.startsWith("^") ? "alpaca" : "ig";
}
