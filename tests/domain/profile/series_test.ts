import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { FLAGS } from "../../../domain/flags.ts";
import { highestPrice, lowestPrice } from "../../../domain/profile/bins.ts";
import {
  ProfileSeries,
  type ProfileSeriesOptions,
  type Stretch,
} from "../../../domain/profile/series.ts";
import { valueArea } from "../../../domain/profile/valuearea.ts";
import type { Trade } from "../../../domain/tick.ts";
import { HOUR, MINUTE, SECOND } from "../../../domain/time.ts";

/** Sessions of two hours in every four. */
function stretchAt(time: number): Stretch {
  const start = time - time % (2 * HOUR);
  return { start, end: start + 2 * HOUR, regular: start % (4 * HOUR) === 0 };
}

function series(more: Partial<ProfileSeriesOptions> = {}): ProfileSeries {
  return new ProfileSeries({
    symbol: "AAPL",
    basis: "volume",
    step: 1,
    grace: 2 * SECOND,
    stretchAt,
    since: 0,
    ...more,
  });
}

function trade(time: number, price: number, size: number, more: Partial<Trade> = {}): Trade {
  return {
    kind: "trade",
    symbol: "AAPL",
    time,
    receivedAt: time,
    provider: "test",
    id: "",
    flags: 0,
    price,
    size,
    side: null,
    conditions: null,
    ...more,
  };
}

const volumes = (one: ProfileSeries) => Array.from(one.forming()!.bins.values);

Deno.test("minutes close with the clock and add up to their session", () => {
  const one = series();
  one.add(trade(0, 10, 1));
  one.add(trade(MINUTE, 11, 2));
  assertEquals([volumes(one), one.takeParts()], [[1, 2], []]);
  one.advance(MINUTE + 2 * SECOND);
  assertEquals(one.takeParts().map(({ start, values }) => [start, values]), [[0, [1]]]);
  assertEquals(volumes(one), [1, 2]);
});

Deno.test("a late trade counts in its minute, open or closed of late, and is lost after that", () => {
  const one = series();
  for (let minute = 0; minute < 6; minute++) one.add(trade(minute * MINUTE, 10, 1));
  one.advance(6 * MINUTE);
  one.takeParts();
  one.takeSessions();
  const now = 6 * MINUTE;
  one.add(trade(4 * MINUTE, 11, 5, { receivedAt: now }));
  assertEquals(one.takeParts().map(({ start, values }) => [start / MINUTE, values]), [[4, [1, 5]]]);
  assertEquals(one.takeSessions().map(({ bins }) => [...Array.from(bins.values)]), [[5, 5]]);
  assertEquals([volumes(one), one.lost], [[6, 5], 0]);
  one.add(trade(0, 12, 9, { receivedAt: now }));
  assertEquals([volumes(one), one.lost], [[6, 5], 1]);
});

Deno.test("a trade that waited while its minute was closed does not open it again", () => {
  const one = series();
  one.add(trade(0, 10, 1));
  one.advance(MINUTE + 3 * SECOND);
  one.add(trade(SECOND, 11, 2));
  assertEquals(one.takeParts().map(({ start, values }) => [start, values]), [
    [0, [1]],
    [0, [1, 2]],
  ]);
  assertEquals(volumes(one), [1, 2]);
});

Deno.test("each session, and each stretch between two, has a profile of its own", () => {
  const one = series();
  one.add(trade(HOUR, 10, 1));
  one.add(trade(2 * HOUR, 20, 2));
  one.advance(2 * HOUR + 2 * SECOND);
  const told = one.takeSessions().map(({ status, start, regular }) => [status, start, regular]);
  assertEquals(told, [["forming", 0, true], ["complete", 0, true]]);
  assertEquals([one.forming()!.start, one.forming()!.regular, volumes(one)], [2 * HOUR, false, [
    2,
  ]]);
});

Deno.test("a session is partial where it was joined late or cut short, and gapped after an outage", () => {
  const statusOf = (more: Partial<ProfileSeriesOptions>, prepare = (_: ProfileSeries) => {}) => {
    const one = series(more);
    prepare(one);
    one.add(trade(HOUR, 10, 1));
    one.advance(3 * HOUR);
    return one.forming()!.status;
  };
  assertEquals(statusOf({}), "complete");
  assertEquals(statusOf({ since: 1 }), "partial");
  const gap = { start: MINUTE, end: 2 * MINUTE, before: false };
  assertEquals(statusOf({}, (one) => one.addGap(gap)), "gapped");
  assertEquals(statusOf({}, (one) => one.addGap({ ...gap, before: true })), "partial");
  assertEquals(
    statusOf({}, (one) => one.addGap({ ...gap, start: 2 * HOUR, end: 3 * HOUR })),
    "complete",
  );
  const cut = series();
  cut.add(trade(HOUR, 10, 1));
  cut.finish(HOUR + MINUTE);
  assertEquals(cut.takeSessions().at(-1)!.status, "partial");
});

Deno.test("volume without a place by its price is counted apart, and sets no range", () => {
  const one = series();
  one.add(trade(0, 10, 1));
  one.add(trade(1, 99, 2, { flags: FLAGS["volume-only"] }));
  one.add(trade(2, 99, 4, { flags: FLAGS["no-effect"] }));
  one.add(trade(3, 12, 8, { flags: FLAGS["no-open-close"] }));
  const { close, initial, range, unplaced } = one.forming()!;
  assertEquals([volumes(one), unplaced], [[1, 0, 8], 2]);
  assertEquals([range, initial, close], [{ low: 10, high: 12 }, { low: 10, high: 12 }, 12]);
});

Deno.test("a session goes on from its kept minutes as if it had never been away", () => {
  const whole = series();
  const first = series();
  const trades = Array.from(
    { length: 200 },
    (_, i) => trade(i * 30 * SECOND, 10 + i % 7, 1 + i % 5),
  );
  for (const one of trades) whole.add(one);
  for (const one of trades.slice(0, 120)) first.add(one);
  const parts = first.takeParts();
  const second = series();
  second.restore(parts);
  const tail = parts.at(-1)!.end;
  for (const one of trades) if (one.time >= tail) second.add(one);
  assertEquals(second.forming(), whole.forming());
});

Deno.test("a session in brief says what its profile does, however its ticks fall", () => {
  const ticks = fc.array(
    fc.record({
      time: fc.integer({ min: 0, max: 5 * HOUR }),
      price: fc.integer({ min: 990, max: 1_010 }).map((price) => price / 10),
      size: fc.integer({ min: 1, max: 100 }),
      flags: fc.constantFrom(0, 0, 0, FLAGS["volume-only"]),
    }),
    { minLength: 1, maxLength: 60 },
  );
  const binned = { step: 0.1, binSteps: 3, maxBins: 16 };
  fc.assert(fc.property(ticks, fc.constantFrom({ step: 0.1 }, binned), (all, bins) => {
    const one = series(bins);
    for (const { flags, price, size, time } of all.toSorted((a, b) => a.time - b.time)) {
      one.add(trade(time, price, size, { flags }));
      const { close, initial, range, start, bins: { values, ...rest } } = one.forming()!;
      const area = valueArea(values);
      const value = area === null ? null : {
        val: lowestPrice({ ...rest, values }, area.val),
        vah: highestPrice({ ...rest, values }, area.vah),
      };
      assertEquals(one.takeBrief(), { symbol: "AAPL", start, close, range, initial, value });
      assertEquals(one.takeBrief(), null);
    }
  }));
});
