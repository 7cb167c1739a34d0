import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Thinner } from "../../../actors/connections/thinner.ts";
import { Credit } from "../../../domain/credit.ts";
import { beginOverload, LEVELS, type OverloadLevel } from "../../../domain/overload.ts";
import type { Tick } from "../../../domain/tick.ts";
import { depth, quote, T0, trade } from "../fixture.ts";

/** A thinner, what it hands on and sheds, and the level that it is at. */
function thinner() {
  const dealt: Tick[] = [];
  const shed: Tick[] = [];
  const overload = {
    state: beginOverload(0),
    note: (_: string, ticks: readonly Tick[]) => void shed.push(...ticks),
  };
  const credit = new Credit(1_000);
  const one = new Thinner({
    provider: "test",
    overload,
    credit,
    deal: (ticks) => void dealt.push(...ticks),
  });
  const at = (level: OverloadLevel) => void (overload.state = { ...overload.state, level });
  return { one, dealt, shed, credit, at };
}

const idsOf = (ticks: readonly Tick[]) => ticks.map(({ id }) => id).join();

Deno.test("while all is well everything passes", () => {
  const { one, dealt, shed } = thinner();
  const ticks = [trade(), quote(), depth()];
  one.add(ticks);
  assertEquals([dealt, shed], [ticks, []]);
});

Deno.test("books go first; then of the quotes all but the latest, which is told before its trade", () => {
  const { one, at, dealt, shed } = thinner();
  at("sheds-depth");
  one.add([quote({ id: "q1" }), depth({ id: "d1" }), trade({ id: "t1" })]);
  assertEquals([idsOf(dealt), idsOf(shed)], ["q1,t1", "d1"]);
  at("conflates-quotes");
  one.add([quote({ id: "q2" }), quote({ id: "q3" }), trade({ id: "t2" }), depth({ id: "d2" })]);
  one.add([quote({ id: "q4" }), quote({ id: "e1", symbol: "EURUSD" }), trade({ id: "t3" })]);
  assertEquals([idsOf(dealt), idsOf(shed)], ["q1,t1,q3,t2,q4,t3", "d1,q2,d2"]);
  one.flush();
  assertEquals(idsOf(dealt), "q1,t1,q3,t2,q4,t3,e1");
});

Deno.test("what was held is told first when it is over", () => {
  const { one, at, dealt } = thinner();
  at("conflates-quotes");
  one.add([quote({ id: "q1" })]);
  assertEquals(dealt, []);
  at("normal");
  one.add([quote({ id: "q2" })]);
  assertEquals(idsOf(dealt), "q1,q2");
});

Deno.test("what is held is told in time though nothing follows it", async () => {
  const { one, at, dealt } = thinner();
  at("conflates-quotes");
  one.add([quote({ id: "q1" }), quote({ id: "q2" })]);
  await new Promise((resolve) => setTimeout(resolve, 400));
  assertEquals(idsOf(dealt), "q2");
});

const ticks = fc.array(
  fc.record({
    kind: fc.constantFrom("trade", "quote", "depth"),
    symbol: fc.constantFrom("A", "B"),
    level: fc.constantFrom(...LEVELS),
  }),
  { maxLength: 60 },
);

Deno.test("every trade passes, the latest quote of each passes, in order; the rest is accounted for", async () => {
  await fc.assert(fc.asyncProperty(ticks, async (said) => {
    const { one, at, credit, dealt, shed } = thinner();
    const makers = { trade, quote, depth };
    const all: Tick[] = [];
    await credit.reserve(said.length, new AbortController().signal);
    for (const { kind, level, symbol } of said) {
      const tick = makers[kind]({ id: String(all.length), symbol, time: T0 + all.length });
      at(level);
      all.push(tick);
      one.add([tick]);
    }
    one.flush();
    assertEquals(dealt.length + shed.length, all.length);
    assertEquals(credit.available, 1_000 - dealt.length);
    assert(shed.every(({ kind }) => kind !== "trade"));
    for (const symbol of ["A", "B"]) {
      const own = (some: readonly Tick[]) => some.filter((tick) => tick.symbol === symbol);
      const times = own(dealt).map(({ time }) => time);
      assertEquals(times, times.toSorted((a, b) => a - b));
      const last = (some: readonly Tick[]) => own(some).findLast(({ kind }) => kind === "quote");
      assertEquals(last(dealt), last(all));
    }
  }));
});
