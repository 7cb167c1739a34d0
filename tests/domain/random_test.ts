import { assert, assertEquals } from "@std/assert";
import { fnv1a, Random } from "../../domain/random.ts";

// The authors' reference implementation (xoshiro128starstar.c, 1.1) from the state 1, 2, 3, 4, as
// the Rust crate rand_xoshiro lists it.
Deno.test("the generator is xoshiro128**", () => {
  const random = new Random([1, 2, 3, 4]);
  const words = Array.from({ length: 10 }, () => random.word());
  assertEquals(words, [
    11520,
    0,
    5927040,
    70819200,
    2031721883,
    1637235492,
    1287239034,
    3734860849,
    3729100597,
    4258142804,
  ]);
});

// From the test suite of the FNV authors (test_fnv.c).
Deno.test("the hash is FNV-1a of 32 bits", () => {
  assertEquals(fnv1a(""), 0x811c9dc5);
  assertEquals(fnv1a("a"), 0xe40c292c);
  assertEquals(fnv1a("foobar"), 0xbf9cf968);
});

Deno.test("a seed fixes the sequence, and another seed gives another", () => {
  const words = (seed: string) => {
    const random = new Random(seed);
    return Array.from({ length: 20 }, () => random.word());
  };
  assertEquals(words("1 AAPL"), words("1 AAPL"));
  assert(words("1 AAPL").every((word, i) => word !== words("2 AAPL")[i]));
});

Deno.test("fractions and whole numbers stay within their range and fill it", () => {
  const random = new Random("range");
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const fraction = random.fraction();
    assert(fraction >= 0 && fraction < 1);
    counts[random.below(10)]!++;
  }
  // 1,000 each; five standard deviations of a binomial count are 5 * sqrt(10,000 * 0.1 * 0.9) = 150.
  for (const count of counts) assert(Math.abs(count - 1_000) < 150, `${counts}`);
});

Deno.test("the bell curve has mean 0 and variance 1", () => {
  const random = new Random("bell");
  const values = Array.from({ length: 10_000 }, () => random.gaussian());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  // Five standard errors: 5 / sqrt(10,000) = 0.05, and not more than 5 * sqrt(2 / 10,000) = 0.07.
  assert(Math.abs(mean) < 0.05, `${mean}`);
  assert(Math.abs(variance - 1) < 0.07, `${variance}`);
});
