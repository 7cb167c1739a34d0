import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { sessionAt } from "../../domain/calendar.ts";
import { MARKET_IDS, type MarketId } from "../../domain/market.ts";
import { phaseAt } from "../../domain/phase.ts";
import { formatTime, parseTime, SECOND } from "../../domain/time.ts";

function told(market: MarketId, time: string): [string, string, string] {
  const { phase, next } = phaseAt(market, parseTime(time)!);
  return [phase, formatTime(next.time), next.phase];
}

Deno.test("a US day goes from closed through its early hours to open, late and closed", () => {
  // 2026-03-02 is a Monday, before summer time: New York is five hours behind UTC.
  const day: [string, [string, string, string]][] = [
    ["2026-02-28T12:00:00Z", ["closed", "2026-03-02T09:00:00.000Z", "extended"]],
    ["2026-03-02T09:00:00Z", ["extended", "2026-03-02T14:30:00.000Z", "open"]],
    ["2026-03-02T14:30:00Z", ["open", "2026-03-02T21:00:00.000Z", "extended"]],
    ["2026-03-02T21:00:00Z", ["extended", "2026-03-03T01:00:00.000Z", "closed"]],
    ["2026-03-03T01:00:00Z", ["closed", "2026-03-03T09:00:00.000Z", "extended"]],
  ];
  for (const [time, expected] of day) assertEquals(told("NASDAQ", time), expected, time);
});

Deno.test("foreign exchange is open from Sunday evening to Friday evening in one stretch", () => {
  const week = ["open", "2026-03-06T22:00:00.000Z", "closed"] as [string, string, string];
  for (const day of ["02", "03", "04", "05"]) {
    assertEquals(told("FX", `2026-03-${day}T23:00:00Z`), week);
  }
  assertEquals(told("FX", "2026-03-07T12:00:00Z"), ["closed", "2026-03-08T21:00:00.000Z", "open"]);
});

Deno.test("a phase lasts to the instant that is told, and no further", () => {
  const any = fc.integer({ min: 1_577_836_800, max: 1_893_456_000 });
  fc.assert(fc.property(fc.constantFrom(...MARKET_IDS), any, (market, at) => {
    const time = at * SECOND;
    const { phase, next, session } = phaseAt(market, time);
    assert(next.time > time);
    assert(next.phase !== phase);
    assertEquals(phaseAt(market, next.time).phase, next.phase);
    assertEquals(phaseAt(market, next.time - 1).phase, phase);
    assertEquals(session === null, phase === "closed");
    assertEquals(phase === "open", sessionAt(market, time) !== null);
  }));
});
