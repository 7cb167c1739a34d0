/**
 * The part of the stores' contract that concerns everything beside ticks and candles, and the
 * store's life.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import type { CandleStatus } from "../../../domain/candle.ts";
import type { GapQuery, KeptQuota, ProviderEvent, Run, Store } from "../../../db/store.ts";
import {
  allPages,
  batch,
  book,
  candle,
  DAY_START,
  gap,
  quote,
  storeError,
  type StoreTest,
  trade,
} from "./harness.ts";

/** Registers the tests. */
export function recordsContract(test: StoreTest): void {
  test("keeps one gap per symbol, provider and start, as it was told last", async (store) => {
    const other = gap({ provider: "ig" });
    const filled = gap({ to: DAY_START + 5, status: "filled", reason: "restart", detectedAt: 9 });
    await store.write(batch({ gaps: [gap(), other] }));
    await store.write(batch({ gaps: [filled] }));
    assertEquals((await store.gaps({ limit: 9 })).rows, [filled, other]);
    await store.write(batch({ gaps: [filled, gap({ status: "unfillable" })] }));
    assertEquals((await store.gaps({ limit: 9 })).rows, [gap({ status: "unfillable" }), other]);
  });

  test("gives gaps of one status, the newest first", async (store) => {
    const gaps = [10, 20, 30, 40].map((from) =>
      gap({ from, to: from + 5, status: from === 20 ? "filled" : "open" })
    );
    await store.write(batch({ gaps }));
    const query = { status: "open", order: "-from", limit: 2 } as const;
    const pages = await allPages((cursor) => store.gaps({ ...query, cursor }));
    assertEquals(pages.map((page) => page.map(({ from }) => from)), [[40, 30], [10]]);
    assertEquals((await store.gaps({ status: "filled", limit: 9 })).rows, [gaps[1]]);
  });

  test("gives gaps that have a part in a range, by start, symbol and provider", async (store) => {
    const gaps = [
      gap({ from: 10, to: 20, symbol: "IBM" }),
      gap({ from: 30, to: 40, symbol: "AAPL", provider: "alpaca" }),
      gap({ from: 30, to: 35, symbol: "AAPL", provider: "ig" }),
      gap({ from: 30, to: 50, symbol: "IBM" }),
      gap({ from: 60, to: 60, symbol: "AAPL" }),
    ];
    // Names are written in another order than they sort.
    await store.write(batch({ gaps: gaps.toReversed() }));
    const read = async (query: Partial<GapQuery>) => {
      const pages = await allPages((cursor) => store.gaps({ limit: 2, ...query, cursor }));
      return pages.flat().map((found) => gaps.findIndex((one) => Object.is(one.to, found.to)));
    };
    assertEquals(await read({}), [0, 1, 2, 3, 4]);
    assertEquals(await read({ symbol: "AAPL" }), [1, 2, 4]);
    assertEquals(await read({ from: 20, to: 30 }), []);
    assertEquals(await read({ from: 19, to: 31 }), [0, 1, 2, 3]);
    assertEquals(await read({ from: 35, to: 60 }), [1, 3]);
    assertEquals(await read({ from: 60, to: 61 }), [4]);
  });

  test("gives a provider's latest events, newest first", async (store) => {
    const event = (time: number, name: string): ProviderEvent => ({
      provider: "alpaca",
      time,
      event: name,
      reason: "because",
      correlation: "c1",
    });
    const events = [event(1, "opening"), event(2, "live"), event(2, "stale"), event(3, "lost")];
    await store.write(batch({ events: [...events, { ...event(9, "live"), provider: "ig" }] }));
    assertEquals(await store.providerEvents("alpaca", 9), events.toReversed());
    assertEquals(await store.providerEvents("alpaca", 3), events.toReversed().slice(0, 3));
    assertEquals(await store.providerEvents("none", 3), []);
    await store.write(batch({ events }));
    assertEquals((await store.providerEvents("alpaca", 99)).length, 4);
    const long = event(4, "lost");
    const told = { ...long, reason: "x".repeat(10_000) };
    await store.write(batch({ events: [told, told] }));
    assertEquals(await store.providerEvents("alpaca", 1), [told]);
  });

  test("keeps what was spent of an allowance, as it was told last", async (store) => {
    const quota = (name: string, ...spendings: [number, number][]): KeptQuota => ({
      provider: "ig",
      name,
      spendings: spendings.map(([slot, spent]) => ({ slot, spent })),
    });
    const [requests, history] = [quota("requests", [DAY_START, 2]), quota("history")];
    await store.write(batch({ quotas: [requests, history] }));
    const later = quota("requests", [DAY_START, 2], [DAY_START + 1_000_000, 0.5]);
    await store.write(batch({ quotas: [requests, later] }));
    const other = { ...history, provider: "alpaca" };
    await store.write(batch({ quotas: [other] }));
    assertEquals(await store.quotas(), [other, history, later]);
  });

  test("keeps one name of an instrument per venue, as it was learnt last", async (store) => {
    const mapping = (provider: string, symbol: string, name: string) => ({
      provider,
      symbol,
      name,
    });
    const ftse = mapping("ig", "^FTSE", "IX.D.FTSE.DAILY.IP");
    await store.write(batch({ mappings: [ftse, mapping("ig", "BP.L", "KA.D.BP.DAILY.IP")] }));
    const renamed = mapping("ig", "BP.L", "KA.D.BP.CASH.IP");
    await store.write(batch({ mappings: [mapping("ig", "BP.L", "X"), renamed] }));
    assertEquals(await store.mappings(), [renamed, ftse]);
  });

  test("adds flags to a trade that is kept, by its id and within a span", async (store) => {
    const day = 86_400_000_000;
    const told = trade({ id: "7", time: DAY_START + 5, flags: 1 });
    const others = [
      trade({ id: "7", time: DAY_START + 5 + day }),
      trade({ id: "8", time: DAY_START + 6 }),
      trade({ id: "7", time: DAY_START + 5, provider: "ig" }),
      quote({ id: "7", time: DAY_START + 5 }),
    ];
    const { symbol, provider } = told;
    const amendment = {
      symbol,
      provider,
      id: "7",
      from: DAY_START,
      to: DAY_START + day,
      flags: 256,
    };
    // A trade and what is said of it may come together.
    await store.write(batch({ ticks: [told, ...others], amendments: [amendment] }));
    await store.write(batch({ amendments: [amendment, { ...amendment, id: "none" }] }));
    const { rows } = await store.ticks({ symbol, limit: 99, order: "arrival" });
    assertEquals(rows.map(({ flags }) => flags), [257, ...others.map(({ flags }) => flags)]);
  });

  test("finds the run that was alive at an instant, else the last before it", async (store) => {
    const first: Run = { epoch: "a", startedAt: 100, aliveUntil: 200, clean: true };
    const second: Run = { epoch: "b", startedAt: 300, aliveUntil: 300, clean: false };
    assertEquals([await store.runAt(100), await store.lastEpoch()], [null, null]);
    await store.write(batch({ run: second }));
    await store.write(batch({ run: first }));
    assertEquals(await store.lastEpoch(), "b");
    assertEquals(await store.runAt(99), null);
    assertEquals(await store.runAt(100), first);
    assertEquals(await store.runAt(200), first);
    assertEquals(await store.runAt(299), first);
    assertEquals(await store.runAt(300), second);
    assertEquals(await store.runAt(400), second);

    const moved: Run = { ...second, aliveUntil: 350, clean: true };
    await store.write(batch({ run: moved }));
    assertEquals(await store.runAt(400), moved);

    // A replay of the first run's time, begun before it and still alive after its end.
    const replay: Run = { epoch: "c", startedAt: 50, aliveUntil: 250, clean: true };
    await store.write(batch({ run: replay }));
    assertEquals(await store.runAt(150), first);
    assertEquals(await store.runAt(220), replay);
    assertEquals(await store.runAt(260), first);
    assertEquals(await store.lastEpoch(), "c");
    assertEquals([await store.run("b"), await store.run("d")], [moved, null]);
  });

  test("keeps the last change of each instrument, removals too", async (store) => {
    const spec = {
      symbol: "VOD.L",
      market: "LSE",
      level: 2,
      step: 0.05,
      providers: { ig: { epic: "KA.D.VOD.DAILY.IP" } },
    } as const;
    const removed = { symbol: "AAPL", spec: null, changedAt: 3 };
    await store.changeInstrument({ symbol: "AAPL", spec: { symbol: "AAPL" }, changedAt: 1 });
    await store.changeInstrument({ symbol: "VOD.L", spec, changedAt: 2 });
    await store.changeInstrument(removed);
    const changes = await store.instrumentChanges();
    assertEquals(changes, [removed, { symbol: "VOD.L", spec, changedAt: 2 }]);
  });

  test("keeps the last change of each route, removals too", async (store) => {
    const spec = { market: "FX", providers: ["ig", "demo"], failover: { delay: "5s" } };
    const removed = { name: "us", spec: null, changedAt: 3 };
    await store.changeRoute({ name: "us", spec: { providers: ["demo"] }, changedAt: 1 });
    await store.changeRoute({ name: "FX", spec, changedAt: 2 });
    await store.changeRoute(removed);
    assertEquals(await store.routeChanges(), [{ name: "FX", spec, changedAt: 2 }, removed]);
  });

  test("keeps the providers of each exchange as they were set last, removals too", async (store) => {
    const one = (provider: string, priority: number, more = {}) => ({
      provider,
      priority,
      primary: false,
      active: true,
      ...more,
    });
    const lse = {
      market: "LSE",
      spec: {
        providers: [one("alpaca", 2, { active: false }), one("ig", 7, { primary: true })],
        failover: { delay: "5s" },
      },
      changedAt: 3,
    };
    const before = { providers: [one("demo", 1), one("ig", 1)] };
    await store.changeExchange({ market: "LSE", spec: before, changedAt: 1 });
    const gone = { market: "FX", spec: null, changedAt: 4 };
    await store.changeExchange({ market: "FX", spec: before, changedAt: 2 });
    await store.changeExchange(lse);
    await store.changeExchange(gone);
    assertEquals(await store.exchangeChanges(), [gone, lse]);
    const none = { market: "FX", spec: { providers: [] }, changedAt: 5 };
    await store.changeExchange(none);
    assertEquals(await store.exchangeChanges(), [none, lse]);
  });

  test("names the symbols that have ticks or candles", async (store) => {
    await store.write(batch({
      ticks: [quote({ symbol: "EURUSD" })],
      candles: [candle({ symbol: "^FTSE" })],
      gaps: [gap({ symbol: "IBM" })],
    }));
    assertEquals((await store.symbols()).sort(), ["EURUSD", "^FTSE"]);
  });

  test("a range without bounds holds the first and the last instant of all", async (store) => {
    const [first, last] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
    const ends = { end: last, openTime: last, closeTime: last };
    await store.write(batch({
      ticks: [trade({ time: first }), trade({ time: last })],
      candles: [candle({ start: first }), candle({ start: last, ...ends })],
      books: [book({ time: first }), book({ time: last })],
      gaps: [gap({ from: first }), gap({ from: last, to: last })],
    }));
    for (const order of ["time", "-time", "arrival"] as const) {
      const { rows } = await store.ticks({ symbol: "AAPL", order, limit: 9 });
      assertEquals(rows.map(({ time }) => time).sort((a, b) => a - b), [first, last]);
    }
    const minutes = { symbol: "AAPL", interval: "1m", basis: "trade", order: "start" } as const;
    const candles = (await store.candles({ ...minutes, limit: 9 })).rows;
    assertEquals(candles.map(({ start }) => start), [first, last]);
    const books = (await store.books({ symbol: "AAPL", order: "time", limit: 9 })).rows;
    assertEquals(books.map(({ time }) => time), [first, last]);
    assertEquals((await store.gaps({ limit: 9 })).rows.map(({ from }) => from), [first, last]);
  });

  test("leaves nothing of a batch that fails, and goes on", async (store) => {
    const ticks = [trade({ symbol: "NEW", provider: "new" })];
    const gaps = [gap({ symbol: "NEW", provider: "new" })];
    const run: Run = { epoch: "a", startedAt: 1, aliveUntil: 2, clean: false };
    const status = "nonsense" as CandleStatus;
    await assertRejects(
      () => store.write(batch({ ticks, gaps, run, candles: [candle({ status })] })),
      storeError("refused"),
    );
    assertEquals(await store.symbols(), []);
    assertEquals((await store.gaps({ limit: 1 })).rows, []);
    assertEquals(await store.lastEpoch(), null);

    // The names that came with the failed batch are made again.
    await store.write(batch({ ticks, gaps }));
    const { rows } = await store.ticks({ symbol: "NEW", order: "time", limit: 9 });
    assertEquals(rows, ticks);
    assertEquals((await store.gaps({ limit: 9 })).rows, gaps);
  });

  test("keeps what it has when it is closed and opened", async (store, place) => {
    const run: Run = { epoch: "a", startedAt: 1, aliveUntil: 2, clean: true };
    await store.write(batch({ ticks: [trade()], candles: [candle()], run }));
    // Not waited for: closing does.
    const last = store.write(batch({ ticks: [trade({ id: "last" })] }));
    await store.close();
    assertEquals(await last, { ticks: 1, candles: 0 });
    for (const mode of ["read", "write"] as const) {
      const again = await place.open(mode);
      try {
        const { rows } = await again.ticks({ symbol: "AAPL", order: "arrival", limit: 9 });
        assertEquals(rows, [trade(), trade({ id: "last" })]);
        assertEquals(await again.lastEpoch(), "a");
      } finally {
        await again.close();
      }
    }
  });

  test("shows a reader of its own what is written meanwhile", async (store, place) => {
    const reader = await place.open("read");
    try {
      assertEquals(await reader.symbols(), []);
      await store.write(batch({ ticks: [trade()] }));
      assertEquals(await reader.symbols(), ["AAPL"]);
      await assertRejects(() => reader.write(batch({})), storeError("unusable", /reading only/));
      await assertRejects(() => reader.prune({}, 1), storeError("unusable", /reading only/));
    } finally {
      await reader.close();
    }
  });

  test("is locked to a second writer until it is closed", async (store, place) => {
    await assertRejects(() => place.open("write"), storeError("locked"));
    await store.close();
    const second = await place.open("write");
    await second.close();
  });

  test("every method of a closed store rejects", async (store) => {
    await store.close();
    const calls: ((store: Store) => Promise<unknown>)[] = [
      (store) => store.write(batch({})),
      (store) => store.ticks({ symbol: "A", order: "time", limit: 1 }),
      (store) =>
        store.candles({ symbol: "A", interval: "1m", basis: "bid", order: "start", limit: 1 }),
      (store) => {
        const event = { epoch: "a", sequence: 1 };
        return store.toldCandles({ after: event, until: event, limit: 1 });
      },
      (store) => store.gaps({ limit: 1 }),
      (store) => store.books({ symbol: "A", order: "time", limit: 1 }),
      (store) => store.providerEvents("alpaca", 1),
      (store) => store.bases("A", "1m"),
      (store) => store.tickSpan("A", 1),
      (store) => store.symbols(),
      (store) => store.runAt(1),
      (store) => store.run("a"),
      (store) => store.lastEpoch(),
      (store) => store.instrumentChanges(),
      (store) => store.routeChanges(),
      (store) => store.changeRoute({ name: "a", spec: null, changedAt: 1 }),
      (store) => store.exchangeChanges(),
      (store) => store.changeExchange({ market: "FX", spec: null, changedAt: 1 }),
      (store) => store.signals({ order: "time", limit: 1 }),
      (store) => store.strategyChanges(),
      (store) =>
        store.changeStrategy({
          strategy: "a",
          symbol: "*",
          spec: null,
          changedAt: 1,
          changedBy: "api",
        }),
      (store) => store.prune({}, 1),
      (store) => store.size(),
      (store) => store.changeInstrument({ symbol: "A", spec: null, changedAt: 1 }),
    ];
    for (const call of calls) {
      await assertRejects(() => call(store), storeError("unusable", /closed/));
    }
    await store.close();
  });
}
