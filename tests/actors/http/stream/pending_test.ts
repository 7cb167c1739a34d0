import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { closed, forming, quote, trade } from "./events.ts";
import { jsonOf } from "../../../../actors/http/stream/encode.ts";
import { Pending } from "../../../../actors/http/stream/pending.ts";
import type { HubEvent } from "../../../../actors/hub.ts";
import type { Candle } from "../../../../domain/candle.ts";

const event = fc.oneof(
  fc.constantFrom("AAPL", "VOD.L").map((symbol) => () => trade(1, symbol)),
  fc.constantFrom("AAPL", "VOD.L").map((symbol) => () => quote(1, symbol)),
  fc.nat(3).map((minute) => () => forming(minute, 101)),
  fc.nat(3).map((minute) => () => closed(minute)),
);

/** Whether a later event makes an earlier one useless, as the stream's rules have it. */
function replaces(later: HubEvent, earlier: HubEvent): boolean {
  if (!earlier.conflates || later.type !== earlier.type || later.subject !== earlier.subject) {
    return false;
  }
  return later.conflates || (later.payload as Candle).start === (earlier.payload as Candle).start;
}

Deno.test("what waits is in order, exact where it must be, and else the latest", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(event, { maxLength: 700, size: "max" }), { maxLength: 3 }),
      (rounds) => {
        const pending = new Pending();
        let sequence = 0;
        for (const round of rounds) {
          const pushed = round.map((make) => ({ ...make(), sequence: ++sequence }));
          let replaced = 0;
          for (const event of pushed) if (pending.push(event)) replaced++;
          const expected = pushed.filter((event, at) =>
            !pushed.slice(at + 1).some((later) => replaces(later, event))
          );
          assertEquals(pending.length, expected.length);
          assertEquals(replaced, pushed.length - expected.length);
          const exact = expected.filter(({ conflates }) => !conflates);
          assert(pending.bytes >= exact.reduce((sum, event) => sum + jsonOf(event).length, 0));
          assertEquals(pending.bytes > 0, exact.length > 0);
          assertEquals(
            pending.take().map(({ sequence }) => sequence),
            expected.map((e) => e.sequence),
          );
          assertEquals([pending.length, pending.bytes], [0, 0]);
        }
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("what was conflated away takes no room", () => {
  const pending = new Pending();
  for (let number = 1; number < 10_000; number++) {
    pending.push(Object.assign(quote(number), { sequence: number }));
  }
  assertEquals([pending.length, pending.bytes], [1, 0]);
  assertEquals(pending.take().map(({ sequence }) => sequence), [9_999]);
});
