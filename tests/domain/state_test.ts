import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  ENTER,
  LEAVE,
  type MarketState,
  nextState,
  type Regime,
  type StateInputs,
} from "../../domain/state.ts";

/** A quiet day around the last session's value. */
const QUIET: StateInputs = {
  price: 105,
  value: { val: 100, vah: 110 },
  previous: { val: 100, vah: 110 },
  range: { low: 98, high: 112 },
  initial: { low: 98, high: 112 },
  flow: { buyVolume: 500, sellVolume: 500 },
};
/** A day of trend: value twice its height above the last, and all the rest with it. */
const UP: StateInputs = {
  price: 130,
  value: { val: 120, vah: 130 },
  previous: { val: 100, vah: 110 },
  range: { low: 118, high: 132 },
  initial: { low: 118, high: 122 },
  flow: { buyVolume: 700, sellVolume: 300 },
};

/** The same market upside down. */
function mirrored({ price, value, previous, range, initial, flow }: StateInputs): StateInputs {
  const turn = (one: StateInputs["value"]) => one && { val: 200 - one.vah, vah: 200 - one.val };
  const flip = (one: StateInputs["range"]) => one && { low: 200 - one.high, high: 200 - one.low };
  return {
    price: 200 - price,
    value: turn(value),
    previous: turn(previous),
    range: flip(range),
    initial: flip(initial),
    flow: flow && { buyVolume: flow.sellVolume, sellVolume: flow.buyVolume },
  };
}

/** Inputs whose score is `score`, from 0 to 0.6: by the price and value alone. */
function scoring(score: number, direction = 1): StateInputs {
  // Each of the two signs gives up to 0.3: the price `score / 0.6` widths beyond value, and value
  // moved by that share of its height.
  const part = 10 * score / 0.6;
  const up = {
    ...QUIET,
    price: 110 + part,
    value: { val: 100 + part, vah: 110 + part },
  };
  return direction > 0 ? up : mirrored(up);
}

const anyValue = fc.option(
  fc.tuple(fc.integer({ min: 80, max: 120 }), fc.nat({ max: 20 }))
    .map(([val, height]) => ({ val, vah: val + height })),
);
const anyRange = anyValue.map((one) => one && { low: one.val, high: one.vah });
const anyInputs: fc.Arbitrary<StateInputs> = fc.record({
  price: fc.integer({ min: 60, max: 140 }),
  value: anyValue,
  previous: anyValue,
  range: anyRange,
  initial: anyRange,
  flow: fc.option(fc.record({ buyVolume: fc.nat({ max: 99 }), sellVolume: fc.nat({ max: 99 }) })),
});

function settle(inputs: readonly StateInputs[]): MarketState[] {
  const states: MarketState[] = [];
  for (const one of inputs) states.push(nextState(states.at(-1) ?? null, one));
  return states;
}

function regimes(states: readonly MarketState[]): Regime[] {
  return states.map(({ regime }) => regime);
}

Deno.test("a price inside value that has not moved is balance, in full confidence", () => {
  const { regime, score, confidence, reasons } = nextState(null, QUIET);
  assertEquals([regime, score, confidence], ["balance", 0, 1]);
  assertEquals(reasons.toSorted(), [
    "Buyers began 50 % of the volume whose side is known.",
    "The price is inside the last session's value.",
    "The range has not outgrown the first hour's to one side.",
    "Value is where it was in the last session.",
  ]);
});

Deno.test("value, price, range and flow that all go up are an upward imbalance, with the reasons", () => {
  const { regime, score, confidence, reasons } = nextState(null, UP);
  assertEquals(regime, "imbalance-up");
  // Every sign is at its most: 0.3 + 0.3 + 0.2 + 0.2.
  assert(Math.abs(score - 1) < 1e-9 && Math.abs(confidence - 1) < 1e-9);
  assertEquals(reasons, [
    "Value has moved up: 0 % of it overlaps the last session's.",
    "The price is above the last session's value.",
    "The range has outgrown the first hour's, mostly upwards.",
    "Buyers began 70 % of the volume whose side is known.",
  ]);
});

