import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Flag, flagNames, FLAGS, REFUSED } from "../../../domain/flags.ts";
import { Lane } from "../../../domain/gate/lane.ts";
import type { GateRules } from "../../../domain/gate/rules.ts";
import type { Tick } from "../../../domain/tick.ts";
import { DAY, MILLISECOND, MINUTE, SECOND } from "../../../domain/time.ts";
import { inspect } from "../../../actors/routing/gate.ts";
import { depth, quote, T0, trade } from "../../actors/fixture.ts";

const RULES: GateRules = {
  time: { past: 7 * DAY, future: MINUTE },
  outlier: {
    z: 8,
    window: 64,
    percent: 0.25,
    steps: 5,
    confirmations: 3,
    hold: 5 * SECOND,
    pause: MINUTE,
    reopening: 100,
  },
  crossed: { spreads: 15 },
  duplicates: { memory: 1_024 },
};
const GRACE = 2 * SECOND;
/** Between two ticks of these tests. */
const STEP = 100 * MILLISECOND;

function lane(rules: GateRules = RULES): Lane {
  return new Lane({ rules, step: 0.01, grace: GRACE });
}

/** Sends ticks as routing does; gives those that went on, in that order. */
function send(to: Lane, ticks: readonly Tick[]): Tick[] {
  const passed: Tick[] = [];
  for (const tick of ticks) {
    tick.flags |= inspect(tick);
    const isAdmitted = to.admit(tick);
    passed.push(...to.takeReady());
    if (isAdmitted) passed.push(tick);
  }
  return passed;
}

/** Trades at these prices, a step apart. */
function trades(prices: readonly number[], from = T0): Tick[] {
  return prices.map((price, at) => trade({ price, time: from + at * STEP }));
}

function flags(ticks: readonly Tick[]): string[] {
  return ticks.map((tick) => flagNames(tick.flags).join("|"));
}

/** How many have a flag. */
function count(ticks: readonly Tick[], flag: Flag): number {
  return ticks.filter((tick) => flagNames(tick.flags).includes(flag)).length;
}

/** Prices that a lane has heard when it knows how they vary. */
const CALM = Array.from({ length: 18 }, (_, at) => 100 + (at % 3 - 1) / 100);

Deno.test("a price that nothing confirms is an outlier, and the ones after it go on in order", () => {
  const to = lane();
  const ticks = trades([...CALM, 1_000, 100.01, 100, 100.02]);
  const passed = send(to, ticks);
  assertEquals(passed, ticks);
  assertEquals(flags(passed.slice(CALM.length)), ["outlier", "", "", ""]);
  assertEquals(count(passed, "outlier"), 1);
});

Deno.test("a price that three later ones confirm is believed, from its first tick on", () => {
  const to = lane();
  const ticks = trades([...CALM, 120, 120.01, 119.99]);
  assertEquals(send(to, ticks).length, CALM.length);
  const [last] = trades([120], T0 + 3 * SECOND);
  assertEquals(send(to, [last!]), [...ticks.slice(CALM.length), last]);
  const after = trades([120.02, 100, 120, 120], T0 + 4 * SECOND);
  assertEquals(flags([...ticks, last!, ...send(to, after)]).filter((one) => one !== "").length, 1);
  assertEquals(flags(after)[1], "outlier");
});

Deno.test("a bad price amid a jump is refused, and the jump believed", () => {
  const to = lane();
  const ticks = trades([...CALM, 1_000, 120, 120.01, 12, 120, 120.02, 119.98, 120]);
  assertEquals(send(to, ticks), ticks);
  assertEquals(ticks.filter(({ flags }) => flags !== 0), [ticks[18]!, ticks[21]!]);
});

Deno.test("what was heard from the old price while the new one was in doubt counts", () => {
  const to = lane();
  const ticks = trades([...CALM, 120, 100, 120.01, 120, 120.02]);
  assertEquals(send(to, ticks), ticks);
  assertEquals(count(ticks, "outlier"), 0);
});

Deno.test("what waits is refused after its time, and those that agree with it are believed later", () => {
  const to = lane();
  send(to, trades(CALM));
  const [first, ...more] = [10, 16, 22, 28].map((second) =>
    trade({ price: 120, time: T0 + second * SECOND })
  );
  assertEquals(send(to, [first!]), []);
  assertEquals(to.deadline, T0 + 15 * SECOND);
  to.settle();
  assertEquals(flags(to.takeReady()), ["outlier"]);
  assertEquals(to.deadline, Infinity);
  send(to, more);
  // The third that agrees with the first is believed; until then nothing confirmed in time.
  assertEquals(flags([first!, ...more]), ["outlier", "outlier", "outlier", ""]);
});

Deno.test("nothing waits past the close of its minute", () => {
  const to = lane();
  send(to, trades(CALM, T0 + 50 * SECOND));
  const end = T0 + MINUTE;
  send(to, [trade({ price: 120, time: end - SECOND, receivedAt: end })]);
  assertEquals(to.deadline, end + GRACE);
  const late = trade({ price: 100, time: end + 3 * SECOND });
  assertEquals(flags(send(to, [late])), ["outlier", ""]);
});

