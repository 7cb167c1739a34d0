import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { spoolPlaceOf } from "../../../actors/spool/place.ts";

Deno.test("an embedded store's spool lies beside its file", () => {
  assertEquals(spoolPlaceOf("sqlite:data/marketd.db"), {
    path: "data/marketd.db.spool",
    owner: "sqlite:marketd.db",
  });
});

Deno.test("a server's spool is named after host, port and database, with nothing of who asks", () => {
  const plain = {
    path: "data/postgres-db.lan-5432-ticks.spool",
    owner: "postgres://db.lan:5432/ticks",
  };
  assertEquals(spoolPlaceOf("postgres://me:secret@db.lan/ticks"), plain);
  assertEquals(spoolPlaceOf("postgres://you@db.lan:5432/ticks?sslmode=require"), plain);
});

Deno.test("stores that differ in host, port or database never share a spool", () => {
  const paths = [
    "postgres://me@a/t",
    "postgres://me@b/t",
    "postgres://me@a:5433/t",
    "postgres://me@a/u",
    "postgres://me@a/t%2Fu",
    "postgres://me@a/t%5Fu",
    "postgres://me@a/t%20u",
    "postgres://me@localhost/t?host=/run/a",
    "postgres://me@localhost/t?host=/run_a",
    "postgres://me@[::1]/t",
  ].map((url) => spoolPlaceOf(url).path);
  assertEquals(new Set(paths).size, paths.length);
  for (const path of paths) assert(/^data\/postgres-[A-Za-z0-9._-]+\.spool$/.test(path), path);
});

Deno.test("a name that is too long for a file is cut, and told apart all the same", () => {
  const long = "d".repeat(200);
  const [one, other] = ["1", "2"].map((end) => spoolPlaceOf(`postgres://me@a/${long}${end}`).path);
  assertNotEquals(one, other);
  assert(one!.length < 140);
});
