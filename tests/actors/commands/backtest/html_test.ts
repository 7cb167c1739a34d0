import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { runningSum } from "../../../../actors/commands/backtest/html/curve.tsx";
import { pageOf } from "../../../../actors/commands/backtest/html/page.tsx";
import {
  digitsOf,
  extentOf,
  padded,
  roundValues,
  scaleOf,
} from "../../../../actors/commands/backtest/html/scale.ts";
import { thin } from "../../../../actors/commands/backtest/html/thin.ts";
import { reportOf, runOf } from "./report.ts";

Deno.test("round values are 1, 2 or 5 times a power of ten apart", () => {
  assertEquals(roundValues([0, 9], 4), [0, 5]);
  assertEquals(roundValues([0, 9], 5), [0, 2, 4, 6, 8]);
  assertEquals(roundValues([167.2, 168.4], 6), [167.2, 167.4, 167.6, 167.8, 168, 168.2, 168.4]);
  assertEquals(roundValues([1.38721, 1.38729], 4), [1.38722, 1.38724, 1.38726, 1.38728]);
  assertEquals(roundValues([-3, 3], 6), [-3, -2, -1, 0, 1, 2, 3]);
  assertEquals(roundValues([5, 5], 6), [5]);
});

Deno.test("round values lie within their extent, and are told apart by their digits", () => {
  const anyExtent = fc.tuple(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
  );
  fc.assert(fc.property(anyExtent, fc.integer({ min: 2, max: 12 }), ([from, width], count) => {
    const values = roundValues([from, from + width], count);
    assert(values.length <= count + 1);
    for (const value of values) {
      assert(value >= from - width * 1e-6 && value <= from + width * (1 + 1e-6));
    }
    const texts = values.map((value) => value.toFixed(digitsOf(values)));
    assertEquals(new Set(texts).size, values.length);
  }));
});

Deno.test("a scale leads its extent's ends to its places, also where it has no width", () => {
  const scale = scaleOf([10, 20], [100, 300]);
  assertEquals([10, 15, 20].map(scale), [100, 200, 300]);
  assertEquals(scaleOf([5, 5], [100, 300])(5), 200);
  assertEquals([extentOf([]), extentOf([3, 1, 2])], [[0, 1], [1, 3]]);
  assertEquals(padded([10, 20], 0.1), [9, 21]);
  const [low, high] = padded([7, 7], 0.1);
  assert(low < 7 && high > 7);
});

Deno.test("a thinned line keeps its ends and its extremes", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 300 }),
    fc.integer({ min: 1, max: 20 }),
    (values, columns) => {
      const kept = thin(values, columns);
      assert(
        kept.length <= Math.max(4 * columns, values.length <= 4 * columns ? values.length : 0),
      );
      assertEquals(kept, [...new Set(kept)].sort((a, b) => a - b));
      assertEquals([kept[0], kept.at(-1)], [0, values.length - 1]);
      assertEquals(extentOf(kept.map((i) => values[i]!)), extentOf(values));
    },
  ));
});

Deno.test("the running sum goes on as signals were left", () => {
  // The undecided one has no part in it.
  assertEquals(runningSum(runOf().results).map(Math.round), [0, 380]);
});

Deno.test("the page needs nothing but itself, and shows text as text", async () => {
  const page = await pageOf(reportOf(runOf()));
  assert(page.startsWith("<!DOCTYPE html>\n<html"));
  assert(!/<script|<link|<img|<iframe|@import|url\(|https?:|\son\w+=/i.test(page));
  assert(page.includes("It rose &lt;fast&gt; &amp; far."));
  assert(page.includes("color-scheme: light dark"));
  // One mark for each that was entered, with what it was in words.
  assertEquals(page.match(/<g class="trade /g)?.length, 2);
  assert(page.includes("<title>buy 2014-05-01T13:30:00.000Z: 100 to 104, target, +380.0 bps net"));
  assert(!/NaN|undefined|\[object/.test(page));
});

Deno.test("a page of several runs begins with all of them, and leads to each", async () => {
  const page = await pageOf(reportOf(runOf(), runOf({ symbol: "^FTSE", results: [] })));
  const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, to]) => to);
  assertEquals(links, ["ema-cross-AAPL", "ema-cross-_FTSE"]);
  for (const to of links) assert(page.includes(`<section id="${to}">`));
  assert(!(await pageOf(reportOf(runOf()))).includes("href="));
});

Deno.test("a page of nothing is a page", async () => {
  const page = await pageOf(reportOf(runOf({ results: [], closes: [] })));
  assert(page.includes("EMA cross on AAPL"));
  assert(!/NaN|undefined|Infinity/.test(page));
});
