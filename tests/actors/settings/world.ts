/**
 * A small world to load a configuration from: files, an environment and flags, all in memory.
 *
 * @module
 */
import { z } from "zod";
import { type Loaded, loadSettings } from "../../../actors/settings/load.ts";
import { ConfigError, describeProblem } from "../../../actors/settings/problems.ts";
import type { Catalog, Flags, Sources } from "../../../actors/settings/sources.ts";
import { checkStoreUrl } from "../../../db/open.ts";
import { loadProvider, PROVIDER_IDS } from "../../../providers/catalog.ts";
import type { ProviderDefinition } from "../../../providers/provider.ts";

/** What the world holds. */
export interface World {
  /** The text of `marketd.yaml`. */
  yaml?: string;
  /** Other files by name; `null` is one that may not be read. */
  files?: Readonly<Record<string, string | null>>;
  env?: Readonly<Record<string, string>>;
  flags?: Flags;
  catalog?: Catalog;
}

/** marketd's own providers. */
export const ownCatalog: Catalog = { ids: PROVIDER_IDS, load: loadProvider };

/** marketd's own providers, and a venue with credentials. */
export const venueCatalog: Catalog = {
  ids: [...new Set(["alpaca", "ig", ...PROVIDER_IDS])],
  load: async (id) => VENUES[id] ?? await loadProvider(id),
};

const VENUES: Readonly<Record<string, ProviderDefinition>> = {
  alpaca: definition("alpaca", ["keyId", "secret"], {
    keyId: z.string().min(4),
    secret: z.string().min(8),
    environment: z.enum(["paper", "live"]).default("paper"),
    retries: z.int().min(0).default(3),
    endpoints: z.strictObject({ data: z.url().optional() }).optional(),
  }),
  ig: definition("ig", ["apiKey", "password"], {
    apiKey: z.string(),
    username: z.string(),
    password: z.string(),
    environment: z.enum(["demo", "live"]).default("live"),
  }),
};

function definition(id: string, secrets: string[], shape: z.ZodRawShape): ProviderDefinition {
  return {
    id,
    name: id,
    capabilities: ["trades"],
    options: z.strictObject(shape),
    secrets,
    create() {
      throw new Error("A configuration is only read here.");
    },
  };
}

/** The world as loading sees it. */
export function sourcesOf({ yaml, files = {}, env = {}, flags = {}, catalog }: World): Sources {
  const all: Record<string, string | null | undefined> = { "marketd.yaml": yaml, ...files };
  return {
    flags,
    env,
    catalog: catalog ?? ownCatalog,
    checkStoreUrl,
    readText(path) {
      const text = all[path];
      return text === null ? Promise.reject(new Error("permission denied")) : Promise.resolve(text);
    },
  };
}

/** Loads a world's configuration. */
export function load(world: World): Promise<Loaded> {
  return loadSettings(sourcesOf(world));
}

/** The problems of a world's configuration, one line each; none where it can be used. */
export async function problemsIn(world: World): Promise<string[]> {
  try {
    await load(world);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(describeProblem);
  }
}
