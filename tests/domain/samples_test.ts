import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Samples } from "../../domain/samples.ts";

Deno.test("without samples there are no quantiles", () => {
  assertEquals(new Samples(4).quantiles(), null);
});

Deno.test("the quantiles of one to a hundred are those of the nearest rank", () => {
  const samples = new Samples(100);
  for (let value = 100; value >= 1; value--) samples.add(value);
  assertEquals(samples.quantiles(), { samples: 100, min: 1, p50: 50, p95: 95, p99: 99, max: 100 });
});

Deno.test("only the last samples count, and none is made up", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 20 }),
    fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 60 }),
    (capacity, values) => {
      const samples = new Samples(capacity);
      for (const value of values) samples.add(value);
      const held = values.slice(-capacity);
      const found = samples.quantiles()!;
      assertEquals(found.samples, held.length);
      assertEquals(found.min, Math.min(...held));
      assertEquals(found.max, Math.max(...held));
      for (const [quantile, share] of [[found.p50, 0.5], [found.p95, 0.95], [found.p99, 0.99]]) {
        assert(held.includes(quantile!));
        // At least the share is at most this, and less than the share is below it.
        assert(held.filter((value) => value <= quantile!).length >= share! * held.length);
        assert(held.filter((value) => value < quantile!).length < share! * held.length);
      }
    },
  ));
});
