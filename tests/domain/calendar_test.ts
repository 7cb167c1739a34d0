import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  holidayOn,
  horizonOf,
  isOpen,
  nextSession,
  openSpans,
  openWithin,
  previousSession,
  sessionAt,
} from "../../domain/calendar.ts";
import { type HoursKind, MARKET_IDS, type MarketId } from "../../domain/market.ts";
import { DAY, formatTime, HOUR, type Micros, MINUTE, parseTime } from "../../domain/time.ts";

/** An instant of a test, such as `2013-10-07T13:30Z`. */
function at(text: string): Micros {
  const time = parseTime(text);
  assert(time !== undefined, text);
  return time;
}

/** A session's span, to the minute. */
function span(market: MarketId, inside: string, hours: HoursKind = "regular"): string | null {
  const session = sessionAt(market, at(inside), hours);
  if (session === null) return null;
  return `${formatTime(session.start).slice(0, 16)} ${formatTime(session.end).slice(0, 16)}`;
}

Deno.test("the regular session of SPY on 2013-10-07 is 13:30 to 20:00 UTC", () => {
  assertEquals(sessionAt("ARCA", at("2013-10-07T16:00Z")), {
    start: at("2013-10-07T13:30Z"),
    end: at("2013-10-07T20:00Z"),
    certain: true,
    half: false,
    date: "2013-10-07",
  });
});

Deno.test("the UTC day 2014-05-01 of EURUSD lies in two sessions that turn at 21:00 UTC", () => {
  assertEquals(span("FX", "2014-05-01T00:00Z"), "2014-04-30T21:00 2014-05-01T21:00");
  assertEquals(span("FX", "2014-05-01T20:59:59.999999Z"), "2014-04-30T21:00 2014-05-01T21:00");
  assertEquals(span("FX", "2014-05-01T21:00Z"), "2014-05-01T21:00 2014-05-02T21:00");
  assertEquals(sessionAt("FX", at("2014-05-01T21:00Z"))?.date, "2014-05-02");
});

// US clocks go forward on 8 March 2026 and European ones on 29 March: for three weeks New York is
// four hours from London. They go back on 1 November and 25 October.
const CLOCKS: [string, string, string, string][] = [
  ["Friday before the US spring", "2026-03-06", "14:30 21:00", "08:00 16:30"],
  ["Monday after the US spring", "2026-03-09", "13:30 20:00", "08:00 16:30"],
  ["Friday before the European spring", "2026-03-27", "13:30 20:00", "08:00 16:30"],
  ["Monday after the European spring", "2026-03-30", "13:30 20:00", "07:00 15:30"],
  ["Friday before the European autumn", "2026-10-23", "13:30 20:00", "07:00 15:30"],
  ["Monday after the European autumn", "2026-10-26", "13:30 20:00", "08:00 16:30"],
  ["Friday before the US autumn", "2026-10-30", "13:30 20:00", "08:00 16:30"],
  ["Monday after the US autumn", "2026-11-02", "14:30 21:00", "08:00 16:30"],
];
for (const [name, date, newYork, london] of CLOCKS) {
  Deno.test(`on the ${name} change of clocks each market keeps its own hours`, () => {
    const on = (hours: string) => hours.split(" ").map((hour) => `${date}T${hour}`).join(" ");
    assertEquals(span("NYSE", `${date}T15:00Z`), on(newYork));
    assertEquals(span("LSE", `${date}T15:00Z`), on(london));
    // Xetra and Paris trade from 9:00 to 17:30, an hour ahead of London: the same hours in UTC.
    assertEquals(span("XETR", `${date}T15:00Z`), on(london));
    assertEquals(span("XPAR", `${date}T15:00Z`), on(london));
  });
}

Deno.test("the FX week runs from Sunday to Friday, 17:00 New York, through a change of clocks", () => {
  // Friday 6 March 2026 ends at 22:00 UTC (EST), Sunday 8 March begins at 21:00 UTC (EDT).
  assertEquals(isOpen("FX", at("2026-03-06T21:59:59.999999Z"), "regular"), true);
  assertEquals(isOpen("FX", at("2026-03-06T22:00Z"), "regular"), false);
  assertEquals(isOpen("FX", at("2026-03-08T20:59:59.999999Z"), "regular"), false);
  assertEquals(span("FX", "2026-03-08T21:00Z"), "2026-03-08T21:00 2026-03-09T21:00");
  assertEquals(nextSession("FX", at("2026-03-06T22:00Z")).date, "2026-03-09");
});

