/**
 * TimescaleDB: what is asked of a server that may or may not have it, and, where the tests' server
 * has it, what it does.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Answer, Parameter, Runner } from "../../../db/postgres/link.ts";
import { dropChunks, setUpTimescale } from "../../../db/postgres/timescale.ts";
import { batch, book, candle, DAY_START, trade } from "../contract/harness.ts";
import { ask, SKIP, test, TIMESCALE, withStore } from "./server.ts";

/** What a server would say of itself. */
interface Server {
  installed: string | null;
  available: boolean;
  loaded: boolean;
  permitted: boolean;
  /** What CREATE EXTENSION makes. */
  version: string;
  licence: string;
  compressed: string[];
}

const BARE: Server = {
  installed: null,
  available: false,
  loaded: false,
  permitted: true,
  version: "2.22.1",
  licence: "timescale",
  compressed: [],
};

/** A runner that notes what it is asked and answers for such a server. */
function pretend(says: Partial<Server>) {
  const server = { ...BARE, ...says };
  const asked: string[] = [];
  const given: (readonly Parameter[])[] = [];
  const runner: Runner = {
    query<Row>(sql: string, parameters: readonly Parameter[] = []): Promise<Answer<Row>> {
      if (!sql.includes("pg_extension") && !sql.includes("current_setting")) {
        asked.push(sql.replaceAll(/\s+/g, " ").trim());
        given.push(parameters);
      }
      if (sql.startsWith("CREATE EXTENSION")) server.installed = server.version;
      const rows: unknown[] = sql.includes("timescaledb.license")
        ? [{ licence: server.licence }]
        : sql.includes("compression_enabled")
        ? server.compressed.map((name) => ({ name }))
        : [{ ...server }];
      return Promise.resolve({ rows: rows as Row[], count: rows.length });
    },
  };
  return { runner, asked, given };
}

const TABLES = ["ticks", "candles", "order_book", "market_depth"];

Deno.test("a server without TimescaleDB is asked for nothing more", async () => {
  const servers: Partial<Server>[] = [
    {},
    // Creating it where it is not preloaded would end the session.
    { available: true },
    { available: true, loaded: true, permitted: false },
    // Too old to take a dimension in create_hypertable.
    { installed: "2.12.2", available: true, loaded: true },
    { installed: "1.7.5", available: true, loaded: true },
  ];
  for (const says of servers) {
    const { runner, asked } = pretend(says);
    assertEquals([...await setUpTimescale(runner)], []);
    assertEquals(asked, []);
  }
  const old = pretend({ available: true, loaded: true, version: "2.9.0" });
  assertEquals([...await setUpTimescale(old.runner)], []);
  assertEquals(old.asked, ["CREATE EXTENSION IF NOT EXISTS timescaledb"]);
});

Deno.test("a server that may have TimescaleDB gets hypertables, compressed when old", async () => {
  for (const version of ["2.13.0", "2.22.1", "3.0.0"]) {
    const { runner, asked } = pretend({ available: true, loaded: true, version });
    assertEquals([...await setUpTimescale(runner)], TABLES);
    assertEquals(asked[0], "CREATE EXTENSION IF NOT EXISTS timescaledb");
    const hypertable = (table: string, time: string, chunk: string) =>
      `SELECT create_hypertable('${table}', by_range('${time}', INTERVAL '${chunk}'), ` +
      `create_default_indexes => false, if_not_exists => true, migrate_data => true)`;
    assertEquals(asked.slice(1, 5), [
      hypertable("ticks", "time", "1 day"),
      hypertable("candles", "start_time", "90 days"),
      hypertable("order_book", "time", "1 day"),
      hypertable("market_depth", "time", "1 day"),
    ]);
    const compression = asked.slice(6);
    assertEquals(compression.length, 2 * TABLES.length);
    assertEquals(compression.slice(0, 2), [
      "ALTER TABLE ticks SET (timescaledb.compress, timescaledb.compress_segmentby = 'symbol', " +
      "timescaledb.compress_orderby = 'time DESC, seq DESC')",
      "SELECT add_compression_policy('ticks', compress_after => INTERVAL '7 days', " +
      "initial_start => now() + INTERVAL '1 hour', if_not_exists => true)",
    ]);
  }
});

