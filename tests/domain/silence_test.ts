import { assertEquals } from "@std/assert";
import { missedSince, silentSince } from "../../domain/silence.ts";
import { HOUR, type Micros, MINUTE, parseTime, SECOND } from "../../domain/time.ts";

const at = (text: string): Micros => parseTime(text)!;
// New York in winter: extended hours from 9:00 to 1:00 UTC.
const OPEN = at("2026-03-02T15:00:00Z");
const CLOSE = at("2026-03-03T01:00:00Z");
const NEXT = at("2026-03-03T09:00:00Z");

Deno.test("silence counts since a feed was heard, or its market opened, and not while it is closed", () => {
  assertEquals(silentSince(["NASDAQ"], OPEN, OPEN + MINUTE), OPEN);
  assertEquals(silentSince(["NASDAQ"], OPEN, CLOSE + HOUR), null);
  assertEquals(silentSince(["NASDAQ"], OPEN, NEXT + MINUTE), NEXT);
  // The currencies' day begins at 17:00 in New York.
  assertEquals(silentSince(["NASDAQ", "FX"], OPEN, CLOSE + HOUR), at("2026-03-02T22:00:00Z"));
});

Deno.test("what is lost may have been missed since the feed was last known to be whole", () => {
  const cases: readonly [string, Micros, Micros, Micros][] = [
    ["within a session", OPEN, OPEN + MINUTE, OPEN],
    ["over a session's end, after hours of it", OPEN, CLOSE + HOUR, OPEN],
    ["when the session was as good as over", CLOSE - 10 * SECOND, CLOSE + HOUR, CLOSE + HOUR],
    ["over a night whose evening was whole", CLOSE - 10 * SECOND, NEXT + MINUTE, CLOSE],
    ["while it is closed all the time", CLOSE + MINUTE, CLOSE + HOUR, CLOSE + HOUR],
    ["from a closed market into an open one", CLOSE + MINUTE, NEXT + MINUTE, CLOSE + MINUTE],
  ];
  for (const [what, whole, now, expected] of cases) {
    assertEquals(missedSince(["NASDAQ"], whole, now, 30 * SECOND), expected, what);
  }
  assertEquals(missedSince([], OPEN, OPEN + MINUTE, 30 * SECOND), OPEN + MINUTE);
  const late = CLOSE - 10 * SECOND;
  assertEquals(missedSince(["NASDAQ", "FX"], late, CLOSE + HOUR, 30 * SECOND), late);
});
