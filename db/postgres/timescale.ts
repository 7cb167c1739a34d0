/**
 * What TimescaleDB adds where the server has it (2.13 or later): the tables of time are kept in
 * pieces by time ("hypertables" of "chunks"), old pieces are compressed, and what is past its limit
 * goes by whole pieces. Without it the tables stay as they are, and everything works the same.
 *
 * It has no retention policy of its own in the database: that would go by the server's clock, and drop
 * a replay of an old day as soon as it is written. What may go is said to `Store.prune`.
 *
 * @module
 */
import type { Micros } from "../../domain/time.ts";
import type { Runner } from "./link.ts";
import { timestamp } from "./time.ts";

/** How a table is kept in pieces. */
interface Hypertable {
  readonly table: string;
  readonly time: string;
  /** The span of a piece. */
  readonly chunk: string;
  /** Rows that are compressed together: what a reader names. */
  readonly segments: string;
  /** Their order, and what a reader's range is compared with before anything is decompressed. */
  readonly order: string;
  /** The age at which a piece is compressed. */
  readonly compressAfter: string;
}

/** The tables of time. A candle is revised for weeks by repairs, so it is compressed late. */
const HYPERTABLES: readonly Hypertable[] = [
  {
    table: "ticks",
    time: "time",
    chunk: "1 day",
    segments: "symbol",
    order: "time DESC, seq DESC",
    compressAfter: "7 days",
  },
  {
    table: "candles",
    time: "start_time",
    chunk: "90 days",
    segments: "symbol, interval, basis",
    order: "start_time DESC, epoch, sequence",
    compressAfter: "180 days",
  },
  ...["order_book", "market_depth"].map((table) => ({
    table,
    time: "time",
    chunk: "1 day",
    segments: "symbol",
    order: "time DESC, provider",
    compressAfter: "2 days",
  })),
];

const FOUND = `
  SELECT (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS installed,
    EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb') AS available,
    current_setting('timescaledb.disable_load', true) IS NOT NULL AS loaded,
    has_database_privilege(current_database(), 'CREATE') AS permitted`;

interface Found {
  /** Its version where it is in this database. */
  readonly installed: string | null;
  /** Whether its files are on the server. */
  readonly available: boolean;
  /** Whether the server loaded it at its start: creating it otherwise ends the session. */
  readonly loaded: boolean;
  readonly permitted: boolean;
}

/** The first version whose `create_hypertable` takes a dimension. */
const FIRST = [2, 13] as const;

/**
 * Makes hypertables of the tables of time where TimescaleDB can be had, and does nothing otherwise, or
 * where that is done already.
 *
 * @returns the tables that are hypertables.
 */
export async function setUpTimescale(runner: Runner): Promise<ReadonlySet<string>> {
  if (!await install(runner)) return new Set();
  for (const { table, time, chunk } of HYPERTABLES) {
    // What the table holds already goes into the pieces, which may take a while.
    await runner.query(
      `SELECT create_hypertable('${table}', by_range('${time}', INTERVAL '${chunk}'),
        create_default_indexes => false, if_not_exists => true, migrate_data => true)`,
    );
  }
  // Compression is left out of builds under the Apache licence.
  if (await licence(runner) === "timescale") {
    const done = await compressed(runner);
    for (const hypertable of HYPERTABLES) {
      if (!done.has(hypertable.table)) await compress(runner, hypertable);
    }
  }
  return new Set(HYPERTABLES.map(({ table }) => table));
}

/** Drops the pieces of a hypertable that end before an instant. */
export async function dropChunks(runner: Runner, table: string, before: Micros): Promise<void> {
  await runner.query(`SELECT drop_chunks('${table}', older_than => $1::timestamptz)`, [
    timestamp(before),
  ]);
}

/** Whether TimescaleDB is there, late enough a version, after creating it where that is possible. */
async function install(runner: Runner): Promise<boolean> {
  const found = await find(runner);
  if (found.installed !== null) return isLateEnough(found.installed);
  if (!found.available || !found.loaded || !found.permitted) return false;
  await runner.query("CREATE EXTENSION IF NOT EXISTS timescaledb");
  const { installed } = await find(runner);
  return installed !== null && isLateEnough(installed);
}

async function find(runner: Runner): Promise<Found> {
  return (await runner.query<Found>(FOUND)).rows[0]!;
}

function isLateEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > FIRST[0] || (major === FIRST[0] && minor >= FIRST[1]);
}

async function licence(runner: Runner): Promise<string | undefined> {
  const { rows } = await runner.query<{ licence: string }>(
    "SELECT current_setting('timescaledb.license', true) AS licence",
  );
  return rows[0]?.licence;
}

/** The hypertables whose compression is set already; it cannot be set again over compressed pieces. */
async function compressed(runner: Runner): Promise<ReadonlySet<string>> {
  const { rows } = await runner.query<{ name: string }>(
    `SELECT hypertable_name AS name FROM timescaledb_information.hypertables
    WHERE hypertable_schema = current_schema() AND compression_enabled`,
  );
  return new Set(rows.map(({ name }) => name));
}

async function compress(runner: Runner, hypertable: Hypertable): Promise<void> {
  const { table, segments, order, compressAfter } = hypertable;
  await runner.query(
    `ALTER TABLE ${table} SET (timescaledb.compress,
      timescaledb.compress_segmentby = '${segments}', timescaledb.compress_orderby = '${order}')`,
  );
  // Not at once: a first start may well be writing a recording of old days.
  await runner.query(
    `SELECT add_compression_policy('${table}', compress_after => INTERVAL '${compressAfter}',
      initial_start => now() + INTERVAL '1 hour', if_not_exists => true)`,
  );
}
