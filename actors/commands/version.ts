/**
 * `version`: what this marketd is, and what it runs on.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import about from "../../deno.json" with { type: "json" };
import type { CommandDeps } from "./deps.ts";

/** Prints the versions of marketd, Deno, V8 and SQLite. */
export async function version({ stdout }: CommandDeps): Promise<number> {
  const { deno, v8 } = Deno.version;
  await stdout.write(
    `marketd ${about.version} (Deno ${deno}, V8 ${v8}, SQLite ${sqliteVersion()})\n`,
  );
  return 0;
}

function sqliteVersion(): string {
  const database = new DatabaseSync(":memory:");
  try {
    return String(database.prepare("select sqlite_version() as version").get()?.version);
  } finally {
    database.close();
  }
}