Deno.test("compression is set once, and not under a licence without it", async () => {
  const installed = { installed: "2.18.0" };
  const again = pretend({ ...installed, compressed: TABLES });
  assertEquals([...await setUpTimescale(again.runner)], TABLES);
  assert(again.asked.every((sql) => !/ALTER|policy|CREATE EXTENSION/.test(sql)));

  const apache = pretend({ ...installed, licence: "apache" });
  assertEquals([...await setUpTimescale(apache.runner)], TABLES);
  assert(apache.asked.every((sql) => /^SELECT create_hypertable/.test(sql)));

  // An interrupted start goes on where it ended.
  const half = pretend({ ...installed, compressed: ["ticks", "candles"] });
  await setUpTimescale(half.runner);
  assertEquals(
    half.asked.filter((sql) => sql.startsWith("ALTER")).map((sql) => sql.split(" ")[2]),
    ["order_book", "market_depth"],
  );
});

Deno.test("what is past its limit goes by whole pieces", async () => {
  const { runner, asked, given } = pretend({});
  await dropChunks(runner, "ticks", DAY_START + 1);
  assertEquals(asked, ["SELECT drop_chunks('ticks', older_than => $1::timestamptz)"]);
  assertEquals(given, [["2014-05-01T00:00:00.000001Z"]]);
});

test("tables stay plain where the server has no TimescaleDB", async (place) => {
  await withStore(place.url, async () => {
    const extensions = await ask<{ extname: string }>(
      place.database,
      "SELECT extname FROM pg_extension",
    );
    const has = extensions.some(({ extname }) => extname === "timescaledb");
    assertEquals(has, TIMESCALE);
  });
});

/** Registers a test that needs a server with TimescaleDB. */
function timescaleTest(sentence: string, body: Parameters<typeof test>[1]): void {
  const note = TIMESCALE || SKIP ? "" : " (needs a server with TimescaleDB)";
  test(`TimescaleDB: ${sentence}${note}`, body, !TIMESCALE);
}

const DAY = 86_400_000_000;
const minutes = { symbol: "AAPL", interval: "1m", basis: "trade", order: "start" } as const;

timescaleTest("gives back, takes and revises what is compressed", async (place) => {
  const ticks = [0, 1, 2].map((day) => trade({ time: DAY_START + day * DAY }));
  const candles = [0, 1, 2].map((day) => candle({ start: DAY_START + day * DAY, sequence: day }));
  const books = [0, 1, 2].map((day) => book({ time: DAY_START + day * DAY }));
  await withStore(place.url, async (store) => {
    await store.write(batch({ ticks, candles, books }));
    for (const table of TABLES) {
      await ask(place.database, `SELECT compress_chunk(c) FROM show_chunks('${table}') c`);
    }
    for (const order of ["time", "arrival"] as const) {
      const page = await store.ticks({ symbol: "AAPL", order, limit: 2 });
      const cursor = page.next ?? undefined;
      const rest = await store.ticks({ symbol: "AAPL", order, limit: 2, cursor });
      assertEquals([...page.rows, ...rest.rows], ticks);
    }
    assertEquals((await store.candles({ ...minutes, limit: 9 })).rows, candles);
    assertEquals((await store.books({ symbol: "AAPL", order: "time", limit: 9 })).rows, books);
    assertEquals(await store.symbols(), ["AAPL"]);
    assertEquals(await store.tickSpan("AAPL", DAY_START + DAY + 1), {
      first: DAY_START,
      last: DAY_START + DAY,
    });

    const late = trade({ id: "late", time: DAY_START + 5 });
    const revised = { ...candles[0]!, revision: 1, close: 100.5, sequence: 9 };
    const report = await store.write(batch({
      ticks: [...ticks, late],
      candles: [revised, { ...candles[1]!, sequence: 10 }],
      books,
    }));
    assertEquals(report, { ticks: 1, candles: 1 });
    const all = (await store.ticks({ symbol: "AAPL", order: "arrival", limit: 9 })).rows;
    assertEquals(all, [...ticks, late]);
    const { epoch } = revised;
    const told = await store.toldCandles({
      after: { epoch, sequence: 1 },
      until: { epoch, sequence: 99 },
      limit: 9,
    });
    assertEquals(told.rows, [candles[2], revised]);
  });
  // Opened over what is compressed.
  await withStore(place.url, async (store) => {
    assertEquals((await store.candles({ ...minutes, limit: 9 })).rows.length, 3);
  });
});

