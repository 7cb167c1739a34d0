import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { inspect } from "../../../actors/routing/gate.ts";
import { flagNames, REFUSED } from "../../../domain/flags.ts";
import type { Level, Tick } from "../../../domain/tick.ts";
import { depth, quote, trade } from "../fixture.ts";

const level = (price: number, size = 1): Level => ({ price, size });

const TABLE: readonly (readonly [string, Tick, string])[] = [
  ["a plain trade", trade(), ""],
  ["a trade without a size", trade({ size: null }), ""],
  ["a trade of size zero", trade({ size: 0 }), ""],
  ["a trade of a fraction", trade({ price: 1e-9, size: 0.5 }), ""],
  ["a price of zero", trade({ price: 0 }), "not-positive"],
  ["a negative price", trade({ price: -1 }), "not-positive"],
  ["a price that is no number", trade({ price: NaN }), "not-finite"],
  ["an endless price", trade({ price: Infinity }), "not-finite"],
  ["an endless negative price", trade({ price: -Infinity }), "not-finite"],
  ["a negative size", trade({ size: -1 }), "not-positive"],
  ["a size that is no number", trade({ size: NaN }), "not-finite"],
  ["an endless size", trade({ size: Infinity }), "not-finite"],
  ["both wrong", trade({ price: NaN, size: -1 }), "not-finite|not-positive"],

  ["a plain quote", quote(), ""],
  ["a bid alone", quote({ ask: null, askSize: null }), ""],
  ["an ask alone", quote({ bid: null, bidSize: null }), ""],
  ["a quote of no sizes", quote({ bidSize: null, askSize: null }), ""],
  ["an empty quote", quote({ bid: null, ask: null }), "empty"],
  ["a bid above the ask", quote({ bid: 101, ask: 100 }), "crossed"],
  ["a bid at the ask", quote({ bid: 100, ask: 100 }), "locked"],
  ["a bid of zero", quote({ bid: 0 }), "not-positive"],
  ["an ask that is no number", quote({ ask: NaN }), "not-finite"],
  ["a negative bid size", quote({ bidSize: -5 }), "not-positive"],
  ["an endless ask size", quote({ askSize: Infinity }), "not-finite"],
  ["crossed by an endless bid", quote({ bid: Infinity }), "not-finite|crossed"],

  ["a plain book", depth(), ""],
  ["a book of one side", depth({ asks: [] }), ""],
  ["an empty book", depth({ bids: [], asks: [] }), "empty"],
  ["a crossed book", depth({ bids: [level(101)], asks: [level(100)] }), "crossed"],
  ["a locked book", depth({ bids: [level(100)], asks: [level(100)] }), "locked"],
  ["a bad level deep down", depth({ bids: [level(99), level(-1)] }), "not-positive"],
  ["a bad size deep down", depth({ asks: [level(101), level(102, NaN)] }), "not-finite"],
];

for (const [name, tick, flags] of TABLE) {
  Deno.test(`the gate finds ${flags || "nothing"} in ${name}`, () => {
    assertEquals(flagNames(inspect(tick)).join("|"), flags);
  });
}

const sanePrice = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
const saneSize = fc.option(fc.double({ min: 0, max: 1e12, noNaN: true }));
const side = fc.option(sanePrice);
const saneLevel = fc.record({
  price: sanePrice,
  size: fc.double({ min: 0, max: 1e12, noNaN: true }),
});
const book = fc.array(saneLevel, { minLength: 1, maxLength: 5 });

const saneTick: fc.Arbitrary<Tick> = fc.oneof(
  fc.record({ price: sanePrice, size: saneSize }).map(trade),
  fc.record({ bid: side, ask: side, bidSize: saneSize, askSize: saneSize })
    .filter(({ bid, ask }) => bid !== null || ask !== null).map(quote),
  fc.record({ bids: book, asks: book }).map(depth),
);

Deno.test("the gate never refuses a sane tick", () => {
  fc.assert(fc.property(saneTick, (tick) => {
    assertEquals(inspect(tick) & REFUSED, 0);
  }));
});

const anyNumber = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 5e-324));
const anySize = fc.option(anyNumber);
const anyBook = fc.array(fc.record({ price: anyNumber, size: anyNumber }), { maxLength: 4 });
const anyTick: fc.Arbitrary<Tick> = fc.oneof(
  fc.record({ price: anyNumber, size: anySize }).map(trade),
  fc.record({ bid: anySize, ask: anySize, bidSize: anySize, askSize: anySize }).map(quote),
  fc.record({ bids: anyBook, asks: anyBook }).map(depth),
);

/** Every number in a tick that is a price or a size. */
function numbersOf(tick: Tick): number[] {
  const all = tick.kind === "trade"
    ? [tick.price, tick.size]
    : tick.kind === "quote"
    ? [tick.bid, tick.bidSize, tick.ask, tick.askSize]
    : [...tick.bids, ...tick.asks].flatMap(({ price, size }) => [price, size]);
  return all.filter((number) => number !== null);
}

Deno.test("the gate never throws, changes no tick, and lets no number through that is not finite or below zero", () => {
  fc.assert(fc.property(anyTick, (tick) => {
    // Writing to what is frozen would throw.
    const refused = (inspect(Object.freeze(tick)) & REFUSED) !== 0;
    const bad = numbersOf(tick).some((number) => !Number.isFinite(number) || number < 0);
    assert(!bad || refused);
  }));
});