Deno.test("FX pauses for Christmas and New Year's Day, each from 17:00 New York of the day before", () => {
  assertEquals(span("FX", "2025-12-24T21:59Z"), "2025-12-23T22:00 2025-12-24T22:00");
  assertEquals(span("FX", "2025-12-25T12:00Z"), null);
  assertEquals(span("FX", "2025-12-25T22:00Z"), "2025-12-25T22:00 2025-12-26T22:00");
  assertEquals(span("FX", "2026-01-01T12:00Z"), null);
  assertEquals(nextSession("FX", at("2026-01-01T12:00Z")).start, at("2026-01-01T22:00Z"));
});

Deno.test("extended hours hold the early and late sessions, and nothing beyond", () => {
  assertEquals(
    span("NASDAQ", "2026-07-01T12:00Z", "extended"),
    "2026-07-01T08:00 2026-07-02T00:00",
  );
  // A winter's late session ends on the next UTC day.
  assertEquals(
    span("NASDAQ", "2026-01-07T00:59Z", "extended"),
    "2026-01-06T09:00 2026-01-07T01:00",
  );
  assertEquals(span("NASDAQ", "2026-01-07T01:00Z", "extended"), null);
  assertEquals(
    span("NASDAQ", "2026-11-27T20:00Z", "extended"),
    "2026-11-27T09:00 2026-11-27T22:00",
  );
  assertEquals(span("LSE", "2026-01-06T16:35Z", "extended"), "2026-01-06T07:50 2026-01-06T16:40");
});

Deno.test("at an open the market is open, and at a close it no longer is", () => {
  assertEquals(isOpen("NYSE", at("2013-10-07T13:30Z") - 1, "regular"), false);
  assertEquals(isOpen("NYSE", at("2013-10-07T13:30Z"), "regular"), true);
  assertEquals(isOpen("NYSE", at("2013-10-07T20:00Z") - 1, "regular"), true);
  assertEquals(isOpen("NYSE", at("2013-10-07T20:00Z"), "regular"), false);
  assertEquals(isOpen("NYSE", at("2013-10-07T20:00Z"), "extended"), true);
});

Deno.test("the sessions on either side of a session are the ones before and after it", () => {
  const noon = at("2026-07-02T16:00Z");
  assertEquals(previousSession("NYSE", noon).date, "2026-07-01");
  // Friday 3 July 2026 is the observed holiday.
  assertEquals(nextSession("NYSE", noon).date, "2026-07-06");
  assertEquals(previousSession("NYSE", at("2026-07-02T20:00Z")).date, "2026-07-02");
  assertEquals(nextSession("NYSE", at("2026-07-02T13:30Z") - 1).date, "2026-07-02");
  assertEquals(nextSession("NYSE", at("2026-07-02T13:30Z")).date, "2026-07-06");
});

Deno.test("a span over a night or a holiday had no opening, one that touches a session had", () => {
  const close = at("2026-07-02T20:00Z");
  const open = at("2026-07-06T13:30Z");
  assertEquals(openWithin("NYSE", close, open, "regular"), false);
  assertEquals(openWithin("NYSE", close - 1, open, "regular"), true);
  assertEquals(openWithin("NYSE", close, open + 1, "regular"), true);
  assertEquals(openWithin("NYSE", close, open, "extended"), true);
  assertEquals(openWithin("NYSE", close - DAY, close + 30 * DAY, "regular"), true);
  assertEquals(openWithin("NYSE", close - HOUR, close - HOUR, "regular"), false);
  assertEquals(openWithin("NYSE", close, close - HOUR, "regular"), false);
});

