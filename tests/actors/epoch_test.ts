import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { nextEpoch } from "../../actors/epoch.ts";

const START = Date.parse("2026-03-02T14:30:00Z");
/** Up to the year 5188, where nine digits of base 36 end. */
const instants = fc.integer({ min: 0, max: 36 ** 9 - 1 });

Deno.test("an epoch is its start's milliseconds in base 36, nine digits of them", () => {
  // By long division.
  const digits = "0123456789abcdefghijklmnopqrstuvwxyz";
  let [rest, text] = [START, ""];
  while (rest > 0) [rest, text] = [Math.floor(rest / 36), digits[rest % 36] + text];
  assertEquals(nextEpoch(START, null), `0${text}`);
  assertEquals(nextEpoch(0, null), "000000000");
});

Deno.test("an epoch sorts after the last one, also where the clock was set back", () => {
  fc.assert(fc.property(instants, instants, (before, now) => {
    fc.pre(before < 36 ** 9 - 1);
    const last = nextEpoch(before, null);
    const next = nextEpoch(now, last);
    assert(next > last);
    assertEquals(next.length, 9);
    if (now > before) assertEquals(next, nextEpoch(now, null));
  }));
});

Deno.test("epochs of runs that start within one millisecond differ", () => {
  const epochs = [nextEpoch(START, null)];
  for (let run = 0; run < 5; run++) epochs.push(nextEpoch(START, epochs.at(-1)!));
  assertEquals(new Set(epochs).size, 6);
  assertEquals(epochs.toSorted(), epochs);
});
