/**
 * Deleting what is past its limit, a bounded number of rows at a time.
 *
 * @module
 */
import { requireCount } from "../page.ts";
import type { Pruned, PruneLimits } from "../store.ts";
import type { Link } from "./link.ts";
import { dropChunks } from "./timescale.ts";
import { timestamp } from "./time.ts";

/** How a table is pruned, of rows before $1 at most $2. */
interface Pruning {
  readonly of: keyof PruneLimits;
  readonly table: string;
  readonly sql: string;
}

/** The first column of the index is `owner`: one search for each looks at nothing but what goes. */
function byOwner(of: keyof PruneLimits, table: string, owner: "symbol" | "provider"): Pruning {
  return {
    of,
    table,
    sql: `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
      SELECT row.place FROM ${owner}s o CROSS JOIN LATERAL (
        SELECT ctid AS place FROM ${table} WHERE ${owner} = o.id AND time < $1 LIMIT $2
      ) row LIMIT $2
    ))`,
  };
}

const PRUNINGS: readonly Pruning[] = [
  byOwner("ticks", "ticks", "symbol"),
  byOwner("books", "order_book", "symbol"),
  byOwner("books", "market_depth", "symbol"),
  byOwner("events", "provider_events", "provider"),
  {
    of: "gaps",
    table: "gaps",
    // What ends before an instant begins before it: the index on the beginning narrows.
    sql: `DELETE FROM gaps WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM gaps WHERE from_time < $1 AND to_time < $1 LIMIT $2
    ))`,
  },
];

/**
 * Deletes what is past its limit.
 *
 * @param hypertables those that are kept in pieces by time: their pieces go whole, uncounted.
 * @returns the rows deleted, at most `most` together.
 * @throws StoreError `refused` where `most` is no number of rows.
 */
export async function prune(
  link: Link,
  hypertables: ReadonlySet<string>,
  limits: PruneLimits,
  most: number,
): Promise<Pruned> {
  requireCount("prune", most);
  const due = PRUNINGS.flatMap(({ of, table, sql }) => {
    const before = limits[of];
    return before === undefined ? [] : [{ of, table, sql, before }];
  });
  for (const { table, before } of due) {
    if (hypertables.has(table)) await dropChunks(link, table, before);
  }
  return await link.transaction(async () => {
    // However few rows the server thinks there are: going through all of a table takes too long.
    await link.query("SET LOCAL enable_seqscan = off");
    let left = most;
    const pruned: Partial<Record<keyof PruneLimits, number>> = {};
    for (const { of, table, sql, before } of due) {
      if (hypertables.has(table) || left === 0) continue;
      const { count } = await link.query(sql, [timestamp(before), left]);
      if (count > 0) pruned[of] = (pruned[of] ?? 0) + count;
      left -= count;
    }
    return pruned;
  });
}
