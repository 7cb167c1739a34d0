import { assertEquals } from "@std/assert";
import { measure } from "../../../../actors/http/dashboard/assets/ladder.js";
import { rowsOf } from "../../../../actors/http/dashboard/assets/profilecolumn.js";
import { mergeTrades } from "../../../../actors/http/dashboard/assets/tape.js";
import {
  fullTime,
  markText,
  offsetOf,
} from "../../../../actors/http/dashboard/assets/timescale.js";
import { placesOf } from "../../../../actors/http/dashboard/assets/trustmarks.js";

const at = (text: string) => Date.parse(text) / 1_000;

Deno.test("a gap lies on the bars that it touches, or between two where it touches none", () => {
  const bars = ["10:00", "10:01", "10:05", "10:06"].map((time) => {
    const start = `2026-03-02T${time}:00.000Z`;
    return { start, end: new Date(Date.parse(start) + 60_000).toISOString() };
  });
  const gap = (from: string, to: string) => ({
    from: `2026-03-02T${from}Z`,
    to: `2026-03-02T${to}Z`,
  });
  // Within one bar, and as long as one.
  assertEquals(placesOf([gap("10:05:10", "10:05:12")], bars), [{ first: 2, last: 2 }]);
  assertEquals(placesOf([gap("10:01:00", "10:02:00")], bars), [{ first: 1, last: 1 }]);
  // Over several bars, and into the hole behind one.
  assertEquals(placesOf([gap("10:01:30", "10:05:10")], bars), [{ first: 1, last: 2 }]);
  assertEquals(placesOf([gap("10:01:30", "10:04:10")], bars), [{ first: 1, last: 1 }]);
  assertEquals(placesOf([gap("09:59:00", "10:00:30")], bars), [{ first: 0, last: 0 }]);
  // In the hole between two bars.
  assertEquals(placesOf([gap("10:02:00", "10:05:00")], bars), [{ first: 2, last: 1 }]);
  // Before all of them, and after the newest, there is no place.
  assertEquals(placesOf([gap("08:00:00", "09:00:00")], bars), []);
  assertEquals(placesOf([gap("11:00:00", "11:01:00")], bars), []);
  assertEquals(placesOf([gap("08:00:00", "09:00:00")], []), []);
});

Deno.test("a profile's rows hold all volume, and none is thinner than can be seen", () => {
  const bins = Array.from({ length: 200 }, (_, place) => ({ price: 100 + place / 100, volume: 3 }));
  const total = (rows: ReturnType<typeof rowsOf>) =>
    rows.reduce((sum, { volume }) => sum + volume, 0);
  for (const pixels of [20, 300, 4_000]) {
    const place = (price: number) => pixels - (price - 100) / 2 * pixels;
    const rows = rowsOf(bins, 0.01, 0.01, place);
    assertEquals(total(rows), 600);
    for (const { top, bottom } of rows.slice(0, -1)) assertEquals(bottom - top > 1.9, true);
  }
  // Where nothing was traded nothing is drawn: each of two bins far apart is as high as a bin.
  const apart = rowsOf(
    [{ price: 168.28, volume: 5 }, { price: 168.9, volume: 7 }],
    0.01,
    0.01,
    (price) => (170 - price) * 100,
  );
  assertEquals(apart.map(({ volume }) => volume), [5, 7]);
  for (const { top, bottom } of apart) assertEquals((bottom - top).toFixed(6), "1.000000");
  // A price stands for half a step to each side.
  const [row] = rowsOf([{ price: 100, volume: 1 }], 1, 1, (price) => 200 - price);
  assertEquals([row!.low, row!.high, row!.top, row!.bottom], [99.5, 100.5, 99.5, 100.5]);
});

Deno.test("the axis has the days of the zone, over the changes of its clock too", () => {
  // New York: UTC-5, from 8 March 2026 7:00 UTC on UTC-4, from 1 November 6:00 UTC on UTC-5.
  assertEquals(offsetOf("America/New_York", at("2026-03-08T06:59:00Z")), -5 * 3_600);
  assertEquals(offsetOf("America/New_York", at("2026-03-08T07:00:00Z")), -4 * 3_600);
  assertEquals(offsetOf("America/New_York", at("2026-11-01T05:59:00Z")), -4 * 3_600);
  assertEquals(offsetOf("America/New_York", at("2026-11-01T06:00:00Z")), -5 * 3_600);
  assertEquals(offsetOf("Asia/Kolkata", at("2026-01-01T00:10:00Z")), 5.5 * 3_600);
  assertEquals(offsetOf("UTC", at("2026-01-01T00:10:00Z")), 0);
  assertEquals(fullTime("America/New_York", at("2026-03-02T04:30:00Z")), "01 Mar 2026, 23:30");
  assertEquals(markText("America/New_York", at("2026-03-02T04:30:00Z"), 2), "01 Mar");
  assertEquals(markText("Europe/London", at("2026-07-01T08:00:00Z"), 3), "09:00");
});

Deno.test("the ladder's imbalance is the bids' share of all sizes less the asks'", () => {
  const bids = [{ price: 9.9, size: 300 }, { price: 9.8, size: 100 }];
  const asks = [{ price: 10.1, size: 100 }];
  const { imbalance, largest, spread } = measure({ bids, asks });
  assertEquals([imbalance, largest, spread!.toFixed(2)], [0.6, 300, "0.20"]);
  assertEquals(measure({ bids: [], asks }).spread, null);
  // A feed may tell prices without sizes.
  assertEquals(measure({ bids: [{ price: 1, size: null }], asks: [] }).imbalance, null);
});

Deno.test("the tape has each trade once, the newest first, in its latest word", () => {
  const trade = (id: string, second: number, flags: string[] = []) => ({
    id,
    provider: "feed",
    time: `2026-03-02T14:30:${String(second).padStart(2, "0")}.000Z`,
    price: 1,
    size: 1,
    side: null,
    conditions: null,
    flags,
  });
  const known = mergeTrades([], [trade("a", 1), trade("b", 2), trade("c", 2)]);
  assertEquals(known.map(({ id }) => id), ["c", "b", "a"]);
  const more = mergeTrades(known, [trade("b", 2, ["cancelled"]), trade("d", 3)]);
  assertEquals(more.map(({ id }) => id), ["d", "b", "c", "a"]);
  assertEquals(more[1]!.flags, ["cancelled"]);
  const many = Array.from({ length: 100 }, (_, place) => trade(`t${place}`, place % 60));
  assertEquals(mergeTrades([], many).length, 40);
});
