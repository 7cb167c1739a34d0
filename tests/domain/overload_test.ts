import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  beginOverload,
  CALM,
  LEVELS,
  type Load,
  type OverloadLevel,
  type OverloadState,
  stepOverload,
} from "../../domain/overload.ts";

const RULES = { patience: 2, recovery: 10 };

const load = (value: number): Load => ({ name: "lag", value, limit: 100 });

/** What comes of a value each tick of the clock. */
function run(values: readonly number[]): OverloadState[] {
  let state = beginOverload(0);
  return values.map((value, at) => state = stepOverload(state, [load(value)], at + 1, RULES));
}

const levels = (values: readonly number[]): OverloadLevel[] =>
  run(values).map(({ level }) => level);

Deno.test("books are shed at once, quotes where that has not helped in time", () => {
  assertEquals(levels([99, 100, 100, 100, 300]), [
    "normal",
    "sheds-depth",
    "sheds-depth",
    "conflates-quotes",
    "conflates-quotes",
  ]);
  assertEquals(run([99, 100]).at(-1)!.cause, load(100));
});

Deno.test("levels are left one by one, each after the whole recovery well below the limit", () => {
  const states = levels([100, 100, 100, ...Array(21).fill(79)]);
  assertEquals(states.indexOf("normal"), 3 + 20);
  assertEquals(states.slice(2, 14), [
    "conflates-quotes",
    ...Array(10).fill("conflates-quotes"),
    "sheds-depth",
  ]);
});

Deno.test("just below the limit no level is left, and a single peak begins the recovery anew", () => {
  assertEquals(new Set(levels([100, ...Array(100).fill(99)])), new Set(["sheds-depth"]));
  const peak = [100, ...Array(9).fill(10), 85, ...Array(9).fill(10)];
  assertEquals(new Set(levels(peak)), new Set(["sheds-depth"]));
});

Deno.test("of several loads the one furthest beyond its limit counts, and is the cause", () => {
  const [rows, lag] = [{ name: "rows", value: 150, limit: 100 }, {
    name: "lag",
    value: 2,
    limit: 1,
  }];
  const { cause, level } = stepOverload(beginOverload(0), [rows, lag, load(99)], 1, RULES);
  assertEquals([level, cause], ["sheds-depth", lag]);
});

Deno.test("a load that comes back whenever less is shed is followed ever more slowly", () => {
  // Beyond the limit as soon as nothing is shed, and well below it while anything is.
  let state = beginOverload(0);
  const changes: number[] = [];
  for (let now = 1; now < 1_500; now++) {
    const before = state.level;
    state = stepOverload(state, [load(before === "normal" ? 120 : 20)], now, RULES);
    if (before === "sheds-depth" && state.level === "normal") changes.push(now);
  }
  const waits = changes.slice(1).map((at, index) => at - changes[index]!);
  // One to see the load, one to see it gone, and the recovery.
  const recoveries = [20, 40, 80, 160, 160, 160];
  assertEquals(waits.slice(0, 6), recoveries.map((recovery) => 1 + 1 + recovery));
  // And is forgotten when it was gone for so long.
  for (let now = 1_500; now < 2_000; now++) state = stepOverload(state, [load(0)], now, RULES);
  assertEquals(state.level, "normal");
  assertEquals(stepOverload(state, [load(120)], 2_000, RULES).relapses, 0);
});

const values = fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 120 });

Deno.test("it goes step by step: up only under pressure, down only after a whole calm", () => {
  fc.assert(fc.property(values, (values) => {
    const all = [beginOverload(0), ...run(values)];
    for (let at = 1; at < all.length; at++) {
      const [before, after] = [all[at - 1]!, all[at]!];
      const change = LEVELS.indexOf(after.level) - LEVELS.indexOf(before.level);
      assert(Math.abs(change) <= 1);
      if (change > 0) assert(values[at - 1]! >= 100);
      if (change >= 0) continue;
      const calm = values.slice(0, at).slice(-RULES.recovery);
      assert(calm.length === RULES.recovery && calm.every((value) => value < 100 * CALM));
    }
  }));
});

Deno.test("however the load swings, a level is left at most once in each recovery", () => {
  fc.assert(fc.property(values, (values) => {
    const all = run(values);
    const falls = all.flatMap(({ level }, at) => {
      const before = at === 0 ? "normal" : all[at - 1]!.level;
      return LEVELS.indexOf(level) < LEVELS.indexOf(before) ? [at] : [];
    });
    for (let at = 1; at < falls.length; at++) {
      assert(falls[at]! - falls[at - 1]! >= RULES.recovery);
    }
  }));
});
