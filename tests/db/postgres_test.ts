/**
 * The store in Postgres: the contract of all stores, and what it says when it cannot be opened.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { findWriter, openStore } from "../../db/open.ts";
import { MIGRATIONS, VERSIONS } from "../../db/postgres/migrations.ts";
import { type MigrationReport, StoreError } from "../../db/store.ts";
import { storeContract } from "./contract.ts";
import { batch, book, candle, storeError, trade } from "./contract/harness.ts";
import { startHolder } from "./contract/holding.ts";
import { ask, ENDPOINT, makePlace, SKIP, test, TIMESCALE, withStore } from "./postgres/server.ts";

/** SHA-256 of each migration as it landed. A change here means that a landed file was edited. */
const CHECKSUMS: Readonly<Record<string, string>> = {
  "0001_initial.sql": "81812094d0e4be43518bfe647eeb3fd20ffc8638d390db88ad26a48095fd2643",
  "0002_books.sql": "ed4e3f41279ca22059bd7a481df91b9af541685e4112afe46e1cd5dea9937b72",
  "0003_venues.sql": "d1a78d8dac1e82a003488b0ace99af7b50436e025a5d516a76fb0bb79292db63",
  "0004_routes.sql": "9a2d0867921adcaf266b4b83efea3e067a60cc303876659b36de4bc78e40746f",
  "0005_measures.sql": "3029284f5a7ca7de4cf5d7740ba341fd05029f1d93207105658d1120e85ee99c",
  "0006_strategies.sql": "775d0849dbe301b51c4c2882ce24a9948c936d17a20331d07613e6daca3df162",
  "0007_sizes.sql": "5f98f8c97ea9ff8a6c7e4745072d3725bd507fe432783cca0c8abdba36e3809b",
  "0008_exchanges.sql": "adbf148b53f1f30714ca22272b1fb9e353dbdd3c90a4ce967b997d1865d85931",
};

const MIGRATIONS_FOLDER = new URL("../../db/postgres/migrations/", import.meta.url);

storeContract("Postgres", { ignore: SKIP, prunesPieces: TIMESCALE, place: makePlace });

test("names the process that has it, and is free when that is killed", async (place) => {
  const holder = await startHolder(place.url);
  try {
    await assertRejects(() => place.open("write"), (error: unknown) => {
      assert(error instanceof StoreError);
      assertMatch(
        error.message,
        new RegExp(`: marketd's process ${holder.pid} at \\S+ \\(session`),
      );
      assertMatch(error.message, / has it\. Stop it, or ask it over HTTP\.$/);
      return error.code === "locked" && error.terminal;
    });
    assertMatch(
      await findWriter(place.url) ?? "nobody",
      new RegExp(`^marketd's process ${holder.pid} at \\S+ \\(session \\d+\\)$`),
    );
    const reader = await place.open("read");
    assertEquals(await reader.symbols(), ["AAPL"]);
    await reader.close();
  } finally {
    await holder.kill();
  }
  for (const mode of ["read", "write"] as const) {
    const store = await place.open(mode);
    const { rows } = await store.ticks({ symbol: "AAPL", order: "time", limit: 2 });
    assertEquals(rows, [trade()]);
    await store.close();
    assertEquals(await findWriter(place.url), undefined);
  }
});

test("makes the schema, and tells the migrations", async ({ url }) => {
  const reports: MigrationReport[] = [];
  const migrated = (report: MigrationReport) => void reports.push(report);
  for (let opening = 0; opening < 2; opening++) {
    await (await openStore(url, { mode: "write", migrated })).close();
  }
  const to = MIGRATIONS.length;
  assertEquals(reports, [
    { from: 0, to, applied: MIGRATIONS.map(({ file }) => file) },
    { from: to, to, applied: [] },
  ]);
});

test("brings a database of the first schema, with what is in it, to the last", async (place) => {
  await ask(
    place.database,
    VERSIONS,
    MIGRATIONS[0]!.sql,
    `INSERT INTO marketd_schema (version, file) VALUES (1, '${MIGRATIONS[0]!.file}')`,
    "INSERT INTO symbols (name) VALUES ('IBM'), ('AAPL')",
    "INSERT INTO providers (name) VALUES ('alpaca')",
    `INSERT INTO ticks (symbol, time, provider, kind, id, received_at, flags, price, size)
    VALUES (2, '2014-05-01T00:00:00Z', 1, 0, '1', '2014-05-01T00:00:00.001Z', 0, 100.25, 100)`,
    `INSERT INTO candles VALUES (2, '1m', 'trade', '2014-05-01T00:00:00Z', '2014-05-01T00:01:00Z',
    100, 101.5, 99.75, 101, 1200, 7, 100.625, 700, 500, 'complete', 0, 'alpaca',
    '2014-05-01T00:00:00.000005Z', '2014-05-01T00:00:59.999999Z', '20140501T000000Z-a', 1)`,
  );
  await assertRejects(
    () => place.open("read"),
    storeError("unusable", /its schema is 1.*marketd migrate/),
  );
  const reports: MigrationReport[] = [];
  const store = await openStore(place.url, {
    mode: "write",
    migrated: (report) => reports.push(report),
  });
  const applied = MIGRATIONS.slice(1).map(({ file }) => file);
  assertEquals(reports, [{ from: 1, to: MIGRATIONS.length, applied }]);
  const { rows } = await store.ticks({ symbol: "AAPL", order: "time", limit: 9 });
  assertEquals(rows, [trade()]);
  const minutes = { symbol: "AAPL", interval: "1m", basis: "trade", order: "start" } as const;
  assertEquals((await store.candles({ ...minutes, limit: 9 })).rows, [candle()]);
  await store.write(batch({ ticks: [trade(), trade({ id: "2" })], books: [book()] }));
  const books = await store.books({ symbol: "AAPL", order: "time", limit: 9 });
  assertEquals(books.rows, [book()]);
  await store.close();
});

