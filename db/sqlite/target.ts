/**
 * What a `sqlite:` URL says.
 *
 * @module
 */
import { StoreUrlError } from "../store.ts";

/**
 * The file that `sqlite:FILE` names, as it is written.
 *
 * @throws StoreUrlError
 * @example fileOf("sqlite:data/marketd.db") // "data/marketd.db"
 */
export function fileOf(url: string): string {
  const file = url.slice(url.indexOf(":") + 1);
  const why = file === ""
    ? "names no file"
    : file.startsWith("//")
    ? "names a host, and a file has none"
    : file.includes(":memory:")
    ? "is of a database in memory, which its writer and its reader cannot share"
    : file.includes("?")
    ? "has parameters, and a file takes none"
    : file.endsWith("/")
    ? "names a folder"
    : undefined;
  if (why === undefined) return file;
  throw new StoreUrlError(why, "write sqlite:data/marketd.db or sqlite:/var/lib/marketd.db");
}