Deno.test("a holiday has a name and a kind", () => {
  assertEquals(holidayOn("US", "2026-12-25"), { name: "Christmas Day", kind: "closed" });
  assertEquals(holidayOn("US", "2026-12-24"), { name: "Christmas Eve", kind: "half" });
  assertEquals(holidayOn("US", "2025-01-09")?.kind, "closed");
  assertEquals(holidayOn("US", "2026-12-23"), null);
  // A Saturday; London makes up for it on the Monday.
  assertEquals(holidayOn("LSE", "2026-12-26"), null);
  assertEquals(holidayOn("LSE", "2026-12-28")?.kind, "closed");
});

Deno.test("past the horizon a session follows the weekly hours and says it is not certain", () => {
  for (const market of MARKET_IDS) {
    const { first, last } = horizonOf(market);
    assertEquals(sessionAt(market, at("2035-12-25T15:00Z"))?.certain, false, market);
    assertEquals(sessionAt(market, at("2035-12-24T15:00Z"))?.half, false, market);
    assertEquals(sessionAt(market, at("2035-12-22T15:00Z")), null, market);
    assertEquals(holidayOn(market, "2035-12-25"), null, market);
    assertEquals(holidayOn(market, "2008-12-25"), null, market);
    // Noon UTC of a horizon's last day is inside all markets' session of that date, or before it.
    assertEquals(previousSession(market, at(`${last}T12:00Z`)).certain, true, market);
    assertEquals(nextSession(market, at(`${last}T12:00Z`) + 2 * DAY).certain, false, market);
    assertEquals(nextSession(market, at(`${first}T12:00Z`)).certain, true, market);
    assertEquals(previousSession(market, at(`${first}T12:00Z`) - DAY).certain, false, market);
  }
});

Deno.test("an instant that is no number has no session, and says so", () => {
  for (const time of [NaN, Infinity, -Infinity]) {
    assertThrows(() => sessionAt("NYSE", time), RangeError);
    assertThrows(() => nextSession("NYSE", time), RangeError);
    assertThrows(() => previousSession("NYSE", time), RangeError);
    assertThrows(() => isOpen("NYSE", time, "regular"), RangeError);
    assertThrows(() => openWithin("NYSE", time, 0, "regular"), RangeError);
    assertThrows(() => openWithin("NYSE", 0, time, "regular"), RangeError);
  }
});

const markets = fc.constantFrom(...MARKET_IDS);
const kinds = fc.constantFrom<HoursKind>("regular", "extended");
/** Within the horizon and well outside it. */
const times = fc.integer({ min: at("2005-01-01"), max: at("2045-01-01") });

Deno.test("a session holds its start and its last instant, and not its end", () => {
  fc.assert(fc.property(markets, times, kinds, (market, time, hours) => {
    const session = nextSession(market, time, hours);
    assert(session.start > time);
    assertEquals(sessionAt(market, session.start, hours), session);
    assertEquals(sessionAt(market, session.end - 1, hours), session);
    assert((sessionAt(market, session.end, hours)?.start ?? session.end) === session.end);
    assert((sessionAt(market, session.start - 1, hours)?.end ?? session.start) === session.start);
  }));
});

Deno.test("sessions follow one another without overlap, and closed time lies between", () => {
  fc.assert(fc.property(markets, times, kinds, fc.double({ min: 0, max: 1, noNaN: true }), (
    market,
    time,
    hours,
    fraction,
  ) => {
    const session = nextSession(market, time, hours);
    const after = nextSession(market, session.start, hours);
    assert(session.end <= after.start && session.date < after.date);
    // A quarter of an hour at least, and a day at most, which is what a `1d` candle may span.
    assert(session.end - session.start >= 15 * MINUTE && session.end - session.start <= DAY);
    if (session.end === after.start) return;
    const between = session.end + Math.floor(fraction * (after.start - session.end - 1));
    assertEquals(sessionAt(market, between, hours), null);
    assertEquals(openWithin(market, session.end, after.start, hours), false);
    assertEquals(nextSession(market, between, hours), after);
    assertEquals(previousSession(market, between, hours), session);
  }));
});