Deno.test("after a silence or a halt prices may start elsewhere, but not just anywhere", () => {
  const silent = lane();
  send(silent, trades(CALM));
  const reopened = trades([120, 120.01], T0 + 5 * MINUTE);
  assertEquals(flags(send(silent, reopened)), ["", ""]);
  const wild = trades([1_200, 120.02, 120], T0 + 10 * MINUTE);
  assertEquals(flags(send(silent, wild)), ["outlier", "", ""]);

  const halted = lane();
  send(halted, trades(CALM));
  halted.halt();
  assertEquals(flags(send(halted, trades([130, 130.01], T0 + 5 * SECOND))), ["", ""]);
});

Deno.test("a trade is a duplicate by its id and time, whatever else repeats", () => {
  const to = lane();
  const same = { time: T0, price: 100, size: 5 };
  const sent = send(to, [
    trade({ ...same, id: "1" }),
    trade({ ...same, id: "2" }),
    trade({ ...same, time: T0 + 1, id: "1" }),
    trade({ ...same, id: "1" }),
  ]);
  assertEquals(flags(sent), ["", "", "", "duplicate"]);
});

Deno.test("after a reconnect what was said before is known again, and what is new is not refused", () => {
  const to = lane();
  const before = trades([100, 100.01, 100.02, 100.03]);
  send(to, before);
  to.reconnect();
  const again = trades([100.01, 100.02, 100.03], T0 + STEP);
  const missed = trade({ price: 100.5, time: T0 + STEP });
  const next = trades([100.03, 100.03], T0 + 4 * STEP);
  const repeated = trade({ price: 100.03, time: T0 + 3 * STEP });
  send(to, [...again, missed, ...next, repeated]);
  assertEquals(flags(again), ["duplicate", "duplicate", "duplicate"]);
  assertEquals(flags([missed, ...next]), ["out-of-order", "", ""]);
  // The feed has gone on: a trade like another is one of its own.
  assertEquals(flags([repeated]), ["out-of-order"]);
});

Deno.test("of the last moment before a reconnect what was said is known once, and what was not is kept", () => {
  const to = lane();
  const last = { time: T0 + STEP, price: 100 };
  send(to, [trade(), trade(last), trade(last)]);
  to.reconnect();
  const after = send(to, [trade(), trade(last), trade(last), trade(last)]);
  assertEquals(flags(after), ["duplicate", "duplicate", "duplicate", ""]);
  to.reconnect();
  assertEquals(flags(send(to, [trade(last)])), [""]);
});

Deno.test("where a venue's ids come again, trades of other ids are others", () => {
  const to = lane();
  const last = { time: T0 + STEP, price: 100 };
  send(to, [trade({ id: "1" }), trade({ ...last, id: "2" })]);
  to.reconnect();
  const after = ["1", "2", "3"].map((id) => trade(id === "1" ? { id, time: T0 } : { ...last, id }));
  assertEquals(flags(send(to, after)), ["duplicate", "duplicate", ""]);
});

Deno.test("a quote that a reconnect says again is known though another was asked for since", () => {
  const to = lane();
  const said = { time: T0 + SECOND, bid: 100, ask: 100.02 };
  send(to, [quote({ ...said, id: "a" })]);
  to.reconnect();
  // Its venue tells the time of what is asked for to the second.
  const polled = quote({ ...said, id: "b", time: T0, flags: FLAGS.polled });
  const [again, next] = [
    quote({ ...said, id: "c" }),
    quote({ ...said, id: "d", bid: 100.01 }),
  ];
  send(to, [polled, again, next]);
  assertEquals([again, next].map(({ flags }) => flagNames(flags & FLAGS.duplicate)), [
    ["duplicate"],
    [],
  ]);
});

Deno.test("after a reconnect all that is older than what is remembered is a duplicate", () => {
  const to = lane({ ...RULES, duplicates: { memory: 2 } });
  send(to, trades([100, 100.01, 100.02, 100.03]));
  to.reconnect();
  assertEquals(flags(send(to, trades([100.5]))), ["duplicate"]);
});

Deno.test("a quote is a duplicate where its time and all that it says are the last one's", () => {
  const to = lane();
  const sent = send(to, [
    quote(),
    quote(),
    quote({ bidSize: 2 }),
    quote({ bidSize: 2, time: T0 + 1 }),
    quote({ bidSize: 2, time: T0 + 1 }),
  ]);
  assertEquals(flags(sent), ["", "duplicate", "", "", "duplicate"]);
  const books = lane();
  assertEquals(flags(send(books, [depth(), depth(), depth({ asks: [] })])), ["", "duplicate", ""]);
});

Deno.test("a quote that is crossed a little is kept, one that is crossed by many spreads is not", () => {
  const to = lane();
  // A spread of 0.02: 15 of them are 0.30.
  const calm = Array.from(
    { length: 20 },
    (_, at) => quote({ bid: 100, ask: 100.02, time: T0 + at }),
  );
  send(to, calm);
  const crossed = [0.04, 0.29, 0.31, 1].map((by, at) =>
    quote({ bid: 100.02, ask: 100.02 - by, time: T0 + 100 + at })
  );
  assertEquals(flags(send(to, crossed)), [
    "crossed",
    "crossed",
    "crossed|crossed-far",
    "crossed|crossed-far",
  ]);
});

