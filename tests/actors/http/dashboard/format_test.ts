import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import * as format from "../../../../actors/http/dashboard/assets/format.js";

Deno.test("a price has the places of its instrument's step, and its own unit", () => {
  const told = (symbol: string, market: string, currency: string, step: number, value: number) => [
    format.price(value, { step }),
    format.unitOf({ symbol, market, currency }),
  ];
  assertEquals(told("AAPL", "NASDAQ", "USD", 0.01, 187.2), ["187.20", "USD"]);
  assertEquals(told("VOD.L", "LSE", "GBX", 0.1, 73), ["73.0", "p"]);
  assertEquals(told("^FTSE", "LSE", "GBP", 0.01, 8248.38), ["8,248.38", "pts"]);
  assertEquals(told("EURUSD", "FX", "USD", 0.00001, 1.0849), ["1.08490", ""]);
  assertEquals(told("SAP.DE", "XETR", "EUR", 0.05, 1234.5), ["1,234.50", "EUR"]);
  assertEquals(told("BIG", "US", "USD", 5, 1_000), ["1,000", "USD"]);
});

Deno.test("every number that is none is a dash, never a word of the language's", () => {
  for (const value of [null, undefined, NaN, Infinity]) {
    for (
      const write of [format.number, format.signed, format.percent, format.compact, format.span]
    ) {
      assertEquals(write(value), "–");
    }
    assertEquals(format.price(value, { step: 0.01 }), "–");
  }
});

Deno.test("a change has its sign, and one that rounds to nothing has none", () => {
  assertEquals(format.signed(1.5, 2), "+1.50");
  assertEquals(format.signed(-1.5, 2), "\u22121.50");
  assertEquals(format.signed(-0.001, 2), "0.00");
  assertEquals(format.percent(-0.0123), "\u22121.23 %");
});

Deno.test("large numbers have three figures, whatever they round to", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [7, "7"],
    [0.25, "0.25"],
    [999, "999"],
    [999.6, "1.00 k"],
    [1_234, "1.23 k"],
    [45_678, "45.7 k"],
    [999_499, "999 k"],
    [999_600, "1.00 M"],
    [-1_234_567, "\u22121.23 M"],
    [9_996_000, "10.0 M"],
    [5e9, "5.00 G"],
  ];
  for (const [value, text] of cases) assertEquals(format.compact(value), text);
  fc.assert(fc.property(fc.integer({ min: 1_000, max: 999_000_000_000 }), (value) => {
    const [figures, unit] = format.compact(value).split(" ");
    const size = { k: 1e3, M: 1e6, G: 1e9 }[unit!]!;
    assertMatch(figures!, /^(\d\.\d\d|\d\d\.\d|\d{3})$/);
    assert(Math.abs(Number(figures) * size - value) <= 0.0051 * value);
  }));
});

Deno.test("an age is rounded down, in its largest unit or two", () => {
  const cases: [number, string][] = [
    [-3, "0 s"],
    [4.9, "4 s"],
    [99, "99 s"],
    [100, "1 min"],
    [3_599, "59 min"],
    [3_600, "1 h"],
    [12_000, "3 h 20 min"],
    [187_200, "2 d 4 h"],
  ];
  for (const [seconds, text] of cases) assertEquals(format.span(seconds), text);
});

Deno.test("a time is told in the zone that is meant, with its day where that is another", () => {
  const noon = "2026-03-02T12:00:05Z";
  assertEquals(format.clock(noon, "UTC"), "12:00:05");
  assertEquals(format.clock(noon, "America/New_York"), "07:00:05");
  assertEquals(format.minute(noon, "Europe/Berlin"), "13:00");
  // Midnight is the first second of a day, not its last.
  assertEquals(format.clock("2026-03-02T00:00:00Z", "UTC"), "00:00:00");
  assertEquals(format.moment(noon, "UTC", "2026-03-02T20:00:00Z"), "12:00:05");
  assertEquals(format.moment(noon, "UTC", "2026-03-03T00:00:00Z"), "2026-03-02 12:00:05");
  assertEquals(format.day("2026-03-02T03:00:00Z", "America/New_York"), "2026-03-01");
  assertEquals(format.zoneName(noon, "America/New_York"), "GMT-5");
});

Deno.test("how long something takes has its unit, and a clock that is ahead its sign", () => {
  const cases: [number, string][] = [
    [0, "0 ms"],
    [0.00042, "0.4 ms"],
    [0.0231, "23 ms"],
    [0.9996, "1.0 s"],
    [1.23, "1.2 s"],
    [65, "65 s"],
    [-0.012, "\u221212 ms"],
    [-0.00001, "0 ms"],
  ];
  for (const [seconds, text] of cases) assertEquals(format.latency(seconds), text);
});

Deno.test("only what is whole is told as all of it", () => {
  const cases: [number, string][] = [
    [0, "0 %"],
    [0.00001, "0.01 %"],
    [0.5, "50.0 %"],
    [0.99999, "99.99 %"],
    [1, "100 %"],
  ];
  for (const [value, text] of cases) assertEquals(format.share(value), text);
});
