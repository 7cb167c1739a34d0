/**
 * Opens the store that a URL names.
 *
 * @module
 */
import { targetOf } from "./postgres/target.ts";
import { fileOf } from "./sqlite/target.ts";
import { type CheckStoreUrl, type FindWriter, type OpenStore, StoreUrlError } from "./store.ts";

/** A kind of store. What opens it is loaded when it is wanted, as it brings much along. */
interface Kind {
  check(url: string): unknown;
  load(): Promise<{ readonly open: OpenStore; readonly findWriter: FindWriter }>;
}

const SQLITE: Kind = {
  check: fileOf,
  load: async () => {
    const { openSqlite, findSqliteWriter } = await import("./sqlite/open.ts");
    return { open: openSqlite, findWriter: findSqliteWriter };
  },
};

const POSTGRES: Kind = {
  check: targetOf,
  load: async () => {
    const { openPostgres, findPostgresWriter } = await import("./postgres/open.ts");
    return { open: openPostgres, findWriter: findPostgresWriter };
  },
};

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ["sqlite", SQLITE],
  ["postgres", POSTGRES],
  ["postgresql", POSTGRES],
]);

/**
 * Opens a store by its URL's scheme: `sqlite:FILE` or `postgres://USER:PASSWORD@HOST/DATABASE`.
 *
 * @throws StoreError `bad-url` for a scheme that no store has, and whatever the store's own opening
 * finds wrong.
 * @example const store = await openStore("sqlite:data/marketd.db", { mode: "write" });
 */
export const openStore: OpenStore = async (url, options) => {
  const { open } = await kindOf(url).load();
  return await open(url, options);
};

/** Says who writes to the store of a URL. */
export const findWriter: FindWriter = async (url) => {
  const { findWriter } = await kindOf(url).load();
  return await findWriter(url);
};

/** Checks a URL without opening its store. */
export const checkStoreUrl: CheckStoreUrl = (url) => {
  kindOf(url).check(url);
};

function kindOf(url: string): Kind {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  const kind = scheme === undefined ? undefined : KINDS.get(scheme);
  if (kind !== undefined) return kind;
  if (/^\s*\w+\s*=/.test(url)) {
    throw new StoreUrlError(
      "is in libpq's words",
      "write it as postgres://USER:PASSWORD@HOST:5432/DATABASE",
    );
  }
  // Only a scheme is told: of `USER:PASSWORD@HOST` the user would look like one.
  const why = scheme === undefined
    ? "names no scheme"
    : url.includes("://")
    ? `begins with "${scheme}:"`
    : "is for no store that marketd has";
  throw new StoreUrlError(
    why,
    "begin it with sqlite: or postgres:, such as sqlite:data/marketd.db",
  );
}
