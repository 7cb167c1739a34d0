import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { completenessOf, shareOf } from "../../domain/completeness.ts";
import { GAP_REASONS } from "../../domain/gap.ts";

const STATUSES = ["open", "filled", "unfillable"] as const;
const END = 60;

const gap = fc.record({
  from: fc.integer({ min: -10, max: END + 10 }),
  length: fc.integer({ min: -2, max: 30 }),
  reason: fc.constantFrom(...GAP_REASONS),
  status: fc.constantFrom(...STATUSES),
}).map(({ length, ...one }) => ({ ...one, to: one.from + length }));

/** Sessions: cuts in ascending order, every other span of which is open. */
const open = fc.uniqueArray(fc.integer({ min: 0, max: END }), { maxLength: 8 }).map((cuts) => {
  const sorted = cuts.sort((a, b) => a - b);
  const spans = [];
  for (let at = 0; at + 1 < sorted.length; at += 2) {
    spans.push({ start: sorted[at]!, end: sorted[at + 1]! });
  }
  return spans;
});

Deno.test("completeness is what counting each instant by itself gives", () => {
  fc.assert(fc.property(open, fc.array(gap, { maxLength: 8 }), (open, gaps) => {
    let [expected, missed] = [0, 0];
    for (let time = 0; time < END; time++) {
      const unfilled = gaps.filter(({ from, to, status }) =>
        status !== "filled" && from <= time && time < to
      );
      const isOpen = open.some(({ end, start }) => start <= time && time < end);
      const isUnwanted = unfilled.some(({ reason }) =>
        reason === "joined" || reason === "unsubscribed"
      );
      if (!isOpen || isUnwanted) continue;
      expected++;
      if (unfilled.length > 0) missed++;
    }
    assertEquals(completenessOf(open, gaps), { expected, missed });
  }));
});

Deno.test("a gap that is filled never makes an instrument less complete", () => {
  fc.assert(fc.property(open, fc.array(gap, { minLength: 1, maxLength: 8 }), (open, gaps) => {
    const before = completenessOf(open, gaps);
    const [first, ...rest] = gaps;
    const isWanted = first!.reason !== "joined" && first!.reason !== "unsubscribed";
    fc.pre(isWanted);
    const after = completenessOf(open, [{ ...first!, status: "filled" }, ...rest]);
    assertEquals(after.expected, before.expected);
    assertEquals(after.missed <= before.missed, true);
  }));
});

Deno.test("where nothing was to be heard there is no share", () => {
  assertEquals(shareOf(completenessOf([], [])), null);
  const whole = { from: 0, to: 10, reason: "joined", status: "open" } as const;
  assertEquals(shareOf(completenessOf([{ start: 2, end: 8 }], [whole])), null);
});

Deno.test("an hour's outage in a day of ten hours leaves nine tenths", () => {
  const outage = { from: 30, to: 40, reason: "disconnect", status: "unfillable" } as const;
  assertEquals(shareOf(completenessOf([{ start: 0, end: 100 }], [outage])), 0.9);
});
