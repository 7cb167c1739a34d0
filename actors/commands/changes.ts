/**
 * What was changed through the API, laid over what is configured, for showing both.
 *
 * @module
 */
import {
  type ExchangeChange,
  type InstrumentChange,
  type OpenStore,
  type RouteChange,
  StoreError,
} from "../../db/store.ts";
import { nameRoutes } from "../routing/routes.ts";
import type { Loaded } from "../settings/load.ts";
import { effectivePaths, type Origins } from "../settings/origins.ts";
import { formatPath } from "../settings/tree.ts";

/** What was changed through the API. */
export interface Changes {
  readonly instruments: readonly InstrumentChange[];
  readonly routes: readonly RouteChange[];
  readonly exchanges: readonly ExchangeChange[];
}

const NOTHING: Changes = { instruments: [], routes: [], exchanges: [] };

/** A configuration as it is shown, with the changes in it. */
export interface Changed extends Pick<Loaded, "shown" | "origins"> {
  /** Symbols that are followed no more, whatever is configured. */
  readonly removed: readonly string[];
  /** Names of routes that decide no more, whatever is configured. */
  readonly removedRoutes: readonly string[];
  /** Markets of which nothing is said any more, whatever is configured. */
  readonly removedExchanges: readonly string[];
}

/** The origin of what was said through the API. */
const API = "api";

/**
 * Reads the changes from a store, whoever writes to it.
 *
 * @returns them, none where there is no store yet; or why they cannot be read.
 */
export async function readChanges(openStore: OpenStore, url: string): Promise<Changes | string> {
  try {
    const store = await openStore(url, { mode: "read" });
    try {
      return {
        instruments: await store.instrumentChanges(),
        routes: await store.routeChanges(),
        exchanges: await store.exchangeChanges(),
      };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return error.code === "missing" ? NOTHING : error.message;
  }
}

/**
 * Lays changes over a configuration: one of a symbol or of a route's name takes the place of what is
 * configured of it.
 */
export function withChanges(
  { settings, shown, origins }: Pick<Loaded, "settings" | "shown" | "origins">,
  changes: Changes = NOTHING,
): Changed {
  const instruments = {
    key: "instruments",
    names: settings.instruments.map(({ symbol }) => symbol.toUpperCase()),
    changes: changes.instruments.map(({ symbol, spec }) => ({ name: symbol, spec })),
    itemOf: (symbol: string, spec: object) => Object.assign({ symbol }, spec, { symbol }),
  };
  const routes = {
    key: "routes",
    names: nameRoutes(settings.routes).map(({ name }) => name),
    changes: changes.routes,
    itemOf: (name: string, spec: object) => Object.assign({ name }, spec, { name }),
  };
  const removed = (list: readonly { name: string; spec: unknown }[]) =>
    list.filter(({ spec }) => spec === null).map(({ name }) => name);
  return {
    ...layExchanges(layList(layList({ shown, origins }, instruments), routes), changes.exchanges),
    removed: removed(instruments.changes),
    removedRoutes: removed(routes.changes),
    removedExchanges: changes.exchanges.filter(({ spec }) => spec === null)
      .map(({ market }) => market),
  };
}

/** Lays what was said of exchanges over what is configured of them, market by market. */
function layExchanges(
  { shown, origins }: Pick<Loaded, "shown" | "origins">,
  changes: readonly ExchangeChange[],
): Pick<Loaded, "shown" | "origins"> {
  if (changes.length === 0) return { shown, origins };
  const changed = new Set(changes.map(({ market }) => market));
  const isChanged = (market: string) => changed.has(market.toUpperCase());
  const configured = shown["exchanges"] as Readonly<Record<string, unknown>>;
  const exchanges: Record<string, unknown> = {};
  for (const [market, spec] of Object.entries(configured)) {
    if (!isChanged(market)) exchanges[market] = spec;
  }
  const gone = Object.keys(configured).filter(isChanged)
    .map((market) => formatPath(["exchanges", market]));
  const kept = Object.entries(origins).filter(([path]) =>
    path !== "exchanges" && !gone.some((one) => path === one || path.startsWith(`${one}.`))
  );
  for (const { market, spec } of changes) if (spec !== null) exchanges[market] = spec;
  const said = changes.flatMap(({ market, spec }) =>
    spec === null
      ? []
      : [...effectivePaths(spec)].map((path) => [formatPath(["exchanges", market, ...path]), API])
  );
  const none = Object.keys(exchanges).length === 0 ? [["exchanges", API]] : [];
  return {
    shown: { ...shown, exchanges },
    origins: Object.fromEntries([...kept, ...said, ...none]),
  };
}

/** A list of the configuration, and what was changed of it. */
interface ListChange {
  readonly key: string;
  /** Of what is configured, in its order. */
  readonly names: readonly string[];
  readonly changes: readonly { readonly name: string; readonly spec: object | null }[];
  /** The name first, as one writes it; a store may have another order. */
  readonly itemOf: (name: string, spec: object) => object;
}

function layList(
  { shown, origins }: Pick<Loaded, "shown" | "origins">,
  { changes, itemOf, key, names }: ListChange,
): Pick<Loaded, "shown" | "origins"> {
  if (changes.length === 0) return { shown, origins };
  const items: unknown[] = [];
  const places: Record<string, string> = {};
  const keep = (item: unknown, originOf: (below: string) => string) => {
    const at = formatPath([key, items.push(item) - 1]);
    for (const path of effectivePaths(item)) {
      const below = `.${formatPath(path)}`;
      places[at + below] = originOf(below);
    }
  };
  const add = ({ name, spec }: ListChange["changes"][number]) => {
    if (spec !== null) keep(itemOf(name, spec), () => API);
  };
  const changed = new Map(changes.map((change) => [change.name, change]));
  // Routes are told in the order in which they decide: added ones first, replaced ones in place.
  const isOrdered = key === "routes";
  if (isOrdered) changes.filter(({ name }) => !names.includes(name)).forEach(add);
  for (const [index, item] of (shown[key] as object[]).entries()) {
    const change = changed.get(names[index]!);
    const was = formatPath([key, index]);
    if (change === undefined) keep(item, (below) => origins[was + below]!);
    else if (isOrdered) add(change);
  }
  if (!isOrdered) changes.forEach(add);
  const others = Object.entries(origins).filter(([path]) =>
    path !== key && !path.startsWith(`${key}[`)
  );
  return {
    shown: { ...shown, [key]: items },
    origins: { ...Object.fromEntries(others), ...(items.length === 0 ? { [key]: API } : places) },
  } satisfies { shown: unknown; origins: Origins };
}
