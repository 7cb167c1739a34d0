/**
 * The embedded store: the contract of all stores, and what only a file can go through.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { findWriter, openStore } from "../../db/open.ts";
import { toStoreError } from "../../db/sqlite/errors.ts";
import { MIGRATIONS } from "../../db/sqlite/migrations.ts";
import { type MigrationReport, StoreError } from "../../db/store.ts";
import { storeContract } from "./contract.ts";
import { batch, book, candle, storeError, trade } from "./contract/harness.ts";
import { startHolder } from "./contract/holding.ts";

/** SHA-256 of each migration as it landed. A change here means that a landed file was edited. */
const CHECKSUMS: Readonly<Record<string, string>> = {
  "0001_initial.sql": "502b39302049f04b55456fd094f50590a61ae44e5035510eb53b4e3c053c70a4",
  "0002_books.sql": "3c46423ccb6b67ed6d9cd7cdb88b21dbac69541fbdd579df646e3a08d6d8549f",
  "0003_venues.sql": "0e46801e2b19ae36cd76228c95fa9c70a1000cccdfe6bf4e7860da9c88eff5a8",
  "0004_routes.sql": "c8502a7e19eb3787b952998006e92b01bb380ba706ab26ef88356095d69bd4a7",
  "0005_measures.sql": "90a923e01ba66d569fe5f83af63bed5e2ec635a04f065090ab689bd1b7270ed0",
  "0006_strategies.sql": "89ca41499cbab0aac5355a93f1f3b1fd37e2a6792997e8f15860bd7a2d9f0af4",
  "0007_sizes.sql": "907deec60a726f762dfafd1978dbd15c479f28923940f0c51705ff529fbf70a7",
  "0008_exchanges.sql": "e6f5184b88c133cb51e040e78e1ab427d001349ffa37d3f144d1b2715653a319",
};

const MIGRATIONS_FOLDER = new URL("../../db/sqlite/migrations/", import.meta.url);

storeContract("SQLite", {
  place: async () => {
    const folder = await Deno.makeTempDir();
    return {
      open: (mode) => openStore(`sqlite:${folder}/marketd.db`, { mode }),
      remove: () => Deno.remove(folder, { recursive: true }),
    };
  },
});

