/**
 * Opens a store in a Postgres database.
 *
 * @module
 */
import type { OpenStore } from "../store.ts";
import { toStoreError } from "./errors.ts";
import { requireLatest } from "./migrations.ts";
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
export const openPostgres: OpenStore = async (url, { mode, migrated }) => {
  const target = targetOf(url);
  const readers = new Readers(target);
  try {
    if (mode === "read") {
      await readers.run((link) => requireLatest(link, target));
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
