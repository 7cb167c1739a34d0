import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Span } from "../../../domain/candles.ts";
import { FLAGS } from "../../../domain/flags.ts";
import {
  addFlow,
  deltaOf,
  emptyFlow,
  type FlowBar,
  flowOf,
  mergeFlow,
  type OrderFlow,
} from "../../../domain/flow/bar.ts";
import { type FlowOptions, FlowSeries, LARGE_AFTER } from "../../../domain/flow/series.ts";
import { parseInterval } from "../../../domain/interval.ts";
import type { Side, Trade } from "../../../domain/tick.ts";
import { HOUR, type Micros, MINUTE, parseTime, SECOND } from "../../../domain/time.ts";
import { quoteAt, REAL, realTicks, tradeAt } from "../ticks.ts";

const T0 = parseTime("2013-10-07T13:30:00Z")!;
const SESSION: Span = { start: T0, end: T0 + 6.5 * HOUR };

function series(more: Partial<FlowOptions> = {}): FlowSeries {
  return new FlowSeries({
    symbol: "AAPL",
    intervals: ["1m", "5m", "1h", "1d"].map((name) => parseInterval(name)!),
    grace: 2 * SECOND,
    sessionAt: (time) => time >= SESSION.start && time < SESSION.end ? SESSION : null,
    ...more,
  });
}

const of = (flows: readonly OrderFlow[], interval: string) =>
  flows.filter((flow) => flow.interval === interval);

type Print = { time: Micros; side: Side | null; size: number };
const anyPrint = fc.record({
  time: fc.integer({ min: 0, max: 25 * 60 }).map((seconds) => T0 + seconds * SECOND),
  side: fc.constantFrom<Side | null>("buy", "sell", null),
  size: fc.nat({ max: 1_000 }),
});
const anyPrints = fc.array(anyPrint, { maxLength: 60 })
  .map((prints) => prints.toSorted((a, b) => a.time - b.time));

/** Sums by definition: over the trades of a span, in their order. */
function sums(prints: readonly Print[], start: Micros, end: Micros): FlowBar {
  const within = prints.filter(({ time }) => time >= start && time < end);
  const volume = (side: Side | null) =>
    within.filter((one) => one.side === side).reduce((sum, { size }) => sum + size, 0);
  const count = (side: Side | null) => within.filter((one) => one.side === side).length;
  const signed = ({ side, size }: Print) => side === "buy" ? size : side === "sell" ? -size : 0;
  const path = within.map((_, i) =>
    within.slice(0, i + 1).reduce((sum, one) => sum + signed(one), 0)
  );
  return {
    start,
    end,
    buyVolume: volume("buy"),
    sellVolume: volume("sell"),
    unknownVolume: volume(null),
    buys: count("buy"),
    sells: count("sell"),
    unknowns: count(null),
    deltaHigh: Math.max(0, ...path),
    deltaLow: Math.min(0, ...path),
    largeBuyVolume: 0,
    largeSellVolume: 0,
    larges: 0,
    cumulative: prints.filter(({ time }) => time < end).reduce((sum, one) => sum + signed(one), 0),
  };
}

/** Trades whose side the venue tells; without one all are at one price, so nothing tells. */
function trades(prints: readonly Print[]): Trade[] {
  return prints.map(({ time, side, size }) => tradeAt(time, 10, { side, size }));
}

Deno.test("bars merged in the order of time equal one bar of all their trades", () => {
  const build = (prints: readonly Print[]) => {
    const bar = emptyFlow(0, MINUTE);
    for (const { side, size } of prints) addFlow(bar, side, size, size > 900);
    return bar;
  };
  fc.assert(fc.property(anyPrints, fc.nat({ max: 60 }), (prints, cut) => {
    const merged = build(prints.slice(0, cut));
    const late = build(prints.slice(cut));
    const before = structuredClone(late);
    mergeFlow(merged, late);
    assertEquals(merged, build(prints));
    assertEquals(late, before);
  }));
});

Deno.test("pressure is the share by which one side prevails; none without a known side", () => {
  const head = { symbol: "A", interval: "1m", forming: false, revision: 0 };
  const bar = emptyFlow(0, MINUTE);
  addFlow(bar, null, 50, false);
  assertEquals(flowOf(bar, head).pressure, null);
  addFlow(bar, "buy", 30, false);
  addFlow(bar, "sell", 10, true);
  const { pressure, delta, largeSellVolume, larges } = flowOf(bar, head);
  // (30 - 10) / (30 + 10).
  assertEquals([pressure, delta, largeSellVolume, larges], [0.5, 20, 10, 1]);
});

