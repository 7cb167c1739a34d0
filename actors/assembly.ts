/**
 * From a configuration to a running tree: providers, store, token and epoch are made here.
 *
 * @module
 */
import { dirname } from "node:path";
import type { Clock } from "./clock.ts";
import type { CommandDeps } from "./commands/deps.ts";
import { type Learnt, makeVenues } from "./connections/venues.ts";
import { nextEpoch } from "./epoch.ts";
import { backtestsBeside } from "./http/backtests.ts";
import { SignedOut } from "./http/signedout.ts";
import { homeOf, loadToken } from "./http/token.ts";
import { logger } from "./log.ts";
import { otherSpools } from "./spool/others.ts";
import { spoolPlaceOf } from "./spool/place.ts";
import { Spool } from "./spool/spool.ts";
import { startTree, type Tree, type TreeOptions } from "./root.ts";
import { openOrLater } from "./latestore.ts";
import { maskUrl } from "./settings/urls.ts";
import type { Settings } from "./settings/schema.ts";
import { type Catalog, flagsOf } from "./settings/sources.ts";
import about from "../deno.json" with { type: "json" };
import { type Store, StoreError } from "../db/store.ts";
import { MarketdError, messageOf } from "../domain/errors.ts";

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
  /** The strategies that there are; absent: those that marketd has. */
  readonly strategies?: TreeOptions["strategies"];
}

const log = logger("root");

/**
 * Opens the store, makes the providers, and starts the tree. Nothing is left open where it fails.
 *
 * @throws MarketdError where it cannot start as configured.
 */
export async function assemble(deps: CommandDeps, plan: Plan): Promise<Assembly> {
  const { settings, clock, live } = plan;
  const home = homeOf(plan.store);
  const store = await openStore(deps, plan);
  let spool: Spool | undefined;
  const close = async () => {
    await store.close();
    await spool?.close();
  };
  try {
    let url: string | null = null;
    if (live) spool = await openSpool(plan.store, settings);
    const token = plan.serve ? await loadToken(settings, home) : null;
    if (token?.file) log.info("the access token is in {file}", { file: token.file });
    const venues = await makeVenues(settings, deps.sources.catalog, clock, await learnt(store));
    const tree = startTree({
      settings,
      store,
      spool,
      clock,
      ...venues,
      epoch: nextEpoch(Date.now(), await lastEpoch(store)),
      ...(plan.makeSeries === undefined ? {} : { makeSeries: plan.makeSeries }),
      strategies: plan.strategies,
      ...(token === null ? {} : {
        http: {
          token: token.token,
          signedOut: await SignedOut.beside(home),
          version: about.version,
          listening: (at) => url = at,
          backtests: await backtestsBeside(home),
          flags: flagsOf(deps.sources.flags, plan.store),
        },
      }),
    });
    venues.keepIn(tree.shared.outbox);
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

/** What earlier runs learnt of the venues; nothing where the store cannot say. */
async function learnt(store: Store): Promise<Learnt> {
  try {
    return { quotas: await store.quotas(), mappings: await store.mappings() };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.warn("what was spent of the venues' allowances is not known: {reason}", {
      reason: error.message,
    });
    return { quotas: [], mappings: [] };
  }
}

async function openSpool(storeUrl: string, { store }: Settings): Promise<Spool> {
  const { path, owner } = spoolPlaceOf(storeUrl);
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    const spool = await Spool.open({ path, owner, cap: store.spool.cap });
    if (spool.rows > 0) log.info("{rows} rows wait on disk for the store", { rows: spool.rows });
    await tellOthers(path);
    return spool;
  } catch (error) {
    if (error instanceof MarketdError) throw error;
    throw new MarketdError(
      "spool",
      `Cannot use the spool ${path}: ${messageOf(error)}. Make its folder writable.`,
      { cause: error, terminal: true },
    );
  }
}

/** Rows that wait for a store which is no longer written to would wait for ever. */
async function tellOthers(path: string): Promise<void> {
  const others = (await otherSpools(path)).map(({ path, rows, owner }) =>
    `${rows} in ${path}.* for ${owner ?? "a store that cannot be told"}`
  );
  if (others.length === 0) return;
  log.warn("rows wait for other stores: {others}. Start marketd with each store to bring them in", {
    others: others.join("; "),
  });
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
