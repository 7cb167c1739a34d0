import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { BASE_INTERVAL, parseInterval } from "../../domain/interval.ts";

const MINUTES_A_DAY = 1_440;

Deno.test("minutes and hours that divide the day are intervals", () => {
  const minute = 60_000_000;
  assertEquals(parseInterval("1m"), { name: "1m", span: minute, session: false });
  assertEquals(parseInterval("15m"), { name: "15m", span: 15 * minute, session: false });
  assertEquals(parseInterval("60m")?.name, "1h");
  assertEquals(parseInterval("720m")?.name, "12h");
  assertEquals(parseInterval("90m"), { name: "90m", span: 90 * minute, session: false });
  assertEquals(parseInterval("1h"), { name: "1h", span: 60 * minute, session: false });
  assertEquals(parseInterval("12h"), { name: "12h", span: 720 * minute, session: false });
});

Deno.test("a day is the market's session, and never longer than 24 hours", () => {
  assertEquals(parseInterval("1d"), { name: "1d", span: 86_400_000_000, session: true });
});

Deno.test("the interval that the others are built from is one of them", () => {
  assertEquals(parseInterval(BASE_INTERVAL.name), BASE_INTERVAL);
});

for (
  const text of [
    "",
    "m",
    "1",
    "0m",
    "01m",
    "7m",
    "5h",
    "24h",
    "1440m",
    "2d",
    "1w",
    "1M",
    "1H",
    "1.5h",
    "-1m",
    " 1m",
    "1m ",
    "1m\n",
    "30s",
    "10000m",
  ]
) {
  Deno.test(`${JSON.stringify(text)} is no interval`, () => {
    assertEquals(parseInterval(text), undefined);
  });
}

Deno.test("a number of minutes is an interval exactly where it divides the day and is shorter", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 9_999 }), (minutes) => {
    const whole = minutes < MINUTES_A_DAY && Number.isInteger(MINUTES_A_DAY / minutes);
    assertEquals(parseInterval(`${minutes}m`) !== undefined, whole);
  }));
});
