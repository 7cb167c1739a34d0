/**
 * Book snapshots: the whole stream of books is kept for a while only, one look each ten seconds for
 * longer.
 *
 * @module
 */
import type { ShardMemory } from "./memory.ts";
import type { BookSnapshot } from "../../db/store.ts";
import { measureBook } from "../../domain/book.ts";
import { type Micros, SECOND } from "../../domain/time.ts";

/** Between two snapshots of a book. */
const PERIOD: Micros = 10 * SECOND;

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
