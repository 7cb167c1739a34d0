/**
 * What the environment says of the configuration: `MARKETD_<PATH>` for every single value, a few
 * short names, `DATABASE_URL`, and the venues' own names.
 *
 * @module
 */
import type { z } from "zod";
import type { Environment } from "./environment.ts";
import { nearest, type Problem } from "./problems.ts";
import { leavesOf, splitList } from "./shape.ts";
import type { Catalog } from "./sources.ts";
import { emptyMap, type Leaf, type MapNode, type Node, overlay, treeOf } from "./tree.ts";
import { SYMBOL_LISTS, VENUE_MARKETS, VENUE_OPTIONS } from "./venues.ts";

/** What the environment says. */
export interface EnvironmentLayer {
  readonly root: Node;
  /** Instruments to add to those of the files. */
  readonly instruments: readonly MapNode[];
  /** Routes to lay before those of the files. */
  readonly routes: readonly MapNode[];
  readonly notes: readonly string[];
}

/** What the environment's reading needs. */
export interface EnvironmentReading {
  readonly environment: Environment;
  readonly schema: z.ZodType;
  readonly catalog: Catalog;
  /** Whether a provider is configured by a file. */
  readonly configured: (provider: string) => boolean;
  /** Variables that the files refer to: not ours to judge. */
  readonly referred: ReadonlySet<string>;
  readonly problems: Problem[];
}

const PREFIX = "MARKETD_";
const PROVIDER_PREFIX = `${PREFIX}PROVIDERS_`;
const SHORT: Readonly<Record<string, readonly string[]>> = {
  MARKETD_TOKEN: ["server", "token"],
  MARKETD_HOST: ["server", "host"],
  MARKETD_PORT: ["server", "port"],
};
/** Set by marketd's own tests. */
const FOREIGN: ReadonlySet<string> = new Set(["MARKETD_RECORDINGS"]);

/** `["providers", "alpaca", "keyId"]` as `MARKETD_PROVIDERS_ALPACA_KEY_ID`. */
export function variableOf(path: readonly string[]): string {
  return PREFIX + path.map((key) => key.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "_"))
    .join("_").toUpperCase();
}

/** Reads what the environment says. */
export async function readEnvironment(reading: EnvironmentReading): Promise<EnvironmentLayer> {
  const { environment, schema, catalog, problems } = reading;
  const set = new Set(environment.names.map((name) => name.replace(/_FILE$/, "")));
  const paths = new Map(leavesOf(schema).map(({ path }) => [variableOf(path), path]));
  for (const id of catalog.ids) {
    const prefix = variableOf(["providers", id, ""]);
    if (![...set].some((name) => name.startsWith(prefix))) continue;
    const options = (await catalog.load(id))?.options;
    for (const { path } of options === undefined ? [] : leavesOf(options)) {
      paths.set(variableOf(["providers", id, ...path]), ["providers", id, ...path]);
    }
  }

  let root: Node = emptyMap({ label: "environment" });
  const say = async (name: string, path: readonly string[], read?: (text: string) => string) => {
    const leaf = await leafOf(environment, name, read);
    if (leaf !== undefined) root = overlay(root, treeOf(path, leaf));
    return leaf;
  };

  await say("DATABASE_URL", ["store", "url"]);
  for (const [name, path] of paths) {
    const leaf = await say(name, path);
    const short = Object.keys(SHORT).find((other) => SHORT[other]!.join() === path.join());
    if (short === undefined) continue;
    const other = leaf === undefined ? await say(short, path) : await leafOf(environment, short);
    if (leaf?.kind === "leaf" && other?.kind === "leaf" && leaf.value !== other.value) {
      problems.push({
        path: path.join("."),
        origin: other.origin.label,
        message: `is set by ${name} too, to something else`,
        hint: "keep one of the two",
      });
    }
  }

  const notes: string[] = [];
  await readVenueOptions(reading, say, notes);
  const routes = await readMarkets(reading, notes);
  tellUnknown(reading, [...paths.keys(), ...Object.keys(SHORT)]);
  return { root, routes, instruments: await readSymbols(environment), notes };
}

