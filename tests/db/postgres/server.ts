/**
 * The Postgres server that the tests use: the one that `MARKETD_TEST_POSTGRES` names, else one on this
 * machine that lets the user `postgres` in. Each test has a database of its own.
 *
 * @module
 */
import postgres from "postgres";
import { openStore } from "../../../db/open.ts";
import type { Store } from "../../../db/store.ts";
import { messageOf } from "../../../domain/errors.ts";
import type { StorePlace } from "../contract.ts";

/** A database of the server that is always there. */
export const SERVER = new URL(
  Deno.env.get("MARKETD_TEST_POSTGRES") ?? "postgres://postgres@127.0.0.1:5432/postgres",
);

/** Where the server listens. */
export const ENDPOINT = { hostname: SERVER.hostname, port: Number(SERVER.port || 5432) };

/** Runs statements on a connection of its own, one after the other; gives the last one's rows. */
export async function ask<Row>(database: string, ...statements: string[]): Promise<Row[]> {
  const sql = postgres({
    host: ENDPOINT.hostname,
    port: ENDPOINT.port,
    user: decodeURIComponent(SERVER.username),
    password: decodeURIComponent(SERVER.password),
    database,
    max: 1,
    connect_timeout: 5,
    onnotice: () => {},
  });
  try {
    let rows: unknown[] = [];
    for (const statement of statements) rows = await sql.unsafe(statement);
    return [...rows] as Row[];
  } finally {
    await sql.end();
  }
}

/** What the server has, or why it cannot be used. */
async function look(): Promise<{ timescale: boolean } | { trouble: string }> {
  try {
    const [row] = await ask<{ timescale: boolean }>(
      SERVER.pathname.slice(1),
      `SELECT current_setting('timescaledb.disable_load', true) IS NOT NULL
        AND EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb') AS timescale`,
    );
    return { timescale: row?.timescale ?? false };
  } catch (error) {
    return { trouble: messageOf(error) };
  }
}

const found = await look();

/** Whether the server has TimescaleDB. */
export const TIMESCALE = "timescale" in found && found.timescale;

/** Whether to skip what needs the server. Where CI=true nothing is skipped: it fails instead. */
export const SKIP = "trouble" in found && Deno.env.get("CI") !== "true";
if (SKIP && "trouble" in found) {
  Deno.test({
    name:
      `Postgres is not tried: no server at ${SERVER.host} lets us in (${found.trouble}); name ` +
      `one in MARKETD_TEST_POSTGRES`,
    ignore: true,
    fn: () => {},
  });
}

/** A place in a database of its own. */
export interface PostgresPlace extends StorePlace {
  readonly database: string;
  readonly url: string;
  /** The same database through another port of this machine. */
  urlAt(port: number, parameters?: string): string;
}

/** Makes an empty database. */
export async function makePlace(): Promise<PostgresPlace> {
  const database = `marketd_test_${crypto.randomUUID().replaceAll("-", "")}`;
  await ask(SERVER.pathname.slice(1), `CREATE DATABASE ${database}`);
  const url = new URL(SERVER);
  url.pathname = `/${database}`;
  return {
    database,
    url: url.href,
    urlAt(port, parameters = "") {
      const other = new URL(url);
      other.hostname = "127.0.0.1";
      other.port = String(port);
      return other.href + parameters;
    },
    open: (mode) => openStore(url.href, { mode }),
    remove: async () => {
      await ask(SERVER.pathname.slice(1), `DROP DATABASE ${database} WITH (FORCE)`);
    },
  };
}

/** Registers a test that has a database of its own. */
export function test(
  sentence: string,
  body: (place: PostgresPlace) => Promise<void>,
  ignore = false,
): void {
  Deno.test({
    name: `Postgres: ${sentence}`,
    ignore: ignore || SKIP,
    fn: async () => {
      const place = await makePlace();
      try {
        await body(place);
      } finally {
        await place.remove();
      }
    },
  });
}

/** Does something with a store that is open for writing, and closes it. */
export async function withStore(url: string, work: (store: Store) => Promise<void>) {
  const store = await openStore(url, { mode: "write" });
  try {
    await work(store);
  } finally {
    await store.close();
  }
}
