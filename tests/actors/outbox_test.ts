import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Entry, Outbox } from "../../actors/outbox.ts";
import { Credit } from "../../domain/credit.ts";
import type { Tick, TickKind } from "../../domain/tick.ts";
import { candle, depth, quote, trade } from "./fixture.ts";

const make = { trade, quote, depth };

function ticksOf(entries: readonly Entry[]): Tick[] {
  return entries.flatMap(({ ticks }) => ticks);
}

const kept = { ...candle(), epoch: "1", sequence: 1 };

Deno.test("entries are taken whole, in the order added, until they hold enough rows", () => {
  const outbox = new Outbox(100);
  const entries: Entry[] = [
    { ticks: [trade(), trade()] },
    { ticks: [], candles: [kept] },
    { ticks: [trade(), trade(), trade()] },
    { ticks: [trade()] },
  ];
  for (const entry of entries) outbox.add(entry);
  assertEquals([outbox.rows, outbox.length], [7, 4]);
  assertEquals(outbox.take(3), entries.slice(0, 2));
  assertEquals(outbox.take(1), entries.slice(2, 3));
  assertEquals([outbox.rows, outbox.length], [1, 1]);
  assertEquals(outbox.take(100), entries.slice(3));
  assertEquals(outbox.take(100), []);
  assertEquals(outbox.rows, 0);
});

Deno.test("what is restored comes before what was added since", () => {
  const outbox = new Outbox(100);
  const [a, b, c] = [{ ticks: [trade()] }, { ticks: [trade()] }, { ticks: [trade()] }];
  outbox.add(a);
  outbox.add(b);
  const taken = outbox.take(2);
  outbox.add(c);
  outbox.restore(taken);
  assertEquals(outbox.rows, 3);
  assertEquals(outbox.take(3), [a, b, c]);
});

Deno.test("adding an entry calls back, also one without rows", () => {
  const outbox = new Outbox(100);
  let calls = 0;
  outbox.onAdd(() => calls++);
  outbox.add({ ticks: [trade()] });
  outbox.add({ ticks: [], canaries: ["shard-1"] });
  outbox.onAdd(undefined);
  outbox.add({ ticks: [trade()] });
  assertEquals(calls, 2);
});

Deno.test("depth is shed first, then quotes, then trades, and of each the oldest", () => {
  const told: [TickKind, number][] = [];
  const outbox = new Outbox(4, (kind, count) => told.push([kind, count]));
  const ticks = [trade(), quote(), depth(), trade(), quote(), depth()];
  outbox.add({ ticks: ticks.slice(0, 3) });
  outbox.add({ ticks: ticks.slice(3) });
  const held = () => ticksOf(takeAndRestore(outbox));
  assertEquals(held(), [ticks[0], ticks[1], ticks[3], ticks[4]]);
  const more = [trade(), trade(), trade()];
  outbox.add({ ticks: more });
  assertEquals(held(), [ticks[0], ticks[3], ...more].slice(-4));
  assertEquals(outbox.shed, { trade: 1, quote: 2, depth: 2 });
  assertEquals(told, [["depth", 2], ["quote", 2], ["trade", 1]]);
});

function takeAndRestore(outbox: Outbox): Entry[] {
  const entries = outbox.take(Infinity);
  outbox.restore(entries);
  return entries;
}

Deno.test("candles and gaps are never shed, and make room for themselves", () => {
  const outbox = new Outbox(2);
  outbox.add({ ticks: [trade(), trade()] });
  for (let count = 0; count < 3; count++) outbox.add({ ticks: [], candles: [kept] });
  assertEquals(outbox.rows, 3);
  assertEquals(outbox.shed, { trade: 2, quote: 0, depth: 0 });
  assertEquals(outbox.take(10).flatMap((entry) => entry.candles ?? []).length, 3);
});

Deno.test("credit for ticks that are shed is given back, once", async () => {
  const credit = new Credit(10);
  await credit.reserve(5, new AbortController().signal);
  const outbox = new Outbox(2);
  outbox.add({ ticks: [quote(), quote(), trade(), trade(), trade()], credit });
  assertEquals(credit.available, 8);
  assertEquals(ticksOf(outbox.take(10)).length, 2);
});

Deno.test("entries that shedding has emptied are let go, and canaries are not", () => {
  const outbox = new Outbox(2);
  outbox.add({ ticks: [], canaries: ["shard-1"] });
  for (let count = 0; count < 100; count++) outbox.add({ ticks: [trade()] });
  assertEquals([outbox.rows, outbox.length], [2, 3]);
  assertEquals(outbox.take(10)[0]!.canaries, ["shard-1"]);
});

const kinds = fc.constantFrom<TickKind>("trade", "quote", "depth");
const step = fc.oneof(
  { weight: 4, arbitrary: fc.array(kinds, { maxLength: 6 }) },
  { weight: 1, arbitrary: fc.constantFrom("take", "restore") },
);

Deno.test("whatever is added, taken and restored, the capacity holds and the rule is kept", () => {
  const steps = fc.array(step, { maxLength: 60 });
  fc.assert(fc.property(steps, fc.integer({ min: 1, max: 40 }), (moves, capacity) => {
    const credit = new Credit(10_000);
    let given = 0;
    credit.give = (count) => void (given += count);
    const outbox = new Outbox(capacity);
    const sent: Tick[] = [];
    let away: Entry[] = [];
    for (const move of moves) {
      const before = { ...outbox.shed };
      if (move === "take") {
        outbox.restore(away);
        away = outbox.take(3);
      } else if (move === "restore") {
        outbox.restore(away);
        away = [];
      } else {
        const ticks = move.map((kind) => make[kind]());
        sent.push(...ticks);
        outbox.add({ ticks, credit });
      }
      const held = ticksOf(takeAndRestore(outbox));
      assertEquals(outbox.rows, held.length);
      assert(outbox.rows <= capacity);
      const has = (kind: TickKind) => held.some((tick) => tick.kind === kind);
      if (outbox.shed.quote > before.quote) assert(!has("depth"));
      if (outbox.shed.trade > before.trade) assert(!has("depth") && !has("quote"));
      const alive = new Set([...ticksOf(away), ...held]);
      const { shed } = outbox;
      assertEquals(alive.size, sent.length - shed.trade - shed.quote - shed.depth);
      assertEquals(given, shed.trade + shed.quote + shed.depth);
      // Nothing is doubled and nothing has changed places.
      assertEquals([...ticksOf(away), ...held], sent.filter((tick) => alive.has(tick)));
    }
  }));
});
