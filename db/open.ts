/**
 * Opens the store that a URL names.
 *
 * @module
 */
import { type OpenStore, StoreError } from "./store.ts";

const loadSqlite = async () => (await import("./sqlite/open.ts")).openSqlite;
const loadPostgres = async () => (await import("./postgres/open.ts")).openPostgres;

/** What opens the URLs of each scheme; loaded when it is wanted, as each brings much along. */
const OPENERS: ReadonlyMap<string, () => Promise<OpenStore>> = new Map([
  ["sqlite", loadSqlite],
  ["postgres", loadPostgres],
  ["postgresql", loadPostgres],
]);

/**
 * Opens a store by its URL's scheme: `sqlite:FILE` or `postgres://USER:PASSWORD@HOST/DATABASE`.
 *
 * @throws StoreError `bad-url` for a scheme that no store has, and whatever the store's own opening
 * finds wrong.
 * @example const store = await openStore("sqlite:data/marketd.db", { mode: "write" });
 */
export const openStore: OpenStore = async (url, options) => {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  const load = scheme === undefined ? undefined : OPENERS.get(scheme);
  if (load !== undefined) return await (await load())(url, options);
  // Only the scheme is told: the rest of a URL may hold a password.
  throw new StoreError(
    "bad-url",
    `Cannot open the store: its URL ${
      scheme === undefined ? "names no scheme" : `begins with "${scheme}:"`
    }. Begin it with ${[...OPENERS.keys()].map((name) => `${name}:`).join(" or ")}, ` +
      `such as sqlite:data/marketd.db.`,
  );
};
