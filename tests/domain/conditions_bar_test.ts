import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  addBar,
  addTick,
  type Bar,
  emptyBar,
  FIRM,
  STANDING_IN,
  UNPRICED,
} from "../../domain/bar.ts";
import { type Flag, FLAGS } from "../../domain/flags.ts";
import type { Trade } from "../../domain/tick.ts";

/** A trade at a time and price, of size 10, with what its conditions say. */
function trade(time: number, price: number, ...flags: Flag[]): Trade {
  return {
    kind: "trade",
    symbol: "AAPL",
    provider: "alpaca",
    id: `${time}`,
    time,
    receivedAt: time,
    price,
    size: 10,
    side: null,
    conditions: null,
    flags: flags.reduce((bits, name) => bits | FLAGS[name], 0),
  };
}

function barOf(...trades: Trade[]): Bar {
  const bar = emptyBar(0, 60);
  for (const one of trades) addTick(bar, one, one.price);
  return bar;
}

const prices = ({ open, high, low, close }: Bar) => [open, high, low, close];

Deno.test("a trade that may move volume alone counts, and moves no price", () => {
  const bar = barOf(trade(1, 100), trade(2, 200, "volume-only"), trade(3, 101));
  assertEquals([prices(bar), bar.volume, bar.ticks], [[100, 101, 100, 101], 30, 3]);
});

Deno.test("a trade without effect counts as a tick, and nothing else", () => {
  const bar = barOf(trade(1, 100), trade(2, 200, "no-effect"));
  assertEquals([prices(bar), bar.volume, bar.ticks], [[100, 100, 100, 100], 10, 2]);
});

Deno.test("a trade that may not open or close moves volume, high and low", () => {
  const bar = barOf(
    trade(1, 90, "no-open-close"),
    trade(2, 100),
    trade(3, 102),
    trade(4, 110, "no-open-close"),
  );
  assertEquals([prices(bar), bar.volume, bar.pricing], [[100, 110, 90, 102], 40, FIRM]);
});

Deno.test("trades that may not open or close stand in while there are no others", () => {
  const bar = barOf(trade(2, 91, "no-open-close"), trade(1, 90, "no-open-close"));
  assertEquals([prices(bar), bar.pricing], [[90, 91, 90, 91], STANDING_IN]);
  addTick(bar, trade(3, 95), 95);
  assertEquals([prices(bar), bar.pricing], [[95, 95, 90, 95], FIRM]);
});

Deno.test("a bar of trades that may move volume alone has none to show", () => {
  const bar = barOf(trade(1, 100, "volume-only"), trade(2, 100, "no-effect"));
  assertEquals([bar.pricing, bar.volume, bar.ticks], [UNPRICED, 10, 2]);
});

Deno.test("bars put together equal the bar of all their trades, whatever their conditions", () => {
  const some = fc.array(
    fc.record({
      time: fc.nat(59),
      price: fc.integer({ min: 1, max: 9 }),
      flag: fc.constantFrom<Flag | undefined>(
        undefined,
        "volume-only",
        "no-open-close",
        "no-effect",
      ),
    }),
    { maxLength: 12 },
  );
  fc.assert(fc.property(some, fc.nat(12), (said, cut) => {
    // Times are all different: of equal ones the first and the last received count.
    const trades = [...new Map(said.map((one) => [one.time, one])).values()]
      .map(({ time, price, flag }) => trade(time, price, ...(flag === undefined ? [] : [flag])));
    const whole = barOf(...trades);
    const parts = barOf(...trades.slice(0, cut));
    addBar(parts, barOf(...trades.slice(cut)));
    if (whole.pricing === UNPRICED) assertEquals(parts.pricing, UNPRICED);
    else assertEquals(parts, whole);
  }));
});
