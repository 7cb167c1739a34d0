/**
 * The part of the stores' contract that concerns ticks.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { FLAGS } from "../../../domain/flags.ts";
import type { Tick } from "../../../domain/tick.ts";
import type { TickQuery } from "../../../db/store.ts";
import {
  allPages,
  batch,
  DAY_START,
  depth,
  quote,
  storeError,
  type StoreTest,
  trade,
} from "./harness.ts";

const ORDERS: readonly TickQuery["order"][] = ["time", "-time", "arrival"];

/** Any text but NUL, which no database keeps, and halves of characters. */
const text = fc.string({ unit: "binary", maxLength: 12 }).filter((text) => !text.includes("\0"));
/** Any number, infinities too; adding 0 makes a plain zero of the negative one. */
const number = fc.double({ noNaN: true }).map((value) => value + 0);
const nullable = fc.option(number);
const levels = fc.array(
  fc.record({ price: number, size: number }, { noNullPrototype: true }),
  { maxLength: 4 },
);
const shared = {
  symbol: fc.constant("?"),
  // Few values, so that times and ids collide, and the greatest that the vocabulary allows.
  time: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.maxSafeNat()),
  receivedAt: fc.maxSafeNat(),
  provider: fc.constantFrom("alpaca", "ig", "demo"),
  id: fc.oneof(fc.constantFrom("1", "2"), text),
  flags: fc.nat({ max: 127 }),
};
const anyTick: fc.Arbitrary<Tick> = fc.oneof(
  fc.record({
    ...shared,
    kind: fc.constant("trade" as const),
    price: number,
    size: nullable,
    side: fc.constantFrom("buy" as const, "sell" as const, null),
    conditions: fc.option(text),
  }),
  fc.record({
    ...shared,
    kind: fc.constant("quote" as const),
    bid: nullable,
    bidSize: nullable,
    ask: nullable,
    askSize: nullable,
  }),
  fc.record({ ...shared, kind: fc.constant("depth" as const), bids: levels, asks: levels }),
);

/** `count` trades one millisecond apart, with ids from `first`. */
function trades(count: number, first = 0, fields: Partial<Tick> = {}): Tick[] {
  return Array.from({ length: count }, (_, index) => {
    const id = first + index;
    return trade({ id: `${id}`, time: DAY_START + id * 1_000, ...fields as object });
  });
}

