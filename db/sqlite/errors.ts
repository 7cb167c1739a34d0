/**
 * What SQLite says, as a {@link StoreError}.
 *
 * @module
 */
import { messageOf } from "../../domain/errors.ts";
import { StoreError, type StoreErrorCode } from "../store.ts";

/** SQLite's primary result codes (https://sqlite.org/rescode.html) that mean something of ours. */
const CODES: ReadonlyMap<number, StoreErrorCode> = new Map([
  [5, "unreachable"], // SQLITE_BUSY
  [6, "unreachable"], // SQLITE_LOCKED
  [7, "unreachable"], // SQLITE_NOMEM
  [10, "unreachable"], // SQLITE_IOERR
  [13, "full"], // SQLITE_FULL
  [18, "refused"], // SQLITE_TOOBIG
  [19, "refused"], // SQLITE_CONSTRAINT
  [20, "refused"], // SQLITE_MISMATCH
]);

/**
 * SQLite's own words for the same codes: an error of opening, or of several statements at once,
 * comes without its code.
 */
const WORDS: readonly (readonly [RegExp, StoreErrorCode])[] = [
  [/^database( table| schema)? is locked/, "unreachable"],
  [/^out of memory/, "unreachable"],
  [/^disk I\/O error/, "unreachable"],
  [/^database or disk is full/, "full"],
  [/constraint failed/, "refused"],
];

const ADVICE: Readonly<Partial<Record<StoreErrorCode, string>>> = {
  unreachable: "Look whether another program holds the file, and whether its disk is well.",
  full: "Free some space on its disk.",
  unusable: "Check that it is marketd's database, and that marketd may write it and its folder.",
};

/**
 * Makes a {@link StoreError} of anything thrown while working on a database.
 *
 * @param attempt what was attempted, as in "Cannot ... : why": `write to sqlite:data/marketd.db`.
 */
export function toStoreError(attempt: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const why = messageOf(error);
  const code = codeOf(error, why);
  const advice = ADVICE[code];
  return new StoreError(
    code,
    `Cannot ${attempt}: ${why}.${advice === undefined ? "" : ` ${advice}`}`,
    error,
  );
}

function codeOf(error: unknown, words: string): StoreErrorCode {
  // A value of a type that SQLite cannot hold: the row is at fault, not the database.
  if (error instanceof TypeError || error instanceof RangeError) return "refused";
  const extended = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  if (typeof extended === "number") return CODES.get(extended & 0xff) ?? "unusable";
  return WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? "unusable";
}
