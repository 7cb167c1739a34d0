/**
 * Opens a store in a Postgres database.
 *
 * @module
 */
import type { FindWriter, OpenStore } from "../store.ts";
import { toStoreError } from "./errors.ts";
import { lockOwner } from "./lock.ts";
import { requireLatest, requireReadWrite, requireWritable } from "./migrations.ts";
import { Readers } from "./readers.ts";
import { WriterSession } from "./session.ts";
import { PostgresStore } from "./store.ts";
import { targetOf } from "./target.ts";

/**
 * Opens `postgres://USER:PASSWORD@HOST:PORT/DATABASE` (see `target.ts`). The database is there
 * already; for writing, its tables are made where they do not exist.
 *
 * @throws StoreError
 */
export const openPostgres: OpenStore = async (url, { mode, mayWrite, migrated }) => {
  const target = targetOf(url);
  const readers = new Readers(target);
  try {
    if (mode === "read") {
      if (mayWrite) await readers.run((link) => requireReadWrite(link, target));
      await readers.run((link) => requireLatest(link, target));
      if (mayWrite) await readers.run((link) => requireWritable(link, target));
      return new PostgresStore(target, readers, undefined);
    }
    const { session, report } = await WriterSession.open(target);
    migrated?.(report);
    return new PostgresStore(target, readers, session);
  } catch (error) {
    await readers.close();
    throw toStoreError(`open ${target.label}`, target, error);
  }
};

/** Finds out which session writes to a database. */
export const findPostgresWriter: FindWriter = async (url) => {
  const target = targetOf(url);
  const readers = new Readers(target);
  try {
    return await readers.run(lockOwner);
  } catch (error) {
    throw toStoreError(`look at ${target.label}`, target, error);
  } finally {
    await readers.close();
  }
};
