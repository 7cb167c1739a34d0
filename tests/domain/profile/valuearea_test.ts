import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { valueArea } from "../../../domain/profile/valuearea.ts";

/** Whole amounts, whose sums a double holds exactly. */
const anyValues = fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 60 })
  .filter((values) => values.some((value) => value > 0));

Deno.test("the value area grows by the pair that holds more until it has 70 %", () => {
  // Sum 100. POC 40 at index 4. Above 15 + 5 = 20, below 12 + 10 = 22: down, 62. Above 20, below
  // 8 + 2 = 10: up, 82 >= 70.
  const values = [2, 8, 10, 12, 40, 15, 5, 5, 3];
  assertEquals(valueArea(values), { poc: 4, val: 2, vah: 6, inside: 82 });
});

Deno.test("of pairs that hold as much the upper one is added", () => {
  // Sum 50, 35 wanted. 20 + (10 + 5) above = 35.
  assertEquals(valueArea([5, 10, 20, 10, 5]), { poc: 2, val: 2, vah: 4, inside: 35 });
});

Deno.test("at the end of the range what is left of a pair is added", () => {
  // Sum 36, 25.2 wanted. 10 at index 1; above 8 + 8, below 2: up, 26.
  assertEquals(valueArea([2, 10, 8, 8, 4, 4]), { poc: 1, val: 1, vah: 3, inside: 26 });
  // Sum 31, 21.7 wanted. 10 at index 1; below 9 (one left) beats 1 + 1: 19; then up, 21; up, 23.
  assertEquals(valueArea([9, 10, 1, 1, 1, 1, 8]), { poc: 1, val: 0, vah: 5, inside: 23 });
});

Deno.test("the point of control is, of prices that have the most, the one nearest the middle", () => {
  assertEquals(valueArea([9, 1, 1, 9, 1, 1, 1])?.poc, 3);
  assertEquals(valueArea([9, 1, 9, 1, 1])?.poc, 2);
});

Deno.test("of two as near the middle it is the one on the side that holds more, else the lower", () => {
  assertEquals(valueArea([1, 9, 1, 9, 2])?.poc, 3);
  assertEquals(valueArea([2, 9, 1, 9, 1])?.poc, 1);
  assertEquals(valueArea([1, 9, 1, 9, 1])?.poc, 1);
  assertEquals(valueArea([1, 9, 9, 2])?.poc, 2);
});

Deno.test("one price is all of its value area; nothing has none", () => {
  assertEquals(valueArea([5]), { poc: 0, val: 0, vah: 0, inside: 5 });
  assertEquals(valueArea([0, 0]), null);
  assertEquals(valueArea([]), null);
});

Deno.test("the value area holds its share and the point of control, whatever the profile", () => {
  fc.assert(
    fc.property(anyValues, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, share) => {
      const { poc, val, vah, inside } = valueArea(values, share)!;
      const sum = (some: readonly number[]) => some.reduce((total, value) => total + value, 0);
      assert(0 <= val && val <= poc && poc <= vah && vah < values.length);
      assertEquals(inside, sum(values.slice(val, vah + 1)));
      assert(inside >= share * sum(values), `${inside} of ${sum(values)}`);
      assertEquals(values[poc], Math.max(...values));
    }),
  );
});

/** The definition of the module's docstring, word by word, over prices and what they hold. */
function byTheBook(values: readonly number[]): { poc: number; val: number; vah: number } {
  const sum = (some: readonly number[]) => some.reduce((total, value) => total + value, 0);
  const most = Math.max(...values);
  const middle = (values.length - 1) / 2;
  const above = sum(values.filter((_, i) => i > middle));
  const below = sum(values.filter((_, i) => i < middle));
  const [poc] = values.map((value, i) => ({ value, i }))
    .filter(({ value }) => value === most)
    .toSorted((a, b) =>
      Math.abs(a.i - middle) - Math.abs(b.i - middle) || (above > below ? b.i - a.i : a.i - b.i)
    )
    .map(({ i }) => i);
  const held = new Set([poc!]);
  while (sum([...held].map((i) => values[i]!)) < 0.7 * sum(values)) {
    const top = Math.max(...held);
    const bottom = Math.min(...held);
    const pairUp = [top + 1, top + 2].filter((i) => i < values.length);
    const pairDown = [bottom - 1, bottom - 2].filter((i) => i >= 0);
    const of = (pair: number[]) => pair.length === 0 ? -1 : sum(pair.map((i) => values[i]!));
    for (const i of of(pairUp) >= of(pairDown) ? pairUp : pairDown) held.add(i);
  }
  return { poc: poc!, val: Math.min(...held), vah: Math.max(...held) };
}

Deno.test("the value area is what the definition gives, word by word", () => {
  const few = fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 20 })
    .filter((values) => values.some((value) => value > 0));
  fc.assert(
    fc.property(fc.oneof(few, anyValues), (values) => {
      const { poc, val, vah } = valueArea(values)!;
      assertEquals({ poc, val, vah }, byTheBook(values));
    }),
    { numRuns: 500 },
  );
});