timescaleTest("drops the days that are past their limit", async (place) => {
  await withStore(place.url, async (store) => {
    const times = [0, 1, 2].map((day) => DAY_START + day * DAY + 5);
    await store.write(batch({
      ticks: times.map((time) => trade({ time })),
      books: times.map((time) => book({ time })),
      events: times.map((time) => ({
        ...{ provider: "ig", time, event: "lost", reason: "because", correlation: "c1" },
      })),
    }));
    // In the middle of the second day: that one stays whole.
    const limit = DAY_START + DAY + DAY / 2;
    assertEquals(await store.prune({ ticks: limit, books: limit, events: limit }, 99), {
      events: 2,
    });
    const { rows } = await store.ticks({ symbol: "AAPL", order: "time", limit: 9 });
    assertEquals(rows.map(({ time }) => time), times.slice(1));
    const books = await store.books({ symbol: "AAPL", order: "-time", limit: 9 });
    assertEquals(books.rows.map(({ time }) => time), times.slice(1).toReversed());
    assertEquals((await store.providerEvents("ig", 9)).map(({ time }) => time), [times[2]]);
  });
});

timescaleTest("makes hypertables of tables that have rows already", async (place) => {
  await withStore(place.url, () => Promise.resolve());
  await ask(place.database, "DROP EXTENSION timescaledb CASCADE", "DROP SCHEMA public CASCADE");
  await ask(place.database, "CREATE SCHEMA public");
  const { MIGRATIONS, VERSIONS } = await import("../../../db/postgres/migrations.ts");
  await ask(
    place.database,
    VERSIONS,
    ...MIGRATIONS.map(({ sql }) => sql),
    ...MIGRATIONS.map(({ file }, index) =>
      `INSERT INTO marketd_schema (version, file) VALUES (${index + 1}, '${file}')`
    ),
    "INSERT INTO symbols (name) VALUES ('AAPL')",
    "INSERT INTO providers (name) VALUES ('alpaca')",
    `INSERT INTO ticks (symbol, time, provider, kind, id, received_at, flags, price, size)
    VALUES (1, '2014-05-01T00:00:00Z', 1, 0, '1', '2014-05-01T00:00:00.001Z', 0, 100.25, 100)`,
  );
  await withStore(place.url, async (store) => {
    const { rows } = await store.ticks({ symbol: "AAPL", order: "time", limit: 9 });
    assertEquals(rows, [trade()]);
    assertEquals((await store.write(batch({ ticks: [trade()] }))).ticks, 0);
  });
  const hypertables = await ask<{ name: string }>(
    place.database,
    "SELECT hypertable_name AS name FROM timescaledb_information.hypertables ORDER BY 1",
  );
  assertEquals(hypertables.map(({ name }) => name), TABLES.toSorted());
});

Deno.test("what goes wrong while it is set up is told, and nothing goes on", async () => {
  const { runner } = pretend({ available: true, loaded: true });
  const asked: string[] = [];
  const failing: Runner = {
    query<Row>(sql: string, parameters?: readonly Parameter[]) {
      asked.push(sql);
      if (sql.startsWith("CREATE EXTENSION")) return Promise.reject(new Error("no room"));
      return runner.query<Row>(sql, parameters);
    },
  };
  await assertRejects(() => setUpTimescale(failing), /no room/);
  assertEquals(asked.length, 2);
});
