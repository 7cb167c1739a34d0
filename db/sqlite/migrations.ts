/**
 * The schema, as numbered steps. A file that has landed is never edited: `tests/db/sqlite_test.ts`
 * holds a checksum of each.
 *
 * @module
 */
import type { MigrationReport } from "../store.ts";
import { StoreError } from "../store.ts";
import type { Database } from "./database.ts";
import initial from "./migrations/0001_initial.sql" with { type: "text" };
import books from "./migrations/0002_books.sql" with { type: "text" };
import venues from "./migrations/0003_venues.sql" with { type: "text" };
import routes from "./migrations/0004_routes.sql" with { type: "text" };
import measures from "./migrations/0005_measures.sql" with { type: "text" };
import strategies from "./migrations/0006_strategies.sql" with { type: "text" };
import sizes from "./migrations/0007_sizes.sql" with { type: "text" };
import exchanges from "./migrations/0008_exchanges.sql" with { type: "text" };

/** One step of the schema. Its number is its place, from 1. */
export interface Migration {
  readonly file: string;
  readonly sql: string;
}

/** All steps, in order. */
export const MIGRATIONS: readonly Migration[] = [
  { file: "0001_initial.sql", sql: initial },
  { file: "0002_books.sql", sql: books },
  { file: "0003_venues.sql", sql: venues },
  { file: "0004_routes.sql", sql: routes },
  { file: "0005_measures.sql", sql: measures },
  { file: "0006_strategies.sql", sql: strategies },
  { file: "0007_sizes.sql", sql: sizes },
  { file: "0008_exchanges.sql", sql: exchanges },
];

/** Marks a file as marketd's: "mktd" in ASCII, kept by `PRAGMA application_id`. */
const APPLICATION_ID = 0x6d6b7464;

/**
 * Brings a database to the last step, each step whole or not at all.
 *
 * @throws StoreError `newer-schema` or `unusable` where the file is not for this marketd.
 */
export function migrate(database: Database): MigrationReport {
  const from = versionOf(database);
  const pending = MIGRATIONS.slice(from);
  pending.forEach(({ sql }, index) => {
    database.transaction(() => {
      database.exec(sql);
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      database.exec(`PRAGMA user_version = ${from + index + 1}`);
    });
  });
  return { from, to: MIGRATIONS.length, applied: pending.map(({ file }) => file) };
}

/**
 * Makes sure that a database is at the last step, without changing it.
 *
 * @throws StoreError `newer-schema`, or `unusable` where it is older or not marketd's.
 */
export function requireLatest(database: Database): void {
  const version = versionOf(database);
  if (version === MIGRATIONS.length) return;
  throw new StoreError(
    "unusable",
    `Cannot read ${database.label}: its schema is ${version}, and this marketd reads ` +
      `${MIGRATIONS.length}. Run \`marketd migrate\`.`,
  );
}

function versionOf(database: Database): number {
  const version = database.pragma("user_version");
  const foreign = database.pragma("application_id") !== APPLICATION_ID &&
    database.get("SELECT 1 FROM sqlite_schema LIMIT 1") !== undefined;
  if (foreign) {
    throw new StoreError(
      "unusable",
      `Cannot open ${database.label}: ${database.path} is a database of another program. ` +
        `Name another file in store.url.`,
    );
  }
  if (version > MIGRATIONS.length) {
    throw new StoreError(
      "newer-schema",
      `Cannot open ${database.label}: its schema is ${version}, and this marketd knows them up to ` +
        `${MIGRATIONS.length}. Use the marketd that wrote it, or a later one.`,
    );
  }
  return version;
}