Deno.test("every bar is the sum of its trades, whatever its interval", () => {
  fc.assert(fc.property(anyPrints, (prints) => {
    const one = series();
    for (const trade of trades(prints)) one.add(trade);
    one.advance(SESSION.end + HOUR);
    const made = one.takeMade();
    assertEquals(one.forming(), []);
    for (const { symbol, interval, forming, revision, delta, pressure: _, ...bar } of made) {
      assertEquals([symbol, forming, revision, delta], ["AAPL", false, 0, deltaOf(bar)]);
      assertEquals(bar, sums(prints, bar.start, bar.end), interval);
    }
    const starts = (span: Micros) => new Set(prints.map(({ time }) => time - time % span)).size;
    assertEquals(of(made, "1m").length, starts(MINUTE));
    assertEquals(of(made, "5m").length, starts(5 * MINUTE));
    assertEquals(of(made, "1d").length, prints.length > 0 ? 1 : 0);
  }));
});

Deno.test("what forms at any moment is what the trades so far give", () => {
  fc.assert(fc.property(anyPrints, (prints) => {
    const one = series();
    for (const [i, trade] of trades(prints).entries()) {
      one.add(trade);
      const day = of(one.forming(), "1d")[0]!;
      const { symbol: _, interval: __, forming, revision: ___, delta, pressure: ____, ...bar } =
        day;
      assertEquals([forming, delta], [true, deltaOf(bar)]);
      assertEquals(bar, { ...sums(prints.slice(0, i + 1), SESSION.start, SESSION.end) });
    }
  }));
});

Deno.test("a bar closes at its end plus the grace, and a trade's own reception closes what was due", () => {
  const one = series();
  one.add(tradeAt(T0, 10, { side: "buy" }));
  one.advance(T0 + MINUTE + 2 * SECOND - 1);
  assertEquals(one.takeMade(), []);
  one.add(tradeAt(T0 + MINUTE + 2 * SECOND, 10));
  assertEquals(one.takeMade().map(({ interval, start }) => [interval, start]), [["1m", T0]]);
});

Deno.test("a later trade revises the last bars, and one too late for its minute is counted", () => {
  const one = series();
  one.add(tradeAt(T0, 10, { side: "buy", size: 5 }));
  one.add(tradeAt(T0 + 6 * MINUTE, 10, { side: "buy", size: 1 }));
  one.takeMade();
  one.add(tradeAt(T0 + SECOND, 10, { side: "sell", size: 7, receivedAt: T0 + 6 * MINUTE }));
  assertEquals(
    one.takeMade().map(({ interval, delta, revision }) => [interval, delta, revision]),
    [["1m", -2, 1], ["5m", -2, 1]],
  );
  // The hour and the day are still forming, and the session's delta knows of it: 5 + 1 - 7.
  assertEquals(of(one.forming(), "1h").map(({ delta, cumulative }) => [delta, cumulative]), [
    [-1, -1],
  ]);
  assertEquals(one.lost, 0);
  one.add(tradeAt(T0 + 2 * MINUTE, 10, { receivedAt: T0 + 6 * MINUTE }));
  assertEquals([one.lost, of(one.takeMade(), "1m")], [1, []]);
});

Deno.test("the cumulative delta begins anew with each session", () => {
  const next: Span = { start: T0 + 24 * HOUR, end: SESSION.end + 24 * HOUR };
  const sessionAt = (time: Micros) =>
    [SESSION, next].find(({ start, end }) => time >= start && time < end) ?? null;
  const one = series({ sessionAt });
  const times = [T0 - MINUTE, T0, T0 + MINUTE, SESSION.end, next.start];
  for (const time of times) one.add(tradeAt(time, 10, { side: "buy", size: 10 }));
  one.finish();
  const minutes = of(one.takeMade(), "1m");
  assertEquals(minutes.map(({ cumulative }) => cumulative), [10, 10, 20, 10, 10]);
});

Deno.test("refused ticks count for nothing, and quotes only say who began a trade", () => {
  const one = series();
  one.add(tradeAt(T0, 10, { side: "buy", flags: FLAGS.duplicate }));
  one.add(quoteAt(T0, 10, 11));
  assertEquals(one.takeForming(), []);
  one.add(tradeAt(T0, 11, { size: 3 }));
  assertEquals(of(one.takeForming(), "1m").map(({ buyVolume, buys }) => [buyVolume, buys]), [[
    3,
    1,
  ]]);
  assertEquals(one.takeForming(), []);
});

Deno.test("a large trade is one that is beyond the sizes of the minutes before, once they are known", () => {
  const one = series();
  const big = (i: number) => tradeAt(T0 + i, 10, { side: "sell", size: 50_000 });
  one.add(big(0));
  for (let i = 1; i < LARGE_AFTER; i++) one.add(tradeAt(T0 + i, 10, { side: "buy", size: 100 }));
  one.add(big(LARGE_AFTER));
  // While its minute is open, a thousand are not known yet.
  assertEquals(of(one.forming(), "1m")[0]!.larges, 0);
  one.add(tradeAt(T0 + MINUTE + 3 * SECOND, 10, { side: "sell", size: 50_000 }));
  one.add(tradeAt(T0 + MINUTE + 4 * SECOND, 10, { side: "buy", size: 100 }));
  const [minute] = of(one.forming(), "1m");
  assertEquals([minute!.larges, minute!.largeSellVolume], [1, 50_000]);
});