Deno.test("a score is the signs' weighted sum", () => {
  const { score } = nextState(null, {
    price: 115,
    value: { val: 104, vah: 114 },
    previous: { val: 100, vah: 110 },
    range: { low: 99, high: 115 },
    initial: { low: 100, high: 110 },
    flow: { buyVolume: 40, sellVolume: 60 },
  });
  // Value: 6 of 10 overlap: 0.4. Price: 5 beyond a width of 10: 0.5. Range: 5 up, 1 down, of 10:
  // 0.4. Flow: (40 - 60) / 100 = -0.2 of 0.3: -2/3.
  const expected = 0.3 * 0.4 + 0.3 * 0.5 + 0.2 * 0.4 + 0.2 * (-2 / 3);
  assert(Math.abs(score - expected) < 1e-12, `${score}`);
});

Deno.test("the same market upside down has the mirrored state", () => {
  const turned = { "balance": "balance", "imbalance-up": "imbalance-down" } as const;
  fc.assert(fc.property(anyInputs, (inputs) => {
    const up = nextState(null, inputs);
    const down = nextState(null, mirrored(inputs));
    assert(Math.abs(up.score + down.score) < 1e-9);
    if (Math.abs(Math.abs(up.score) - ENTER) < 1e-9) return;
    const [a, b] = up.regime === "imbalance-down" ? [down, up] : [up, down];
    assertEquals(b.regime, turned[a.regime as keyof typeof turned]);
    assert(Math.abs(up.confidence - down.confidence) < 1e-9);
  }));
});

Deno.test("without an earlier session there is no imbalance, and little confidence", () => {
  fc.assert(fc.property(anyInputs, (inputs) => {
    const { regime, confidence } = nextState(null, { ...inputs, previous: null });
    assertEquals(regime, "balance");
    assert(confidence <= 0.4 + 1e-9);
  }));
  const nothing = { value: null, previous: null, range: null, initial: null, flow: null };
  const { confidence, reasons } = nextState(null, { price: 1, ...nothing });
  assertEquals([confidence, reasons.length], [0, 4]);
});

Deno.test("score and confidence stay in their ranges, and there is a reason for each sign", () => {
  fc.assert(fc.property(fc.array(anyInputs, { minLength: 1, maxLength: 10 }), (inputs) => {
    for (const { score, confidence, reasons } of settle(inputs)) {
      assert(score >= -1 - 1e-9 && score <= 1 + 1e-9);
      assert(confidence >= 0 && confidence <= 1);
      assertEquals(reasons.length, 4);
    }
  }));
});

Deno.test("an imbalance is entered at one score and left only below a lower one", () => {
  const scores = [0.45, 0.52, 0.48, 0.32, 0.52, 0.28, 0.32, 0.48, 0.52];
  const up: Regime = "imbalance-up";
  const states = settle(scores.map((score) => scoring(score)));
  for (const [i, { score }] of states.entries()) assert(Math.abs(score - scores[i]!) < 1e-9);
  assertEquals(regimes(states), ["balance", up, up, up, up, "balance", "balance", "balance", up]);
});

Deno.test("an imbalance turns into the opposite one at once where the score says so", () => {
  assertEquals(regimes(settle([scoring(0.55), scoring(0.35, -1), scoring(0.55, -1)])), [
    "imbalance-up",
    "balance",
    "imbalance-down",
  ]);
  assertEquals(regimes(settle([UP, mirrored(UP)])), ["imbalance-up", "imbalance-down"]);
});

Deno.test("a score that moves within less than the two limits' distance changes the state once", () => {
  const band = ENTER - LEAVE;
  const anyScores = fc.tuple(
    fc.double({ min: 0, max: 0.6 - band, noNaN: true }),
    fc.array(fc.double({ min: 0, max: band * 0.999, noNaN: true }), { maxLength: 40 }),
  ).map(([from, moves]) => moves.map((move) => from + move));
  fc.assert(fc.property(anyScores, fc.constantFrom(1, -1), (scores, direction) => {
    const seen = regimes(settle(scores.map((score) => scoring(score, direction))));
    const changes = seen.filter((one, i) => i > 0 && one !== seen[i - 1]).length;
    assert(changes <= 1, `${seen}`);
  }));
});

Deno.test("a state follows from the one before and the inputs alone", () => {
  fc.assert(fc.property(anyInputs, anyInputs, (a, b) => {
    const before = nextState(null, a);
    const copy = structuredClone(before);
    assertEquals(nextState(before, b), nextState(copy, structuredClone(b)));
    assertEquals(before, copy);
  }));
});
