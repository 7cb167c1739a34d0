/**
 * What no schema can see: whether the parts of a configuration go together. Works on what was said,
 * so that it finds its problems beside those of the schema.
 *
 * @module
 */
import { messageOf } from "../../domain/errors.ts";
import { flawOfExchange } from "../../domain/exchange.ts";
import { resolveInstrument } from "../../domain/instrument.ts";
import { BASE_INTERVAL, parseInterval } from "../../domain/interval.ts";
import { MARKET_IDS } from "../../domain/market.ts";
import { STRATEGIES } from "../../domain/strategies/catalog.ts";
import { intervalProblem, USUAL_INTERVAL } from "../../domain/strategies/config.ts";
import { isHost, isLoopback } from "./hosts.ts";
import { hintFor, nearest, type Problem } from "./problems.ts";
import { exchangeSchema, instrumentSchema, USUAL_INTERVALS } from "./schema.ts";
import {
  formatPath,
  keyOriginAt,
  type Node,
  nodeAt,
  type Origin,
  originAt,
  type Path,
  placeOf,
  toData,
} from "./tree.ts";
import { maskText } from "./urls.ts";

/** The provider whose data is made up. */
export const FICTION = "demo";

/** The provider that plays recordings, and drives the clock. */
const RECORDED = "replay";

/** Checks a whole configuration. @param catalog the ids of all providers. */
export function crossCheck(root: Node, catalog: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  const tell: Tell = (path, message, hint, place = originAt(root, path)) =>
    problems.push({ path: formatPath(path), origin: placeOf(place), message, hint });
  const providers = keysAt(root, ["providers"]);

  checkDoor(root, tell);
  checkClock(root, providers.filter((id) => id !== RECORDED && catalog.includes(id)), tell);
  const real = providers.filter((id) => id !== FICTION && id !== RECORDED && catalog.includes(id));
  if (real.length > 0 && providers.includes(FICTION)) {
    tell(
      ["providers", FICTION],
      `makes its data up, and cannot stand beside ${real.join(", ")}`,
      "fiction and fact must not meet in one store: run two marketds, each with its own",
      keyOriginAt(root, ["providers", FICTION]),
    );
  }
  checkRoutes(root, providers, tell);
  checkExchanges(root, providers, tell);
  checkInstruments(root, catalog, tell);
  checkStrategies(root, tell);
  return problems;
}

/** A recording drives the clock, and a venue lives by the wall's: there is only one. */
function checkClock(root: Node, live: readonly string[], tell: Tell): void {
  const path: Path = ["providers", RECORDED];
  if (live.length === 0 || nodeAt(root, path) === undefined) return;
  tell(
    path,
    `plays on the recording's own clock, and cannot stand beside ${live.join(", ")}, which ` +
      `${live.length === 1 ? "lives" : "live"} by the wall's`,
    "play it with `marketd replay FILE`",
    keyOriginAt(root, path),
  );
}

/** Told of the value at a path, unless another place is given. */
type Tell = (path: Path, message: string, hint?: string, place?: Origin) => void;

function checkDoor(root: Node, tell: Tell): void {
  const host = textAt(root, ["server", "host"]);
  const token = nodeAt(root, ["server", "token"]);
  const named = token !== undefined && (token.kind !== "leaf" || token.value !== null);
  if (host === undefined || !isHost(host) || isLoopback(host) || named) return;
  tell(
    ["server", "host"],
    `refuses to listen on ${maskText(host)} without a token`,
    "set server.token (or MARKETD_TOKEN, or MARKETD_TOKEN_FILE), or listen on 127.0.0.1",
  );
}

function checkRoutes(root: Node, providers: readonly string[], tell: Tell): void {
  const places = new Map<string, string>();
  itemsAt(root, ["routes"]).forEach((_route, index) => {
    const route: Path = ["routes", index];
    const name = textAt(root, [...route, "name"]);
    if (name !== undefined) {
      const first = places.get(name);
      const path = [...route, "name"];
      if (first === undefined) places.set(name, placeOf(originAt(root, path)));
      else tell(path, `repeats ${maskText(name)}, which stands at ${first}`);
    }
    itemsAt(root, [...route, "providers"]).forEach((_provider, position) => {
      checkProvider(root, [...route, "providers", position], providers, tell);
    });
    const market = textAt(root, [...route, "market"]);
    if (market !== undefined && !isMarket(market)) tellMarket([...route, "market"], market, tell);
  });
}

