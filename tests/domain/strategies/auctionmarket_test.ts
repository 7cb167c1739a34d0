import { assertEquals, assertMatch } from "@std/assert";
import { minute, profileOf, runOf, START } from "./candles.ts";
import { setUp } from "./setups.ts";
import type { Candle } from "../../../domain/candle.ts";
import { emptyFlow, flowOf } from "../../../domain/flow/bar.ts";
import type { Signal } from "../../../domain/signal.ts";
import type { Surroundings } from "../../../domain/strategies/run.ts";

/** Value of the session before: 99 to 101, most at 100; a low volume node at 101.5. */
const BEFORE = profileOf({ start: START - 86_400_000_000, lvn: [98.5, 101.5] });
const BALANCE = {
  price: 100,
  value: { val: 99, vah: 101 },
  previous: { val: 99, vah: 101 },
  range: { low: 98.9, high: 101.1 },
  initial: { low: 98.9, high: 101.1 },
  flow: { buyVolume: 50, sellVolume: 50 },
};
/** Value moved up, the price is beyond it, the range outgrew the first hour's, and buyers prevail. */
const UP = {
  ...BALANCE,
  price: 102,
  value: { val: 101.2, vah: 102.2 },
  range: { low: 100, high: 102.5 },
  initial: { low: 100, high: 101 },
  flow: { buyVolume: 90, sellVolume: 10 },
};

/** What the strategy says at the last of some candles, after fifteen with a range of 0.4. */
function sayAt(
  candles: readonly Partial<Candle>[],
  market: Surroundings["market"],
  [bought, sold]: readonly [number, number],
): Signal[][] {
  const run = runOf(setUp("auction-market"));
  for (let at = 0; at < 15; at++) run.learn(minute(at, { high: 100.2, low: 99.8 }), START);
  return candles.map((more, index) => {
    const candle = minute(15 + index, more);
    const { end, start, symbol } = candle;
    const bar = { ...emptyFlow(start, end), buyVolume: bought, sellVolume: sold };
    return run.look(candle, START, {
      profile: profileOf(),
      previousProfile: BEFORE,
      flow: flowOf(bar, { symbol, interval: "1m", forming: false, revision: 0 }),
      market,
    });
  });
}

const PROBE = { open: 99.2, high: 99.4, low: 98.8, close: 99.3 };
const THROUGH = { open: 101.6, high: 102, low: 101.55, close: 101.9 };

Deno.test("in balance a probe below value that closes inside is bought, back to the point of control", () => {
  const [[signal]] = sayAt([PROBE], BALANCE, [50, 50]) as [[Signal]];
  assertEquals([signal.side, signal.entry, signal.target], ["buy", 99.3, 100]);
  // Half an average true range below the low; by Wilder that is (13 * 0.4 + 1.2) / 14 = 0.457.
  assertEquals(signal.stop, 98.57);
  assertEquals([signal.inputs["edge"], signal.inputs["extreme"]], [99, 98.8]);
  assertMatch(signal.reasons[1]!, /^The price probed below the edge of value at 99, to 98\.8,/);
});

Deno.test("a probe above value is sold", () => {
  const probe = { open: 100.8, high: 101.2, low: 100.6, close: 100.7 };
  const [[signal]] = sayAt([probe], BALANCE, [50, 50]) as [[Signal]];
  assertEquals([signal.side, signal.entry, signal.target], ["sell", 100.7, 100]);
});

Deno.test("a probe that aggressive flow goes on with is not faded", () => {
  assertEquals(sayAt([PROBE], BALANCE, [20, 80]), [[]]);
});

Deno.test("an edge is faded once until the price was back at the point of control", () => {
  const back = { high: 100.3, low: 99.6, close: 100.1 };
  const said = sayAt([PROBE, PROBE, back, PROBE], BALANCE, [50, 50]);
  assertEquals(said.map(({ length }) => length), [1, 0, 0, 1]);
});

Deno.test("out of balance aggressive flow beyond value is followed, from a low volume node that holds", () => {
  const [[signal], second] = sayAt([THROUGH, THROUGH], UP, [80, 20]) as [[Signal], Signal[]];
  assertEquals([signal.side, signal.entry, signal.inputs["node"]], ["buy", 101.9, 101.5]);
  assertEquals(signal.inputs["regime"], "imbalance-up");
  assertMatch(signal.reasons[1]!, /^Buyers began 80 % of the candle's volume\.$/);
  assertEquals(second, [], "each node is followed once");
});

Deno.test("without aggressive flow, without a node, or in balance nothing is followed", () => {
  assertEquals(sayAt([THROUGH], UP, [55, 45]), [[]]);
  assertEquals(sayAt([{ ...THROUGH, low: 103, high: 104, close: 103.8 }], UP, [80, 20]), [[]]);
  assertEquals(sayAt([THROUGH], BALANCE, [80, 20]), [[]]);
});
