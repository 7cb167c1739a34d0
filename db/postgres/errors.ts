/**
 * What a server, or the way to it, says, as a {@link StoreError}.
 *
 * @module
 */
import postgres from "postgres";
import { messageOf } from "../../domain/errors.ts";
import { StoreError, type StoreErrorCode } from "../store.ts";
import type { Target } from "./target.ts";

/**
 * SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html) that mean something of
 * ours: whole codes first, then classes.
 */
const STATES: ReadonlyMap<string, StoreErrorCode> = new Map([
  ["53100", "full"], // disk_full
  ["25006", "unreachable"], // read_only_sql_transaction: a standby that may become the primary
  ["57014", "unreachable"], // query_canceled, by statement_timeout
  ["55P03", "unreachable"], // lock_not_available
  ["08", "unreachable"], // connection exception
  ["40", "unreachable"], // transaction rollback: deadlock
  ["53", "unreachable"], // insufficient resources: memory, connections
  ["57", "unreachable"], // operator intervention: shutdown, starting up
  ["58", "unreachable"], // system error: input or output
  ["22", "refused"], // data exception: a number out of range, NUL in a text
  ["23", "refused"], // integrity constraint violation
  ["54", "refused"], // program limit exceeded: a row too large
]);

/**
 * TimescaleDB (2.13.1 was seen to) may tell a writer so while it compresses the piece that is written to, under
 * the SQLSTATE of a thing that does not exist. The next attempt finds the piece.
 */
const PASSING = /^chunk not found$/;

/** What to do about other SQLSTATEs, by code or class. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ["3D000", "Create the database (createdb), or name another in store.url."],
  ["42501", "Let the user own the database, or create tables in its schema."],
  ["28", "Check the user and the password in store.url, and the server's pg_hba.conf."],
]);

/** Errors of OpenSSL's verdicts on certificates, as Node names them. */
const CERTIFICATE = /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO_VERIFY/;

/**
 * Makes a {@link StoreError} of anything thrown while working on a server.
 *
 * @param attempt what was attempted, as in "Cannot ... : why": `write to postgres://...`.
 */
export function toStoreError(attempt: string, target: Target, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  if (error instanceof postgres.PostgresError) return ofServer(attempt, target, error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  // `npm:postgres` answers a server that breaks its protocol so; and a row that cannot be told is ours.
  if (error instanceof TypeError || error instanceof RangeError) {
    return new StoreError("refused", `Cannot ${attempt}: ${error.message}.`, error);
  }
  if (CERTIFICATE.test(code)) {
    return new StoreError(
      "unusable",
      `Cannot ${attempt}: the certificate of ${target.address} is not to be trusted ` +
        `(${messageOf(error)}). Name its authority's file by sslrootcert in store.url, or write ` +
        `sslmode=require to take any.`,
      error,
    );
  }
  return new StoreError(
    "unreachable",
    `Cannot ${attempt}: the server at ${target.address} cannot be reached ` +
      `(${messageOf(error) || code}). Start it, or correct store.url.`,
    error,
  );
}

function ofServer(attempt: string, target: Target, error: postgres.PostgresError): StoreError {
  const state = error.code;
  const classOf = state.slice(0, 2);
  const code = PASSING.test(error.message)
    ? "unreachable"
    : STATES.get(state) ?? STATES.get(classOf) ?? "unusable";
  const advice = code === "full"
    ? "Free some space on its disk."
    : code === "unreachable"
    ? `The server at ${target.address} may recover; look at its log.`
    : ADVICE.get(state) ?? ADVICE.get(classOf);
  return new StoreError(
    code,
    `Cannot ${attempt}: ${error.message} (${state}).${advice === undefined ? "" : ` ${advice}`}`,
    error,
  );
}
