import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { resolveInstrument } from "../../../domain/instrument.ts";
import type { Tick } from "../../../domain/tick.ts";
import { DemoMarket } from "../../../providers/demo/market.ts";
import { assertWellFormed } from "../contract.ts";

const STAMP = { provider: "demo", id: "1", time: 0, receivedAt: 0 };

const instrument = fc.record({
  symbol: fc.oneof(
    fc.constantFrom("AAPL", "VOD.L", "^FTSE", "EURUSD", "USDJPY", "XAUUSD"),
    fc.stringMatching(/^[A-Z]{1,4}(\.L|\.DE)?$/),
    fc.stringMatching(/^\^[A-Z]{2,5}$/),
  ),
  step: fc.constantFrom(undefined, 0.0001, 0.0005, 0.01, 0.05, 0.25, 0.3, 1, 5),
}).map(resolveInstrument);

function run(market: DemoMarket, count: number): Tick[] {
  return Array.from({ length: count }, () => market.next(STAMP));
}

/** A price in steps; the steps of the tests have at most five decimals. */
function steps(price: number, step: number): number {
  const count = Math.round(price / step);
  assertEquals(price, Number((count * step).toFixed(5)), `${price} is no multiple of ${step}`);
  return count;
}

Deno.test("every price is positive and on the instrument's step, and no quote or book is crossed", () => {
  fc.assert(
    fc.property(instrument, fc.integer(), (instrument, seed) => {
      const { step } = instrument;
      for (const tick of run(new DemoMarket(instrument, seed), 300)) {
        assertWellFormed(tick);
        if (tick.kind === "trade") {
          steps(tick.price, step);
        } else if (tick.kind === "quote") {
          assert(steps(tick.bid!, step) < steps(tick.ask!, step));
        } else {
          for (const { price } of [...tick.bids, ...tick.asks]) steps(price, step);
          assert(tick.bids.length >= 1 && tick.bids.length <= 5);
          assertEquals(tick.asks.length, 5);
          assert(tick.bids[0]!.price < tick.asks[0]!.price);
        }
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("a trade is at the bid or ask last quoted, on the side of its aggressor", () => {
  let bid: number | null = null;
  let ask: number | null = null;
  const sides = new Set<string>();
  for (const tick of run(new DemoMarket(resolveInstrument({ symbol: "AAPL" }), 1), 2_000)) {
    if (tick.kind === "quote") ({ bid, ask } = tick);
    if (tick.kind !== "trade") continue;
    sides.add(tick.side!);
    assertEquals(tick.price, tick.side === "buy" ? ask : bid);
    assert(tick.size! > 0);
  }
  assertEquals([...sides].sort(), ["buy", "sell"]);
});

Deno.test("an index has quotes without sizes, and a currency pair has no trades", () => {
  const ftse = run(new DemoMarket(resolveInstrument({ symbol: "^FTSE" }), 1), 500);
  assert(ftse.every((tick) => tick.kind === "quote" && tick.bidSize === null));
  const euro = run(new DemoMarket(resolveInstrument({ symbol: "EURUSD" }), 1), 500);
  assertEquals([...new Set(euro.map(({ kind }) => kind))].sort(), ["depth", "quote"]);
});

Deno.test("a day's ticks move the price about as much as a day does", () => {
  const mid = (tick: Tick) => tick.kind === "quote" ? (tick.bid! + tick.ask!) / 2 : null;
  const moves = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => {
    const market = new DemoMarket(resolveInstrument({ symbol: "^FTSE" }), seed);
    const first = mid(market.next(STAMP))!;
    let last = first;
    for (let i = 0; i < 100_000; i++) last = mid(market.next(STAMP)) ?? last;
    return Math.log(last / first);
  });
  const deviation = Math.sqrt(moves.reduce((sum, move) => sum + move ** 2, 0) / moves.length);
  // Of the FTSE 100 a year's volatility is some 10 to 20 %, or 0.6 to 1.3 % a day; eight days tell a
  // deviation to within about a half.
  assert(deviation > 0.004 && deviation < 0.02, `${deviation}`);
});

Deno.test("a symbol that nobody knows has the same price at every start", () => {
  const price = (seed: number) => {
    const tick = new DemoMarket(resolveInstrument({ symbol: "ZZZZ" }), seed).next(STAMP);
    return tick.kind === "quote" ? tick.bid! : NaN;
  };
  // One tick moves a price by 0.00005 of it, so two seeds differ by spread and that at most.
  assert(Math.abs(price(1) / price(2) - 1) < 0.002);
  assert(price(1) >= 9 && price(1) <= 510);
});
