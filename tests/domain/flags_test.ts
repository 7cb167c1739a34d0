import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Flag, flagNames, FLAGS, parseFlags, REFUSED } from "../../domain/flags.ts";

const ALL = Object.keys(FLAGS) as Flag[];

Deno.test("the kept bits are the ones that stores have written", () => {
  assertEquals({ ...FLAGS }, {
    "not-finite": 1,
    "not-positive": 2,
    "unknown-instrument": 4,
    "duplicate": 8,
    "empty": 16,
    "crossed": 32,
    "locked": 64,
    "polled": 128,
    "cancelled": 256,
    "volume-only": 512,
    "no-open-close": 1_024,
    "no-effect": 2_048,
    "extended-hours": 4_096,
    "absurd-time": 8_192,
    "outlier": 16_384,
    "crossed-far": 32_768,
    "out-of-order": 65_536,
    "backfilled": 131_072,
  });
});

Deno.test("what is only remarkable is kept, and every other flag refuses its tick", () => {
  const remarkable = [
    "crossed",
    "locked",
    "polled",
    "volume-only",
    "no-open-close",
    "no-effect",
    "extended-hours",
    "out-of-order",
    "backfilled",
  ];
  assertEquals(ALL.filter((name) => (REFUSED & FLAGS[name]) === 0), remarkable);
});

Deno.test("a bit set is told as its names, in the order of their bits", () => {
  assertEquals(flagNames(0), []);
  assertEquals(flagNames(64 + 8), ["duplicate", "locked"]);
});

Deno.test("names joined by | are read in any order, and nothing is no flag", () => {
  assertEquals(parseFlags(""), 0);
  assertEquals(parseFlags("crossed"), 32);
  assertEquals(parseFlags("locked|duplicate"), 72);
  assertEquals(parseFlags("duplicate|duplicate"), 8);
});

for (
  const text of ["late", "crossed|late", "|", "crossed|", "Crossed", "crossed,locked", "toString"]
) {
  Deno.test(`${JSON.stringify(text)} is no set of flags`, () => {
    assertEquals(parseFlags(text), undefined);
  });
}

Deno.test("every set of flags that is told reads back as itself", () => {
  fc.assert(fc.property(fc.subarray(ALL), (names) => {
    const flags = names.reduce((bits, name) => bits | FLAGS[name], 0);
    assertEquals(flagNames(flags), names);
    assertEquals(parseFlags(flagNames(flags).join("|")), flags);
  }));
});

Deno.test("no two flags share a bit", () => {
  const bits = ALL.map((name) => FLAGS[name]);
  assert(bits.every((bit) => Number.isInteger(Math.log2(bit))));
  assertEquals(new Set(bits).size, bits.length);
});
