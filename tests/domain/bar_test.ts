import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { addBar, addTick, type Bar, barOf, candleOf, emptyBar, priceOn } from "../../domain/bar.ts";
import { FLAGS, REFUSED } from "../../domain/flags.ts";
import type { Depth, Quote, Side, Trade } from "../../domain/tick.ts";
import { MINUTE } from "../../domain/time.ts";

const HEAD = {
  symbol: "AAPL",
  interval: "1m",
  basis: "trade",
  status: "complete",
  revision: 0,
} as const;

function trade(more: Partial<Trade> = {}): Trade {
  return {
    kind: "trade",
    symbol: "AAPL",
    time: 0,
    receivedAt: 0,
    provider: "test",
    id: "1",
    flags: 0,
    price: 10,
    size: 100,
    side: null,
    conditions: null,
    ...more,
  };
}

function barFrom(ticks: readonly Trade[]): Bar {
  const bar = emptyBar(0, MINUTE);
  for (const tick of ticks) addTick(bar, tick, tick.price);
  return bar;
}

/** Prices in quarters and whole sizes, whose sums a double holds exactly. */
const anyTrade = fc.record({
  time: fc.integer({ min: 0, max: 40 }),
  price: fc.integer({ min: 1, max: 400 }).map((quarters) => quarters / 4),
  size: fc.option(fc.integer({ min: 0, max: 1_000 })),
  side: fc.constantFrom<Side | null>("buy", "sell", null),
  provider: fc.constantFrom("a", "b", "c"),
}).map(trade);
const anyTrades = fc.array(anyTrade, { maxLength: 30 });

Deno.test("a bar's sums are those of its ticks", () => {
  fc.assert(fc.property(anyTrades, (ticks) => {
    const bar = barFrom(ticks);
    const sized = ticks.filter(({ size }) => size !== null);
    const sum = (some: readonly Trade[]) => some.reduce((total, { size }) => total + size!, 0);
    assertEquals(bar.ticks, ticks.length);
    assertEquals(bar.volume, sum(sized));
    assertEquals(bar.notional, sized.reduce((total, one) => total + one.price * one.size!, 0));
    assertEquals(bar.buyVolume, sum(sized.filter(({ side }) => side === "buy")));
    assertEquals(bar.sellVolume, sum(sized.filter(({ side }) => side === "sell")));
    assertEquals(bar.providers, [...new Set(ticks.map(({ provider }) => provider))].sort());
    if (ticks.length === 0) return;
    // A stable sort: among equal times the order of arrival stands.
    const ordered = ticks.toSorted((a, b) => a.time - b.time);
    assertEquals([bar.open, bar.openTime], [ordered[0]!.price, ordered[0]!.time]);
    assertEquals([bar.close, bar.closeTime], [ordered.at(-1)!.price, ordered.at(-1)!.time]);
    const prices = ticks.map(({ price }) => price);
    assertEquals([bar.high, bar.low], [Math.max(...prices), Math.min(...prices)]);
  }));
});

Deno.test("bars merged in the order of time equal one bar of all their ticks", () => {
  fc.assert(fc.property(anyTrades, fc.integer({ min: 0, max: 40 }), (ticks, cut) => {
    const early = ticks.filter(({ time }) => time < cut);
    const late = ticks.filter(({ time }) => time >= cut);
    const merged = emptyBar(0, MINUTE);
    addBar(merged, barFrom(early));
    addBar(merged, barFrom(late));
    assertEquals(merged, barFrom(ticks));
  }));
});

Deno.test("bars merged in any order have the same prices, where no two share an instant", () => {
  fc.assert(fc.property(anyTrades, fc.integer({ min: 0, max: 40 }), (ticks, cut) => {
    const merged = emptyBar(0, MINUTE);
    addBar(merged, barFrom(ticks.filter(({ time }) => time >= cut)));
    addBar(merged, barFrom(ticks.filter(({ time }) => time < cut)));
    assertEquals(merged, barFrom(ticks));
  }));
});

Deno.test("merging leaves the bar that is merged as it was", () => {
  const part = barFrom([trade({ provider: "b" })]);
  const before = structuredClone(part);
  const whole = barFrom([trade({ provider: "a", price: 1 })]);
  addBar(whole, part);
  addTick(whole, trade({ provider: "c", price: 99 }), 99);
  assertEquals(part, before);
});

Deno.test("a candle read off a bar gives the bar back", () => {
  fc.assert(fc.property(anyTrades, (ticks) => {
    fc.pre(ticks.length > 0);
    const bar = barFrom(ticks);
    const { notional, ...rest } = barOf(candleOf(bar, HEAD));
    const { notional: expected, ...same } = bar;
    assertEquals(rest, same);
    // The mean price is a quotient: times the volume it is the sum again but for rounding.
    assert(Math.abs(notional - expected) <= 1e-12 * expected);
  }));
});

Deno.test("a candle without volume has no mean price", () => {
  const bar = barFrom([trade({ size: null }), trade({ size: 0 })]);
  const candle = candleOf(bar, HEAD);
  assertEquals([candle.vwap, candle.realVolume, candle.tickVolume], [null, 0, 2]);
});

Deno.test("a candle does not change with the bar that it was read off", () => {
  const bar = barFrom([trade()]);
  const candle = candleOf(bar, HEAD);
  const before = structuredClone(candle);
  addTick(bar, trade({ provider: "other", price: 99 }), 99);
  assertEquals(candle, before);
});

Deno.test("quotes add no volume, whatever their sizes", () => {
  const quote: Quote = {
    kind: "quote",
    symbol: "AAPL",
    time: 0,
    receivedAt: 0,
    provider: "test",
    id: "1",
    flags: 0,
    bid: 10,
    bidSize: 500,
    ask: 11,
    askSize: 700,
  };
  const bar = emptyBar(0, MINUTE);
  addTick(bar, quote, priceOn(quote, "mid"));
  assertEquals([bar.close, bar.ticks, bar.volume, bar.notional], [10.5, 1, 0, 0]);
});

Deno.test("a refused tick has no price on any basis; one that is only marked has", () => {
  for (const [name, bit] of Object.entries(FLAGS)) {
    const refused = (REFUSED & bit) !== 0;
    assertEquals(Number.isNaN(priceOn(trade({ flags: bit }), "trade")), refused, name);
  }
});

Deno.test("a book has no price on any basis", () => {
  const { price: _, size: __, side: ___, conditions: ____, ...head } = trade();
  const level = { price: 10, size: 1 };
  const book: Depth = { ...head, kind: "depth", bids: [level], asks: [level] };
  for (const basis of ["trade", "bid", "ask", "mid"] as const) {
    assert(Number.isNaN(priceOn(book, basis)));
  }
});
