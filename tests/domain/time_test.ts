import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  DAY,
  formatDuration,
  formatTime,
  HOUR,
  MILLISECOND,
  MINUTE,
  parseDuration,
  parseTime,
  SECOND,
} from "../../domain/time.ts";

// 2014-05-01 is 16,191 days after the epoch: 44 years, 11 leap days (1972 to 2012) and 120 days.
const MAY_DAY_2014 = (44 * 365 + 11 + 31 + 28 + 31 + 30) * 86_400_000_000;

Deno.test("an RFC 3339 time is read to the microsecond", () => {
  assertEquals(parseTime("1970-01-01T00:00:00Z"), 0);
  assertEquals(parseTime("1970-01-01T00:00:01.5Z"), 1_500_000);
  assertEquals(parseTime("2014-05-01T00:00:01.787Z"), MAY_DAY_2014 + 1_787_000);
  assertEquals(parseTime("2014-05-01T00:00:01.787123Z"), MAY_DAY_2014 + 1_787_123);
  assertEquals(parseTime("1969-12-31T23:59:59.999999Z"), -1);
});

Deno.test("digits past the microsecond are cut, not rounded", () => {
  assertEquals(parseTime("1970-01-01T00:00:00.000001999Z"), 1);
  assertEquals(parseTime("1970-01-01T00:00:00.999999999Z"), 999_999);
});

Deno.test("a bare date is midnight UTC, and a missing offset or second is zero", () => {
  assertEquals(parseTime("2014-05-01"), MAY_DAY_2014);
  assertEquals(parseTime("2014-05-01T00:00:00"), MAY_DAY_2014);
  assertEquals(parseTime("2014-05-01T01:30"), MAY_DAY_2014 + 90 * MINUTE);
  assertEquals(parseTime("2014-05-01 01:30:00z"), MAY_DAY_2014 + 90 * MINUTE);
});

Deno.test("an offset is taken off: local noon at +02:00 is 10:00 UTC", () => {
  assertEquals(parseTime("2014-05-01T12:00:00+02:00"), MAY_DAY_2014 + 10 * HOUR);
  assertEquals(parseTime("2014-04-30T19:00:00-05:00"), MAY_DAY_2014);
  assertEquals(parseTime("2014-05-01T05:45:00+05:45"), MAY_DAY_2014);
});

Deno.test("a leap day is a time in a leap year only", () => {
  assertEquals(parseTime("2024-02-29"), parseTime("2024-02-28")! + DAY);
  assertEquals(parseTime("2023-02-29"), undefined);
  assertEquals(parseTime("2000-02-29"), parseTime("2000-03-01")! - DAY);
  assertEquals(parseTime("2100-02-29"), undefined);
});

for (
  const text of [
    "",
    "now",
    "2014",
    "2014-5-1",
    "20140501",
    "2014-00-01",
    "2014-13-01",
    "2014-05-00",
    "2014-04-31",
    "2014-05-01T24:00:00Z",
    "2014-05-01T00:60:00Z",
    "2014-05-01T00:00:60Z",
    "2014-05-01T00:00:00.Z",
    "2014-05-01T00:00:00.1234567890Z",
    "2014-05-01T00:00:00+0200",
    "2014-05-01T00:00:00+24:00",
    "2014-05-01T00:00:00+00:60",
    "2014-05-01Z",
    " 2014-05-01",
    "2014-05-01\n",
    "1398902400",
    // The zero time of Go programs, which no venue means: years below 100 are not read.
    "0001-01-01T00:00:00Z",
  ]
) {
  Deno.test(`${JSON.stringify(text)} is no time`, () => {
    assertEquals(parseTime(text), undefined);
  });
}

Deno.test("an instant is written with three digits of a second, or six where it is finer", () => {
  assertEquals(formatTime(0), "1970-01-01T00:00:00.000Z");
  assertEquals(formatTime(1_500_000), "1970-01-01T00:00:01.500Z");
  assertEquals(formatTime(MAY_DAY_2014 + 1_787_005), "2014-05-01T00:00:01.787005Z");
  assertEquals(formatTime(-1), "1969-12-31T23:59:59.999999Z");
});

Deno.test("an instant that no date can hold is not written", () => {
  assertThrows(() => formatTime(NaN), RangeError);
  assertThrows(() => formatTime(Infinity), RangeError);
});

/** Every instant from 1700 to 2255: whole microseconds that a double holds exactly. */
const instants = fc.integer({
  min: Date.UTC(1700, 0, 1) * MILLISECOND,
  max: Date.UTC(2255, 0, 1) * MILLISECOND,
});

Deno.test("every instant that is written reads back as itself", () => {
  fc.assert(fc.property(instants, (time) => {
    assertEquals(parseTime(formatTime(time)), time);
  }));
});

Deno.test("written instants sort as the instants do", () => {
  const millis = instants.map((time) => Math.floor(time / MILLISECOND) * MILLISECOND);
  fc.assert(fc.property(millis, millis, (a, b) => {
    assertEquals(formatTime(a) < formatTime(b), a < b);
  }));
});

Deno.test("a time is read as the platform reads it", () => {
  fc.assert(fc.property(fc.date({ min: new Date(0), max: new Date(4e12) }), (date) => {
    fc.pre(!Number.isNaN(date.getTime()));
    assertEquals(parseTime(date.toISOString()), date.getTime() * MILLISECOND);
  }));
});

Deno.test("a span is read in its unit, and to whole microseconds", () => {
  assertEquals(parseDuration("250us"), 250);
  assertEquals(parseDuration("250ms"), 250_000);
  assertEquals(parseDuration("2s"), 2_000_000);
  assertEquals(parseDuration("1.5s"), 1_500_000);
  assertEquals(parseDuration("15m"), 900_000_000);
  assertEquals(parseDuration("1h"), 3_600_000_000);
  assertEquals(parseDuration("30d"), 2_592_000_000_000);
  assertEquals(parseDuration("0s"), 0);
  assertEquals(parseDuration("1.4us"), 1);
});

for (
  const text of ["", "5", "s", "5 s", "-5s", "+5s", "5S", "5sec", "1h30m", "1e3s", ".5s", "5.s"]
) {
  Deno.test(`${JSON.stringify(text)} is no span`, () => {
    assertEquals(parseDuration(text), undefined);
  });
}

Deno.test("a span is written in the largest unit that holds it whole", () => {
  assertEquals(formatDuration(90 * SECOND), "90s");
  assertEquals(formatDuration(2 * MINUTE), "2m");
  assertEquals(formatDuration(36 * HOUR), "36h");
  assertEquals(formatDuration(30 * DAY), "30d");
  assertEquals(formatDuration(1_500), "1500us");
  assertEquals(formatDuration(0), "0us");
});

Deno.test("every span that is written reads back as itself", () => {
  fc.assert(fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (span) => {
    assertEquals(parseDuration(formatDuration(span)), span);
  }));
});
