/**
 * Completeness: of the time in which an instrument should have been heard, the share in which it
 * was.
 *
 * What should have been heard is the time within a span in which its market was open. What was missed
 * is the part of that which lies in a gap that history has not filled, or in an outage that goes on;
 * where several overlap, it is missed once. So a feed that was up and had nothing to say is complete,
 * and so is one whose gaps were filled.
 *
 * @module
 */
import type { Span } from "./candles.ts";
import type { Gap, GapReason } from "./gap.ts";
import type { Micros } from "./time.ts";

/** How complete an instrument is, or several together. */
export interface Completeness {
  /** How long it should have been heard. */
  readonly expected: Micros;
  /** How long of that it was not. */
  readonly missed: Micros;
}

/** Reasons of gaps in which nobody wanted to hear it. */
const UNWANTED: ReadonlySet<GapReason> = new Set(["joined", "unsubscribed"]);

/**
 * How complete an instrument is within the spans in which it should have been heard.
 *
 * @param open when its market was open: ascending, none overlapping another.
 * @param gaps in any order, overlapping as they like. What was not wanted is not expected either.
 */
export function completenessOf(
  open: readonly Span[],
  gaps: readonly Pick<Gap, "from" | "to" | "reason" | "status">[],
): Completeness {
  const unfilled = gaps.filter(({ status }) => status !== "filled");
  const spansOf = (isWanted: boolean) =>
    unfilled.filter(({ reason }) => UNWANTED.has(reason) !== isWanted)
      .map(({ from, to }): Span => ({ start: from, end: to }));
  const wanted = without(open, spansOf(false));
  const expected = lengthOf(wanted);
  return { expected, missed: expected - lengthOf(without(wanted, spansOf(true))) };
}

/** The share that was heard, from 0 to 1; `null` where nothing was to be heard. */
export function shareOf({ expected, missed }: Completeness): number | null {
  return expected === 0 ? null : (expected - missed) / expected;
}

/** What is left of spans without what others cover. @param spans ascending, none overlapping. */
function without(spans: readonly Span[], others: readonly Span[]): Span[] {
  const covers = others.filter(({ end, start }) => start < end)
    .sort((a, b) => a.start - b.start);
  const left: Span[] = [];
  for (const { end, start } of spans) {
    let from = start;
    for (const cover of covers) {
      if (cover.end <= from) continue;
      if (cover.start >= end) break;
      if (cover.start > from) left.push({ start: from, end: cover.start });
      from = cover.end;
      if (from >= end) break;
    }
    if (from < end) left.push({ start: from, end });
  }
  return left;
}

function lengthOf(spans: readonly Span[]): Micros {
  return spans.reduce((sum, { end, start }) => sum + end - start, 0);
}
