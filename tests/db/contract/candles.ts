/**
 * The part of the stores' contract that concerns candles.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { BASES, CANDLE_STATUSES } from "../../../domain/candle.ts";
import type { KeptCandle, ToldCandleQuery } from "../../../db/store.ts";
import { allPages, batch, candle, DAY_START, storeError, type StoreTest } from "./harness.ts";

const MINUTE = 60_000_000;
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const time = fc.maxSafeNat();
const anyCandle: fc.Arbitrary<KeptCandle> = fc.record({
  symbol: fc.constant("?"),
  interval: fc.constantFrom("1m", "1h", "1d"),
  basis: fc.constantFrom(...BASES),
  start: time,
  end: time,
  open: number,
  high: number,
  low: number,
  close: number,
  realVolume: number,
  tickVolume: fc.nat(),
  vwap: fc.option(number),
  buyVolume: number,
  sellVolume: number,
  status: fc.constantFrom(...CANDLE_STATUSES),
  revision: fc.nat(),
  providers: fc.uniqueArray(fc.constantFrom("alpaca", "demo", "ig")).map((names) => names.sort()),
  openTime: time,
  closeTime: time,
  epoch: fc.stringMatching(/^[a-z0-9]{1,8}$/),
  sequence: fc.maxSafeNat(),
});

const minutes = { symbol: "AAPL", interval: "1m", basis: "trade", order: "start" } as const;

/** Registers the tests. */
export function candlesContract(test: StoreTest): void {
  test("gives every candle back bit for bit", async (store) => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(anyCandle, async (drawn) => {
        const kept = { ...drawn, symbol: `RUN${++runs}` };
        const report = await store.write(batch({ candles: [kept] }));
        assertEquals(report, { ticks: 0, candles: 1 });
        const { symbol, interval, basis } = kept;
        const query = { symbol, interval, basis, order: "start", limit: 2 } as const;
        assertEquals(await store.candles(query), { rows: [kept], next: null });
      }),
      { numRuns: 60 },
    );
  });

  test("takes a candle whose revision is not lower and that differs", async (store) => {
    const write = async (told: KeptCandle) =>
      (await store.write(batch({ candles: [told] }))).candles;
    const kept = async () => (await store.candles({ ...minutes, limit: 9 })).rows;
    const first = candle({ revision: 1, sequence: 10 });
    assertEquals(await write(first), 1);

    // The same again under another event, as after a restart: the first telling stands.
    assertEquals(await write({ ...first, epoch: "later", sequence: 1 }), 0);
    assertEquals(await kept(), [first]);

    assertEquals(await write({ ...first, revision: 0, close: 50, sequence: 11 }), 0);
    assertEquals(await kept(), [first]);

    const corrected = { ...first, close: 100.5, sequence: 12 };
    assertEquals(await write(corrected), 1);
    assertEquals(await kept(), [corrected]);

    const withoutVolume = { ...corrected, vwap: null, sequence: 13 };
    assertEquals(await write(withoutVolume), 1);
    assertEquals(await kept(), [withoutVolume]);

    const repaired = { ...withoutVolume, revision: 2, epoch: "later", sequence: 3 };
    assertEquals(await write(repaired), 1);
    assertEquals(await kept(), [repaired]);
  });

  test("takes the revisions in one batch one after the other", async (store) => {
    const revised = candle({ revision: 1, close: 100.125, sequence: 2 });
    const other = candle({ symbol: "IBM" });
    // Taken, taken; told again, and outdated, in vain; and another one.
    const told = [candle(), revised, { ...revised, sequence: 3 }, candle({ close: 7 }), other];
    assertEquals((await store.write(batch({ candles: told }))).candles, 3);
    assertEquals((await store.candles({ ...minutes, limit: 9 })).rows, [revised]);
  });

  test("pages candles by start both ways, within a range", async (store) => {
    const candles = Array.from(
      { length: 7 },
      (_, index) => candle({ start: DAY_START + index * MINUTE, sequence: index }),
    );
    const others = [
      candle({ interval: "1h" }),
      candle({ basis: "bid" }),
      candle({ symbol: "IBM" }),
    ];
    // Written in disorder.
    await store.write(batch({ candles: [...candles.toReversed(), ...others] }));
    const pages = (query: object) =>
      allPages((cursor) => store.candles({ ...minutes, limit: 3, ...query, cursor }));
    const sequences = async (query: object) =>
      (await pages(query)).map((page) => page.map(({ sequence }) => sequence));
    assertEquals((await pages({})).flat(), candles);
    assertEquals(await sequences({}), [[0, 1, 2], [3, 4, 5], [6]]);
    assertEquals(await sequences({ order: "-start" }), [[6, 5, 4], [3, 2, 1], [0]]);
    const range = { from: DAY_START + MINUTE, to: DAY_START + 5 * MINUTE };
    assertEquals(await sequences(range), [[1, 2, 3], [4]]);
    assertEquals(await sequences({ ...range, order: "-start" }), [[4, 3, 2], [1]]);
  });

  test("tells what the stream told between two events, across epochs", async (store) => {
    const told = [
      candle({ epoch: "a", sequence: 9, start: 1 }),
      candle({ epoch: "a", sequence: 10, start: 2 }),
      candle({ epoch: "a", sequence: 11, start: 3, symbol: "IBM" }),
      candle({ epoch: "b", sequence: 2, start: 4, interval: "1h" }),
      candle({ epoch: "b", sequence: 3, start: 5 }),
      candle({ epoch: "b", sequence: 4, start: 6 }),
    ];
    await store.write(batch({ candles: told.toReversed() }));
    const starts = async (query: Partial<ToldCandleQuery>) => {
      const pages = await allPages((cursor) =>
        store.toldCandles({
          after: { epoch: "a", sequence: 9 },
          until: { epoch: "b", sequence: 3 },
          limit: 2,
          ...query,
          cursor,
        })
      );
      return pages.flat().map(({ start }) => start);
    };
    assertEquals(await starts({}), [2, 3, 4, 5]);
    assertEquals(await starts({ after: { epoch: "", sequence: 0 } }), [1, 2, 3, 4, 5]);
    assertEquals(await starts({ until: { epoch: "c", sequence: 0 } }), [2, 3, 4, 5, 6]);
    assertEquals(await starts({ after: { epoch: "a", sequence: 99 } }), [4, 5]);
    assertEquals(await starts({ symbols: ["IBM", "NONE"] }), [3]);
    assertEquals(await starts({ intervals: ["1m"] }), [2, 3, 5]);
    assertEquals(await starts({ intervals: ["1m", "1h"], symbols: ["AAPL"] }), [2, 4, 5]);
    assertEquals(await starts({ symbols: [] }), []);
  });

  test("tells a revised candle once, where it was told last", async (store) => {
    const revised = candle({ revision: 1, close: 100.5, sequence: 5 });
    await store.write(batch({ candles: [candle({ sequence: 1 }), candle({ start: 7 })] }));
    await store.write(batch({ candles: [revised] }));
    const { epoch } = revised;
    const { rows } = await store.toldCandles({
      after: { epoch, sequence: 0 },
      until: { epoch, sequence: 9 },
      limit: 9,
    });
    assertEquals(rows, [candle({ start: 7 }), revised]);
  });

  test("pages told candles of one event", async (store) => {
    const candles = ["IBM", "AAPL", "MSFT"].map((symbol) => candle({ symbol }));
    await store.write(batch({ candles }));
    const { epoch } = candle();
    const range = { after: { epoch, sequence: 0 }, until: { epoch, sequence: 1 } };
    const pages = await allPages((cursor) => store.toldCandles({ ...range, limit: 1, cursor }));
    assertEquals(
      pages.flat().map(({ symbol }) => symbol).sort(),
      ["AAPL", "IBM", "MSFT"],
    );
    await assertRejects(
      () => store.toldCandles({ ...range, limit: 1, cursor: "W10" }),
      storeError("bad-cursor"),
    );
  });

  test("names the bases of which an instrument has candles", async (store) => {
    const candles = [
      candle({ basis: "mid" }),
      candle({ basis: "bid" }),
      candle({ basis: "trade", interval: "1h" }),
      candle({ basis: "ask", symbol: "IBM" }),
    ];
    await store.write(batch({ candles }));
    assertEquals((await store.bases("AAPL", "1m")).sort(), ["bid", "mid"]);
    assertEquals(await store.bases("AAPL", "1h"), ["trade"]);
    assertEquals(await store.bases("AAPL", "1d"), []);
  });
}
