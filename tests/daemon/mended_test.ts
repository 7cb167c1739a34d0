/**
 * A store that cannot be written for a reason that only a person can mend, and is mended.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { marketd } from "../actors/commands/run.ts";
import { ask } from "../db/postgres/server.ts";
import { parseCsv } from "./csv.ts";
import { Daemon, eventually, pause } from "./daemon.ts";
import { type Bench, onEachStore } from "./stores.ts";

const CONFIG = "providers:\n  demo: { rate: 1000, symbols: [AAPL] }\n";

/** Runs statements on a store from beside the daemon. */
export async function meddle({ folder }: Bench, url: string, ...statements: string[]) {
  if (url.startsWith("postgres")) {
    await ask(new URL(url).pathname.slice(1), ...statements);
    return;
  }
  const database = new DatabaseSync(`${folder}/${url.slice("sqlite:".length)}`, { timeout: 5_000 });
  for (const statement of statements) database.exec(statement);
  database.close();
}

onEachStore(
  "while a table is gone rows are spooled and reads answer 503, and with it back nothing lacks",
  { files: { "marketd.yaml": CONFIG } },
  async (bench) => {
    const { folder } = bench;
    const url = await bench.store();
    const args = ["--store", url];
    const daemon = await Daemon.start({ folder, args });
    const metric = async (name: string) => {
      const text = await (await daemon.get("/metrics")).text();
      return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
    };
    try {
      await daemon.ready();
      await eventually(
        "ticks are kept",
        async () => await metric("marketd_store_ticks_total") > 500,
      );
      await meddle(bench, url, "ALTER TABLE ticks RENAME TO ticks_away");
      await eventually("rows are spooled", async () => await metric("marketd_spool_rows") > 500);
      assertEquals(await metric("marketd_store_up"), 0);
      // Nothing is lost: that is told, and no reason to be taken for unready.
      const health = await daemon.get("/health");
      assertEquals(health.status, 200);
      assertMatch(await health.text(), /rows wait on disk: .*ticks/);
      const read = await daemon.get("/api/v1/ticks?symbol=AAPL");
      assertEquals(read.status, 503);
      assertEquals(read.headers.get("content-type"), "application/problem+json");
      assertMatch((await read.json()).detail, /Cannot read .*ticks/);
      await pause(1_000);
      await meddle(bench, url, "ALTER TABLE ticks_away RENAME TO ticks");
      await eventually(
        "all is in the store",
        async () =>
          await metric("marketd_spool_rows") === 0 && await metric("marketd_store_up") === 1,
      );
      await daemon.ready();
      const told = daemon.stderr.match(/rows are spooling/g) ?? [];
      assertEquals(told.length, 1, daemon.stderr);
    } finally {
      assertEquals(await daemon.stop(), 0, daemon.stderr);
    }
    const { stdout } = await marketd(folder, ["export", "ticks", "AAPL", ...args]);
    const rows = parseCsv(stdout).filter(({ kind }) => kind !== "gap");
    const serials = rows.map(({ id }) => Number(id!.split("-").at(-1)));
    assert(serials.length > 1_000);
    assertEquals(serials.length, serials.at(-1)! - serials[0]! + 1);
  },
);

onEachStore(
  "rows that a stop cannot bring to the store wait on disk, are told, and come in with the next start",
  { files: { "marketd.yaml": CONFIG } },
  async (bench) => {
    const { folder } = bench;
    const url = await bench.store();
    const args = ["--store", url];
    const first = await Daemon.start({ folder, args });
    await first.ready();
    await meddle(bench, url, "ALTER TABLE ticks RENAME TO ticks_away");
    await pause(1_000);
    assertEquals(await first.stop(), 0, first.stderr);
    const told = /(\d+) rows wait in (\S+\.spool)\.\* for (\S+)/.exec(first.stderr);
    assert(told !== null, first.stderr);
    assert(Number(told[1]) > 500);
    assertEquals((await Deno.stat(`${folder}/${told[2]}.rest`)).isFile, true);
    await meddle(bench, url, "ALTER TABLE ticks_away RENAME TO ticks");
    const second = await Daemon.start({ folder, args });
    await second.ready();
    await pause(500);
    assertEquals(await second.stop(), 0, second.stderr);
    const { stdout } = await marketd(folder, ["export", "ticks", "AAPL", ...args]);
    const rows = parseCsv(stdout).filter(({ kind }) => kind !== "gap");
    assert(rows.length > Number(told[1]));
  },
);
