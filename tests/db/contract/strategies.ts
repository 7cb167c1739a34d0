/**
 * The part of the stores' contract that concerns strategies: signals, standings and what was said.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import type { Measure, Measures, StrategyChange } from "../../../db/store.ts";
import { MINUTE } from "../../../domain/time.ts";
import { allPages, batch, DAY_START, storeError, type StoreTest } from "./harness.ts";

const signal = (more: Partial<Measures["signal"]> = {}): Measures["signal"] => ({
  id: "ema-cross.AAPL.5m.trade.2014-05-01T00:00:00.000Z.buy",
  strategy: "ema-cross",
  symbol: "AAPL",
  interval: "5m",
  basis: "trade",
  time: DAY_START,
  side: "buy",
  strength: 1 / 3,
  entry: 100.25,
  stop: 99,
  target: 102.75,
  reasons: ['It is "so".', "And\\or so."],
  inputs: { close: 0.1 + 0.2, regime: "balance", first: true, vwap: null },
  revision: "00c0ffee",
  ...more,
});
const standing = (more: Partial<Measures["standing"]> = {}): Measures["standing"] => ({
  symbol: "AAPL",
  strategy: "ema-cross",
  since: DAY_START - 1,
  until: DAY_START,
  state: { side: "above", seen: [1, null, 0.1 + 0.2], deep: { yes: true } },
  market: { regime: "imbalance-up", score: 0.625, confidence: 0.25, reasons: ["Up."] },
  revision: "00c0ffee",
  ...more,
});
const kept = (value: Measures["signal"]): Measure => ({ kind: "signal", value });
const stands = (value: Measures["standing"]): Measure => ({ kind: "standing", value });

/** Registers the tests of this part. */
export function strategiesContract(test: StoreTest): void {
  test("keeps signals, each once, and gives them by any of their kinds", async (store) => {
    const signals = [
      signal(),
      signal({ strategy: "rsi-reversal", side: "sell" }),
      signal({ symbol: "MSFT" }),
      signal({ time: DAY_START + MINUTE }),
    ];
    await store.write(batch({ measures: signals.map(kept) }));
    await store.write(batch({ measures: [kept(signal()), kept(signal({ time: DAY_START }))] }));
    const read = async (more: Partial<Parameters<typeof store.signals>[0]> = {}) =>
      (await allPages((cursor) => store.signals({ order: "time", limit: 1, ...more, cursor })))
        .flat();
    assertEquals(await read(), signals);
    assertEquals(await read({ order: "-time" }), signals.toReversed());
    assertEquals(await read({ order: "-time", limit: 3 }), signals.toReversed());
    assertEquals(await read({ symbol: "MSFT" }), [signals[2]]);
    assertEquals(await read({ strategy: "rsi-reversal" }), [signals[1]]);
    assertEquals(await read({ symbol: "MSFT", strategy: "rsi-reversal" }), []);
    assertEquals(await read({ from: DAY_START + 1 }), [signals[3]]);
    assertEquals(await read({ to: DAY_START + MINUTE }), signals.slice(0, 3));
    const { rows } = await store.measures("signal", {
      symbol: "AAPL",
      name: "ema-cross",
      order: "time",
      limit: 9,
    });
    assertEquals(rows, [signals[0], signals[3]]);
    await assertRejects(
      () => store.signals({ order: "time", limit: 1, cursor: "x" }),
      storeError("bad-cursor"),
    );
  });

  test("keeps how a strategy stands in place of how it stood", async (store) => {
    const others = [
      standing({ symbol: "MSFT" }),
      standing({ strategy: "rsi-reversal", market: null }),
    ];
    const later = standing({ until: DAY_START + MINUTE, state: null });
    await store.write(batch({ measures: [standing(), ...others].map(stands) }));
    await store.write(batch({ measures: [standing(), later].map(stands) }));
    const read = async (symbol: string, name: string) =>
      (await store.measures("standing", { symbol, name, order: "time", limit: 1 })).rows;
    assertEquals(await read("AAPL", "ema-cross"), [later]);
    assertEquals(await read("MSFT", "ema-cross"), [others[0]]);
    assertEquals(await read("AAPL", "rsi-reversal"), [others[1]]);
    assertEquals(await read("AAPL", "none"), []);
  });

  test("keeps all that was said of strategies, in the order in which it was said", async (store) => {
    assertEquals(await store.strategyChanges(), []);
    const change = (spec: StrategyChange["spec"], changedAt: number): StrategyChange => ({
      strategy: "ema-cross",
      symbol: "*",
      spec,
      changedAt,
      changedBy: "api 127.0.0.1",
    });
    const changes = [
      change({ enabled: true, parameters: { fast: 5 } }, 2),
      change(null, 1),
      { ...change({ interval: "1m" }, 1), symbol: "AAPL" },
    ];
    for (const one of changes) await store.changeStrategy(one);
    assertEquals(await store.strategyChanges(), changes);
  });
}
