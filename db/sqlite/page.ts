/**
 * Cuts what a query gave into a page.
 *
 * @module
 */
import { type Page, StoreError } from "../store.ts";

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
 * Checks a limit, which SQLite would take for "no limit" where it is negative.
 *
 * @throws StoreError `refused`
 */
export function requireLimit(limit: number): void {
  if (Number.isSafeInteger(limit) && limit >= 1) return;
  throw new StoreError(
    "refused",
    `Cannot read a page of ${limit} rows: the limit must be a whole number of at least 1.`,
  );
}