/** Registers a test that has a folder of its own. */
function test(sentence: string, body: (folder: string) => Promise<void> | void): void {
  Deno.test(`SQLite: ${sentence}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await body(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

test("names the process that has it, and is free when that is killed", async (folder) => {
  const url = `sqlite:${folder}/marketd.db`;
  const holder = await startHolder(url);
  try {
    await assertRejects(() => openStore(url, { mode: "write" }), (error: unknown) => {
      assert(error instanceof StoreError);
      assertEquals(
        error.message,
        `Cannot open ${url} for writing: process ${holder.pid} has it. ` +
          `Stop it, or ask it over HTTP.`,
      );
      return error.code === "locked" && error.terminal;
    });
    assertEquals(await findWriter(url), `process ${holder.pid}`);
    const reader = await openStore(url, { mode: "read" });
    assertEquals(await reader.symbols(), ["AAPL"]);
    await reader.close();
  } finally {
    await holder.kill();
  }
  for (const mode of ["read", "write"] as const) {
    const store = await openStore(url, { mode });
    const { rows } = await store.ticks({ symbol: "AAPL", order: "time", limit: 2 });
    assertEquals(rows, [trade()]);
    await store.close();
    assertEquals(await findWriter(url), undefined);
  }
  assertEquals(await findWriter(`sqlite:${folder}/none/none.db`), undefined);
});

test("keeps its lock file to its user", async (folder) => {
  const store = await openStore(`sqlite:${folder}/marketd.db`, { mode: "write" });
  const { mode } = await Deno.stat(`${folder}/marketd.db.lock`);
  assertEquals(await Deno.readTextFile(`${folder}/marketd.db.lock`), `${Deno.pid}\n`);
  await store.close();
  if (Deno.build.os !== "windows") assertEquals(mode! & 0o777, 0o600);
});

test("has one lock under all names of a file", async (folder) => {
  const store = await openStore(`sqlite:${folder}/marketd.db`, { mode: "write" });
  await Deno.symlink(`${folder}/marketd.db`, `${folder}/link.db`);
  const link = `sqlite:${folder}/link.db`;
  await assertRejects(() => openStore(link, { mode: "write" }), storeError("locked"));
  await store.close();
});

test("makes the folder and the schema, and tells the migrations", async (folder) => {
  const url = `sqlite:${folder}/deep/er/marketd.db`;
  const reports: MigrationReport[] = [];
  const migrated = (report: MigrationReport) => void reports.push(report);
  for (let opening = 0; opening < 2; opening++) {
    const store = await openStore(url, { mode: "write", migrated });
    await store.close();
  }
  const to = MIGRATIONS.length;
  assertEquals(reports, [
    { from: 0, to, applied: MIGRATIONS.map(({ file }) => file) },
    { from: to, to, applied: [] },
  ]);
});

test("migrates a file that is empty", async (folder) => {
  await Deno.writeFile(`${folder}/marketd.db`, new Uint8Array());
  const url = `sqlite:${folder}/marketd.db`;
  await assertRejects(
    () => openStore(url, { mode: "read" }),
    storeError("unusable", /its schema is 0.*marketd migrate/),
  );
  const store = await openStore(url, { mode: "write" });
  assertEquals((await store.write(batch({ ticks: [trade()] }))).ticks, 1);
  await store.close();
});

test("leaves one file and its lock when it is closed", async (folder) => {
  const store = await openStore(`sqlite:${folder}/marketd.db`, { mode: "write" });
  await store.write(batch({ ticks: [trade()] }));
  await store.close();
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  assertEquals(names.sort(), ["marketd.db", "marketd.db.lock"]);
});

test("refuses the schema of a later marketd", async (folder) => {
  const url = `sqlite:${folder}/marketd.db`;
  await (await openStore(url, { mode: "write" })).close();
  const database = new DatabaseSync(`${folder}/marketd.db`);
  database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
  database.close();
  for (const mode of ["read", "write"] as const) {
    await assertRejects(
      () => openStore(url, { mode }),
      storeError("newer-schema", new RegExp(`its schema is ${MIGRATIONS.length + 1}`)),
    );
  }
});

test("refuses a database of another program, and leaves it as it is", async (folder) => {
  const database = new DatabaseSync(`${folder}/other.db`);
  database.exec("CREATE TABLE theirs (a)");
  database.close();
  const url = `sqlite:${folder}/other.db`;
  for (const mode of ["read", "write"] as const) {
    await assertRejects(() => openStore(url, { mode }), storeError("unusable", /another program/));
  }
  const after = new DatabaseSync(`${folder}/other.db`);
  const tables = after.prepare("SELECT name FROM sqlite_schema").all().map(({ name }) => name);
  after.close();
  assertEquals(tables, ["theirs"]);
});

test("refuses a file that is no database, and a folder", async (folder) => {
  await Deno.writeTextFile(`${folder}/notes.txt`, "Not a database, but long enough.\n".repeat(99));
  for (const mode of ["read", "write"] as const) {
    await assertRejects(
      () => openStore(`sqlite:${folder}/notes.txt`, { mode }),
      storeError("unusable", /notes\.txt: file is not a database/),
    );
    await assertRejects(
      () => openStore(`sqlite:${folder}`, { mode }),
      storeError("unusable", /is not a file/),
    );
  }
});

test("says that its folder cannot be made or written", async (folder) => {
  await Deno.writeTextFile(`${folder}/file`, "");
  await assertRejects(
    () => openStore(`sqlite:${folder}/file/marketd.db`, { mode: "write" }),
    storeError("unusable", /file\/marketd\.db cannot be used .*folder/),
  );
  // A superuser may write anywhere.
  const { uid } = await Deno.stat(folder);
  if (Deno.build.os === "windows" || uid === 0) return;
  await Deno.mkdir(`${folder}/sealed`, { mode: 0o500 });
  await assertRejects(
    () => openStore(`sqlite:${folder}/sealed/marketd.db`, { mode: "write" }),
    storeError("unusable", /sealed/),
  );
});

test("says that a file to read is missing, and makes none", async (folder) => {
  await assertRejects(
    () => openStore(`sqlite:${folder}/marketd.db`, { mode: "read" }),
    storeError("missing", /there is no file .*marketd\.db/),
  );
  assertEquals((await Array.fromAsync(Deno.readDir(folder))).length, 0);
});

test("lets go of its lock when it cannot be opened", async (folder) => {
  await Deno.writeTextFile(`${folder}/marketd.db`, "Not a database.\n".repeat(99));
  const url = `sqlite:${folder}/marketd.db`;
  await assertRejects(() => openStore(url, { mode: "write" }), storeError("unusable"));
  await Deno.remove(`${folder}/marketd.db`);
  await (await openStore(url, { mode: "write" })).close();
});

test("waits for another program that writes the file, and reads meanwhile", async (folder) => {
  const url = `sqlite:${folder}/marketd.db`;
  const store = await openStore(url, { mode: "write" });
  const other = new DatabaseSync(`${folder}/marketd.db`);
  other.exec("BEGIN IMMEDIATE");
  const writing = store.write(batch({ ticks: [trade()] }));
  assertEquals(await store.symbols(), []);
  other.exec("ROLLBACK");
  other.close();
  assertEquals((await writing).ticks, 1);
  await store.close();
});

test("brings a file of the first schema, with what is in it, to the last", async (folder) => {
  const database = new DatabaseSync(`${folder}/marketd.db`);
  database.exec(MIGRATIONS[0]!.sql);
  database.exec("PRAGMA application_id = 0x6d6b7464; PRAGMA user_version = 1");
  database.exec(`
    INSERT INTO symbols (id, name) VALUES (7, 'AAPL');
    INSERT INTO providers (id, name) VALUES (3, 'alpaca');
    INSERT INTO ticks (symbol, time, provider, kind, id, received_at, flags, price, size)
    VALUES (7, 1398902400000000, 3, 0, '1', 1398902400001000, 0, 100.25, 100);
    INSERT INTO candles VALUES (7, '1m', 'trade', 1398902400000000, 1398902460000000, 100, 101.5,
      99.75, 101, 1200, 7, 100.625, 700, 500, 'complete', 0, 'alpaca', 1398902400000005,
      1398902459999999, '20140501T000000Z-a', 1)`);
  database.close();
  const reports: MigrationReport[] = [];
  const store = await openStore(`sqlite:${folder}/marketd.db`, {
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

test("a full disk, a locked file and a broken row are told apart", (folder) => {
  const database = new DatabaseSync(`${folder}/small.db`, { timeout: 0 });
  database.exec("CREATE TABLE rows (text TEXT NOT NULL); PRAGMA max_page_count = 4");
  const insert = database.prepare("INSERT INTO rows VALUES (?)");
  const failure = (work: () => unknown): StoreError => {
    try {
      work();
    } catch (error) {
      return toStoreError("write to sqlite:small.db", error);
    }
    throw new Error("nothing failed");
  };
  const full = failure(() => insert.run("x".repeat(100_000)));
  assertEquals([full.code, full.terminal], ["full", false]);
  assertMatch(full.message, /^Cannot write to sqlite:small\.db: .*full.* Free some space/);
  assertEquals(failure(() => insert.run(null)).code, "refused");

  const other = new DatabaseSync(`${folder}/small.db`);
  other.exec("BEGIN IMMEDIATE");
  const busy = failure(() => insert.run("y"));
  assertEquals([busy.code, busy.terminal], ["unreachable", false]);
  assertEquals(failure(() => database.exec("BEGIN IMMEDIATE")).code, "unreachable");
  other.close();
  database.close();
});

Deno.test("openStore() names the schemes it knows, and tells no secret", async () => {
  const urls = ["mongodb://user:hunter2@host/db", "data/marketd.db", ""];
  for (const url of urls) {
    await assertRejects(() => openStore(url, { mode: "read" }), (error: unknown) => {
      assert(error instanceof StoreError);
      assertMatch(error.message, /sqlite:/);
      assert(!error.message.includes("hunter2"));
      return error.code === "bad-url" && error.terminal;
    });
  }
});

Deno.test("SQLite: a URL without a usable file is refused", async () => {
  for (const url of ["sqlite:", "sqlite::memory:", "sqlite://host/marketd.db"]) {
    await assertRejects(
      () => openStore(url, { mode: "write" }),
      storeError("bad-url", /; write sqlite:/),
    );
  }
});

Deno.test("SQLite: migrations are numbered without a hole, and never edited", async () => {
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
