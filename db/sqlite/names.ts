/**
 * Names that are kept once: of symbols and of providers.
 *
 * @module
 */
import type { Database } from "./database.ts";

/** The small numbers that stand for names in the rows. */
export class Names {
  readonly #ids = new Map<string, number>();

  constructor(private readonly database: Database, private readonly table: string) {}

  /** The number of a name, made where there is none. */
  idOf(name: string): number {
    let id = this.#ids.get(name);
    if (id === undefined) {
      this.database.run(`INSERT OR IGNORE INTO ${this.table} (name) VALUES (?)`, name);
      const found = this.database.get<{ id: number }>(
        `SELECT id FROM ${this.table} WHERE name = ?`,
        name,
      );
      id = found!.id;
      this.#ids.set(name, id);
    }
    return id;
  }

  /** Asks anew from here on: what was made in a transaction that failed is gone. */
  forget(): void {
    this.#ids.clear();
  }
}
