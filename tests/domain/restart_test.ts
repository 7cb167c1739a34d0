import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decideRestart, RESTART_POLICY } from "../../domain/restart.ts";

/** Fails at each of the times, and tells what was decided. */
function decisions(times: readonly number[]) {
  let failures: readonly number[] = [];
  return times.map((now) => {
    const decision = decideRestart(RESTART_POLICY, failures, now);
    failures = decision.failures;
    return decision;
  });
}

Deno.test("five failures within a minute are restarted, each after a longer wait; the sixth is not", () => {
  const waits = decisions([0, 1, 2, 3, 4, 5]).map((one) => one.restart ? one.delay : "given up");
  // At once, then 100 ms times 4 each time, at most 5 s: 100 * 4^3 = 6,400 is cut.
  assertEquals(waits, [0, 100, 400, 1_600, 5_000, "given up"]);
});

Deno.test("a failure counts until the period is over, and not at its very end", () => {
  const { period } = RESTART_POLICY;
  assertEquals(decideRestart(RESTART_POLICY, [0, 1, 2, 3, 4], period - 1).restart, false);
  assertEquals(decideRestart(RESTART_POLICY, [0, 1, 2, 3, 4], period), {
    restart: true,
    delay: 5_000,
    failures: [1, 2, 3, 4, period],
  });
});

Deno.test("failures as far apart as the period are restarted at once, for ever", () => {
  const times = Array.from({ length: 50 }, (_, at) => at * RESTART_POLICY.period);
  assert(decisions(times).every((one) => one.restart && one.delay === 0));
});

Deno.test("no period holds more restarts than the policy allows", () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 60 });
  fc.assert(fc.property(gaps, (waits) => {
    let now = 0;
    const times = waits.map((wait) => now += wait);
    const restarted = times.filter((_, at) => decisions(times)[at]!.restart);
    for (const end of times) {
      const within = restarted.filter((time) => time > end - RESTART_POLICY.period && time <= end);
      assert(within.length <= RESTART_POLICY.intensity);
    }
  }));
});
