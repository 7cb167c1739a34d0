import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Allowance, Ledger } from "../../domain/quota.ts";
import { DAY, MINUTE, SECOND } from "../../domain/time.ts";

const perMinute: Allowance = { name: "requests", limit: 3, per: "minute" };
/** A whole minute, so that the first slot (a second) begins there. */
const T = 1_000 * MINUTE;

Deno.test("an allowance is all there at first, and less by what is spent", () => {
  const ledger = new Ledger(perMinute);
  assertEquals(ledger.at(T), { ...perMinute, spent: 0, left: 3, resetsAt: null });
  ledger.spend(T, 2);
  // The slot of one second that begins at T counts until it has left the minute: 61 s on.
  assertEquals(ledger.at(T), { ...perMinute, spent: 2, left: 1, resetsAt: T + 61 * SECOND });
});

Deno.test("a spent allowance is ready again when enough of it has left the window", () => {
  const ledger = new Ledger(perMinute);
  ledger.spend(T, 1);
  ledger.spend(T + 10 * SECOND, 2);
  assertEquals(ledger.readyAt(T + 20 * SECOND, 1), T + 61 * SECOND);
  assertEquals(ledger.readyAt(T + 20 * SECOND, 2), T + 71 * SECOND);
  assertEquals(ledger.at(T + 61 * SECOND).left, 1);
  assertEquals(ledger.at(T + 71 * SECOND).left, 3);
});

Deno.test("what costs more than the limit is never ready", () => {
  assertEquals(new Ledger(perMinute).readyAt(T, 4), Infinity);
});

Deno.test("a ledger goes on from what was kept", () => {
  const first = new Ledger({ name: "history", limit: 10_000, per: "week" });
  first.spend(T, 9_000);
  const second = new Ledger(first.allowance, first.spendings(T));
  assertEquals(second.at(T + DAY).left, 1_000);
  assertEquals(second.at(T + 8 * DAY).left, 10_000);
});

Deno.test("the venue is believed where it says that less is left, not where it says more", () => {
  const ledger = new Ledger(perMinute);
  ledger.believe(T, 1);
  assertEquals(ledger.at(T).left, 1);
  ledger.believe(T, 3);
  assertEquals(ledger.at(T).left, 1);
});

Deno.test("a clock that is set back neither forgets nor breaks the order", () => {
  const ledger = new Ledger(perMinute);
  ledger.spend(T, 1);
  ledger.spend(T - DAY, 1);
  assertEquals(ledger.at(T).spent, 2);
  assertEquals(ledger.spendings(T), [{ slot: T, spent: 2 }]);
});

Deno.test("whoever spends when it is ready never spends more than the limit in any window", () => {
  const requests = fc.array(
    fc.record({ wait: fc.nat(90 * SECOND), cost: fc.integer({ min: 1, max: 5 }) }),
  );
  fc.assert(fc.property(requests, fc.integer({ min: 5, max: 20 }), (asked, limit) => {
    const ledger = new Ledger({ name: "requests", limit, per: "minute" });
    const spent: { at: number; cost: number }[] = [];
    let now = T;
    for (const { wait, cost } of asked) {
      now = ledger.readyAt(now + wait, cost);
      ledger.spend(now, cost);
      spent.push({ at: now, cost });
      const window = spent.filter(({ at }) => at > now - MINUTE);
      assert(window.reduce((sum, one) => sum + one.cost, 0) <= limit);
      assert(ledger.spendings(now).length <= 62);
    }
  }));
});
