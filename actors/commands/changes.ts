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
  type StrategyChange,
} from "../../db/store.ts";
import { nameRoutes } from "../routing/routes.ts";
import type { Loaded } from "../settings/load.ts";
import { effectivePaths, type Origins } from "../settings/origins.ts";
import { formatPath, type Path } from "../settings/tree.ts";

/** What was changed through the API. */
export interface Changes {
  readonly instruments: readonly InstrumentChange[];
  readonly routes: readonly RouteChange[];
  readonly exchanges: readonly ExchangeChange[];
  /** The latest of each strategy on each instrument. */
  readonly strategies: readonly StrategyChange[];
}

const NOTHING: Changes = { instruments: [], routes: [], exchanges: [], strategies: [] };

/** A configuration as it is shown, with the changes in it. */
export interface Changed extends Pick<Loaded, "shown" | "origins"> {
  /** Symbols that are followed no more, whatever is configured. */
  readonly removed: readonly string[];
  /** Names of routes that decide no more, whatever is configured. */
  readonly removedRoutes: readonly string[];
  /** Markets of which nothing is said any more, whatever is configured. */
  readonly removedExchanges: readonly string[];
  /** Strategies that are set up no more, each with its instrument, whatever is configured. */
  readonly removedStrategies: readonly string[];
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
        strategies: latestOf(await store.strategyChanges()),
      };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return error.code === "missing" ? NOTHING : error.message;
  }
}

function latestOf(changes: readonly StrategyChange[]): StrategyChange[] {
  const byKey = new Map(changes.map((one) => [`${one.strategy} ${one.symbol}`, one]));
  return [...byKey.values()];
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
  const lists = layList(layList({ shown, origins }, instruments), routes);
  return {
    ...layStrategies(layExchanges(lists, changes.exchanges), changes.strategies),
    removed: removed(instruments.changes),
    removedRoutes: removed(routes.changes),
    removedExchanges: changes.exchanges.filter(({ spec }) => spec === null)
      .map(({ market }) => market),
    removedStrategies: changes.strategies.filter(({ spec }) => spec === null)
      .map(({ strategy, symbol }) => `${strategy} on ${symbol}`),
  };
}

/** A configuration that is shown, and where its values came from. */
type Shown = Pick<Loaded, "shown" | "origins">;

/** What was changed of something that has a name. */
interface NamedChange {
  readonly name: string;
  readonly spec: object | null;
}

/** Lays what was said of strategies over what is configured of them, instrument by instrument. */
function layStrategies(shown: Shown, changes: readonly StrategyChange[]): Shown {
  const byId = Map.groupBy(changes, ({ strategy }) => strategy);
  return [...byId].reduce((laid, [id, own]) => {
    const strategies = laid.shown["strategies"] as Readonly<Record<string, Entries>>;
    const named = own.map(({ spec, symbol }) => ({ name: symbol, spec }));
    const { entries, origins } = layMap(
      strategies[id] ?? {},
      laid.origins,
      ["strategies", id],
      named,
    );
    const { strategies: _, ...others } = origins;
    return {
      shown: { ...laid.shown, strategies: { ...strategies, [id]: entries } },
      origins: others,
    };
  }, shown);
}

/** Lays what was said of exchanges over what is configured of them, market by market. */
function layExchanges({ shown, origins }: Shown, changes: readonly ExchangeChange[]): Shown {
  if (changes.length === 0) return { shown, origins };
  const named = changes.map(({ market, spec }) => ({ name: market, spec }));
  const laid = layMap(shown["exchanges"] as Entries, origins, ["exchanges"], named);
  return { shown: { ...shown, exchanges: laid.entries }, origins: laid.origins };
}

type Entries = Readonly<Record<string, unknown>>;

/** Lays changes over a map whose keys may be in any case. @param at its place. */
function layMap(
  configured: Entries,
  origins: Origins,
  at: Path,
  changes: readonly NamedChange[],
): { entries: Entries; origins: Origins } {
  const changed = new Set(changes.map(({ name }) => name));
  const isChanged = (name: string) => changed.has(name.toUpperCase());
  const entries: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(configured)) {
    if (!isChanged(name)) entries[name] = spec;
  }
  const whole = formatPath(at);
  const gone = Object.keys(configured).filter(isChanged).map((name) => formatPath([...at, name]));
  const kept = Object.entries(origins).filter(([path]) =>
    path !== whole && !gone.some((one) => path === one || path.startsWith(`${one}.`))
  );
  for (const { name, spec } of changes) if (spec !== null) entries[name] = spec;
  const said = changes.flatMap(({ name, spec }) =>
    spec === null
      ? []
      : [...effectivePaths(spec)].map((path) => [formatPath([...at, name, ...path]), API])
  );
  const none = Object.keys(entries).length === 0 ? [[whole, API]] : [];
  return { entries, origins: Object.fromEntries([...kept, ...said, ...none]) };
}

/** A list of the configuration, and what was changed of it. */
interface ListChange {
  readonly key: string;
  /** Of what is configured, in its order. */
  readonly names: readonly string[];
  readonly changes: readonly NamedChange[];
  /** The name first, as one writes it; a store may have another order. */
  readonly itemOf: (name: string, spec: object) => object;
}

function layList(
  { shown, origins }: Shown,
  { changes, itemOf, key, names }: ListChange,
): Shown {
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
