/**
 * One connection to a SQLite file, and how it is tuned.
 *
 * @module
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { messageOf } from "../../domain/errors.ts";
import { StoreError } from "../store.ts";

/** What a statement is bound to. */
export type Bound = SQLInputValue;

const KIBIBYTE = 1_024;
const MEBIBYTE = 1_024 * KIBIBYTE;

/** How long a statement waits for another process's lock: milliseconds. */
const BUSY_TIMEOUT = 5_000;

/**
 * What the writer sets.
 *
 * - `synchronous = NORMAL`: in WAL mode a commit is in the operating system's hands when it
 *   returns, so killing the process loses nothing. Only a power cut can lose the commits since the
 *   last checkpoint, and even then the file stays sound. `FULL` would wait for the disk each time.
 * - `wal_autocheckpoint`: 16 MiB instead of 4, as a page that is written again and again (the index
 *   of ticks) then goes to the database once.
 * - `journal_size_limit`: a long read makes the log grow; afterwards it is cut to this.
 */
const WRITER = [
  "PRAGMA synchronous = NORMAL",
  "PRAGMA wal_autocheckpoint = 4096",
  `PRAGMA journal_size_limit = ${64 * MEBIBYTE}`,
  `PRAGMA cache_size = -${32 * MEBIBYTE / KIBIBYTE}`,
  "PRAGMA temp_store = MEMORY",
];

const READER = [
  "PRAGMA query_only = ON",
  `PRAGMA cache_size = -${16 * MEBIBYTE / KIBIBYTE}`,
  "PRAGMA temp_store = MEMORY",
];

/** A connection. What goes wrong is thrown as `node:sqlite` throws it. */
export class Database {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * Opens a file; for writing, it is made where it does not exist.
   *
   * @param label what messages call it.
   */
  constructor(readonly path: string, readonly label: string, mode: "write" | "read") {
    // A reader too may write as far as SQLite is concerned, though `query_only` keeps it from any
    // change: one that may not would leave the log's files behind where it is the last to close.
    // So that it makes no file, either, it must be there.
    if (mode === "read") Deno.statSync(path);
    this.#database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT });
    try {
      if (mode === "write") this.#useLog();
      for (const pragma of mode === "write" ? WRITER : READER) this.#database.exec(pragma);
      if (mode === "write") this.#requireWritable();
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  #useLog(): void {
    const mode = this.get<{ journal_mode: string }>("PRAGMA journal_mode = WAL")?.journal_mode;
    if (mode === "wal") return;
    throw new StoreError(
      "unusable",
      `Cannot open ${this.label}: it stays in journal mode "${mode}", so nobody could read while it ` +
        `is written. Put it on a local disk.`,
    );
  }

  /** SQLite opens a file that it may only read all the same, and says so at the first write. */
  #requireWritable(): void {
    try {
      this.exec(`PRAGMA user_version = ${this.pragma("user_version")}`);
    } catch (error) {
      if (!/readonly/.test(messageOf(error))) return;
      throw new StoreError(
        "unusable",
        `Cannot open ${this.label} for writing: the file ${this.path} may only be read. Let ` +
          `marketd write it and its folder, or name another file in store.url.`,
        error,
      );
    }
  }

  /** Prepares a statement, once per text. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Runs statements that give no rows. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Runs one statement and says how many rows it changed. */
  run(sql: string, ...bound: Bound[]): number {
    return Number(this.prepare(sql).run(...bound).changes);
  }

  /** The first row, in the shape that the caller's SQL gives it. */
  get<Row>(sql: string, ...bound: Bound[]): Row | undefined {
    return this.prepare(sql).get(...bound) as Row | undefined;
  }

  /** All rows, in the shape that the caller's SQL gives them. */
  all<Row>(sql: string, ...bound: Bound[]): Row[] {
    return this.prepare(sql).all(...bound) as Row[];
  }

  /** A numeric pragma's value. */
  pragma(name: "user_version" | "application_id"): number {
    return this.get<Record<string, number>>(`PRAGMA ${name}`)?.[name] ?? 0;
  }

  /** Runs `work` whole or not at all. */
  transaction<Result>(work: () => Result): Result {
    this.run("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.run("COMMIT");
      return result;
    } catch (error) {
      // After some errors (a full disk) SQLite has rolled back by itself.
      if (this.#database.isTransaction) this.run("ROLLBACK");
      throw error;
    }
  }

  /** Closes the connection; the last one to a file writes its log back into it. */
  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}
