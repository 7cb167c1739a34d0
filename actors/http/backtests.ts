/**
 * The pages of backtests that are kept beside the database, where `marketd replay --report` was told
 * to write them.
 *
 * @module
 */
import { dirname, join } from "node:path";

/** A page that is kept. */
export interface KeptBacktest {
  /** The file's name. */
  readonly name: string;
  /** Its size. */
  readonly bytes: number;
  /** When it was written, in milliseconds since 1970. */
  readonly writtenAt: number;
}

/** A name that leads nowhere else. */
const NAME = /^[\w^=+-][\w.^=+-]{0,150}\.html$/;

/**
 * Where they are kept, made where it is not there.
 *
 * @param databasePath beside which.
 * @returns `undefined` where nothing can be kept.
 */
export async function backtestsBeside(databasePath: string): Promise<string | undefined> {
  if (databasePath.startsWith(":")) return undefined;
  const folder = join(dirname(databasePath), "backtests");
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch {
    // Whoever would write there is told why it cannot be done.
    return undefined;
  }
  return folder;
}

/** Those that are kept, the latest first; what goes meanwhile is not among them. */
export async function listBacktests(folder: string | undefined): Promise<KeptBacktest[]> {
  if (folder === undefined) return [];
  const found: KeptBacktest[] = [];
  for (
    const { name, isFile } of await unlessGone(() => Array.fromAsync(Deno.readDir(folder))) ?? []
  ) {
    if (!isFile || !NAME.test(name)) continue;
    const file = await unlessGone(() => Deno.stat(join(folder, name)));
    if (file === undefined) continue;
    found.push({ name, bytes: file.size, writtenAt: file.mtime?.getTime() ?? 0 });
  }
  return found.sort((one, other) => other.writtenAt - one.writtenAt);
}

/** One of them, to be read; `undefined` where there is none of the name. */
export async function openBacktest(
  folder: string | undefined,
  name: string,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | undefined> {
  if (folder === undefined || !NAME.test(name)) return undefined;
  const path = join(folder, name);
  return await unlessGone(async () => {
    const { isFile } = await Deno.lstat(path);
    return isFile ? (await Deno.open(path)).readable : undefined;
  });
}

/** What is read; `undefined` where it is not there, or not any more. */
async function unlessGone<Read>(read: () => Promise<Read>): Promise<Read | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
