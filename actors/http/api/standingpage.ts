/**
 * A page of what stands now and what was kept before it.
 *
 * @module
 */
import type { Page, PageQuery } from "../../../db/store.ts";
import type { Micros } from "../../../domain/time.ts";

/** What is asked for. */
export interface StandingRequest extends PageQuery {
  readonly order: "asc" | "desc";
}

/** Reads what was kept; `-time` gives the newest first. */
type ReadKept<T> = (query: PageQuery & { readonly order: "time" | "-time" }) => Promise<Page<T>>;

/**
 * Reads a page: without a span and a cursor the standing value first and, as far as `limit` goes,
 * what was kept before it; else what was kept alone.
 *
 * @param standing what was told last; `undefined` where nothing was.
 * @throws StoreError
 */
export async function readStanding<T extends { readonly time: Micros }>(
  { from, to, limit, cursor, order }: StandingRequest,
  standing: T | undefined,
  kept: ReadKept<T>,
): Promise<Page<T>> {
  const isOpen = from === undefined && to === undefined && cursor === undefined;
  const told = isOpen ? standing : undefined;
  const forward = from !== undefined && order === "asc";
  const { rows, next } = await kept({
    from,
    to,
    // One more than there is room for beside the standing value would be lost between the pages.
    limit: told === undefined ? limit : Math.max(1, limit - 1),
    cursor,
    order: forward ? "time" : "-time",
  });
  const isNewer = told !== undefined && told.time > (rows[0]?.time ?? -Infinity);
  const found = (isNewer ? [told, ...rows] : rows).slice(0, limit);
  return {
    rows: forward || order === "desc" ? found : found.toReversed(),
    // Where the standing value alone was asked for, nothing that was kept was passed over.
    next: isNewer && limit === 1 ? null : next,
  };
}
