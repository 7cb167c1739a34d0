/**
 * Spools of other stores: rows that wait where the daemon now writes to another store.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { basename, dirname } from "node:path";
import { HEAD, headOf } from "./record.ts";

/** A spool that waits for another store. */
export interface OtherSpool {
  /** Its files' common beginning. */
  readonly path: string;
  readonly rows: number;
  /** The store that its rows wait for; `null` where that cannot be read. */
  readonly owner: string | null;
}

const FILE = /^(.+\.spool)\.(?:rest|quote|depth)$/;

/** The spools with rows in the folder of a spool, but for that one. */
export async function otherSpools(path: string): Promise<OtherSpool[]> {
  const folder = dirname(path);
  const found = new Map<string, OtherSpool>();
  for await (const { name } of Deno.readDir(folder)) {
    const prefix = FILE.exec(name)?.[1];
    if (prefix === undefined || prefix === basename(path)) continue;
    const before = found.get(prefix) ?? { path: `${folder}/${prefix}`, rows: 0, owner: null };
    const { rows, owner } = await survey(`${folder}/${name}`);
    found.set(prefix, { ...before, rows: before.rows + rows, owner: owner ?? before.owner });
  }
  return [...found.values()].filter(({ rows }) => rows > 0);
}

/** Counts a lane's rows by its heads, as far as they go. */
async function survey(path: string): Promise<Pick<OtherSpool, "rows" | "owner">> {
  using file = await Deno.open(path);
  let rows = 0;
  let owner: string | null = null;
  for (let at = 0;;) {
    const head = headOf(await bytesOf(file, at, HEAD));
    if (head === null) return { rows, owner };
    if (head.number === 0) owner = (await bytesOf(file, at + HEAD, head.length)).toString();
    rows += head.rows;
    at += HEAD + head.length;
  }
}

async function bytesOf(file: Deno.FsFile, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await file.seek(at, Deno.SeekMode.Start);
  let filled = 0;
  while (filled < length) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}
