/**
 * Cuts what a query gave into a page.
 *
 * @module
 */
import { type Page, StoreError } from "./store.ts";

/** The bounds of a range that has none. Infinite: the last instant of all lies before its end. */
export const ALWAYS = { from: -Infinity, to: Infinity } as const;

/**
 * Makes a page of at most `limit` of the rows; one more among them says that there is a next page.
 *
 * @param cursorOf the cursor that goes on after a row.
 */
export function toPage<Row, Value>(
  rows: readonly Row[],
  limit: number,
  toValue: (row: Row) => Value,
  cursorOf: (last: Row) => string,
): Page<Value> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  const next = rows.length > limit && last !== undefined ? cursorOf(last) : null;
  return { rows: kept.map(toValue), next };
}

/**
 * Checks a limit: SQLite would take a negative one for none.
 *
 * @throws StoreError `refused`
 */
export function requireLimit(limit: number): void {
  requireCount("read a page of", limit);
}

/**
 * Checks a number of rows.
 *
 * @param attempt as in "Cannot ... 0 rows".
 * @throws StoreError `refused`
 */
export function requireCount(attempt: string, rows: number): void {
  if (Number.isSafeInteger(rows) && rows >= 1) return;
  throw new StoreError(
    "refused",
    `Cannot ${attempt} ${rows} rows: the limit must be a whole number of at least 1.`,
  );
}
