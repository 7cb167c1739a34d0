/**
 * What a server says, as a store's error. The server itself is made to say it.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { toStoreError } from "../../../db/postgres/errors.ts";
import { Link } from "../../../db/postgres/link.ts";
import { targetOf } from "../../../db/postgres/target.ts";
import type { StoreErrorCode } from "../../../db/store.ts";
import { test } from "./server.ts";

/** SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const STATES: readonly [state: string, name: string, code: StoreErrorCode][] = [
  ["53100", "disk_full", "full"],
  ["53200", "out_of_memory", "unreachable"],
  ["40P01", "deadlock_detected", "unreachable"],
  ["57014", "query_canceled", "unreachable"],
  ["25006", "read_only_sql_transaction", "unreachable"],
  ["58030", "io_error", "unreachable"],
  ["22003", "numeric_value_out_of_range", "refused"],
  ["23514", "check_violation", "refused"],
  ["54000", "program_limit_exceeded", "refused"],
  ["42P01", "undefined_table", "unusable"],
  ["42501", "insufficient_privilege", "unusable"],
];

test("what the server says is told by its kind, with what to do", async (place) => {
  const target = targetOf(place.url);
  const link = await Link.open(target, "write");
  const failure = async (state: string, text: string) => {
    const raise = `DO $$ BEGIN RAISE EXCEPTION '${text}' USING ERRCODE = '${state}'; END $$`;
    try {
      await link.query(raise);
    } catch (error) {
      return toStoreError("write to postgres://x", target, error);
    }
    throw new Error("nothing failed");
  };
  for (const [state, name, code] of STATES) {
    const error = await failure(state, name);
    assertEquals(
      [error.code, error.terminal],
      [code, !["full", "unreachable"].includes(code)],
      name,
    );
    assert(error.message.startsWith(`Cannot write to postgres://x: ${name} (${state}).`));
  }
  assertMatch((await failure("53100", "no room")).message, /Free some space/);
  assertMatch(
    (await failure("40P01", "deadlock")).message,
    new RegExp(`${target.address} may recover`),
  );
  // As TimescaleDB tells it while it compresses what is written to.
  assertEquals((await failure("42704", "chunk not found")).code, "unreachable");
  assertEquals((await failure("42704", "type not found")).code, "unusable");
  await link.close();
});

Deno.test("what is no word of a server is told by its kind, too", () => {
  const target = targetOf("postgres://u@localhost/db");
  const refused = toStoreError("write to x", target, new RangeError("Invalid time value"));
  assertEquals([refused.code, refused.message], [
    "refused",
    "Cannot write to x: Invalid time value.",
  ]);
  const gone = toStoreError(
    "read x",
    target,
    Object.assign(new Error(""), { code: "ECONNREFUSED" }),
  );
  assertEquals(gone.code, "unreachable");
  assertMatch(gone.message, /localhost:5432 cannot be reached \(ECONNREFUSED\)\. Start it/);
  assertEquals(toStoreError("read x", target, refused), refused);
});
