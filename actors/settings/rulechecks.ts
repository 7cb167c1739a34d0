/**
 * What keeps a route, or the providers of an exchange, from being set through the API.
 *
 * @module
 */
import { ChangeError } from "../changeerror.ts";
import type { Rule } from "../routing/routes.ts";
import type { Shared } from "../shared.ts";
import { maskText } from "./urls.ts";
import type { ExchangeChange } from "../../db/store.ts";
import { flawOfExchange } from "../../domain/exchange.ts";
import { MARKET_IDS } from "../../domain/market.ts";

/** Characters of a name that nobody knows. */
const LONGEST_SHOWN = 60;

/** Refuses a route that names what there is not, or leaves an instrument without a feed. */
export function checkRoute(
  shared: Shared,
  name: string,
  spec: Readonly<Record<string, unknown>> | null,
  rules: readonly Rule[],
): void {
  const what = `Cannot ${spec === null ? "remove" : "set"} the route ${name}`;
  const rule = rules.find((one) => one.name === name);
  if (rule?.market !== undefined) checkMarket(what, rule.market);
  checkNamed(shared, what, rule?.providers ?? []);
  checkFed(shared, what, rules);
}

/** What is to be said of an exchange. */
export interface ExchangeWish extends Pick<ExchangeChange, "market" | "spec"> {
  /** Whether anything was said of it before. */
  readonly isKnown: boolean;
}

/** Refuses providers of an exchange as {@link checkRoute} does a route. */
export function checkExchange(
  shared: Shared,
  { isKnown, market, spec }: ExchangeWish,
  rules: readonly Rule[],
): void {
  const what = `Cannot ${spec === null ? "remove" : "set"} the providers of the exchange ${market}`;
  checkMarket(what, market);
  if (spec === null && !isKnown) {
    throw new ChangeError("unknown-exchange", `${what}: nothing is said of it.`, "market");
  }
  const named = spec?.providers ?? [];
  checkNamed(shared, what, named.map(({ provider }) => provider));
  const flaw = flawOfExchange(named);
  if (flaw !== undefined) {
    throw new ChangeError("bad-exchange", `${what}: they ${flaw}.`, "providers");
  }
  checkFed(shared, what, rules);
}

function checkMarket(what: string, market: string): void {
  if ((MARKET_IDS as readonly string[]).includes(market.toUpperCase())) return;
  const shown = maskText(market.slice(0, LONGEST_SHOWN));
  const markets = MARKET_IDS.join(", ");
  throw new ChangeError("unknown-market", `${what}: ${shown} is none of ${markets}.`, "market");
}

function checkNamed({ providers }: Shared, what: string, named: readonly string[]): void {
  const stranger = named.find((id) => !providers.has(id));
  if (stranger === undefined) return;
  const shown = maskText(stranger.slice(0, LONGEST_SHOWN));
  const known = [...providers.keys()].join(", ");
  const message = `${what}: no provider "${shown}" is configured; these are: ${known}.`;
  throw new ChangeError("unknown-provider", message, "providers");
}

/** Refuses rules by which an instrument would have no feed any more. */
function checkFed({ directory, routes }: Shared, what: string, rules: readonly Rule[]): void {
  const table = { routes: rules, providers: routes.providers };
  const unfed = directory.all().map(({ basis, instrument }) =>
    routes.feeding(instrument, basis, table) === undefined ? instrument.symbol : undefined
  ).filter((symbol) => symbol !== undefined);
  if (unfed.length > 0) {
    const few = unfed.slice(0, 5).join(", ");
    const message = `${what}: nobody would feed ${few} (${unfed.length} in all).`;
    throw new ChangeError("no-provider", message, "providers");
  }
}
