/**
 * Names that are kept once: of symbols and of providers.
 *
 * @module
 */
import { textArray } from "./columns.ts";
import type { Runner } from "./link.ts";

/** The small numbers that stand for names in the rows, as one session of the only writer knows them. */
export class Names {
  readonly #ids = new Map<string, number>();

  constructor(private readonly table: "symbols" | "providers") {}

  /** The numbers of the names asked for, and of others. */
  get ids(): ReadonlyMap<string, number> {
    return this.#ids;
  }

  /**
   * Makes sure that names have their numbers. It is no part of the batch that brings them: what a
   * failed batch leaves of it says nothing.
   */
  async know(runner: Runner, names: Iterable<string>): Promise<void> {
    const unknown = [...new Set(names)].filter((name) => !this.#ids.has(name));
    if (unknown.length === 0) return;
    const array = textArray(unknown);
    await runner.query(
      `INSERT INTO ${this.table} (name) SELECT unnest($1::text[]) ON CONFLICT (name) DO NOTHING`,
      [array],
    );
    const { rows } = await runner.query<{ id: number; name: string }>(
      `SELECT id, name FROM ${this.table} WHERE name = ANY ($1::text[])`,
      [array],
    );
    for (const { id, name } of rows) this.#ids.set(name, id);
  }
}
