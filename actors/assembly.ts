/**
 * From a configuration to a running tree: providers, store, token and epoch are made here.
 *
 * @module
 */
import { dirname } from "node:path";
import type { Clock } from "./clock.ts";
import type { CommandDeps } from "./commands/deps.ts";
import { nextEpoch } from "./epoch.ts";
import { loadToken } from "./http/token.ts";

import { logger } from "./log.ts";
import { Spool } from "./spool/spool.ts";
import { startTree, type Tree, type TreeOptions } from "./root.ts";
import { openOrLater } from "./latestore.ts";
import { maskUrl } from "./settings/secrets.ts";
import type { Settings } from "./settings/schema.ts";
import type { Catalog } from "./settings/sources.ts";
import about from "../deno.json" with { type: "json" };
import { type Store, StoreError } from "../db/store.ts";
import { MarketdError, messageOf } from "../domain/errors.ts";
import type { Provider } from "../providers/provider.ts";

/** A tree, and what must be closed after it. */
export interface Assembly {
  readonly tree: Tree;
  readonly store: Store;
  /** Where it is served; `null` without an HTTP surface. */
  readonly url: string | null;
  /** Lets go of the store and the spool; after the tree has ended. */
  close(): Promise<void>;
}

/** What is to be assembled. */
export interface Plan {
  readonly settings: Settings;
  /** The store's URL. */
  readonly store: string;
  readonly clock: Clock;
  readonly serve: boolean;
  /**
   * Whether the feed is live, and cannot be asked again: then it starts without the store where that
   * cannot be reached, and spools what the store cannot take.
   */
  readonly live: boolean;
  readonly makeSeries?: TreeOptions["makeSeries"];
}

const log = logger("root");

/**
 * Opens the store, makes the providers, and starts the tree. Nothing is left open where it fails.
 *
 * @throws MarketdError where it cannot start as configured.
 */
export async function assemble(deps: CommandDeps, plan: Plan): Promise<Assembly> {
  const { settings, clock, live } = plan;
  const providers = await makeProviders(settings, deps.sources.catalog, clock);
  const home = homeOf(plan.store);
  const store = await openStore(deps, plan);
  let spool: Spool | undefined;
  const close = async () => {
    await store.close();
    await spool?.close();
  };
  try {
    let url: string | null = null;
    if (live) spool = await openSpool(`${home}.spool`, settings);
    const token = plan.serve ? await loadToken(settings, home) : null;
    if (token?.file) log.info("the access token is in {file}", { file: token.file });
    const tree = startTree({
      settings,
      store,
      spool,
      clock,
      providers,
      epoch: nextEpoch(Date.now(), await lastEpoch(store)),
      ...(plan.makeSeries === undefined ? {} : { makeSeries: plan.makeSeries }),
      ...(token === null ? {} : {
        http: { token: token.token, version: about.version, listening: (at) => url = at },
      }),
    });
    await tree.up;
    return { tree, store, url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openStore({ openStore }: CommandDeps, { store, live }: Plan): Promise<Store> {
  const open = () =>
    openStore(store, {
      mode: "write",
      migrated: ({ applied, to }) => {
        if (applied.length > 0) log.info("the store is at schema {to}", { to, applied });
      },
    });
  if (!live) return await open();
  return await openOrLater(open, maskUrl(store));
}

/** The last epoch; `null` too where the store cannot say: the clock then has to be trusted. */
async function lastEpoch(store: Store): Promise<string | null> {
  try {
    return await store.lastEpoch();
  } catch (error) {
    if (error instanceof StoreError && !error.terminal) return null;
    throw error;
  }
}

async function openSpool(path: string, { store }: Settings): Promise<Spool> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    const spool = await Spool.open(path, store.spool.cap);
    if (spool.rows > 0) log.info("{rows} rows wait on disk for the store", { rows: spool.rows });
    return spool;
  } catch (error) {
    throw new MarketdError(
      "spool",
      `Cannot use the spool ${path}: ${messageOf(error)}. Make its folder writable.`,
      { cause: error, terminal: true },
    );
  }
}

/** What token and spool are kept beside: the embedded store's file, or else where that would be. */
function homeOf(storeUrl: string): string {
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
