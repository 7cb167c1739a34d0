import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { TickMemory } from "../../../domain/gate/memory.ts";
import { SECOND } from "../../../domain/time.ts";

const said = fc.record({
  time: fc.integer({ min: 0, max: 40 }),
  id: fc.constantFrom("a", "b", "c"),
  x: fc.constantFrom(1, 2, NaN),
});

Deno.test("what was said is known by its time and id, and by its time and what it says, while it is remembered", () => {
  fc.assert(fc.property(
    fc.array(said, { maxLength: 120 }),
    said,
    fc.integer({ min: 1, max: 60 }),
    (all, asked, capacity) => {
      const memory = new TickMemory(capacity);
      for (const { time, id, x } of all) memory.add(time, id, x, 0);
      const kept = all.slice(-capacity);
      const { time, id, x } = asked;
      const byId = kept.some((one) => one.time === time && one.id === id);
      assertEquals(memory.recall(time, id) === "known", byId);
      // Nothing that was forgotten can have been later than all that was ever said.
      if (time > memory.latest || all.length <= capacity) {
        assertEquals(memory.recall(time, id), byId ? "known" : "unknown");
      }
      const byContent = kept.some((one) => one.time === time && Object.is(one.x, x));
      assertEquals(memory.recognize(time, x, 0) === "known", byContent);
      assertEquals(memory.latest, Math.max(-Infinity, ...all.map((one) => one.time)));
    },
  ));
});

Deno.test("a memory holds more of a busy feed than of a slow one, up to its capacity", () => {
  const kept = (step: number) => {
    const memory = new TickMemory(100);
    for (let at = 0; at < 1_000; at++) memory.add(at * step, `${at}`, 0, 0);
    let count = 0;
    for (let at = 0; at < 1_000; at++) if (memory.recall(at * step, `${at}`) === "known") count++;
    return count;
  };
  assertEquals(kept(1), 100);
  assertEquals(kept(SECOND), 16);
});

Deno.test("one that is remembered is spent once, until all are renewed", () => {
  const memory = new TickMemory(10);
  memory.add(1, "a", 5, 6);
  memory.add(1, "b", 5, 6);
  const spend = () => memory.spend(1, 5, 6);
  assertEquals([spend(), spend(), spend()], ["known", "known", "unknown"]);
  memory.renew();
  assertEquals(spend(), "known");
});
