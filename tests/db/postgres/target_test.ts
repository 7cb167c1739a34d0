/**
 * What a Postgres URL says.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { targetOf } from "../../../db/postgres/target.ts";
import { StoreError } from "../../../db/store.ts";

/** Accepts a refusal whose message matches and tells no password. */
function refusal(message: RegExp) {
  return (error: unknown) =>
    error instanceof StoreError && error.code === "bad-url" && error.terminal &&
    message.test(error.message) && !error.message.includes("hunter2");
}

Deno.test("a Postgres URL names a server, a user and a database", () => {
  const { label, address, host, port, user, password, database, tls, connectTimeout } = targetOf(
    "postgresql://market%20d:p%40ss%2Fw%25rd@localhost/daten%C3%A4?connect_timeout=3",
  );
  assertEquals(
    { label, address, host, port, user, password, database, tls, connectTimeout },
    {
      label: "postgres://market d:****@localhost:5432/datenä",
      address: "localhost:5432",
      host: "localhost",
      port: 5432,
      user: "market d",
      password: "p@ss/w%rd",
      database: "datenä",
      tls: undefined,
      connectTimeout: 3_000,
    },
  );
});

Deno.test("a Postgres URL may name an address of IPv6, and a socket's folder", () => {
  const ip = targetOf("postgres://marketd@[::1]:5433/marketd");
  assertEquals([ip.host, ip.address, ip.tls], ["::1", "[::1]:5433", undefined]);
  assertEquals(ip.label, "postgres://marketd@[::1]:5433/marketd");
  for (
    const url of [
      "postgres://marketd@localhost/marketd?host=/run/postgresql",
      "postgres://marketd@%2Frun%2Fpostgresql/marketd",
    ]
  ) {
    const { socketFile, address, tls } = targetOf(url);
    assertEquals(socketFile, "/run/postgresql/.s.PGSQL.5432");
    assertEquals([address, tls], [socketFile, undefined]);
  }
});

Deno.test("a Postgres URL without a host means this machine, as for libpq", () => {
  const socket = targetOf("postgres://marketd:pw@/marketd?host=/run/postgresql");
  assertEquals(socket.socketFile, "/run/postgresql/.s.PGSQL.5432");
  assertEquals([socket.user, socket.password, socket.database], ["marketd", "pw", "marketd"]);
  assertEquals(targetOf("postgres://marketd@/marketd").address, "localhost:5432");
});

Deno.test("another machine is reached by TLS alone, and must prove its name", () => {
  const levelOf = (rest: string) => targetOf(`postgres://u:hunter2@${rest}`).tls?.level;
  for (const host of ["db.example", "10.0.0.7", "128.0.0.1", "localhost.example", "[fe80::1]"]) {
    assertEquals(levelOf(`${host}/db`), "named");
    assertEquals(levelOf(`${host}/db?sslmode=verify-ca`), "trusted");
    assertEquals(levelOf(`${host}/db?sslmode=require`), "encrypted");
    for (const mode of ["disable", "allow", "prefer"]) {
      assertThrows(() => levelOf(`${host}/db?sslmode=${mode}`), refusal(/in the clear/));
    }
  }
  for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "[::1]"]) {
    assertEquals(levelOf(`${host}/db`), undefined);
    assertEquals(levelOf(`${host}/db?sslmode=prefer`), undefined);
    assertEquals(levelOf(`${host}/db?sslmode=require`), "encrypted");
  }
});

Deno.test("what is wrong with a Postgres URL is told without its password", async () => {
  const notes = await Deno.makeTempFile();
  await Deno.writeTextFile(notes, "no certificate");
  const wrong: [rest: string, message: RegExp][] = [
    ["u:hunter2@localhost", /names no database/],
    ["u:hunter2@localhost/", /names no database/],
    ["localhost/db", /names no user/],
    [":hunter2@localhost/db", /names no user/],
    ["u:hunter2@localhost:port/db", /a port that is none/],
    ["u:p@localhost:1/hunter2@localhost/db", /a database with a \/ or an @/],
    ["u%3Ahunter2@localhost/db", /a user with a colon/],
    ["u@localhost:0/db", /a port that is none/],
    ["u@localhost/db?x=1&hunter2=1", /has the parameter "x"/],
    ["u@localhost/db?hunter2=1", /has the parameter;/],
    ["u:100%hunter2@localhost/db", /a % in its password/],
    ["u:hunter2@localhost/db?sslmode=always", /"always"; write one of disable, .*verify-full/],
    ["u:hunter2@localhost/db?schema=x", /parameter "schema".* host, sslmode/],
    ["u:hunter2@localhost/db?connect_timeout=0", /the connect_timeout "0"/],
    ["u:hunter2@h.example/db?sslrootcert=/nowhere/ca.pem", /sslrootcert that cannot be read/],
    [`u:hunter2@h.example/db?sslrootcert=${notes}`, /holds no certificate/],
  ];
  for (const [rest, message] of wrong) {
    assertThrows(() => targetOf(`postgres://${rest}`), refusal(message), rest);
  }
  await Deno.remove(notes);
});

Deno.test("a Postgres URL's authority is read from its file", async () => {
  const file = new URL("./server.pem", import.meta.url).pathname;
  const pem = await Deno.readTextFile(file);
  assert(pem.includes("BEGIN CERTIFICATE"));
  const target = targetOf(`postgres://u@h.example/db?sslrootcert=${file}`);
  assertEquals(target.tls, { level: "named", authority: pem });
  assertEquals(targetOf("postgres://u@h.example/db?sslrootcert=system").tls?.authority, undefined);
});
