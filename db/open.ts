/**
 * Opens the store that a URL names.
 *
 * @module
 */
import { openSqlite } from "./sqlite/open.ts";
import { type OpenStore, StoreError } from "./store.ts";

const OPENERS: ReadonlyMap<string, OpenStore> = new Map([["sqlite", openSqlite]]);

/**
 * Opens a store by its URL's scheme: `sqlite:FILE`.
 *
 * @throws StoreError `bad-url` for a scheme that no store has, and whatever the store's own opening
 * finds wrong.
 * @example const store = await openStore("sqlite:data/marketd.db", { mode: "write" });
 */
export const openStore: OpenStore = async (url, options) => {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  const open = scheme === undefined ? undefined : OPENERS.get(scheme);
  if (open !== undefined) return await open(url, options);
  // Only the scheme is told: the rest of a URL may hold a password.
  throw new StoreError(
    "bad-url",
    `Cannot open the store: its URL ${
      scheme === undefined ? "names no scheme" : `begins with "${scheme}:"`
    }. Begin it with ${[...OPENERS.keys()].map((name) => `${name}:`).join(" or ")}, ` +
      `such as sqlite:data/marketd.db.`,
  );
};
