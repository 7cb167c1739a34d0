/**
 * Spools belong to a store and to one daemon.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { inFolder, marketd } from "../actors/commands/run.ts";
import { ask, makePlace, SKIP } from "../db/postgres/server.ts";
import { MAY_MOUNT } from "../smalldisk.ts";
import { Daemon, eventually, pause } from "./daemon.ts";

const CONFIG = "providers:\n  demo: { rate: 1000, symbols: [AAPL] }\n";

/** A port of this machine where nobody listens. */
function deadPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

async function spool(folder: string, url: string): Promise<void> {
  const daemon = await Daemon.start({ folder, args: ["--store", url] });
  await eventually("rows are spooled", async () => {
    const text = await (await daemon.get("/metrics")).text();
    return Number(/^marketd_spool_rows (\d+)$/m.exec(text)?.[1]) > 300;
  });
  assertEquals(await daemon.stop(), 0, daemon.stderr);
}

Deno.test({
  name: "rows that wait for one store never get into another, and are told where that is opened" +
    " (needs Postgres)",
  ignore: SKIP,
  fn: async () => {
    const other = await makePlace();
    const away = `postgres://me:a-secret@127.0.0.1:${deadPort()}/fiction`;
    try {
      await inFolder({ "marketd.yaml": CONFIG }, async (folder) => {
        await spool(folder, away);
        const config = { folder, args: ["--store", other.url] };
        const daemon = await Daemon.start(config);
        await daemon.ready();
        assertEquals(await daemon.stop(), 0, daemon.stderr);
        assertMatch(
          daemon.stderr,
          /rows wait for other stores: \d+ in data\/postgres-127\.0\.0\.1-\d+-fiction\.spool\.\* for postgres:\/\/127\.0\.0\.1:\d+\/fiction/,
        );
        assert(!daemon.stderr.includes("a-secret"));
        const [row] = await ask<{ runs: number }>(
          other.database,
          `SELECT count(*)::integer AS runs FROM ticks t
            WHERE NOT EXISTS (SELECT FROM runs WHERE t.received_at >= started_at)`,
        );
        assertEquals(row, { runs: 0 });
      });
    } finally {
      await other.remove();
    }
  },
});

Deno.test("a second daemon on the same spool will not start, and names the one that has it", () =>
  inFolder({ "marketd.yaml": CONFIG }, async (folder) => {
    const args = ["--store", `postgres://me@127.0.0.1:${deadPort()}/ticks`];
    const daemon = await Daemon.start({ folder, args });
    try {
      const second = await marketd(folder, [...args, "--port", "0"]);
      assertEquals(second.code, 1, second.stderr);
      assertMatch(second.stderr, /Cannot use the spool .*: process \d+ has it/);
    } finally {
      await daemon.stop();
    }
  }));

Deno.test("a file of another store under the spool's name keeps it from starting, and is left alone", () =>
  inFolder({ "marketd.yaml": CONFIG }, async (folder) => {
    const port = deadPort();
    const url = (name: string) => `postgres://me@127.0.0.1:${port}/${name}`;
    await spool(folder, url("one"));
    const path = (name: string) => `${folder}/data/postgres-127.0.0.1-${port}-${name}.spool.rest`;
    await Deno.rename(path("one"), path("two"));
    const before = await Deno.readFile(path("two"));
    const { code, stderr } = await marketd(folder, ["--store", url("two"), "--port", "0"]);
    assertEquals(code, 1, stderr);
    assertMatch(stderr, /its rows wait for the store postgres:\/\/127\.0\.0\.1:\d+\/one/);
    assertEquals(await Deno.readFile(path("two")), before);
  }));

Deno.test({
  name: "a database file that may only be read keeps marketd from starting (needs a user who may" +
    " mount)",
  ignore: !MAY_MOUNT,
  fn: () =>
    inFolder({ "marketd.yaml": CONFIG }, async (folder) => {
      const args = ["--store", "sqlite:x.db"];
      const daemon = await Daemon.start({ folder, args });
      await daemon.ready();
      await pause(300);
      assertEquals(await daemon.stop(), 0);
      const file = `${folder}/x.db`;
      const mount = async (...args: string[]) => {
        const { success } = await new Deno.Command("mount", { args }).output();
        assert(success, `mount ${args.join(" ")}`);
      };
      await mount("--bind", file, file);
      try {
        await mount("-o", "remount,ro,bind", file);
        const { code, stderr } = await marketd(folder, [...args, "--port", "0"]);
        assertEquals(code, 1, stderr);
        assertMatch(stderr, /^marketd: Cannot open sqlite:x\.db for writing: .*may only be read/m);
      } finally {
        await new Deno.Command("umount", { args: [file] }).output();
      }
    }),
});

Deno.test({
  name:
    "a user who may not write the tables keeps marketd from starting, and one that is shut out" +
    " meanwhile is spooled for until it is let in again (needs Postgres)",
  ignore: SKIP,
  fn: async () => {
    const place = await makePlace();
    const role = `${place.database}_role`;
    const admin = (...statements: string[]) => ask(place.database, ...statements);
    try {
      await (await place.open("write")).close();
      await admin(
        `CREATE ROLE ${role} LOGIN`,
        `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`,
      );
      const url = new URL(place.url);
      url.username = role;
      url.password = "";
      await inFolder({ "marketd.yaml": CONFIG }, async (folder) => {
        const args = ["--store", url.href];
        const refused = await marketd(folder, [...args, "--port", "0"]);
        assertEquals(refused.code, 1, refused.stderr);
        assertMatch(refused.stderr, /may not read and write the tables .*ticks/);
        await admin(
          `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`,
          `GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role}`,
        );
        const daemon = await Daemon.start({ folder, args });
        const metrics = async () => await (await daemon.get("/metrics")).text();
        try {
          await daemon.ready();
          const shut = [
            [`REVOKE INSERT ON ticks FROM ${role}`, `GRANT INSERT ON ticks TO ${role}`],
            [
              `ALTER ROLE ${role} NOLOGIN;
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role}'`,
              `ALTER ROLE ${role} LOGIN`,
            ],
          ] as const;
          for (const [out, back] of shut) {
            await admin(out);
            await eventually(
              "rows are spooled",
              async () => Number(/^marketd_spool_rows (\d+)$/m.exec(await metrics())?.[1]) > 300,
            );
            const read = await daemon.get("/api/v1/ticks?symbol=AAPL");
            await read.body?.cancel();
            assert(read.status === 200 || read.status === 503, `${read.status}`);
            await admin(back);
            await eventually("all is in the store", async () => {
              const text = await metrics();
              return /^marketd_spool_rows 0$/m.test(text) && /^marketd_store_up 1$/m.test(text);
            });
          }
        } finally {
          assertEquals(await daemon.stop(), 0, daemon.stderr);
        }
      });
    } finally {
      await place.remove();
      await ask("postgres", `DROP ROLE IF EXISTS ${role}`);
    }
  },
});
