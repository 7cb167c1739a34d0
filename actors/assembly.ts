/**
 * From a configuration to a running tree: providers, store, token and epoch are made here.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import type { CommandDeps } from "./commands/deps.ts";
import { nextEpoch } from "./epoch.ts";
import { loadToken } from "./http/token.ts";

import { logger } from "./log.ts";
import { startTree, type Tree, type TreeOptions } from "./root.ts";
import type { Settings } from "./settings/schema.ts";
import type { Catalog } from "./settings/sources.ts";
import about from "../deno.json" with { type: "json" };
import type { Store } from "../db/store.ts";
import { MarketdError } from "../domain/errors.ts";
import type { Provider } from "../providers/provider.ts";

/** A tree, and what must be closed after it. */
export interface Assembly {
  readonly tree: Tree;
  readonly store: Store;
  /** Where it is served; `null` without an HTTP surface. */
  readonly url: string | null;
}

/** What is to be assembled. */
export interface Plan {
  readonly settings: Settings;
  /** The store's URL. */
  readonly store: string;
  readonly clock: Clock;
  readonly serve: boolean;
  readonly makeSeries?: TreeOptions["makeSeries"];
}

const log = logger("root");

/**
 * Opens the store, makes the providers, and starts the tree. Nothing is left open where it fails.
 *
 * @throws MarketdError where it cannot start as configured.
 */
export async function assemble(deps: CommandDeps, plan: Plan): Promise<Assembly> {
  const { settings, clock } = plan;
  const providers = await makeProviders(settings, deps.sources.catalog, clock);
  const store = await deps.openStore(plan.store, {
    mode: "write",
    migrated: ({ applied, to }) => {
      if (applied.length > 0) log.info("the store is at schema {to}", { to, applied });
    },
  });
  try {
    let url: string | null = null;
    const token = plan.serve ? await loadToken(settings, tokenHome(plan.store)) : null;
    if (token?.file) log.info("the access token is in {file}", { file: token.file });
    const tree = startTree({
      settings,
      store,
      clock,
      providers,
      epoch: nextEpoch(Date.now(), await store.lastEpoch()),
      ...(plan.makeSeries === undefined ? {} : { makeSeries: plan.makeSeries }),
      ...(token === null ? {} : {
        http: { token: token.token, version: about.version, listening: (at) => url = at },
      }),
    });
    await tree.up;
    return { tree, store, url };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** What a made token is kept beside: the embedded store's file, or else where that would be. */
function tokenHome(storeUrl: string): string {
  return storeUrl.startsWith("sqlite:") ? storeUrl.slice("sqlite:".length) : "data/marketd";
}

async function makeProviders(
  settings: Settings,
  catalog: Catalog,
  clock: Clock,
): Promise<Map<string, Provider>> {
  const providers = new Map<string, Provider>();
  for (const [id, options] of Object.entries(settings.providers)) {
    const definition = await catalog.load(id);
    if (definition === undefined) {
      throw new MarketdError("no-provider", `Cannot start: there is no provider "${id}".`, {
        terminal: true,
      });
    }
    providers.set(id, definition.create(options, { now: () => clock.now() }));
  }
  return providers;
}

/** The settings with their providers' own instruments where the configuration names none. */
export async function withInstruments(settings: Settings, catalog: Catalog): Promise<Settings> {
  if (settings.instruments.length > 0) return settings;
  const symbols: string[] = [];
  for (const [id, options] of Object.entries(settings.providers)) {
    const definition = await catalog.load(id);
    symbols.push(...definition?.defaultInstruments?.(options) ?? []);
  }
  return { ...settings, instruments: symbols.map((symbol) => ({ symbol })) };
}
