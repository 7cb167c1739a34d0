import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { createActor } from "xstate";
import { type EventType, Hub, hub, type HubEvent } from "../../actors/hub.ts";
import { Vitals } from "../../actors/vitals.ts";
import type { Candle } from "../../domain/candle.ts";
import { candle, quote, T0, trade } from "./fixture.ts";
import { MINUTE } from "../../domain/time.ts";

function hubOf(capacity = 16): Hub {
  return new Hub("000000001", capacity, new Vitals(() => 0, 1_000));
}

function event(more: Partial<HubEvent> = {}): HubEvent {
  return {
    type: "trade",
    symbol: "AAPL",
    interval: null,
    subject: "AAPL",
    conflates: false,
    payload: trade(),
    sequence: 0,
    json: null,
    ...more,
  };
}

function candleEvent(conflates: boolean, more: Partial<Candle> = {}): HubEvent {
  const payload = candle({ status: conflates ? "forming" : "complete", ...more });
  const { symbol, interval, basis } = payload;
  const subject = `${symbol} ${interval} ${basis}`;
  return event({ type: "candle", symbol, interval, subject, conflates, payload });
}

const quoted = () => event({ type: "quote", conflates: true, payload: quote() });

Deno.test("events are numbered from one, in the order published, across calls", () => {
  const memory = hubOf();
  const events = [event(), quoted(), event()];
  memory.publish(events.slice(0, 2));
  memory.publish(events.slice(2));
  assertEquals(events.map(({ sequence }) => sequence), [1, 2, 3]);
  assertEquals(memory.sequence, 3);
});

Deno.test("subscribers get each published array as it is, until they leave", () => {
  const memory = hubOf();
  const got: (readonly HubEvent[])[] = [];
  const leave = memory.subscribe((events) => got.push(events), () => {});
  const first = [event(), quoted()];
  memory.publish(first);
  leave();
  memory.publish([event()]);
  assertEquals(got.length, 1);
  assert(got[0] === first);
});

Deno.test("the ring holds what must not be lost, and says up to where it lost something", () => {
  const memory = hubOf(3);
  memory.publish([event(), quoted(), event(), event()]);
  assertEquals([memory.held, memory.after(0).lostUntil], [3, 0]);
  // The trades are 1, 3, 4, 5 and 6; a ring of three keeps the last, and lets go of 1 and 3.
  memory.publish([event(), event()]);
  assertEquals(memory.after(0).events.map(({ sequence }) => sequence), [2, 4, 5, 6]);
  assertEquals([0, 2, 3, 4].map((from) => memory.after(from).lostUntil), [3, 3, 0, 0]);
});

Deno.test("a conflated event that gave way to a later one is no loss", () => {
  const memory = hubOf(1);
  memory.publish([quoted(), quoted(), quoted()]);
  const { events, lostUntil } = memory.after(0);
  assertEquals([events.map(({ sequence }) => sequence), lostUntil], [[3], 0]);
});

Deno.test("the latest of a subject is what was said of it last, in the order of first words", () => {
  const memory = hubOf();
  const other = event({ symbol: "MSFT", subject: "MSFT" });
  memory.publish([quoted(), event(), other, quoted(), event()]);
  assertEquals([...memory.latest()].map(({ sequence }) => sequence), [4, 5, 3]);
  assertEquals(memory.latestOf("trade", "AAPL")?.sequence, 5);
  assertEquals(memory.latestOf("trade", "NONE"), undefined);
});

Deno.test("an older candle that is revised does not take the place of a newer one", () => {
  const memory = hubOf();
  const next = { start: T0 + MINUTE };
  memory.publish([candleEvent(false), candleEvent(true, next)]);
  memory.publish([candleEvent(false, { revision: 1 })]);
  const subject = "AAPL 1m trade";
  assertEquals(memory.latestOf("candle", subject)?.sequence, 2);
  assertEquals(memory.after(0).events.map(({ sequence }) => sequence), [1, 2, 3]);
  memory.publish([candleEvent(false, next), candleEvent(false, { ...next, revision: 1 })]);
  assertEquals(memory.latestOf("candle", subject)?.sequence, 5);
  // The forming candle has become a closed one: it is not told again.
  assertEquals(memory.after(1).events.map(({ sequence }) => sequence), [3, 4, 5]);
});

Deno.test("candles of another interval or basis are subjects of their own", () => {
  const memory = hubOf();
  memory.publish([
    candleEvent(true),
    candleEvent(true, { interval: "5m" }),
    candleEvent(true, { basis: "bid" }),
  ]);
  assertEquals([...memory.latest()].length, 3);
});

