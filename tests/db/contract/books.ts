/**
 * The part of the stores' contract that concerns books.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { BookQuery, BookSnapshot } from "../../../db/store.ts";
import { allPages, batch, book, DAY_START, storeError, type StoreTest } from "./harness.ts";

const number = fc.double({ noNaN: true }).map((value) => value + 0);
const levels = fc.array(
  fc.record({ price: number, size: number }, { noNullPrototype: true }),
  { maxLength: 20 },
);
const anyBook: fc.Arbitrary<BookSnapshot> = fc.record({
  symbol: fc.constant("?"),
  provider: fc.constantFrom("alpaca", "ig", "demo"),
  // Few times, so that they collide, and the greatest that the vocabulary allows.
  time: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.maxSafeNat()),
  bids: levels,
  asks: levels,
  mid: fc.option(number),
  spread: fc.option(number),
  imbalance: fc.option(number),
});

/** Registers the tests. */
export function booksContract(test: StoreTest): void {
  test("gives every book back bit for bit, once, both ways", async (store) => {
    let runs = 0;
    const booksOfRun = fc.array(anyBook, { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(booksOfRun, fc.integer({ min: 1, max: 5 }), async (drawn, limit) => {
        const symbol = `RUN${++runs}`;
        const books = drawn.map((one): BookSnapshot => ({ ...one, symbol }));
        const firsts = new Map<string, BookSnapshot>();
        for (const one of books) {
          const key = `${one.time} ${one.provider}`;
          if (!firsts.has(key)) firsts.set(key, one);
        }
        const byTime = [...firsts.values()].sort((a, b) =>
          a.time - b.time || (a.provider < b.provider ? -1 : 1)
        );
        assertEquals(await store.write(batch({ books })), { ticks: 0, candles: 0 });
        for (const order of ["time", "-time"] as const) {
          const pages = await allPages((cursor) => store.books({ symbol, order, limit, cursor }));
          assertEquals(pages.flat(), order === "time" ? byTime : byTime.toReversed());
          assert(pages.slice(0, -1).every(({ length }) => length === limit));
        }
      }),
      { numRuns: 40 },
    );
  });

  test("passes over books that it has, and keeps their first word", async (store) => {
    const books = [book(), book({ provider: "alpaca" }), book({ symbol: "IBM" })];
    await store.write(batch({ books }));
    await store.write(batch({ books: [book({ bids: [], mid: null }), book({ mid: 7 })] }));
    const { rows } = await store.books({ symbol: "AAPL", order: "time", limit: 9 });
    assertEquals(rows, [book({ provider: "alpaca" }), book()]);
  });

  test("gives the books of a range, its start included and its end not", async (store) => {
    const books = Array.from({ length: 6 }, (_, index) => book({ time: DAY_START + index }));
    await store.write(batch({ books: books.toReversed() }));
    const times = async (query: Partial<BookQuery>) => {
      const pages = await allPages((cursor) =>
        store.books({ symbol: "AAPL", order: "time", limit: 2, ...query, cursor })
      );
      return pages.map((page) => page.map(({ time }) => time - DAY_START));
    };
    const range = { from: DAY_START + 1, to: DAY_START + 4 };
    assertEquals(await times(range), [[1, 2], [3]]);
    assertEquals(await times({ ...range, order: "-time" }), [[3, 2], [1]]);
    assertEquals(await times({ from: DAY_START + 4 }), [[4, 5]]);
    assertEquals(await times({ symbol: "NONE" }), [[]]);
  });

  test("refuses a cursor of other books, and a page without rows", async (store) => {
    await store.write(batch({ books: [book(), book({ time: 1 })] }));
    const query = { symbol: "AAPL", order: "time", limit: 1 } as const;
    const { next } = await store.books(query);
    assert(next !== null);
    for (const other of [{ symbol: "IBM" }, { order: "-time" }] as const) {
      const foreign = { ...query, ...other, cursor: next };
      await assertRejects(() => store.books(foreign), storeError("bad-cursor"));
    }
    await assertRejects(() => store.books({ ...query, limit: 0 }), storeError("refused", /limit/));
  });
}
