import { assert, assertEquals } from "@std/assert";
import { fingerprint } from "../../domain/fingerprint.ts";

Deno.test("a text's fingerprint is cyrb53's", () => {
  // From its author's examples (github.com/bryc/code, jshash/experimental/cyrb53.js).
  assertEquals(fingerprint("a"), 7_929_297_801_672_961);
  assertEquals(fingerprint("b"), 8_684_336_938_537_663);
  assertEquals(fingerprint("revenge"), 4_051_478_007_546_757);
  assertEquals(fingerprint("revenue"), 8_309_097_637_345_594);
});

Deno.test("no two of many consecutive ids share a fingerprint", () => {
  const prints = new Set<number>();
  for (let id = 52_983_525_000_000; prints.size < 100_000; id++) {
    const print = fingerprint(String(id));
    assert(!prints.has(print), `${id} has the fingerprint of an earlier one`);
    prints.add(print);
  }
});