async function readVenueOptions(
  { environment, catalog, configured }: EnvironmentReading,
  say: (name: string, path: string[], read?: (text: string) => string) => Promise<unknown>,
  notes: string[],
): Promise<void> {
  for (const [provider, rows] of Map.groupBy(VENUE_OPTIONS, (row) => row.provider)) {
    const present = [];
    for (const row of rows) if (await environment.get(row.name) !== undefined) present.push(row);
    if (present.length === 0) continue;
    const names = present.map((row) => row.name).join(", ");
    if (!catalog.ids.includes(provider)) {
      notes.push(`This marketd has no provider ${provider}: ${names} not used.`);
    } else if (present.some((row) => row.enables) || configured(provider)) {
      for (const row of present) {
        await say(row.name, ["providers", provider, ...row.path], row.read);
      }
    } else {
      notes.push(`The provider ${provider} is not configured: ${names} not used.`);
    }
  }
}

async function readMarkets(
  { environment, catalog }: EnvironmentReading,
  notes: string[],
): Promise<MapNode[]> {
  const routes: MapNode[] = [];
  for (const { name, provider } of VENUE_MARKETS) {
    const leaf = await leafOf(environment, name);
    if (leaf?.kind !== "leaf") continue;
    if (!catalog.ids.includes(provider)) {
      notes.push(`This marketd has no provider ${provider}: ${name} not used.`);
      continue;
    }
    for (const market of splitList(String(leaf.value))) {
      const providers: Node = {
        kind: "list",
        origin: leaf.origin,
        items: [{ ...leaf, value: provider }],
      };
      routes.push(mapOf(leaf, { market: { ...leaf, value: market }, providers }));
    }
  }
  return routes;
}

async function readSymbols(environment: Environment): Promise<MapNode[]> {
  const instruments: MapNode[] = [];
  for (const { name, market, symbol } of SYMBOL_LISTS) {
    const leaf = await leafOf(environment, name);
    if (leaf?.kind !== "leaf") continue;
    for (const text of splitList(String(leaf.value))) {
      instruments.push(mapOf(leaf, {
        symbol: { ...leaf, value: symbol(text) },
        ...(market === undefined ? {} : { market: { ...leaf, value: market } }),
      }));
    }
  }
  return instruments;
}

function tellUnknown(
  { environment, catalog, referred, problems }: EnvironmentReading,
  known: readonly string[],
): void {
  for (const name of environment.names) {
    const base = name.replace(/_FILE$/, "");
    const judged = name.startsWith(PREFIX) && !FOREIGN.has(name) && !referred.has(name) &&
      !referred.has(base);
    if (!judged || known.includes(base)) continue;
    const near = nearest(base, known);
    problems.push({
      path: "",
      origin: `environment ${name}`,
      message: "is not a variable that marketd knows",
      hint: name === "MARKETD_CONFIG"
        ? "name the file by the flag --config"
        : near !== undefined
        ? `did you mean ${near}?`
        : name.startsWith(PROVIDER_PREFIX)
        ? `the providers are ${catalog.ids.join(", ")}`
        : "the variables are MARKETD_ and a setting's path, such as MARKETD_SERVER_PORT",
    });
  }
}

async function leafOf(
  environment: Environment,
  name: string,
  read: (text: string) => string = (text) => text,
): Promise<Leaf | { kind: "broken"; origin: { label: string } } | undefined> {
  const found = await environment.get(name);
  if (found === undefined) return undefined;
  const origin = { label: found.label };
  if (found.kind === "broken") return { kind: "broken", origin };
  return { kind: "leaf", origin, value: read(found.value), text: true };
}

function mapOf({ origin }: Leaf, nodes: Readonly<Record<string, Node>>): MapNode {
  const entries = Object.entries(nodes).map(([key, node]) => [key, { key: origin, node }] as const);
  return { kind: "map", origin, entries: new Map(entries) };
}