Deno.test("the next session's previous one is the session itself, and the other way round", () => {
  fc.assert(fc.property(markets, times, kinds, (market, time, hours) => {
    const session = nextSession(market, time, hours);
    const after = nextSession(market, session.start, hours);
    assertEquals(previousSession(market, after.start, hours), session);
    const before = previousSession(market, session.start, hours);
    assert(before.end <= session.start);
    assertEquals(nextSession(market, before.start, hours), session);
  }));
});

Deno.test("extended hours include the regular ones of the same date", () => {
  fc.assert(fc.property(markets, times, (market, time) => {
    const regular = nextSession(market, time);
    const extended = sessionAt(market, regular.start, "extended");
    assert(extended !== null && extended.date === regular.date);
    assert(extended.start <= regular.start && extended.end >= regular.end);
    assertEquals([extended.half, extended.certain], [regular.half, regular.certain]);
  }));
});

Deno.test("a session tells the same however many were asked for in between", () => {
  const first = nextSession("LSE", at("2026-01-01"));
  for (let day = 0; day < 5_000; day++) sessionAt("LSE", at("2010-01-01T12:00Z") + day * DAY);
  assertEquals(nextSession("LSE", at("2026-01-01")), first);
});

const recordings = Deno.env.get("MARKETD_RECORDINGS");

/** The times of a recording, whose first column they are. */
async function timesOf(file: string): Promise<Micros[]> {
  const opened = await Deno.open(`${recordings}/${file}`);
  const bytes = opened.readable.pipeThrough(new DecompressionStream("gzip"));
  const rows = (await new Response(bytes).text()).trimEnd().split("\n").slice(1);
  return rows.map((row) => at(row.slice(0, row.indexOf(","))));
}

Deno.test({
  name:
    "every trade and FX quote of the real days (MARKETD_RECORDINGS) lies in its market's extended hours",
  ignore: !recordings,
  fn: async () => {
    const days: [string, MarketId][] = [
      ["spy-20131007-trades.csv.gz", "ARCA"],
      ["ibm-20131007-trades.csv.gz", "NYSE"],
      ["eurusd-20140501-quotes.csv.gz", "FX"],
    ];
    for (const [file, market] of days) {
      const ticks = await timesOf(file);
      assert(ticks.length > 0, file);
      const outside = ticks.filter((time) => !isOpen(market, time, "extended"));
      assertEquals(outside.map(formatTime), [], file);
    }
  },
});

Deno.test("the open spans of a week are its sessions, cut to the span asked for", () => {
  // Thanksgiving of 2013: closed on the 28th, and until 13:00 New York on the 29th.
  const spans = openSpans("NYSE", at("2013-11-27T15:00Z"), at("2013-12-02T15:00Z"), "regular");
  assertEquals(spans.map(({ start, end }) => [formatTime(start), formatTime(end)]), [
    ["2013-11-27T15:00:00.000Z", "2013-11-27T21:00:00.000Z"],
    ["2013-11-29T14:30:00.000Z", "2013-11-29T18:00:00.000Z"],
    ["2013-12-02T14:30:00.000Z", "2013-12-02T15:00:00.000Z"],
  ]);
  assertEquals(openSpans("NYSE", at("2013-11-28T00:00Z"), at("2013-11-28T23:00Z"), "regular"), []);
  assertEquals(openSpans("NYSE", 10, 10, "regular"), []);
  assertEquals(openSpans("FX", at("2013-11-27T15:00Z"), at("2013-11-27T14:00Z"), "regular"), []);
});

Deno.test("an instant is in an open span where the market is open", () => {
  const market = fc.constantFrom(...MARKET_IDS);
  const start = at("2013-10-01T00:00Z");
  const inMinutes = (days: number) => fc.integer({ min: 0, max: days * 1_440 });
  fc.assert(
    fc.property(market, inMinutes(60), inMinutes(9), inMinutes(9), (id, begin, length, some) => {
      const from = start + begin * MINUTE;
      const to = from + length * MINUTE;
      const time = from + some * MINUTE;
      const isIn = openSpans(id, from, to, "extended").some((one) =>
        one.start <= time && time < one.end
      );
      assertEquals(isIn, time < to && isOpen(id, time, "extended"));
    }),
  );
});
