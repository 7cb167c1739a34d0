/**
 * Deleting what is past its limit, a bounded number of rows at a time.
 *
 * @module
 */
import { requireCount } from "../page.ts";
import type { Pruned, PruneLimits } from "../store.ts";
import type { Database } from "./database.ts";

/**
 * How each table is pruned, of rows before ?1 at most ?2. The first column of the large tables' index
 * is the symbol: with one search per symbol nothing is looked at but what goes. A CROSS JOIN is never
 * reordered by SQLite.
 */
const PRUNINGS: readonly { readonly of: keyof PruneLimits; readonly sql: string }[] = [
  {
    of: "ticks",
    sql: `DELETE FROM ticks WHERE seq IN (
      SELECT t.seq FROM symbols s CROSS JOIN ticks t ON t.symbol = s.id AND t.time < ?1 LIMIT ?2)`,
  },
  ...["order_book", "market_depth"].map((table) => ({
    of: "books" as const,
    sql: `DELETE FROM ${table} WHERE rowid IN (
      SELECT b.rowid FROM symbols s CROSS JOIN ${table} b ON b.symbol = s.id AND b.time < ?1
      LIMIT ?2)`,
  })),
  {
    of: "events",
    sql: `DELETE FROM provider_events WHERE id IN (
      SELECT e.id FROM providers p CROSS JOIN provider_events e
      ON e.provider = p.id AND e.time < ?1 LIMIT ?2)`,
  },
  {
    of: "gaps",
    // What ends before an instant begins before it: the index on the beginning narrows.
    sql: `DELETE FROM gaps WHERE (symbol, provider, from_time) IN (
      SELECT symbol, provider, from_time FROM gaps WHERE from_time < ?1 AND to_time < ?1 LIMIT ?2)`,
  },
];

/**
 * Deletes what is past its limit, as one transaction.
 *
 * @returns the rows deleted, at most `most` together.
 * @throws StoreError `refused` where `most` is no number of rows.
 */
export function prune(database: Database, limits: PruneLimits, most: number): Pruned {
  requireCount("prune", most);
  return database.transaction(() => {
    let left = most;
    const pruned: Partial<Record<keyof PruneLimits, number>> = {};
    for (const { of, sql } of PRUNINGS) {
      const before = limits[of];
      const gone = before === undefined || left === 0 ? 0 : database.run(sql, before, left);
      if (gone > 0) pruned[of] = (pruned[of] ?? 0) + gone;
      left -= gone;
    }
    return pruned;
  });
}
