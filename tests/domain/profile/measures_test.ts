import { assertEquals } from "@std/assert";
import type { Bins } from "../../../domain/profile/bins.ts";
import { measureProfile, type ProfileShape } from "../../../domain/profile/measures.ts";
import { findNodes, smooth } from "../../../domain/profile/nodes.ts";

function bins(values: readonly number[], width = 1): Bins {
  return { step: 0.5, width, first: 20, values };
}

/** Twenty bins that hold one each, but for those named. */
function twenty(others: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: 20 }, (_, i) => others[i] ?? 1);
}

Deno.test("smoothing is the mean over the bins within the radius, with nothing beyond the ends", () => {
  assertEquals([...smooth([3, 6, 9, 0], 1)], [3, 6, 5, 3]);
  assertEquals([...smooth([3, 6, 9, 0], 0)], [3, 6, 9, 0]);
});

Deno.test("hills are high volume nodes and what lies lowest between them is a low one", () => {
  const { high, low } = findNodes([1, 9, 4, 2, 3, 8, 1], { radius: 0 });
  assertEquals([high, low], [[1, 5], [3]]);
});

Deno.test("a hill must stand out by a share of the highest to be a node", () => {
  // The second hill's prominence is 5 - 4 = 1, a tenth of 10.
  const values = [0, 10, 4, 5, 1];
  assertEquals(findNodes(values, { radius: 0, prominence: 0.1 }).high, [1, 3]);
  assertEquals(findNodes(values, { radius: 0, prominence: 0.11 }).high, [1]);
});

Deno.test("prominence is measured from the easier side, and from 0 at the ends", () => {
  // 6 at index 2: left it can come down to 5 before 9, right to 1 before 7: 6 - 5 = 1 of 9.
  const values = [9, 5, 6, 1, 7];
  assertEquals(findNodes(values, { radius: 0, prominence: 0.12 }).high, [0, 4]);
  assertEquals(findNodes(values, { radius: 0, prominence: 0.11 }).high, [0, 2, 4]);
});

Deno.test("a level stretch counts as its middle", () => {
  assertEquals(findNodes([1, 5, 5, 5, 1, 1, 1, 4], { radius: 0 }).high, [2, 7]);
  assertEquals(findNodes([1, 5, 5, 5, 1, 1, 1, 4], { radius: 0 }).low, [5]);
  assertEquals(findNodes([2, 2, 2], { radius: 0 }).high, [1]);
});

Deno.test("smoothing takes away hills of one bin", () => {
  const comb = Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? 14 : 9) + Math.min(i, 29 - i));
  assertEquals(findNodes(comb, { radius: 2, prominence: 0.05 }).high.length, 1);
  assertEquals(findNodes(comb, { radius: 0, prominence: 0.01 }).high.length > 5, true);
});

Deno.test("prices of levels are those of the bins: edges for the area, middles for the points", () => {
  // Sum 20, 14 wanted: 12 at index 1, above 4 + 2 = 6: 18. A bin of 2 steps of 0.5 begins at 20.
  assertEquals(measureProfile(bins([2, 12, 4, 2], 2)), {
    poc: 21.25,
    val: 21,
    vah: 23.5,
    low: 20,
    high: 23.5,
    total: 20,
    valueShare: 0.9,
    hvn: [21.25],
    lvn: [],
    shape: null,
  });
});

Deno.test("nothing has no measures", () => {
  assertEquals(measureProfile(bins([])), null);
});

const SHAPES: readonly (readonly [ProfileShape, string, number[]])[] = [
  ["D", "a bulge in the middle", twenty({ 8: 10, 9: 20, 10: 20, 11: 10 })],
  ["P", "a bulge above a thin stem", twenty({ 14: 10, 15: 20, 16: 20, 17: 10 })],
  ["b", "a bulge under a thin stem", twenty({ 2: 10, 3: 20, 4: 20, 5: 10 })],
  ["B", "two bulges and little between", twenty({ 3: 20, 4: 20, 14: 15, 15: 15 })],
  ["I", "as much everywhere", twenty({})],
  ["D", "two bulges that are close", twenty({ 8: 20, 9: 1, 10: 1, 11: 20 })],
  ["b", "a second bulge that is small", twenty({ 3: 30, 4: 30, 16: 10 })],
];
for (const [shape, what, values] of SHAPES) {
  Deno.test(`a profile with ${what} is of shape ${shape}`, () => {
    assertEquals(measureProfile(bins(values))?.shape, shape);
  });
}

Deno.test("shapes P and b are each other's mirror image", () => {
  for (const [shape, , values] of SHAPES) {
    const mirrored = { P: "b", b: "P" }[shape as string] ?? shape;
    assertEquals(measureProfile(bins(values.toReversed()))?.shape, mirrored);
  }
});