function checkExchanges(root: Node, providers: readonly string[], tell: Tell): void {
  const places = new Map<string, string>();
  for (const key of keysAt(root, ["exchanges"])) {
    const path: Path = ["exchanges", key];
    const place = keyOriginAt(root, path) ?? originAt(root, path);
    if (!isMarket(key)) tellMarket(path, key, tell, place);
    const market = key.toUpperCase();
    const first = places.get(market);
    if (first === undefined) places.set(market, placeOf(place));
    else tell(path, `repeats ${market}, which stands at ${first}`, undefined, place);
    itemsAt(root, [...path, "providers"]).forEach((_provider, index) => {
      checkProvider(root, [...path, "providers", index, "provider"], providers, tell);
    });
    const spec = exchangeSchema.safeParse(toData(nodeAt(root, path)!));
    const flaw = spec.success ? flawOfExchange(spec.data.providers) : undefined;
    if (flaw !== undefined) tell([...path, "providers"], `cannot be used: they ${maskText(flaw)}`);
  }
}

/** Tells a provider at a path that is not configured. */
function checkProvider(root: Node, path: Path, providers: readonly string[], tell: Tell): void {
  const id = textAt(root, path);
  if (id === undefined || providers.includes(id)) return;
  tell(
    path,
    `names a provider that is not configured (was "${maskText(id)}")`,
    hintFor(id, providers),
  );
}

function checkInstruments(root: Node, catalog: readonly string[], tell: Tell): void {
  const places = new Map<string, string>();
  itemsAt(root, ["instruments"]).forEach((item, index) => {
    const path: Path = ["instruments", index];
    const symbol = textAt(root, [...path, "symbol"])?.toUpperCase();
    if (symbol !== undefined) {
      const first = places.get(symbol);
      const place = placeOf(originAt(root, [...path, "symbol"]));
      if (first === undefined) places.set(symbol, place);
      else tell([...path, "symbol"], `repeats ${maskText(symbol)}, which stands at ${first}`);
    }
    for (const id of keysAt(root, [...path, "providers"])) {
      if (catalog.includes(id)) continue;
      const mapping = [...path, "providers", id];
      const place = keyOriginAt(root, mapping);
      tell(mapping, "is not a provider of this marketd", hintFor(id, catalog), place);
    }
    const market = textAt(root, [...path, "market"]);
    if (market !== undefined && !isMarket(market)) {
      tellMarket([...path, "market"], market, tell);
      return;
    }
    const spec = instrumentSchema.safeParse(toData(item));
    if (!spec.success) return;
    try {
      resolveInstrument(spec.data);
    } catch (error) {
      tell(path, `cannot be used: ${messageOf(error)}`);
    }
  });
}

/** Strategies are shown candles that are built. */
function checkStrategies(root: Node, tell: Tell): void {
  const said = itemsAt(root, ["candles", "intervals"]).map((_item, index) =>
    parseInterval(textAt(root, ["candles", "intervals", index]) ?? "")?.name
  ).filter((name) => name !== undefined);
  const built = said.length === 0 ? USUAL_INTERVALS : [...new Set([BASE_INTERVAL.name, ...said])];
  for (const id of keysAt(root, ["strategies"])) {
    const strategy = STRATEGIES.get(id);
    if (strategy === undefined) continue;
    for (const symbol of keysAt(root, ["strategies", id])) {
      const path: Path = ["strategies", id, symbol, "interval"];
      const problem = intervalProblem(strategy, textAt(root, path) ?? USUAL_INTERVAL, built);
      if (problem !== undefined) tell(path, problem);
    }
  }
}

function isMarket(text: string): boolean {
  return (MARKET_IDS as readonly string[]).includes(text.toUpperCase());
}

function tellMarket(path: Path, said: string, tell: Tell, place?: Origin): void {
  const near = nearest(said, MARKET_IDS);
  tell(
    path,
    `must be one of ${MARKET_IDS.join(", ")} (was "${maskText(said)}")`,
    near === undefined ? undefined : `did you mean ${near}?`,
    place,
  );
}

function textAt(root: Node, path: Path): string | undefined {
  const node = nodeAt(root, path);
  return node?.kind === "leaf" && typeof node.value === "string" ? node.value : undefined;
}

function itemsAt(root: Node, path: Path): readonly Node[] {
  const node = nodeAt(root, path);
  return node?.kind === "list" ? node.items : [];
}

function keysAt(root: Node, path: Path): string[] {
  const node = nodeAt(root, path);
  return node?.kind === "map" ? [...node.entries.keys()] : [];
}
