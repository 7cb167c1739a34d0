import { assertEquals } from "@std/assert";
import { CONDITIONS, tradeFlags } from "../../domain/conditions.ts";
import { flagNames } from "../../domain/flags.ts";

/** The consolidated tapes' table by hand, in words: a code, and what it does on A and B, and on C. */
const TABLE: readonly (readonly [code: string, ab: string, c: string])[] = [
  [" ", "", ""],
  ["@", "", ""],
  ["A", "", ""],
  ["B", "volume-only", ""],
  ["C", "volume-only", "volume-only"],
  ["D", "", ""],
  ["E", "", ""],
  ["F", "", ""],
  ["G", "", "no-open-close"],
  ["H", "volume-only", "volume-only"],
  ["I", "volume-only", "volume-only"],
  ["K", "", ""],
  ["L", "", ""],
  ["M", "no-effect", "no-effect"],
  ["N", "volume-only", "volume-only"],
  ["O", "", ""],
  ["P", "no-open-close", "no-open-close"],
  ["Q", "no-effect", "no-effect"],
  ["R", "volume-only", "volume-only"],
  ["S", "", ""],
  ["T", "extended-hours", "extended-hours"],
  ["U", "volume-only", "volume-only"],
  ["V", "volume-only", "volume-only"],
  ["W", "", "volume-only"],
  ["X", "", ""],
  ["Y", "", ""],
  ["Z", "no-open-close", "no-open-close"],
  ["1", "", ""],
  ["4", "no-open-close", "no-open-close"],
  ["5", "", ""],
  ["6", "", ""],
  ["7", "volume-only", "volume-only"],
  ["9", "no-effect", "no-effect"],
];

function names(conditions: readonly string[], tape: string): string {
  return flagNames(tradeFlags(conditions, tape)).join("|");
}

for (const [code, ab, c] of TABLE) {
  Deno.test(`the sale condition "${code}" does what the tapes' table says`, () => {
    assertEquals(names([code], "A"), ab);
    assertEquals(names([code], "B"), ab);
    assertEquals(names([code], "C"), c);
  });
}

Deno.test("the table has every code that is tested, and no other", () => {
  assertEquals(Object.keys(CONDITIONS).sort(), TABLE.map(([code]) => code).sort());
});

Deno.test("the strictest of a trade's codes decides, in any order", () => {
  assertEquals(names(["@", "I"], "C"), "volume-only");
  assertEquals(names(["I", "M", "Z"], "C"), "no-effect");
  assertEquals(names(["Z", "I"], "A"), "volume-only");
  assertEquals(names(["T", "I"], "C"), "volume-only");
  assertEquals(names(["@", "T", "F"], "C"), "extended-hours");
});

Deno.test("a trade out of sequence in extended hours is restricted in both ways", () => {
  assertEquals(names(["T", "4"], "C"), "no-open-close|extended-hours");
});

Deno.test("no code, and one that is unknown, restrict nothing", () => {
  assertEquals(names([], "C"), "");
  assertEquals(names(["%"], "A"), "");
});