/** Registers the tests. */
export function ticksContract(test: StoreTest): void {
  test("gives every tick back bit for bit, once, in each order", async (store) => {
    let runs = 0;
    const ticksOfRun = fc.array(anyTick, { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(ticksOfRun, fc.integer({ min: 1, max: 7 }), async (drawn, limit) => {
        const symbol = `RUN${++runs}`;
        const ticks = drawn.map((tick): Tick => ({ ...tick, symbol }));
        const firsts = new Map<string, Tick>();
        for (const tick of ticks) {
          const key = JSON.stringify([tick.time, tick.provider, tick.kind, tick.id]);
          if (!firsts.has(key)) firsts.set(key, tick);
        }
        const arrived = [...firsts.values()];
        const byTime = arrived.toSorted((a, b) => a.time - b.time);
        const expected = { "arrival": arrived, "time": byTime, "-time": byTime.toReversed() };

        const report = await store.write(batch({ ticks }));
        assertEquals(report, { ticks: arrived.length, candles: 0 });
        for (const order of ORDERS) {
          const pages = await allPages((cursor) => store.ticks({ symbol, order, limit, cursor }));
          assertEquals(pages.flat(), expected[order]);
          assert(pages.slice(0, -1).every(({ length }) => length === limit));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("keeps what is not a number as nothing, and infinities as they are", async (store) => {
    const flags = FLAGS["not-finite"];
    await store.write(batch({
      ticks: [
        trade({ id: "1", price: NaN, size: NaN, flags }),
        quote({ id: "2", bid: NaN, ask: -Infinity, askSize: Infinity, flags }),
      ],
    }));
    const { rows } = await store.ticks({ symbol: "AAPL", order: "arrival", limit: 10 });
    assertEquals(rows, [
      trade({ id: "1", price: NaN, size: null, flags }),
      quote({ id: "2", bid: null, ask: -Infinity, askSize: Infinity, flags }),
    ]);
  });

  test("passes over ticks that it has, and keeps their first word", async (store) => {
    const first = batch({ ticks: [trade(), quote(), depth(), trade({ provider: "ig" })] });
    assertEquals((await store.write(first)).ticks, 4);
    assertEquals((await store.write(first)).ticks, 0);
    const second = batch({ ticks: [trade({ price: 7, flags: 8 }), trade({ id: "new" })] });
    assertEquals((await store.write(second)).ticks, 1);
    const { rows } = await store.ticks({ symbol: "AAPL", order: "arrival", limit: 10 });
    assertEquals(rows, [...first.ticks, trade({ id: "new" })]);
  });

  test("a range includes its start and excludes its end, in every order", async (store) => {
    await store.write(batch({ ticks: trades(6) }));
    const from = DAY_START + 1_000;
    const to = DAY_START + 4_000;
    for (const order of ORDERS) {
      const pages = await allPages((cursor) =>
        store.ticks({ symbol: "AAPL", order, from, to, limit: 2, cursor })
      );
      // Trades 1, 2 and 3 of 0 to 5, two to a page.
      const expected = order === "-time" ? [["3", "2"], ["1"]] : [["1", "2"], ["3"]];
      assertEquals(pages.map((page) => page.map(({ id }) => id)), expected);
    }
  });

  test("a page that ends with the last tick has no next one", async (store) => {
    await store.write(batch({ ticks: trades(4) }));
    for (const order of ORDERS) {
      const first = await store.ticks({ symbol: "AAPL", order, limit: 2 });
      assert(first.next !== null);
      const second = await store.ticks({ symbol: "AAPL", order, limit: 2, cursor: first.next });
      assertEquals([second.rows.length, second.next], [2, null]);
      const none = await store.ticks({ symbol: "NONE", order, limit: 2 });
      assertEquals(none, { rows: [], next: null });
    }
  });

  test("gives the kinds asked for, and leaves out refused ticks when told so", async (store) => {
    const ticks = [
      trade({ id: "t" }),
      quote({ id: "crossed", flags: FLAGS.crossed }),
      trade({ id: "dup", flags: FLAGS.duplicate }),
      quote({ id: "both", flags: FLAGS.locked | FLAGS["unknown-instrument"] }),
      depth({ id: "d" }),
    ];
    await store.write(batch({ ticks }));
    const ids = async (query: Partial<TickQuery>) => {
      const { rows } = await store.ticks({ symbol: "AAPL", order: "arrival", limit: 9, ...query });
      return rows.map(({ id }) => id);
    };
    assertEquals(await ids({}), ["t", "crossed", "dup", "both", "d"]);
    assertEquals(await ids({ refused: true }), ["t", "crossed", "dup", "both", "d"]);
    assertEquals(await ids({ refused: false }), ["t", "crossed", "d"]);
    assertEquals(await ids({ kinds: ["trade", "depth"] }), ["t", "dup", "d"]);
    assertEquals(await ids({ kinds: ["quote"], refused: false, order: "time" }), ["crossed"]);
    assertEquals(await ids({ kinds: [] }), []);
  });

  test("gives each tick once while others are being written", async (store) => {
    const before = trades(40, 1_000);
    await store.write(batch({ ticks: before }));
    for (const [round, order] of ORDERS.entries()) {
      let written = 0;
      const pages = await allPages(
        (cursor) => store.ticks({ symbol: "AAPL", order, limit: 3, cursor }),
        async () => {
          // Before, between and after those that are there.
          const at = [round * 100, 1_000 + written, 2_000 + round * 100].map((id) => id + written);
          written++;
          await store.write(batch({
            ticks: at.map((id, index) =>
              trade({ id: `late ${round} ${written} ${index}`, time: DAY_START + id * 1_000 })
            ),
          }));
        },
      );
      assert(written > 10);
      const ids = pages.flat().map(({ id }) => id);
      assertEquals(new Set(ids).size, ids.length);
      const old = ids.filter((id) => !id.startsWith("late"));
      const expected = before.map(({ id }) => id);
      assertEquals(old, order === "-time" ? expected.toReversed() : expected);
    }
  });

  test("gives a rare and a common symbol alike in the order of arrival", async (store) => {
    // Every 50th tick is of the rare one; times run backwards, so they are no help.
    const ticks = Array.from({ length: 3_000 }, (_, index) =>
      trade({
        symbol: index % 50 === 0 ? "RARE" : "COMMON",
        id: `${index}`,
        time: DAY_START - index,
      }));
    await store.write(batch({ ticks }));
    for (const symbol of ["RARE", "COMMON"]) {
      for (const limit of [7, 1_000]) {
        const pages = await allPages((cursor) =>
          store.ticks({ symbol, order: "arrival", limit, cursor })
        );
        assertEquals(pages.flat(), ticks.filter((tick) => tick.symbol === symbol));
      }
    }
  });

  test("refuses a cursor that the query did not give", async (store) => {
    await store.write(batch({ ticks: trades(3) }));
    const query = { symbol: "AAPL", order: "time", limit: 1 } as const;
    const { next } = await store.ticks(query);
    assert(next !== null);
    for (const cursor of ["", "nonsense", `${next}x`, "W10", "bnVsbA", "é"]) {
      await assertRejects(() => store.ticks({ ...query, cursor }), storeError("bad-cursor"));
    }
    for (const other of [{ symbol: "IBM" }, { order: "-time" }, { order: "arrival" }] as const) {
      const foreign = { ...query, ...other, cursor: next };
      await assertRejects(() => store.ticks(foreign), storeError("bad-cursor"));
    }
    await assertRejects(
      () =>
        store.candles({
          symbol: "AAPL",
          interval: "1m",
          basis: "bid",
          order: "start",
          limit: 1,
          cursor: next,
        }),
      storeError("bad-cursor"),
    );
    await assertRejects(() => store.gaps({ limit: 1, cursor: next }), storeError("bad-cursor"));
  });

  test("refuses a page without rows", async (store) => {
    for (const limit of [0, -1, 1.5, NaN]) {
      const query = { symbol: "AAPL", order: "time", limit } as const;
      await assertRejects(() => store.ticks(query), storeError("refused", /limit/));
    }
  });

  test("tells the span of a symbol's ticks before an instant", async (store) => {
    await store.write(batch({ ticks: [...trades(3), quote({ symbol: "IBM", time: 5 })] }));
    const first = DAY_START;
    assertEquals(await store.tickSpan("AAPL", first), null);
    assertEquals(await store.tickSpan("AAPL", first + 1), { first, last: first });
    assertEquals(await store.tickSpan("AAPL", first + 2_000), { first, last: first + 1_000 });
    assertEquals(await store.tickSpan("AAPL", first + 9_000), { first, last: first + 2_000 });
    assertEquals(await store.tickSpan("NONE", first + 9_000), null);
  });

  test("answers while a large batch is written, and shows it whole or not at all", async (store) => {
    await store.write(batch({ ticks: [trade({ symbol: "SMALL" })] }));
    const ticks = trades(60_000);
    const whole = { first: ticks[0]!.time, last: ticks.at(-1)!.time };
    let written = false;
    let answered = 0;
    const writing = store.write(batch({ ticks })).then((report) => {
      written = true;
      return report;
    });
    while (!written) {
      const [span, { rows }] = await Promise.all([
        store.tickSpan("AAPL", Number.MAX_SAFE_INTEGER),
        store.ticks({ symbol: "SMALL", order: "arrival", limit: 2 }),
      ]);
      assertEquals(rows, [trade({ symbol: "SMALL" })]);
      if (span !== null) assertEquals(span, whole);
      else answered++;
    }
    assertEquals(await writing, { ticks: 60_000, candles: 0 });
    assert(answered > 0, "no answer came before the batch was kept");
    assertEquals(await store.tickSpan("AAPL", Number.MAX_SAFE_INTEGER), whole);
  });
}
