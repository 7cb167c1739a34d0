/**
 * Where a store's spool lies: beside an embedded store's file; for a server, in the data folder under
 * a name of the server's and the database's own.
 *
 * @module
 */
import { basename } from "node:path";
import { createHash } from "node:crypto";

/** Where a spool lies, and whose it is. */
export interface SpoolPlace {
  /** Its files' common beginning. */
  readonly path: string;
  /** The store, with no user and no secret in it. */
  readonly owner: string;
}

/** Where what belongs to no file of the store's is kept. */
const FOLDER = "data";
/** What is fit for a file's name on any file system. */
const FIT = /^[A-Za-z0-9._-]{1,100}$/;

/**
 * The place of the spool for a store's URL.
 *
 * @example spoolPlaceOf("postgres://me:secret@db/ticks").path // "data/postgres-db-5432-ticks.spool"
 */
export function spoolPlaceOf(storeUrl: string): SpoolPlace {
  if (storeUrl.startsWith("sqlite:")) {
    const file = storeUrl.slice("sqlite:".length);
    return { path: `${file}.spool`, owner: `sqlite:${basename(file)}` };
  }
  const url = new URL(storeUrl);
  const host = url.searchParams.get("host") ?? (decodeURIComponent(url.hostname) || "localhost");
  const port = url.port || "5432";
  const database = decodeURIComponent(url.pathname.slice(1));
  const owner = `postgres://${host}:${port}/${database}`;
  const plain = `${host}-${port}-${database}`;
  const name = FIT.test(plain)
    ? plain
    : `${plain.replaceAll(/[^A-Za-z0-9.-]+/g, "_").slice(0, 80)}-${digest(owner)}`;
  return { path: `${FOLDER}/postgres-${name}.spool`, owner };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
