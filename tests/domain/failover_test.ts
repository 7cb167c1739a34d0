import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  askFailover,
  beginFailover,
  type FailoverState,
  stepFailover,
  type Swap,
} from "../../domain/failover.ts";

const RULES = { delay: 5, failback: 60 };

/** Plays what is seen of two providers at each instant: `+` good, `-` bad; gives who led when. */
function play(seen: Record<number, string>, until: number, rules = RULES) {
  let state = beginFailover(2, 0);
  let now = seen[0] ?? "++";
  const leads: [number, number][] = [[0, 0]];
  for (let at = 0; at <= until; at++) {
    now = seen[at] ?? now;
    const sightings = [...now].map((mark) => mark === "+" ? null : at);
    const step = stepFailover(state, sightings, at, rules);
    state = step.state;
    if (step.swap !== null) leads.push([at, step.swap.to]);
  }
  return leads;
}

Deno.test("the standby takes over when the delay has passed, and not before", () => {
  // Bad at 10, over the whole delay of 5 at 15.
  assertEquals(play({ 0: "++", 10: "-+" }, 14), [[0, 0]]);
  assertEquals(play({ 0: "++", 10: "-+" }, 30), [[0, 0], [15, 1]]);
});

Deno.test("who is good again within the delay goes on leading, and the delay begins anew", () => {
  assertEquals(play({ 0: "++", 10: "-+", 14: "++", 16: "-+" }, 20), [[0, 0]]);
  assertEquals(play({ 0: "++", 10: "-+", 14: "++", 16: "-+" }, 30), [[0, 0], [21, 1]]);
});

Deno.test("the preferred one leads again after the whole failback, counted from its last fault", () => {
  const seen = { 0: "++", 10: "-+", 20: "++", 70: "-+", 71: "++" };
  // Good from 20, but bad at 70: not at 80, but at 71 + 60.
  assertEquals(play(seen, 140), [[0, 0], [15, 1], [131, 0]]);
});

Deno.test("while nobody is good nobody takes over, and then the first that is does at once", () => {
  assertEquals(play({ 0: "++", 10: "--", 40: "-+" }, 50), [[0, 0], [40, 1]]);
});

Deno.test("a standby that fails gives way before the failback is over", () => {
  assertEquals(play({ 0: "++", 10: "-+", 20: "++", 30: "+-" }, 40), [[0, 0], [15, 1], [35, 0]]);
});

Deno.test("what is found out late counts from when it began", () => {
  const good = stepFailover(beginFailover(2, 0), [null, null], 0, RULES).state;
  const { swap } = stepFailover(good, [14, null], 20, RULES);
  assertEquals(swap, { from: 0, to: 1, why: "failover", since: 14 });
});

Deno.test("who was asked for leads until it fails; let go, the preferred one takes over", () => {
  let state = stepFailover(beginFailover(2, 0), [null, null], 0, RULES).state;
  const asked = askFailover(state, 1, 10);
  assertEquals(asked.swap, { from: 0, to: 1, why: "asked", since: 10 });
  const at = (now: number, seen: (number | null)[], from: FailoverState) =>
    stepFailover(from, seen, now, RULES);
  state = at(1_000, [null, null], asked.state).state;
  assertEquals([state.lead, state.held], [1, true]);
  assertEquals(at(1_001, [null, null], askFailover(state, null, 1_000).state).swap?.to, 0);
  const failing = at(1_000, [null, 1_000], state).state;
  assertEquals(at(1_004, [null, 1_004], failing).swap, null);
  assertEquals(at(1_005, [null, 1_005], failing).swap?.to, 0);
});

/** What happened at one instant, and what was decided. */
interface Moment {
  readonly at: number;
  readonly good: readonly boolean[];
  readonly lead: number;
  readonly swap: Swap | null;
}

const history = fc.record({
  rules: fc.record({ delay: fc.integer({ min: 0, max: 8 }), failback: fc.integer({ max: 30 }) })
    .map(({ delay, failback }) => ({ delay, failback: Math.abs(failback) })),
  steps: fc.array(
    fc.record({
      wait: fc.integer({ min: 1, max: 4 }),
      good: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
    }),
    { maxLength: 60 },
  ),
});

function run(
  { rules, steps }: { rules: typeof RULES; steps: { wait: number; good: boolean[] }[] },
) {
  const moments: Moment[] = [];
  let state = beginFailover(3, 0);
  let at = 0;
  for (const { good, wait } of steps) {
    at += wait;
    const step = stepFailover(state, good.map((is) => is ? null : at), at, rules);
    state = step.state;
    moments.push({ at, good, lead: state.lead, swap: step.swap });
  }
  return moments;
}

/** Since when a provider has been seen as it is at a moment, without a break. */
function sinceWhen(moments: readonly Moment[], index: number, provider: number): number {
  const is = moments[index]!.good[provider];
  let first = index;
  while (first > 0 && moments[first - 1]!.good[provider] === is) first--;
  // At the very beginning nobody is good.
  return first === 0 && !is ? 0 : moments[first]!.at;
}

Deno.test("nobody loses the lead who was not bad for the delay, but to one good for the failback", () => {
  fc.assert(fc.property(history, (given) => {
    const moments = run(given);
    moments.forEach(({ at, good, swap }, index) => {
      if (swap === null) return;
      assert(good[swap.to]);
      const lost = at - sinceWhen(moments, index, swap.from);
      const back = at - sinceWhen(moments, index, swap.to);
      if (swap.why === "failover") assert(!good[swap.from] && lost >= given.rules.delay);
      else assert(swap.to < swap.from && back >= given.rules.failback);
    });
  }));
});

Deno.test("nobody leads who was bad for the delay while another is good", () => {
  fc.assert(fc.property(history, (given) => {
    const moments = run(given);
    moments.forEach(({ at, good, lead, swap }, index) => {
      if (good[lead] || swap !== null || !good.includes(true)) return;
      assert(at - sinceWhen(moments, index, lead) < given.rules.delay);
    });
  }));
});

Deno.test("a preferred one that flaps faster than the failback never takes over from a good one", () => {
  const beats = fc.array(fc.record({ down: fc.nat(20), up: fc.integer({ min: 1, max: 29 }) }), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(fc.property(beats, (flaps) => {
    const marks = [..."++", ...Array(6).fill("-+")];
    for (const { down, up } of flaps) {
      marks.push(...Array(down + 1).fill("-+"), ...Array(up).fill("++"));
    }
    const seen = Object.fromEntries(marks.map((mark, at) => [at, mark === "+" ? "++" : mark]));
    const rules = { delay: 5, failback: 30 };
    const swaps = play(seen, marks.length - 1, rules);
    assertEquals(swaps.map(([, lead]) => lead), [0, 1]);
  }));
});
