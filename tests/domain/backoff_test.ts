import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { BACKOFF, backoffDelay } from "../../domain/backoff.ts";
import { MILLISECOND, SECOND } from "../../domain/time.ts";

const attempts = fc.integer({ min: 1, max: 2_000 });
const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const floors = fc.integer({ min: 0, max: 3_600 * SECOND });

Deno.test("the wait doubles from half a second to a minute", () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((attempt) => backoffDelay(attempt, 0));
  const seconds = [0.5, 1, 2, 4, 8, 16, 32, 60, 60];
  assertEquals(waits, seconds.map((one) => one * SECOND));
});

Deno.test("chance takes off at most half of the wait", () => {
  assertEquals(backoffDelay(3, 0.5), 1_500 * MILLISECOND);
  fc.assert(fc.property(attempts, randoms, (attempt, random) => {
    const full = backoffDelay(attempt, 0);
    const wait = backoffDelay(attempt, random);
    assert(Number.isSafeInteger(wait));
    assert(wait >= full / 2 && wait <= full && full <= BACKOFF.max);
  }));
});

Deno.test("a further failure never makes the wait shorter, and the longest is kept to", () => {
  fc.assert(fc.property(attempts, randoms, floors, (attempt, random, floor) => {
    const wait = backoffDelay(attempt, random, floor);
    const next = backoffDelay(attempt + 1, random, floor);
    assert(next >= wait);
    assert(next <= Math.max(BACKOFF.max, floor));
  }));
});

Deno.test("what the venue asked for is never undercut, even past the longest wait", () => {
  assertEquals(backoffDelay(1, 0.9, 90 * SECOND), 90 * SECOND);
  fc.assert(fc.property(attempts, randoms, floors, (attempt, random, floor) => {
    assert(backoffDelay(attempt, random, floor) >= floor);
  }));
});