Deno.test("a time far from when it was received is refused and changes nothing, one out of order is kept", () => {
  const to = lane();
  const sent = send(to, [
    trade({ time: T0 }),
    trade({ time: T0 + MINUTE, receivedAt: T0 }),
    trade({ time: T0 + MINUTE + 1, receivedAt: T0 }),
    trade({ time: T0 + 365 * DAY, receivedAt: T0 }),
    trade({ time: T0 - 7 * DAY - 1, receivedAt: T0 }),
    trade({ time: T0 + MINUTE - 1, receivedAt: T0 + MINUTE }),
  ]);
  const absurd = "absurd-time";
  assertEquals(flags(sent), ["", "", absurd, absurd, absurd, "out-of-order"]);
  const others = [quote({ time: 0, receivedAt: T0 }), depth({ time: 9e15, receivedAt: T0 })];
  assertEquals(others.map((tick) => flags(send(lane(), [tick]))), [[absurd], [absurd]]);
  const late = trade({ time: T0 - 7 * DAY, receivedAt: T0 });
  assertEquals(flags(send(lane(), [late])), [""]);
});

Deno.test("a trade that moves no price is in no doubt, and makes none", () => {
  const to = lane();
  const odd = FLAGS["volume-only"];
  const sent = send(to, [
    ...trades(CALM),
    trade({ price: 300, time: T0 + 2 * SECOND, flags: odd }),
  ]);
  assertEquals(flags(sent).at(-1), "volume-only");
  assertEquals(flags(send(to, trades([100], T0 + 3 * SECOND))), [""]);
});

Deno.test("while it is not known how prices vary, only the absurd ones are in doubt", () => {
  const to = lane();
  const ticks = trades([100, 130, 95, 1_000, 110, 90]);
  assertEquals(send(to, ticks), ticks);
  assertEquals(flags(ticks), ["", "", "", "outlier", "", ""]);
});

/** A walk of at most half a percent a tick. */
const walk = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 30, maxLength: 200 })
  .map((moves) => {
    let price = 100;
    return moves.map((move) => price = Math.round(price * (1 + move / 10_000) * 100) / 100);
  });

Deno.test("no price of a walk is refused, and every wild copy is, however they fall", () => {
  const wild = fc.array(fc.nat({ max: 1_000 }), { maxLength: 8 });
  fc.assert(fc.property(walk, wild, fc.constantFrom(10, 0.1, 3), (prices, places, times) => {
    const to = lane();
    const good = trades(prices);
    // Never two that follow each other, and none before there is a price to hold it against.
    const spots = new Set(places.map((place) => 5 + 4 * Math.floor(place % prices.length / 4)));
    const bad: Tick[] = [];
    const all = good.flatMap((tick, at) => {
      if (!spots.has(at) || tick.kind !== "trade") return [tick];
      const copy = trade({ time: tick.time, price: tick.price * times });
      bad.push(copy);
      return [tick, copy];
    });
    const passed = send(to, all);
    to.settle();
    assertEquals([...passed, ...to.takeReady()], all);
    assertEquals(count(good, "outlier"), 0);
    assertEquals(count(bad, "outlier"), bad.length);
  }));
});

const anyTick: fc.Arbitrary<Tick> = fc.oneof(
  fc.record({ price: fc.double({ noNaN: true }), size: fc.option(fc.double()) }).map(trade),
  fc.record({ price: fc.constantFrom(1, 1.1, 50, 51, 1e6) }).map(trade),
);

Deno.test("whatever comes, all ticks go on once and in order, and no more than 16 wait", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(anyTick, fc.integer({ min: -3_000, max: 3_000 })), { maxLength: 80 }),
    (said) => {
      const to = lane();
      let receivedAt = T0;
      const ticks = said.map(([tick, by]) => {
        receivedAt += Math.max(0, by) * MILLISECOND;
        return { ...tick, time: receivedAt + Math.min(0, by) * MILLISECOND, receivedAt };
      });
      const waiting = new Set<Tick>();
      const passed: Tick[] = [];
      for (const tick of ticks) {
        tick.flags |= inspect(tick);
        const isAdmitted = to.admit(tick);
        const ready = to.takeReady();
        if (!isAdmitted) waiting.add(tick);
        for (const one of ready) waiting.delete(one);
        passed.push(...ready);
        if (isAdmitted) passed.push(tick);
        assert(waiting.size < 16);
        assertEquals(waiting.size > 0, to.deadline < Infinity);
      }
      to.settle();
      passed.push(...to.takeReady());
      assertEquals(new Set(passed), new Set(ticks));
      assertEquals(passed.length, ticks.length);
      const counted = (all: Tick[]) => all.filter(({ flags }) => (flags & REFUSED) === 0);
      assertEquals(counted(passed), counted(ticks));
    },
  ));
});
