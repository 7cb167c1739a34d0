/**
 * Reading all pages of a query that is known to be small.
 *
 * @module
 */
import type { Page } from "../db/store.ts";

/**
 * Reads page after page.
 *
 * @param most rows after which no further page is asked for.
 */
export async function readAll<T>(
  page: (cursor: string | undefined) => Promise<Page<T>>,
  most = Infinity,
): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    const found = await page(cursor);
    for (const row of found.rows) rows.push(row);
    cursor = found.next ?? undefined;
  } while (cursor !== undefined && rows.length < most);
  return rows;
}
