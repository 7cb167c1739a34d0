import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Bars, replaces, secondsOf } from "../../../../actors/http/dashboard/assets/bars.js";

type Bar = Parameters<typeof replaces>[0];

const start = (minute: number) => new Date(Date.UTC(2026, 2, 2, 14, minute)).toISOString();

function bar(minute: number, more: Partial<Bar> = {}): Bar {
  return {
    interval: "1m",
    start: start(minute),
    end: start(minute + 1),
    open: 1,
    high: 1,
    low: 1,
    close: 1,
    realVolume: 0,
    tickVolume: 1,
    status: "complete",
    revision: 0,
    providers: ["feed"],
    ...more,
  };
}

/** What is told of one minute, in the order in which the daemon tells it. */
const lives = fc.record({
  minute: fc.nat({ max: 30 }),
  forming: fc.nat({ max: 4 }),
  closed: fc.boolean(),
  revisions: fc.nat({ max: 2 }),
}).map(({ minute, forming, closed, revisions }): Bar[] => {
  const told: Bar[] = [];
  for (let ticks = 1; ticks <= forming; ticks++) {
    told.push(bar(minute, { status: "forming", tickVolume: ticks, close: ticks }));
  }
  if (closed) {
    for (let revision = 0; revision <= revisions; revision++) {
      const status = revision === 0 ? "gapped" : "repaired";
      told.push(bar(minute, { status, revision, tickVolume: 10 + revision, close: 10 + revision }));
    }
  }
  return told;
});

const told = fc.uniqueArray(lives, { selector: (life) => life[0]?.start ?? "" });

Deno.test("whatever the order in which bars come, each is there once, as it was told last", () => {
  fc.assert(fc.property(
    told.chain((lives) => {
      const all = lives.flat();
      return fc.tuple(
        fc.constant(lives),
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.nat(),
      );
    }),
    ([lives, shuffled, cut]) => {
      const bars = new Bars();
      const at = shuffled.length === 0 ? 0 : cut % shuffled.length;
      // One page, and then one by one, as history and the stream come.
      bars.merge(shuffled.slice(0, at));
      for (const one of shuffled.slice(at)) bars.merge([one]);
      const last = lives.flatMap((life) => life.length === 0 ? [] : [life.at(-1)!]);
      last.sort((one, other) => secondsOf(one.start) - secondsOf(other.start));
      assertEquals(bars.list, last);
      for (const one of last) assertEquals(bars.at(secondsOf(one.start)), one);
    },
  ));
});

Deno.test("a page that is told again changes nothing", () => {
  const bars = new Bars();
  const page = [bar(1), bar(2, { status: "repaired", revision: 1 }), bar(4, { status: "forming" })];
  bars.merge(page);
  bars.merge(page);
  assertEquals(bars.list, page);
  assertEquals(bars.last, page[2]);
  assertEquals([bars.after(page[1]!), bars.after(page[2]!)], [page[2], undefined]);
});

Deno.test("bars keep their order where each comes after the newest or replaces one", () => {
  const bars = new Bars();
  assertEquals(bars.merge([bar(2), bar(3, { status: "forming" })]).isOrderKept, true);
  assertEquals(bars.merge([bar(3), bar(4)]).isOrderKept, true);
  assertEquals(bars.merge([bar(1)]).isOrderKept, false);
  assertEquals(bars.list.map((one) => one.start), [1, 2, 3, 4].map(start));
});

Deno.test("after a restart a forming bar may hold less than before", () => {
  const bars = new Bars();
  bars.merge([bar(1), bar(2, { status: "forming", tickVolume: 40 })]);
  assertEquals(bars.forgetForming(), true);
  assertEquals(bars.list, [bar(1)]);
  const less = bar(2, { status: "forming", tickVolume: 3 });
  bars.merge([less]);
  assertEquals(bars.last, less);
  assertEquals(bars.at(secondsOf(less.start)), less);
});
