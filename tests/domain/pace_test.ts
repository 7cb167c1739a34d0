import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { beginOf, expectedOf, type Experience, experienced } from "../../domain/pace.ts";

const span = fc.double({ min: 0, max: 10_000, noNaN: true });
const every = fc.double({ min: 1, max: 5_000, noNaN: true });

Deno.test("a write begins early enough for the oldest to be kept in time, the slack included", () => {
  // 10 + 250, less 20 for the write and a fifth of 250 as slack.
  assertEquals(beginOf({ every: 250, last: 0, oldest: 10, expected: 20 }), 190);
});

Deno.test("with nothing to write the next one comes an interval after the last", () => {
  assertEquals(beginOf({ every: 250, last: 1_000, oldest: null, expected: 20 }), 1_250);
});

Deno.test("writes never begin closer than a quarter of the interval, nor further apart than it", () =>
  fc.assert(
    fc.property(every, span, fc.option(span), span, (every, last, oldest, expected) => {
      const begin = beginOf({ every, last, oldest, expected });
      assert(begin >= last + every / 4 && begin <= last + every);
    }),
  ));

Deno.test("whatever is received during a write is kept in time while writes take as expected", () =>
  fc.assert(
    // No write longer than the floor leaves room for: 1 - 1/4 of the interval, less the slack.
    fc.property(every, fc.double({ min: 0, max: 0.5, noNaN: true }), span, (every, part, last) => {
      const took = every * part;
      // It comes the moment after the last write has taken what it writes.
      const begin = beginOf({ every, last, oldest: last, expected: took });
      assert(begin + took <= last + every + 1e-6);
    }),
  ));

Deno.test("the first write is taken for the mean, and half of it for the deviation", () => {
  // RFC 6298, 2.2: SRTT = R, RTTVAR = R/2; so K * RTTVAR above the mean is three times R.
  assertEquals(experienced(null, 40), { mean: 40, deviation: 20 });
  assertEquals(expectedOf(experienced(null, 40)), 120);
  assertEquals(expectedOf(null), 0);
});

Deno.test("a later write moves the mean by an eighth, and the deviation by a quarter", () => {
  // RFC 6298, 2.3: RTTVAR = 3/4 * 20 + 1/4 * |40 - 80| = 25; SRTT = 7/8 * 40 + 1/8 * 80 = 45.
  assertEquals(experienced({ mean: 40, deviation: 20 }, 80), { mean: 45, deviation: 25 });
});

Deno.test("writes that take the same time are in the end expected to take just that", () =>
  fc.assert(fc.property(fc.array(span, { maxLength: 20 }), span, (before, took) => {
    let experience: Experience | null = null;
    for (const one of [...before, ...Array<number>(300).fill(took)]) {
      experience = experienced(experience, one);
    }
    assert(Math.abs(expectedOf(experience) - took) < 1e-3);
  })));
