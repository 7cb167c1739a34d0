/**
 * The part of the stores' contract that concerns what may go, and how large a store is.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ProviderEvent, PruneLimits, Store } from "../../../db/store.ts";
import { batch, book, candle, gap, quote, storeError, type StoreTest, trade } from "./harness.ts";

const SYMBOLS = ["AAPL", "IBM"] as const;
const TIMES = [10, 20, 30, 40] as const;

function event(time: number): ProviderEvent {
  return { provider: "alpaca", time, event: "lost", reason: "because", correlation: "c1" };
}

/** Writes one of each for each symbol and time, which both count. */
async function fill(store: Store): Promise<void> {
  const keys = SYMBOLS.flatMap((symbol) => TIMES.map((time) => ({ symbol, time })));
  await store.write(batch({
    ticks: keys.flatMap((key) => [trade(key), quote(key)]),
    books: keys.map((key) => book(key)),
    candles: keys.map(({ symbol, time }) => candle({ symbol, start: time })),
    gaps: keys.map(({ symbol, time }) => gap({ symbol, from: time, to: time + 15 })),
    events: TIMES.map(event),
  }));
}

/** The times that are left of each table. */
async function left(store: Store) {
  const of = async (rows: (symbol: string) => Promise<{ rows: { time: number }[] }>) => {
    const found = await Promise.all(SYMBOLS.map(rows));
    return found.map(({ rows }) => [...new Set(rows.map(({ time }) => time))]);
  };
  const gaps = (await store.gaps({ limit: 99 })).rows;
  return {
    ticks: await of((symbol) => store.ticks({ symbol, order: "time", limit: 99 })),
    books: await of((symbol) => store.books({ symbol, order: "time", limit: 99 })),
    events: (await store.providerEvents("alpaca", 99)).map(({ time }) => time).toReversed(),
    gaps: SYMBOLS.map((one) => gaps.filter((g) => g.symbol === one).map(({ from }) => from)),
  };
}

/** Registers the tests of what may go, row by row. */
export function retentionContract(test: StoreTest): void {
  const all = [...TIMES];
  const everything = { ticks: [all, all], books: [all, all], events: all, gaps: [all, all] };

  test("prunes what lies before each table's limit, and nothing else", async (store) => {
    await fill(store);
    assertEquals(await store.prune({}, 99), {});
    assertEquals(await left(store), everything);

    // A trade and a quote of each of two symbols at 10 and at 20.
    assertEquals(await store.prune({ ticks: 30 }, 99), { ticks: 8 });
    const ticks = [[30, 40], [30, 40]];
    assertEquals(await left(store), { ...everything, ticks });

    // Levels and measures of one book of each symbol; three events.
    assertEquals(await store.prune({ books: 11, events: 40 }, 99), { books: 4, events: 3 });
    const books = [[20, 30, 40], [20, 30, 40]];
    assertEquals(await left(store), { ...everything, ticks, books, events: [40] });

    // Those from 10 to 25 and from 20 to 35 are over at 36; the next one goes on until 45.
    assertEquals(await store.prune({ gaps: 36 }, 99), { gaps: 4 });
    const gaps = [[30, 40], [30, 40]];
    assertEquals(await left(store), { ticks, books, events: [40], gaps });

    const minutes = { symbol: "IBM", interval: "1m", basis: "trade", order: "start" } as const;
    assertEquals((await store.candles({ ...minutes, limit: 9 })).rows.length, 4);
  });

  test("prunes no more rows at once than it may, and all in the end", async (store) => {
    await fill(store);
    const limits: PruneLimits = { ticks: 99, books: 99, events: 99, gaps: 99 };
    const counts: number[] = [];
    do {
      const pruned = await store.prune(limits, 5);
      counts.push(Object.values(pruned).reduce((sum, count) => sum + count, 0));
    } while (counts.at(-1) === 5);
    // 16 ticks, 8 books of two rows each, 4 events and 8 gaps are 44 rows.
    assertEquals(counts, [5, 5, 5, 5, 5, 5, 5, 5, 4]);
    const none = [[], []];
    assertEquals(await left(store), { ticks: none, books: none, events: [], gaps: none });
    for (const most of [0, -1, 1.5, NaN]) {
      await assertRejects(() => store.prune(limits, most), storeError("refused", /prune .* rows/));
    }
  });

  test("keeps what comes again after it was pruned", async (store) => {
    await store.write(batch({ ticks: [trade({ time: 1 })], books: [book({ time: 1 })] }));
    assertEquals(await store.prune({ ticks: 2, books: 2 }, 9), { ticks: 1, books: 2 });
    assertEquals(await store.symbols(), []);
    assertEquals((await store.write(batch({ ticks: [trade({ time: 1 })] }))).ticks, 1);
    assertEquals(await store.symbols(), ["AAPL"]);
  });
}

/** Registers the test of the size. */
export function sizeContract(test: StoreTest): void {
  test("tells its size, which grows with what is written", async (store) => {
    const { bytes: before } = await store.size();
    const ticks = Array.from({ length: 20_000 }, (_, index) => trade({ id: `${index}` }));
    await store.write(batch({ ticks }));
    const { bytes: after } = await store.size();
    assert(before > 0);
    // A tick has two times and two doubles in it, which is 32 bytes.
    assert(after - before > 20_000 * 32, `${before} to ${after}`);
  });
}