Deno.test("what is large after a restart is what would have been large without it", () => {
  const whole = { largeQuantile: 0.5, largeAfter: 3 };
  fc.assert(fc.property(anyPrints, fc.integer({ min: 0, max: 25 * 60 }), (prints, cut) => {
    const now = T0 + cut * SECOND;
    const never = series(whole);
    for (const trade of trades(prints)) never.add(trade);
    never.advance(T0 + HOUR);

    const before = series(whole);
    const early = trades(prints).filter(({ time }) => time <= now);
    for (const trade of early) before.add(trade);
    before.advance(now);
    const made = of(before.takeMade(), "1m");
    const sizes = before.takeSizes() ?? undefined;
    // What a stop closes before its time is built anew, and its sizes are not counted twice.
    before.finish();
    assertEquals(before.takeSizes(), null);
    const again = series({ ...whole, sizes });
    const minutes = made.filter(({ end }) => end + 2 * SECOND <= now);
    again.restore(minutes, now);
    const from = minutes.at(-1)?.end ?? -Infinity;
    for (const trade of trades(prints)) if (trade.time >= from) again.add(trade);
    again.advance(T0 + HOUR);
    const later = (flows: readonly OrderFlow[]) =>
      of(flows, "1m").filter(({ start }) => start >= from)
        .map(({ larges, start }) => [start, larges]);
    const expected = later(never.takeMade());
    assertEquals(later(again.takeMade()), expected);
    // With nothing after the restart, what was kept before it stands.
    const known = again.takeSizes() ?? sizes ?? null;
    assertEquals(known, never.takeSizes());
  }));
});

Deno.test("after a restart the bars go on from the minutes that were kept", () => {
  fc.assert(fc.property(anyPrints, fc.integer({ min: 0, max: 25 }), (prints, cut) => {
    const now = T0 + cut * MINUTE + 2 * SECOND;
    const whole = series();
    for (const trade of trades(prints)) whole.add(trade);
    whole.finish();
    const expected = whole.takeMade().filter(({ end }) => end + 2 * SECOND > now);

    const kept = series();
    const early = trades(prints).filter(({ time }) => time < T0 + cut * MINUTE);
    for (const trade of early) kept.add(trade);
    kept.advance(now);
    const minutes = of(kept.takeMade(), "1m");
    const again = series();
    again.restore(minutes, now);
    assertEquals(again.takeMade(), []);
    for (const trade of trades(prints).slice(early.length)) again.add(trade);
    again.finish();
    assertEquals(sorted(again.takeMade()), sorted(expected));
  }));
});

Deno.test("a late trade after a restart counts on the revisions that were kept", () => {
  const before = series();
  before.add(tradeAt(T0, 10, { side: "buy", size: 5 }));
  before.advance(T0 + 2 * MINUTE);
  const late = { side: "buy", size: 2, receivedAt: T0 + 2 * MINUTE } as const;
  before.add(tradeAt(T0 + 1, 10, late));
  const again = series();
  again.restore([before.takeMade().at(-1)!], T0 + 2 * MINUTE);
  again.add(tradeAt(T0 + 2, 10, late));
  assertEquals(
    again.takeMade().map(({ interval, buyVolume, revision }) => [interval, buyVolume, revision]),
    [["1m", 9, 2]],
  );
});

function sorted(flows: readonly OrderFlow[]): OrderFlow[] {
  return flows.toSorted((a, b) => a.interval.localeCompare(b.interval) || a.start - b.start);
}

Deno.test({
  name: "the real SPY day's minutes add up, and their deltas to the session's (needs " +
    "MARKETD_RECORDINGS)",
  ignore: REAL === undefined,
  fn: async () => {
    const one = series();
    const volumes = new Map<number, number>();
    let total = 0;
    for (const tick of await realTicks("spy-20131007-trades.csv.gz")) {
      one.add(tick);
      assert(tick.kind === "trade");
      const start = Math.floor(tick.time / MINUTE) * MINUTE;
      volumes.set(start, (volumes.get(start) ?? 0) + tick.size!);
      if (tick.time >= SESSION.start && tick.time < SESSION.end) total += tick.size!;
    }
    one.finish();
    const made = one.takeMade();
    const minutes = of(made, "1m");
    const all = ({ buyVolume, sellVolume, unknownVolume }: OrderFlow) =>
      buyVolume + sellVolume + unknownVolume;
    assertEquals(new Map(minutes.map((flow) => [flow.start, all(flow)])), volumes);
    const [day] = of(made, "1d");
    assertEquals(all(day!), total);
    const session = minutes.filter(({ start }) => start >= SESSION.start && start < SESSION.end);
    assertEquals(day!.delta, session.reduce((sum, { delta }) => sum + delta, 0));
    assertEquals(day!.cumulative, day!.delta);
    assertEquals(session.at(-1)!.cumulative, day!.delta);
    // One in a hundred is large, or fewer; the first thousand of the day are none.
    const larges = minutes.reduce((sum, flow) => sum + flow.larges, 0);
    assert(larges > 500 && larges < 2_600, `${larges}`);
  },
});