Deno.test("a forgotten instrument has no latest value, and what was exact can still be had", () => {
  const memory = hubOf();
  const status = event({ type: "status", symbol: null, subject: "provider test" });
  const other = event({ symbol: "MSFT", subject: "MSFT" });
  memory.publish([event(), quoted(), candleEvent(true), other, status]);
  memory.forget("AAPL");
  assertEquals([...memory.latest()].map(({ sequence }) => sequence), [4, 5]);
  assertEquals(memory.after(0).events.map(({ sequence }) => sequence), [1, 4, 5]);
});

Deno.test("events that are only held are numbered and can be had, and reach no subscriber", () => {
  const memory = hubOf();
  let calls = 0;
  memory.subscribe(() => calls++, () => {});
  memory.hold([event(), quoted()]);
  assertEquals([calls, memory.after(0).events.length, memory.sequence], [0, 2, 2]);
});

Deno.test("a canary is sighted and told to those who watch", () => {
  let now = 0;
  const memory = new Hub("000000001", 16, new Vitals(() => now, 1_000));
  memory.vitals.watch("shard-1");
  const seen: string[] = [];
  const leave = memory.subscribe(() => {}, (shard) => seen.push(shard));
  memory.sight("shard-1");
  leave();
  memory.sight("shard-1");
  now = 500;
  assertEquals(seen, ["shard-1"]);
  assertEquals(memory.vitals.report().find(({ stage }) => stage === "hub")?.age, 500);
});

Deno.test("the hub's actor does what it is told with the memory it is given", () => {
  const memory = hubOf();
  const actor = createActor(hub, { input: memory }).start();
  actor.send({ type: "hub.publish", events: [event(), quoted()] });
  actor.send({ type: "hub.forget", symbol: "AAPL" });
  assertEquals([memory.sequence, [...memory.latest()]], [2, []]);
  memory.vitals.watch("shard-1");
  actor.send({ type: "hub.canary", shard: "shard-1" });
  assertEquals(memory.vitals.report().find(({ stage }) => stage === "hub")?.alive, true);
  actor.stop();
});

Deno.test("a hub's ring cannot be empty", () => {
  assertThrows(() => hubOf(0), RangeError);
});

const anyEvent = fc.oneof(
  fc.constantFrom("A", "B").map((symbol) => () => event({ symbol, subject: symbol })),
  fc.record({
    type: fc.constantFrom<EventType>("quote", "depth"),
    symbol: fc.constantFrom("A", "B"),
  }).map(({ type, symbol }) => () => event({ type, symbol, subject: symbol, conflates: true })),
  fc.record({ conflates: fc.boolean(), at: fc.integer({ min: 0, max: 3 }) })
    .map(({ conflates, at }) => () => candleEvent(conflates, { start: T0 + at * MINUTE })),
);

/** The latest of each subject, found in the plainest way. */
function latestOf(events: readonly HubEvent[]): HubEvent[] {
  const latest = new Map<string, HubEvent>();
  for (const one of events) {
    const key = `${one.type} ${one.subject}`;
    const held = latest.get(key);
    const start = ({ payload }: HubEvent) => (payload as Candle).start ?? 0;
    if (held === undefined || start(one) >= start(held)) latest.set(key, one);
  }
  return [...latest.values()];
}

Deno.test("whatever was published, after() gives all that was exact and the latest of the rest", () => {
  const calls = fc.array(fc.array(anyEvent, { maxLength: 6 }), { maxLength: 12 });
  fc.assert(fc.property(calls, fc.integer({ min: 1, max: 8 }), (batches, capacity) => {
    const memory = hubOf(capacity);
    const all: HubEvent[] = [];
    for (const batch of batches) {
      const events = batch.map((make) => make());
      memory.publish(events);
      all.push(...events);
    }
    const exact = all.filter(({ conflates }) => !conflates);
    const gone = exact.slice(0, -capacity).at(-1)?.sequence ?? 0;
    const held = [...exact.slice(-capacity), ...latestOf(all).filter((one) => one.conflates)]
      .sort((a, b) => a.sequence - b.sequence);
    for (let from = 0; from <= all.length + 1; from++) {
      const { events, lostUntil } = memory.after(from);
      const sequences = events.map(({ sequence }) => sequence);
      assertEquals(sequences, held.map((one) => one.sequence).filter((one) => one > from));
      assertEquals(lostUntil, gone > from ? gone : 0);
    }
  }));
});