test("refuses the schema of a later marketd", async (place) => {
  const next = MIGRATIONS.length + 1;
  await (await place.open("write")).close();
  await ask(
    place.database,
    `INSERT INTO marketd_schema (version, file) VALUES (${next}, 'later.sql')`,
  );
  for (const mode of ["read", "write"] as const) {
    await assertRejects(
      () => place.open(mode),
      storeError("newer-schema", new RegExp(`its schema is ${next}`)),
    );
  }
});

test("a step that fails leaves nothing, and lets go of the lock", async (place) => {
  // What the first step is going to call an index.
  await ask(place.database, "CREATE TABLE ticks_arrival (a integer)");
  await assertRejects(() => place.open("write"), storeError("unusable", /ticks_arrival.*42P07/));
  const tables = () =>
    ask<{ relname: string }>(
      place.database,
      "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    );
  assertEquals((await tables()).map(({ relname }) => relname), ["ticks_arrival"]);
  await ask(place.database, "DROP TABLE ticks_arrival");
  await (await place.open("write")).close();
  assert((await tables()).length > 5);
});

test("refuses tables of another program, and leaves them as they are", async (place) => {
  await ask(place.database, "CREATE TABLE ticks (theirs integer)");
  for (const mode of ["read", "write"] as const) {
    await assertRejects(
      () => place.open(mode),
      storeError("unusable", /table ticks is another program's/),
    );
  }
  assertEquals(await ask(place.database, "SELECT theirs FROM ticks"), []);
});

test("says that there is nothing to read, and makes nothing", async (place) => {
  await assertRejects(() => place.open("read"), storeError("missing", /none of marketd's tables/));
  const tables = "SELECT 1 FROM pg_tables WHERE schemaname = 'public'";
  assertEquals(await ask(place.database, tables), []);
});

test("refuses text with a NUL, keeps nothing of the batch, and goes on", async ({ url }) => {
  await withStore(url, async (store) => {
    const ticks = [trade({ id: "1" }), trade({ id: "a\0b" })];
    await assertRejects(() => store.write(batch({ ticks })), storeError("refused", /0x00/));
    await assertRejects(
      () => store.write(batch({ ticks: [trade({ time: 1.5 })] })),
      storeError("refused", /1\.5/),
    );
    assertEquals((await store.write(batch({ ticks: [trade()] }))).ticks, 1);
    assertEquals((await store.ticks({ symbol: "AAPL", order: "time", limit: 9 })).rows, [trade()]);
  });
});

test("a user without rights to the schema is told what to do", async (place) => {
  const user = `${place.database}_user`;
  await ask(
    place.database,
    `CREATE ROLE ${user} LOGIN`,
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
  );
  const url = new URL(place.url);
  url.username = user;
  await assertRejects(
    () => openStore(url.href, { mode: "write" }),
    storeError("unusable", /permission denied .*\(42501\)\. Let the user/),
  );
  await ask(place.database, `DROP ROLE ${user}`);
});

test("an unknown database and an unknown user are told", async ({ url }) => {
  const database = new URL(url);
  database.pathname = "/nowhere";
  database.password = "hunter2";
  const user = new URL(url);
  user.username = "nobody_at_all";
  for (const mode of ["read", "write"] as const) {
    await assertRejects(() => openStore(database.href, { mode }), (error: unknown) => {
      assert(error instanceof StoreError && error.terminal && error.code === "unusable");
      assert(!error.message.includes("hunter2"));
      assertMatch(error.message, /"nowhere" does not exist.*createdb/);
      return true;
    });
    await assertRejects(
      () => openStore(user.href, { mode }),
      storeError("unusable", /nobody_at_all.*pg_hba/),
    );
  }
});

Deno.test("Postgres: a server that nobody reaches is told by its address", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const url = `postgres://marketd:hunter2@127.0.0.1:${port}/marketd`;
  for (const mode of ["read", "write"] as const) {
    await assertRejects(() => openStore(url, { mode }), (error: unknown) => {
      assert(error instanceof StoreError && !error.terminal && error.code === "unreachable");
      assertMatch(error.message, new RegExp(`^Cannot open postgres://marketd:\\*{4}@.*:${port}/`));
      assertMatch(error.message, new RegExp(`server at 127\\.0\\.0\\.1:${port} cannot be reached`));
      return !error.message.includes("hunter2");
    });
  }
});

Deno.test("Postgres: its label tells no password", { ignore: SKIP }, async () => {
  const place = await makePlace();
  const url = new URL(place.url);
  url.password = "hunter2";
  await withStore(url.href, (store) => {
    const { hostname, port } = ENDPOINT;
    assertEquals(
      store.label,
      `postgres://${url.username}:****@${hostname}:${port}/${place.database}`,
    );
    return Promise.resolve();
  });
  await place.remove();
});

Deno.test("Postgres: migrations are numbered without a hole, and never edited", async () => {
  const files = MIGRATIONS.map(({ file }) => file);
  const found = await Array.fromAsync(Deno.readDir(MIGRATIONS_FOLDER), ({ name }) => name);
  assertEquals(found.sort(), files);
  assertEquals(files.map((file) => Number(file.slice(0, 4))), files.map((_, index) => index + 1));
  const checksums: Record<string, string> = {};
  for (const { file, sql } of MIGRATIONS) {
    assertEquals(sql, await Deno.readTextFile(new URL(file, MIGRATIONS_FOLDER)));
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(sql));
    checksums[file] = new Uint8Array(digest).toHex();
  }
  assertEquals(checksums, CHECKSUMS);
});
