/**
 * Book snapshots: the whole stream of books is kept for a while only, one look each ten seconds for
 * longer.
 *
 * @module
 */
import type { Feed, ShardMemory } from "./memory.ts";
import type { BookSnapshot } from "../../db/store.ts";
import { measureBook } from "../../domain/book.ts";
import { REFUSED } from "../../domain/flags.ts";
import type { Tick } from "../../domain/tick.ts";
import { type Micros, SECOND } from "../../domain/time.ts";

/** Between two snapshots of a book. */
const PERIOD: Micros = 10 * SECOND;

/** Notes the latest book among a feed's ticks. */
export function noteBook(feed: Feed, ticks: readonly Tick[]): void {
  for (let at = ticks.length - 1; at >= 0; at--) {
    const tick = ticks[at]!;
    if (tick.kind !== "depth" || (tick.flags & REFUSED) !== 0) continue;
    feed.book = tick;
    return;
  }
}

/** The books that changed since they were snapped last, where that is a period ago. */
export function snapBooks(memory: ShardMemory, now: Micros): BookSnapshot[] {
  if (now - memory.snappedAt < PERIOD) return [];
  memory.snappedAt = now;
  const books: BookSnapshot[] = [];
  for (const feed of memory.feeds.values()) {
    const { book } = feed;
    if (book === undefined) continue;
    const { symbol, provider, time, bids, asks } = book;
    books.push({ symbol, provider, time, bids, asks, ...measureBook(book) });
    feed.book = undefined;
  }
  return books;
}
