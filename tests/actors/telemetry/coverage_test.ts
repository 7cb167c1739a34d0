import { assertEquals } from "@std/assert";
import { Coverage, WINDOW } from "../../../actors/telemetry/coverage.ts";
import type { Listing } from "../../../actors/instruments/directory.ts";
import type { Gap } from "../../../domain/gap.ts";
import { HOUR, MINUTE, parseTime } from "../../../domain/time.ts";
import { listingOf } from "../fixture.ts";
import { inPlace, until } from "../http/place.ts";
import { at } from "../http/feed.ts";

// A Monday; New York is four hours behind UTC, and its extended hours are 04:00 to 20:00.
const NOON = parseTime("2013-10-07T12:00:00Z")!;

const listing = (more: Partial<Listing> = {}) =>
  listingOf({ provider: "a", alwaysOpen: false, since: 0, ...more });

function gap(from: number, minutes: number, more: Partial<Gap> = {}): Gap {
  return {
    symbol: "AAPL",
    provider: "a",
    from,
    to: from + minutes * MINUTE,
    reason: "disconnect",
    status: "open",
    detectedAt: from + minutes * MINUTE,
    ...more,
  };
}

Deno.test("only session time counts, and what was missed outside it does not", () => {
  const coverage = new Coverage();
  // The market opened at 08:00 UTC; of this hour half lies before that.
  coverage.note(gap(NOON - 4.5 * HOUR, 60));
  assertEquals(coverage.of(listing(), NOON, false), { expected: 4 * HOUR, missed: 30 * MINUTE });
});

Deno.test("what is older than the window, or than the instrument is followed, counts no more", () => {
  const coverage = new Coverage();
  coverage.note(gap(NOON - WINDOW - 3 * HOUR, 60));
  coverage.note(gap(NOON - 3 * HOUR, 60));
  const always = listing({ alwaysOpen: true });
  assertEquals(coverage.of(always, NOON, false), { expected: WINDOW, missed: HOUR });
  const young = listing({ alwaysOpen: true, since: NOON - 2.5 * HOUR });
  assertEquals(coverage.of(young, NOON, false), { expected: 2.5 * HOUR, missed: 30 * MINUTE });
  const unready = listing({ since: undefined });
  assertEquals(coverage.of(unready, NOON, false), { expected: 0, missed: 0 });
});

Deno.test("an outage counts while it goes on, and what the venue refuses is never heard", () => {
  const coverage = new Coverage();
  const lost = listing({ silentFrom: NOON - HOUR });
  assertEquals(coverage.of(lost, NOON, false).missed, HOUR);
  assertEquals(coverage.of(listing(), NOON, true), { expected: 4 * HOUR, missed: 4 * HOUR });
});

Deno.test("a gap counts for the provider that should have been heard", () => {
  const coverage = new Coverage();
  coverage.note(gap(NOON - HOUR, 30));
  assertEquals(coverage.of(listing({ provider: "b" }), NOON, false, "a").missed, 30 * MINUTE);
  assertEquals(coverage.of(listing({ provider: "b" }), NOON, false, "b").missed, 0);
  assertEquals(coverage.of(listing({ provider: "b" }), NOON, false).missed, 30 * MINUTE);
});

Deno.test("the later word on a gap stands, whatever the store says", () => {
  const coverage = new Coverage();
  coverage.note(gap(NOON - HOUR, 30, { status: "filled" }));
  coverage.recall(gap(NOON - HOUR, 30));
  assertEquals(coverage.of(listing(), NOON, false).missed, 0);
});

Deno.test("where more gaps were told than are remembered, nothing is said of the time before", () => {
  const coverage = new Coverage();
  const begin = NOON - 3 * HOUR;
  for (let second = 0; second < 600; second++) {
    const from = begin + second * 10 * MINUTE / 60;
    coverage.note({ ...gap(from, 0), to: from + MINUTE / 60 });
  }
  const { expected, missed } = coverage.of(listing(), NOON, false);
  assertEquals(missed, 512 * MINUTE / 60);
  assertEquals(expected < 3 * HOUR, true);
});

Deno.test("a restart brings back to mind what was missed before", async () => {
  await inPlace(async ({ json, tree }) => {
    // From 13:00 until the start it was not followed: of the hour and a half before, half an hour is
    // missing.
    tree.shared.directory.get("AAPL")!.since = at("11:30:00");
    await until(async () => {
      const { data: [aapl] } = await json("/api/v1/instruments?symbol=AAPL");
      return aapl!["missedSeconds"] === 1_800 && aapl!["completeness"] === 0.666666;
    });
  }, {
    prepare: (_feed, store) => {
      const kept = gap(at("12:00:00"), 30, { provider: "feed" });
      return store.write({ ticks: [], candles: [], gaps: [kept], events: [] });
    },
  });
});
