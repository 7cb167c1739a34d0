/**
 * Opens the embedded store: finds the file, takes the lock, starts the workers.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { messageOf } from "../../domain/errors.ts";
import { type FindWriter, type OpenStore, StoreError } from "../store.ts";
import { WorkerClient } from "./client.ts";
import { WriterLock } from "./lock.ts";
import { SqliteStore } from "./store.ts";
import { fileOf } from "./target.ts";

/** For how many milliseconds a daemon keeps a reader of which nothing is asked. */
const PATIENCE = 10_000;

/**
 * Opens `sqlite:FILE`; a relative file is found from the working directory. For writing, the file
 * and its folder are made where they do not exist.
 *
 * @throws StoreError
 */
export const openSqlite: OpenStore = async (url, { mode, migrated }) => {
  const file = fileOf(url);
  if (mode === "read") {
    const path = existing(file, url);
    const reader = workerOf(url);
    try {
      await reader.call("open", { path, label: url, mode });
      return new SqliteStore(url, path, reader, undefined);
    } catch (error) {
      reader.terminate();
      throw error;
    }
  }

  const path = prepare(file, url);
  const lock = WriterLock.take(path, url);
  const writer = workerOf(url);
  const reader = workerOf(url, PATIENCE);
  try {
    const report = await writer.call("open", { path, label: url, mode });
    // Only there is it sure that the file exists at this schema.
    await reader.call("open", { path, label: url, mode: "read" });
    if (report !== null) migrated?.(report);
    return new SqliteStore(url, path, reader, { client: writer, lock });
  } catch (error) {
    reader.terminate();
    writer.terminate();
    lock.release();
    throw error;
  }
};

/** Finds out which process writes a file. */
export const findSqliteWriter: FindWriter = (url) => {
  const file = fileOf(url);
  try {
    return Promise.resolve(WriterLock.owner(realFile(file, url), url));
  } catch (error) {
    // Where there is no file, nobody writes it.
    if (error instanceof Deno.errors.NotFound) return Promise.resolve(undefined);
    return Promise.reject(unusable(url, file, error));
  }
};

function workerOf(label: string, patience = Infinity): WorkerClient {
  const script = new URL("./worker.ts", import.meta.url);
  return new WorkerClient(() => new Worker(script, { type: "module" }), label, patience);
}

/** The real path of a file that is to be read. */
function existing(file: string, url: string): string {
  try {
    return realFile(file, url);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw unusable(url, file, error);
    throw new StoreError(
      "missing",
      `Cannot open ${url} for reading: there is no file ${file}. Start marketd or run ` +
        `\`marketd migrate\` to make it, or name another in store.url.`,
      error,
    );
  }
}

/** The real path of a file that is to be written, with its folder made. */
function prepare(file: string, url: string): string {
  const folder = dirname(file);
  try {
    Deno.mkdirSync(folder, { recursive: true });
    try {
      return realFile(file, url);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return join(Deno.realPathSync(folder), basename(file));
    }
  } catch (error) {
    throw unusable(url, file, error);
  }
}

/** Follows links, so that all names of a file have one lock. */
function realFile(file: string, url: string): string {
  const path = Deno.realPathSync(file);
  if (Deno.statSync(path).isFile) return path;
  throw new StoreError(
    "unusable",
    `Cannot open ${url}: ${path} is not a file. Name a file in store.url.`,
  );
}

function unusable(url: string, file: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  return new StoreError(
    "unusable",
    `Cannot open ${url}: ${file} cannot be used (${messageOf(error)}). Let marketd write its ` +
      `folder, or name another file in store.url.`,
    error,
  );
}
