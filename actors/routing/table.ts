/**
 * The routing table: which provider feeds an instrument.
 *
 * @module
 */
import type { Instrument } from "../../domain/instrument.ts";
import type { Settings } from "../settings/schema.ts";

/** A rule that decided. */
export interface Route {
  /** Its place in the configuration, from 0; -1 where none matched. */
  readonly rule: number;
  /** In order of preference. */
  readonly providers: readonly string[];
}

/**
 * The route of an instrument: the first rule that matches or, failing that, all providers in the
 * order configured.
 */
export function routeOf(
  instrument: Instrument,
  settings: Pick<Settings, "routes" | "providers">,
): Route {
  const rule = settings.routes.findIndex(({ match, market }) =>
    (match === undefined || matches(match, instrument.symbol)) &&
    (market === undefined || market.toUpperCase() === instrument.market)
  );
  const found = settings.routes[rule];
  return { rule, providers: found?.providers ?? Object.keys(settings.providers) };
}

/** Whether a symbol fits a pattern, in any case, in which `*` stands for anything. */
export function matches(pattern: string, symbol: string): boolean {
  const literal = pattern.split("*").map((part) => part.replace(/[.^$+?()[\]{}|\\]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}$`, "i").test(symbol);
}
