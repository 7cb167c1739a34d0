import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Demanded, stepDemand } from "../../domain/demand.ts";

const IDLE = 10;

const plain: Demanded = {
  provider: "a",
  subscribed: true,
  crowdedOut: false,
  needed: false,
  neededAt: 0,
};

const demanded = fc.record({
  provider: fc.constantFrom("a", "b"),
  subscribed: fc.boolean(),
  crowdedOut: fc.boolean(),
  needed: fc.boolean(),
  neededAt: fc.integer({ min: 0, max: 20 }),
});

Deno.test("what is needed is subscribed, and what is not is left after the time set", () => {
  const needed = { ...plain, subscribed: false, needed: true };
  const held = { ...plain, needed: true };
  const late = { ...plain, neededAt: 11 };
  const idle = { ...plain, neededAt: 10 };
  assertEquals(stepDemand([needed, held, late, idle], 20, IDLE), {
    subscribe: [needed],
    unsubscribe: [idle],
  });
});

Deno.test("the least recently needed makes room, after whoever waits for room in vain", () => {
  const short = { ...plain, needed: true, crowdedOut: true };
  const waiting = { ...plain, crowdedOut: true, neededAt: 19 };
  const [old, older] = [{ ...plain, neededAt: 14 }, { ...plain, neededAt: 12 }];
  const elsewhere = { ...plain, provider: "b", neededAt: 11 };
  const { unsubscribe } = stepDemand([old, elsewhere, older, waiting, short], 20, IDLE);
  assertEquals(unsubscribe, [waiting, older]);
});

Deno.test("nothing that is needed is ever left, nothing is done twice, and it comes to rest", () => {
  fc.assert(fc.property(fc.array(demanded, { maxLength: 12 }), (all) => {
    const { subscribe, unsubscribe } = stepDemand(all, 20, IDLE);
    assert(subscribe.every(({ needed, subscribed }) => needed && !subscribed));
    assert(unsubscribe.every(({ needed, subscribed }) => !needed && subscribed));
    assertEquals(new Set(unsubscribe).size, unsubscribe.length);
    assertEquals(subscribe.length, all.filter((one) => one.needed && !one.subscribed).length);
    assert(
      all.filter((one) => one.subscribed && !one.needed && 20 - one.neededAt >= IDLE)
        .every((one) => unsubscribe.includes(one)),
    );
    const next = all.map((one) => ({
      ...one,
      subscribed: subscribe.includes(one) || (one.subscribed && !unsubscribe.includes(one)),
      crowdedOut: false,
    }));
    assertEquals(stepDemand(next, 20, IDLE), { subscribe: [], unsubscribe: [] });
  }));
});

Deno.test("room is made for as many as lack it, if there is that much, and for no more", () => {
  fc.assert(fc.property(fc.array(demanded, { maxLength: 12 }), (all) => {
    const { unsubscribe } = stepDemand(all, 20, IDLE);
    for (const provider of ["a", "b"]) {
      const own = all.filter((one) => one.provider === provider && one.subscribed);
      const lacking = own.filter((one) => one.needed && one.crowdedOut).length;
      const idle = own.filter((one) => !one.needed && 20 - one.neededAt >= IDLE);
      const takes = (one: Demanded) => !one.crowdedOut;
      const freed = unsubscribe.filter((one) => one.provider === provider && takes(one)).length;
      const most = own.filter((one) => !one.needed && takes(one)).length;
      const due = idle.filter(takes).length;
      assertEquals(freed, Math.max(due, Math.min(lacking, most)));
    }
  }));
});
