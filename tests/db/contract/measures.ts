/**
 * The part of the stores' contract that concerns measures: profiles, order flow and states.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Measure, MeasureKind, Measures } from "../../../db/store.ts";
import { MINUTE } from "../../../domain/time.ts";
import { allPages, batch, DAY_START, storeError, type StoreTest } from "./harness.ts";

const part = (more: Partial<Measures["profile"]> = {}): Measures["profile"] => ({
  symbol: "AAPL",
  basis: "volume",
  start: DAY_START,
  end: DAY_START + MINUTE,
  step: 0.01,
  binSteps: 1,
  maxBins: 2_048,
  width: 2,
  first: -3,
  values: [0.1 + 0.2, 0, 1e21],
  low: 100.1,
  high: null,
  close: 1 / 3,
  unplaced: 7.5,
  ...more,
});
const metrics = (more: Partial<Measures["metrics"]> = {}): Measures["metrics"] => ({
  symbol: "AAPL",
  basis: "ticks",
  start: DAY_START,
  end: DAY_START + 390 * MINUTE,
  regular: true,
  status: "gapped",
  since: DAY_START + 1,
  poc: 1.1,
  vah: 1.2,
  val: 1.05,
  high: 1.3,
  low: 1,
  total: 123.5,
  valueShare: 0.7125,
  hvn: [1.1, 1.25],
  lvn: [1.2],
  shape: "b",
  unplaced: 0,
  ...more,
});
const flow = (more: Partial<Measures["flow"]> = {}): Measures["flow"] => ({
  symbol: "AAPL",
  interval: "1m",
  start: DAY_START,
  end: DAY_START + MINUTE,
  buyVolume: 300,
  sellVolume: 100,
  unknownVolume: 50.5,
  buys: 3,
  sells: 1,
  unknowns: 2,
  deltaHigh: 250,
  deltaLow: -50,
  largeBuyVolume: 100,
  largeSellVolume: 0,
  larges: 1,
  cumulative: -1_200,
  delta: 200,
  pressure: 0.5,
  forming: false,
  revision: 2,
  ...more,
});
const state = (more: Partial<Measures["state"]> = {}): Measures["state"] => ({
  symbol: "AAPL",
  time: DAY_START,
  regime: "imbalance-down",
  score: -0.625,
  confidence: 0.25,
  price: 99.5,
  reasons: ['The price is "below" it.', "Value\\moved."],
  ...more,
});

/** One of each kind, and another that differs in its time alone, and the name in its key. */
const KINDS: readonly [Measure, Measure, string][] = [
  [{ kind: "profile", value: part() }, { kind: "profile", value: part({ start: 5 }) }, "volume"],
  [
    { kind: "metrics", value: metrics() },
    { kind: "metrics", value: metrics({ start: 5, regular: false, shape: null }) },
    "ticks",
  ],
  [{ kind: "flow", value: flow() }, { kind: "flow", value: flow({ start: 5 }) }, "1m"],
  [{ kind: "state", value: state() }, { kind: "state", value: state({ time: 5 }) }, ""],
];

/** Registers the tests. */
export function measuresContract(test: StoreTest): void {
  test("gives every kind of measure back as it was, by time both ways", async (store) => {
    await store.write(batch({ measures: KINDS.flatMap(([one, other]) => [one, other]) }));
    for (const [one, other, name] of KINDS) {
      const read = async (order: "time" | "-time") => {
        const query = { symbol: "AAPL", name, order, limit: 1 } as const;
        const pages = await allPages((cursor) =>
          store.measures(one.kind as MeasureKind, { ...query, cursor })
        );
        return pages.flat();
      };
      assertEquals(await read("time"), [other.value, one.value]);
      assertEquals(await read("-time"), [one.value, other.value]);
    }
  });

  test("keeps the last word on a measure, said in one batch or in several", async (store) => {
    const first = flow({ buyVolume: 1 });
    const second = flow({ buyVolume: 2 });
    const third = flow({ buyVolume: 3 });
    const said = (value: Measures["flow"]): Measure => ({ kind: "flow", value });
    await store.write(batch({ measures: [said(first), said(second)] }));
    const query = { symbol: "AAPL", name: "1m", order: "time", limit: 9 } as const;
    const volumes = async () =>
      (await store.measures("flow", query)).rows.map(({ buyVolume }) => buyVolume);
    assertEquals(await volumes(), [2]);
    await store.write(batch({ measures: [said(third)] }));
    assertEquals(await volumes(), [3]);
  });

  test("keeps the last sizes of an instrument's trades", async (store) => {
    const sizes = (more: Partial<Measures["sizes"]> = {}): Measures["sizes"] => ({
      symbol: "AAPL",
      until: DAY_START,
      quantile: 0.99,
      counts: [[3, 1], [400, 999_999]],
      ...more,
    });
    const last = sizes({ until: DAY_START + MINUTE, counts: [] });
    const said = [sizes(), sizes({ symbol: "IBM" }), last];
    await store.write(
      batch({ measures: said.map((value): Measure => ({ kind: "sizes", value })) }),
    );
    const read = async (symbol: string) =>
      (await store.measures("sizes", { symbol, name: "", order: "time", limit: 1 })).rows;
    assertEquals(await read("AAPL"), [last]);
    assertEquals(await read("IBM"), [said[1]]);
    assertEquals(await read("NONE"), []);
  });

  test("tells measures apart by symbol and name, and gives a range of them", async (store) => {
    const values = [
      ...[0, 1, 2, 3].map((at) => flow({ start: DAY_START + at * MINUTE })),
      flow({ interval: "5m" }),
      flow({ symbol: "IBM" }),
    ];
    await store.write(batch({ measures: values.map((value) => ({ kind: "flow", value })) }));
    const query = { symbol: "AAPL", name: "1m", order: "time", limit: 9 } as const;
    const range = { from: DAY_START + MINUTE, to: DAY_START + 3 * MINUTE };
    const { rows, next } = await store.measures("flow", { ...query, ...range });
    assertEquals([rows, next], [values.slice(1, 3), null]);
    assertEquals((await store.measures("flow", { ...query, name: "5m" })).rows, [values[4]]);
    assertEquals((await store.measures("flow", { ...query, symbol: "NONE" })).rows, []);
  });

  test("refuses a cursor of other measures, and a page without rows", async (store) => {
    const values = [flow(), flow({ start: 5 })];
    await store.write(batch({ measures: values.map((value) => ({ kind: "flow", value })) }));
    const query = { symbol: "AAPL", name: "1m", order: "time", limit: 1 } as const;
    const { next } = await store.measures("flow", query);
    assert(next !== null);
    const foreign = { ...query, name: "5m", cursor: next };
    await assertRejects(() => store.measures("flow", foreign), storeError("bad-cursor"));
    const other = { ...query, cursor: next };
    await assertRejects(() => store.measures("profile", other), storeError("bad-cursor"));
    const none = { ...query, limit: 0 };
    await assertRejects(() => store.measures("flow", none), storeError("refused", /limit/));
  });
}
