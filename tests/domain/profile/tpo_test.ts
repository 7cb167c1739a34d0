import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { measureProfile } from "../../../domain/profile/measures.ts";
import { TpoProfile } from "../../../domain/profile/tpo.ts";
import { HOUR, MINUTE, parseTime } from "../../../domain/time.ts";
import { REAL, realTicks } from "../ticks.ts";

const T0 = parseTime("2013-10-07T13:30:00Z")!;
const OPTIONS = { start: T0, end: T0 + 6.5 * HOUR, step: 1 };

type Print = { minute: number; price: number };
const anyPrints = fc.array(
  fc.record({ minute: fc.integer({ min: 0, max: 389 }), price: fc.integer({ min: 1, max: 40 }) }),
  { maxLength: 60 },
);

function tpoOf(prints: readonly Print[]): TpoProfile {
  const profile = new TpoProfile(OPTIONS);
  for (const { minute, price } of prints) profile.add(T0 + minute * MINUTE, price);
  return profile;
}

Deno.test("each half hour marks every price between its low and high with its letter", () => {
  const profile = tpoOf([
    { minute: 0, price: 10 },
    { minute: 29, price: 12 },
    { minute: 30, price: 12 },
    { minute: 45, price: 13 },
    { minute: 389, price: 12 },
  ]);
  const rows = [9, 10, 11, 12, 13].map((price) => profile.lettersAt(price));
  // 389 minutes are 12 whole half hours: the thirteenth letter is M.
  assertEquals(rows, ["", "A", "A", "ABM", "B"]);
  const { first, width, values } = profile.bins();
  assertEquals([first, width, Array.from(values)], [10, 1, [1, 1, 3, 1]]);
  assertEquals(measureProfile(profile.bins())?.poc, 12);
});

Deno.test("the initial balance is the range of the first hour", () => {
  const profile = tpoOf([
    { minute: 1, price: 10 },
    { minute: 59, price: 14 },
    { minute: 60, price: 20 },
  ]);
  assertEquals(profile.initialBalance(), { low: 10, high: 14 });
  assertEquals(tpoOf([{ minute: 60, price: 20 }]).initialBalance(), null);
});

Deno.test("what is outside the session marks nothing", () => {
  const profile = tpoOf([{ minute: -1, price: 10 }, { minute: 390, price: 10 }]);
  profile.add(T0, NaN);
  assertEquals(profile.bins().values.length, 0);
  assertEquals(measureProfile(profile.bins()), null);
});

Deno.test("brackets go on with small letters, and a session of more than 52 is refused", () => {
  const day = { ...OPTIONS, end: T0 + 25 * HOUR };
  const profile = new TpoProfile(day);
  profile.add(T0 + 13 * HOUR, 5);
  assertEquals(profile.lettersAt(5), "a");
  assertThrows(() => new TpoProfile({ ...day, bracket: 15 * MINUTE }), /1 to 52 brackets/);
  assertThrows(() => new TpoProfile({ ...day, end: T0 }), /1 to 52 brackets/);
});

Deno.test("the counts are those of the brackets, brute force", () => {
  fc.assert(fc.property(anyPrints, (prints) => {
    const { first, values } = tpoOf(prints).bins();
    const counts = new Map<number, number>();
    for (let bracket = 0; bracket < 13; bracket++) {
      const prices = prints.filter(({ minute }) => Math.floor(minute / 30) === bracket)
        .map(({ price }) => price);
      const to = Math.max(...prices);
      for (let price = Math.min(...prices); price <= to; price++) {
        counts.set(price, (counts.get(price) ?? 0) + 1);
      }
    }
    const found = Array.from(values, (count, i) => [first + i, count] as const)
      .filter(([, count]) => count > 0);
    assertEquals(found, [...counts].sort(([a], [b]) => a - b));
  }));
});

Deno.test("profiles of parts merge, in any order, into the profile of the whole", () => {
  fc.assert(fc.property(anyPrints, anyPrints, (a, b) => {
    const merged = tpoOf(b);
    merged.merge(tpoOf(a));
    assertEquals(merged.record("X"), tpoOf([...a, ...b]).record("X"));
    const other = new TpoProfile({ ...OPTIONS, step: 2 });
    assertThrows(() => merged.merge(other), /their step differs/);
  }));
});

Deno.test("a kept profile comes back", () => {
  fc.assert(fc.property(anyPrints, (prints) => {
    const record = tpoOf(prints).record("X");
    assertEquals(TpoProfile.from(JSON.parse(JSON.stringify(record))).record("X"), record);
  }));
});

Deno.test("a range of too many bins is counted in wider ones", () => {
  const profile = new TpoProfile({ ...OPTIONS, maxBins: 4 });
  profile.add(T0, 8);
  profile.add(T0 + HOUR, 8);
  profile.add(T0 + HOUR, 15);
  const { first, width, values } = profile.bins();
  assertEquals([first, width, Array.from(values)], [4, 2, [2, 1, 1, 1]]);
});

Deno.test({
  name: "the real SPY session marks what its half hours' lows and highs span (needs " +
    "MARKETD_RECORDINGS)",
  ignore: REAL === undefined,
  fn: async () => {
    const profile = new TpoProfile({ ...OPTIONS, step: 0.01 });
    const ranges: { low: number; high: number }[] = [];
    for (const tick of await realTicks("spy-20131007-trades.csv.gz")) {
      if (tick.kind !== "trade") continue;
      profile.add(tick.time, tick.price);
      const bracket = Math.floor((tick.time - T0) / (30 * MINUTE));
      if (bracket < 0 || bracket > 12) continue;
      const range = ranges[bracket] ??= { low: Infinity, high: -Infinity };
      range.low = Math.min(range.low, Math.round(tick.price * 100));
      range.high = Math.max(range.high, Math.round(tick.price * 100));
    }
    const { first, values } = profile.bins();
    assertEquals(first, Math.min(...ranges.map(({ low }) => low)));
    for (const [i, count] of Array.from(values).entries()) {
      const touched = ranges.filter(({ low, high }) => low <= first + i && first + i <= high);
      assertEquals(count, touched.length, `${first + i}`);
    }
    const [a, b] = ranges;
    assertEquals(profile.initialBalance(), {
      low: Math.min(a!.low, b!.low) / 100,
      high: Math.max(a!.high, b!.high) / 100,
    });
  },
});
