/**
 * A store that hangs: it takes what it is asked, and does not answer.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import postgres from "postgres";
import { marketd } from "../actors/commands/run.ts";
import { ENDPOINT, SERVER } from "../db/postgres/server.ts";
import { parseCsv } from "./csv.ts";
import { Daemon, eventually, pause } from "./daemon.ts";
import { type Bench, onEachStore } from "./stores.ts";

const CONFIG = "providers:\n  demo: { rate: 1000, symbols: [AAPL] }\n";
/** What a stop may take though the store hangs, in milliseconds: the drain's bound, and some. */
const BOUND = 15_000;

/** Keeps a store from being written until what it gives is called. */
async function hold({ folder }: Bench, url: string): Promise<() => Promise<void>> {
  if (url.startsWith("sqlite:")) {
    const database = new DatabaseSync(`${folder}/${url.slice("sqlite:".length)}`, {
      timeout: 10_000,
    });
    database.exec("BEGIN IMMEDIATE");
    return () => Promise.resolve(database.close());
  }
  const sql = postgres({
    host: ENDPOINT.hostname,
    port: ENDPOINT.port,
    user: SERVER.username,
    database: new URL(url).pathname.slice(1),
    max: 1,
    onnotice: () => {},
  });
  await sql.unsafe("BEGIN; LOCK TABLE ticks IN ACCESS EXCLUSIVE MODE");
  return () => sql.end({ timeout: 1 });
}

async function serialsOf(folder: string, args: readonly string[]): Promise<number[]> {
  const { stdout } = await marketd(folder, ["export", "ticks", "AAPL", ...args]);
  const rows = parseCsv(stdout).filter(({ kind }) => kind !== "gap");
  return rows.map(({ id }) => Number(id!.split("-").at(-1)));
}

onEachStore(
  "a store that hangs keeps no stop waiting for long, nor any row from the next start",
  { files: { "marketd.yaml": CONFIG } },
  async (bench) => {
    const { folder } = bench;
    const url = await bench.store();
    const args = ["--store", url];
    const daemon = await Daemon.start({ folder, args });
    await daemon.ready();
    await pause(500);
    const release = await hold(bench, url);
    try {
      await eventually(
        "it is told",
        async () => /rows wait on disk|waiting/.test(await (await daemon.get("/health")).text()),
      );
      const began = performance.now();
      assertEquals(await daemon.stop(), 0, daemon.stderr);
      const took = performance.now() - began;
      assert(took < BOUND, `it took ${took} ms`);
      // Each few seconds there is a word.
      if (took > 4_000) assertMatch(daemon.stderr, /still stopping: \d+ rows are to be written/);
      assertMatch(daemon.stderr, /\d+ rows wait in \S+\.spool\.\* for /);
    } finally {
      await release();
    }
    const second = await Daemon.start({ folder, args });
    await second.ready();
    await eventually("the spool is in the store", async () => {
      const text = await (await second.get("/metrics")).text();
      return /^marketd_spool_rows 0$/m.test(text) && /^marketd_store_up 1$/m.test(text);
    });
    assertEquals(await second.stop(), 0, second.stderr);
    const found = await serialsOf(folder, args);
    // Each run of the demo counts from its own start on: where the second begins the number falls.
    const falls = found.flatMap((one, at) => at > 0 && one < found[at - 1]! ? [at] : []);
    const runs = falls.length === 0 ? [found] : [found.slice(0, falls[0]), found.slice(falls[0])];
    for (const run of runs) assertEquals(run.length, run.at(-1)! - run[0]! + 1);
    assert(found.length > 500);
  },
);

onEachStore(
  "a stop by force says what it leaves behind",
  { files: { "marketd.yaml": CONFIG } },
  async (bench) => {
    const url = await bench.store();
    const daemon = await Daemon.start({ folder: bench.folder, args: ["--store", url] });
    await daemon.ready();
    await pause(500);
    const release = await hold(bench, url);
    try {
      await pause(1_000);
      const ending = daemon.stop();
      await pause(1_200);
      assertEquals(await daemon.stop(), 2);
      await ending;
      assertMatch(daemon.stderr, /stopped by force/);
      assertMatch(daemon.stderr, /\d+ rows (wait in \S+\.spool|are lost)/);
    } finally {
      await release();
    }
  },
);
