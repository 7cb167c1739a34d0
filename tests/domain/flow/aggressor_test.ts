import { assert, assertEquals } from "@std/assert";
import { FLAGS } from "../../../domain/flags.ts";
import { Aggressor } from "../../../domain/flow/aggressor.ts";
import type { Side } from "../../../domain/tick.ts";
import { SECOND } from "../../../domain/time.ts";
import { quoteAt, REAL, realTicks, tradeAt } from "../ticks.ts";

/** The sides of trades at these prices, one after another. */
function sides(prices: readonly number[], aggressor = new Aggressor()): (Side | null)[] {
  return prices.map((price) => aggressor.side(tradeAt(0, price)));
}

function quoted(bid: number | null, ask: number | null): Aggressor {
  const aggressor = new Aggressor();
  aggressor.quote(quoteAt(0, bid, ask));
  return aggressor;
}

Deno.test("a venue's own word goes before any rule", () => {
  const aggressor = quoted(10, 11);
  assertEquals(aggressor.side(tradeAt(0, 10, { side: "buy" })), "buy");
  assertEquals(aggressor.side(tradeAt(0, 11, { side: "sell" })), "sell");
});

Deno.test("above the middle of the quote is a buy, below it a sell, inside the spread too", () => {
  assertEquals(sides([11, 10, 10.6, 10.4, 12, 9], quoted(10, 11)), [
    "buy",
    "sell",
    "buy",
    "sell",
    "buy",
    "sell",
  ]);
});

Deno.test("at the middle the tick decides: up a buy, down a sell, unchanged as before", () => {
  assertEquals(sides([10, 10.5, 10.5, 11, 10.5], quoted(10, 11)), [
    "sell",
    "buy",
    "buy",
    "buy",
    "sell",
  ]);
});

Deno.test("without a quote the tick alone decides, and before any price moved nothing does", () => {
  assertEquals(sides([10, 10, 11, 11, 10, 10]), [null, null, "buy", "buy", "sell", "sell"]);
});

Deno.test("a quote of one side or a crossed one is none; a locked one has a middle", () => {
  for (const [bid, ask] of [[10, null], [null, 11], [11, 10]] as const) {
    assertEquals(sides([10.9], quoted(bid, ask)), [null]);
  }
  assertEquals(sides([9, 8, 8.5, 10], quoted(10, 10)), ["sell", "sell", "sell", "buy"]);
});

Deno.test("a refused quote changes nothing", () => {
  const aggressor = quoted(10, 11);
  aggressor.quote(quoteAt(0, 20, 21, { flags: FLAGS.duplicate }));
  assertEquals(sides([11], aggressor), ["buy"]);
});

Deno.test("with a delay a trade is compared with the quote that is that much older", () => {
  const aggressor = new Aggressor(5 * SECOND);
  aggressor.quote(quoteAt(0, 10, 11));
  aggressor.quote(quoteAt(2 * SECOND, 12, 13));
  const at = (seconds: number) => aggressor.side(tradeAt(seconds * SECOND, 11.5));
  // No quote is 5 s old at 4 s; at 6 s that of 10.5, at 7 s that of 12.5 counts.
  assertEquals([at(4), at(6), at(7)], [null, "buy", "sell"]);
});

Deno.test({
  name: "the real IBM day is told as Lee and Ready have it, trade by trade (needs " +
    "MARKETD_RECORDINGS)",
  ignore: REAL === undefined,
  fn: async () => {
    const quotes = await realTicks("ibm-20131007-quotes.csv.gz");
    const trades = await realTicks("ibm-20131007-trades.csv.gz");
    const ticks = [...quotes, ...trades].toSorted((a, b) => a.time - b.time);
    const aggressor = new Aggressor();
    let bid: number | null = null;
    let ask: number | null = null;
    const before: number[] = [];
    const told = { buy: 0, sell: 0, none: 0, byTick: 0 };
    for (const tick of ticks) {
      if (tick.kind === "quote") {
        ({ bid, ask } = tick);
        aggressor.quote(tick);
      } else if (tick.kind === "trade") {
        const { price } = tick;
        // The tick test: against the last price that was another one.
        const other = before.findLast((one) => one !== price);
        let side: Side | null = other === undefined ? null : price > other ? "buy" : "sell";
        if (bid !== null && ask !== null && bid <= ask && price !== (bid + ask) / 2) {
          side = price > (bid + ask) / 2 ? "buy" : "sell";
        } else told.byTick++;
        assertEquals(aggressor.side(tick), side);
        told[side ?? "none"]++;
        before.push(price);
      }
    }
    assertEquals(told.buy + told.sell + told.none, 24_293);
    // Neither side is rare, and both rules are at work.
    assert(Math.min(told.buy, told.sell, told.byTick) > 1_000 && told.none < 10, `${told.buy}`);
  },
});
