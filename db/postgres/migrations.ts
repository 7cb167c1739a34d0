/**
 * The schema, as numbered steps. A file that has landed is never edited:
 * `tests/db/postgres_test.ts` holds a checksum of each. What was applied stands in `marketd_schema`.
 *
 * @module
 */
import { type MigrationReport, StoreError } from "../store.ts";
import type { Link, Runner } from "./link.ts";
import initial from "./migrations/0001_initial.sql" with { type: "text" };
import books from "./migrations/0002_books.sql" with { type: "text" };
import venues from "./migrations/0003_venues.sql" with { type: "text" };
import routes from "./migrations/0004_routes.sql" with { type: "text" };
import measures from "./migrations/0005_measures.sql" with { type: "text" };
import strategies from "./migrations/0006_strategies.sql" with { type: "text" };
import sizes from "./migrations/0007_sizes.sql" with { type: "text" };
import exchanges from "./migrations/0008_exchanges.sql" with { type: "text" };
import type { Target } from "./target.ts";

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

/** Makes the table that says what was applied. */
export const VERSIONS = `
  CREATE TABLE IF NOT EXISTS marketd_schema (
    version integer PRIMARY KEY,
    file text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`;

/** Names that a program of another kind may have given to tables of its own. */
const TABLES = "{symbols,providers,instruments,ticks,candles,gaps,provider_events,runs," +
  "order_book,market_depth,quotas,provider_instrument_mappings,routes,volume_profile," +
  "profile_metrics,order_flow,market_state,strategies,strategy_configs,signals,trade_sizes," +
  "exchanges,exchange_provider_mappings}";

const UNWRITABLE = `
  SELECT name FROM unnest($1::text[]) name
  WHERE NOT has_table_privilege(to_regclass(name), 'INSERT')
    OR NOT has_table_privilege(to_regclass(name), 'SELECT')`;

/** A session that only reads says so itself: what counts is what database and user were given. */
const WRITES = `
  SELECT pg_is_in_recovery() AS standby, EXISTS (
    SELECT FROM pg_db_role_setting s
    WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
      AND s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = current_user))
      AND 'default_transaction_read_only=on' = ANY (s.setconfig)
  ) AS "readOnly"`;

/**
 * Sees to it that the database takes writes at all.
 *
 * @throws StoreError `unusable`
 */
export async function requireReadWrite(link: Runner, target: Target): Promise<void> {
  const { rows: [found] } = await link.query<{ standby: boolean; readOnly: boolean }>(WRITES);
  const { standby = false, readOnly = false } = found ?? {};
  if (!standby && !readOnly) return;
  throw new StoreError(
    "unusable",
    `Cannot open ${target.label} for writing: ` +
      (standby
        ? "the server is a standby. Name the primary in store.url."
        : "default_transaction_read_only is on. Turn it off for this database or user, or name " +
          "another database in store.url."),
  );
}

/**
 * Sees to it that the user may write the tables: another one may have made them.
 *
 * @throws StoreError `unusable`
 */
export async function requireWritable(link: Runner, target: Target): Promise<void> {
  const { rows } = await link.query<{ name: string }>(UNWRITABLE, [TABLES]);
  if (rows.length === 0) return;
  throw new StoreError(
    "unusable",
    `Cannot open ${target.label} for writing: its user may not read and write the tables ` +
      `${
        rows.map(({ name }) => name).join(", ")
      }. Grant that to ${target.user}, or let it own them.`,
  );
}

/**
 * Brings a database to the last step, each step whole or not at all. Whoever calls has the writer's
 * lock.
 *
 * @throws StoreError `newer-schema` or `unusable` where the database is not for this marketd.
 */
export async function migrate(link: Link, target: Target): Promise<MigrationReport> {
  const from = await versionOf(link, target);
  const pending = MIGRATIONS.slice(from);
  for (const [index, { file, sql }] of pending.entries()) {
    await link.transaction(async () => {
      // A step over a large table takes what it takes.
      await link.query("SET LOCAL statement_timeout = 0");
      await link.query(VERSIONS);
      await link.query(sql, [], Infinity);
      const version = from + index + 1;
      await link.query("INSERT INTO marketd_schema (version, file) VALUES ($1, $2)", [
        version,
        file,
      ]);
    });
  }
  return { from, to: MIGRATIONS.length, applied: pending.map(({ file }) => file) };
}

/**
 * Makes sure that a database is at the last step, without changing it.
 *
 * @throws StoreError `newer-schema`, `missing` where nothing was applied, or `unusable` where it is
 * older or not marketd's.
 */
export async function requireLatest(link: Runner, target: Target): Promise<void> {
  const version = await versionOf(link, target);
  if (version === MIGRATIONS.length) return;
  if (version === 0) {
    throw new StoreError(
      "missing",
      `Cannot open ${target.label} for reading: it has none of marketd's tables. Start marketd or ` +
        `run \`marketd migrate\` to make them, or name another database in store.url.`,
    );
  }
  throw new StoreError(
    "unusable",
    `Cannot read ${target.label}: its schema is ${version}, and this marketd reads ` +
      `${MIGRATIONS.length}. Run \`marketd migrate\`.`,
  );
}

async function versionOf(link: Runner, target: Target): Promise<number> {
  const { rows: [schema] } = await link.query<{ ours: boolean; theirs: string | null }>(
    `SELECT to_regclass('marketd_schema') IS NOT NULL AS ours,
      (SELECT min(relname) FROM pg_class
        WHERE relnamespace = to_regnamespace(current_schema()) AND relname = ANY ($1::text[])
      )::text AS theirs`,
    [TABLES],
  );
  if (schema?.ours !== true) {
    if (schema === undefined || schema.theirs === null) return 0;
    throw new StoreError(
      "unusable",
      `Cannot open ${target.label}: its table ${schema.theirs} is another program's. Give marketd ` +
        `a database of its own in store.url.`,
    );
  }
  const { rows } = await link.query<{ version: number | null }>(
    "SELECT max(version) AS version FROM marketd_schema",
  );
  const version = rows[0]?.version ?? 0;
  if (version <= MIGRATIONS.length) return version;
  throw new StoreError(
    "newer-schema",
    `Cannot open ${target.label}: its schema is ${version}, and this marketd knows them up to ` +
      `${MIGRATIONS.length}. Use the marketd that wrote it, or a later one.`,
  );
}
