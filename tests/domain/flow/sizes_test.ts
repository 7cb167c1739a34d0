import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Sizes } from "../../../domain/flow/sizes.ts";
import { REAL, realTicks } from "../ticks.ts";

function sizesOf(some: readonly number[], quantile = 0.99): Sizes {
  const sizes = new Sizes(quantile);
  for (const size of some) sizes.add(size);
  return sizes;
}

/** The quantile by its definition: the least size that a share of all does not exceed. */
function exact(some: readonly number[], quantile: number): number {
  const sorted = some.toSorted((a, b) => a - b);
  return sorted.find((size) => {
    const above = sorted.length - (sorted.findLastIndex((one) => one <= size) + 1);
    return above <= (1 - quantile) * sorted.length;
  })!;
}

const anySize = fc.oneof(
  fc.constantFrom(100, 200, 1_000),
  fc.integer({ min: 1, max: 1_000_000 }),
  fc.double({ min: 0.001, max: 1_000, noNaN: true }),
);
const anySizes = fc.array(anySize, { minLength: 1, maxLength: 80 });
const anyQuantile = fc.constantFrom(0.5, 0.9, 0.99, 0.25);

Deno.test("the threshold is above the quantile by a sixteenth of it at most", () => {
  fc.assert(fc.property(anySizes, anyQuantile, (some, quantile) => {
    const { threshold } = sizesOf(some, quantile);
    const least = exact(some, quantile);
    assert(threshold > least && threshold <= least * (1 + 1 / 16), `${threshold} of ${least}`);
  }));
});

Deno.test("a size is large where it reaches the threshold of those before it", () => {
  fc.assert(fc.property(anySizes, anySize, (some, size) => {
    const sizes = sizesOf(some);
    const { threshold } = sizes;
    assertEquals(sizes.reaches(size), size >= threshold);
    sizes.add(size);
    assertEquals(sizes.count, some.length + 1);
  }));
  assertEquals(new Sizes(0.5).reaches(1e9), false);
});

Deno.test("the order does not matter, parts merge into the whole, and what is kept comes back", () => {
  fc.assert(fc.property(anySizes, anySizes, anyQuantile, (a, b, quantile) => {
    const whole = sizesOf([...a, ...b], quantile);
    assertEquals(sizesOf([...b, ...a].toReversed(), quantile).threshold, whole.threshold);
    const merged = sizesOf(b, quantile);
    merged.merge(sizesOf(a, quantile));
    const back = Sizes.from(JSON.parse(JSON.stringify(whole.record())));
    for (const one of [merged, back]) {
      assertEquals([one.record(), one.threshold], [whole.record(), whole.threshold]);
    }
  }));
});

Deno.test("sizes of any magnitude have a bucket", () => {
  const sizes = sizesOf([1e-300, 1e300, Number.MIN_VALUE]);
  assertEquals(sizes.count, 3);
  assert(Number.isFinite(sizes.threshold));
  assertEquals(new Sizes(0.5).threshold, 0);
});

Deno.test("what was long ago weighs less: a million counts are halved", () => {
  const sizes = new Sizes(0.5);
  for (let i = 0; i < 999_999; i++) sizes.add(1);
  assertEquals(sizes.count, 999_999);
  sizes.add(1);
  assertEquals(sizes.count, 500_000);
  // 500,000 of 1 and as many of 64: the half that is not exceeded is of 1; one more, and it is not.
  for (let i = 0; i < 499_999; i++) sizes.add(64);
  assert(sizes.threshold < 2);
  const merged = new Sizes(0.5);
  merged.merge(sizes);
  merged.merge(sizes);
  assertEquals([merged.count < 1_000_000, merged.threshold], [true, sizes.threshold]);
  for (let i = 0; i < 10; i++) sizes.add(64);
  assert(sizes.threshold > 64);
});

Deno.test("a quantile must lie between 0 and 1", () => {
  for (const quantile of [0, 1, NaN, 99]) assertThrows(() => new Sizes(quantile), /quantile/);
});

Deno.test({
  name:
    "of the real SPY day's trades one in a hundred at most is over the threshold, and one in a " +
    "hundred at least reaches the quantile (needs MARKETD_RECORDINGS)",
  ignore: REAL === undefined,
  fn: async () => {
    const ticks = await realTicks("spy-20131007-trades.csv.gz");
    const all = ticks.flatMap((tick) => tick.kind === "trade" && tick.size ? [tick.size] : []);
    const { threshold } = sizesOf(all);
    const sorted = all.toSorted((a, b) => a - b);
    const quantile = sorted[Math.ceil(0.99 * sorted.length) - 1]!;
    assert(threshold > quantile && threshold <= quantile * (1 + 1 / 16));
    assert(all.filter((size) => size >= threshold).length <= 0.01 * all.length);
    assert(all.filter((size) => size >= quantile).length >= 0.01 * all.length);
  },
});
