import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Ring } from "../../domain/ring.ts";

const capacities = fc.integer({ min: 1, max: 12 });
const values = fc.array(fc.integer(), { maxLength: 60 });

Deno.test("a ring holds the last values pushed, and hands back each that has to go", () => {
  fc.assert(fc.property(capacities, values, (capacity, pushed) => {
    const ring = new Ring<number>(capacity);
    const model: number[] = [];
    for (const value of pushed) {
      const gone = ring.push(value);
      model.push(value);
      assertEquals(gone, model.length > capacity ? model.shift() : undefined);
      assertEquals(ring.length, model.length);
      assertEquals(model.map((_, at) => ring.at(at)), model);
    }
    for (const outside of [-1, model.length, capacity]) {
      if (outside < 0 || outside >= model.length) assertEquals(ring.at(outside), undefined);
    }
  }));
});

Deno.test("the first value that meets a condition is found as a plain search finds it", () => {
  fc.assert(fc.property(capacities, values, fc.integer(), (capacity, pushed, limit) => {
    const ring = new Ring<number>(capacity);
    const ascending = pushed.toSorted((a, b) => a - b);
    for (const value of ascending) ring.push(value);
    const model = ascending.slice(-capacity);
    const found = model.findIndex((value) => value > limit);
    assertEquals(ring.firstWhere((value) => value > limit), found < 0 ? model.length : found);
  }));
});

Deno.test("a search of a ring that has turned takes no more steps than halving needs", () => {
  const ring = new Ring<number>(1_024);
  for (let value = 0; value < 1_500; value++) ring.push(value);
  let steps = 0;
  // The ring holds 476 to 1499; 1,024 values are told apart in 10 questions, or 11 at an end.
  assertEquals(ring.firstWhere((value) => (steps++, value >= 1_000)), 1_000 - 476);
  assertEquals(steps <= 11, true);
});

Deno.test("a ring that could hold nothing is refused", () => {
  for (const capacity of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => new Ring(capacity), RangeError);
  }
});
