import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { TickBuffer } from "../../../actors/instruments/buffer.ts";
import type { Tick, TickKind } from "../../../domain/tick.ts";
import { depth, quote, trade } from "../fixture.ts";

const make = { trade, quote, depth };

/** Pushes ticks, and sums up what was shed. */
function fill(buffer: TickBuffer, ticks: readonly Tick[]) {
  const shed = { trade: 0, quote: 0, depth: 0 };
  for (const tick of ticks) {
    for (const { kind } of buffer.push(tick) ?? []) shed[kind]++;
  }
  return shed;
}

Deno.test("a buffer gives its ticks in the order received, once", () => {
  const buffer = new TickBuffer(10);
  const ticks = [trade(), quote(), depth(), trade()];
  assertEquals(fill(buffer, ticks), { trade: 0, quote: 0, depth: 0 });
  assertEquals(buffer.length, 4);
  assertEquals(buffer.take(), ticks);
  assertEquals([buffer.take(), buffer.length], [[], 0]);
});

Deno.test("a full buffer gives up its books but the latest, and nothing else where that does", () => {
  const buffer = new TickBuffer(10);
  const ticks = [depth(), quote(), depth(), trade(), depth(), quote(), trade(), trade(), trade()];
  const more = [trade(), trade()];
  assertEquals(fill(buffer, [...ticks, ...more]), { trade: 0, quote: 0, depth: 2 });
  const kept = ticks.filter((_, at) => at !== 0 && at !== 2);
  assertEquals(buffer.take(), [...kept, ...more]);
});

Deno.test("without books quotes are conflated, and without either the oldest trades go", () => {
  const quotes = new TickBuffer(4);
  const ticks = [quote(), trade(), quote(), quote(), trade()];
  assertEquals(fill(quotes, ticks), { trade: 0, quote: 2, depth: 0 });
  assertEquals(quotes.take(), [ticks[1], ticks[3], ticks[4]]);
  const trades = new TickBuffer(4);
  const more = [trade(), trade(), trade(), trade(), trade()];
  assertEquals(fill(trades, more), { trade: 1, quote: 0, depth: 0 });
  assertEquals(trades.take(), more.slice(1));
});

Deno.test("what a buffer holds is found in a list of ticks, by what tells them apart", () => {
  const buffer = new TickBuffer(4);
  const [a, b] = [trade({ id: "1" }), quote({ id: "1" })];
  buffer.push(a);
  assertEquals(buffer.lacking([{ ...a }, b, trade({ id: "1", provider: "other" })]).length, 2);
  assertEquals(buffer.lacking([a]), []);
});

Deno.test("whatever comes, a buffer stays within its bounds and counts what it sheds", () => {
  const kinds = fc.array(fc.constantFrom<TickKind>("trade", "quote", "depth"), { maxLength: 200 });
  fc.assert(fc.property(kinds, fc.integer({ min: 2, max: 40 }), (words, capacity) => {
    const buffer = new TickBuffer(capacity);
    const sent: Tick[] = [];
    const shed = { trade: 0, quote: 0, depth: 0 };
    for (const kind of words) {
      const tick = make[kind]();
      sent.push(tick);
      for (const { kind } of buffer.push(tick) ?? []) shed[kind]++;
      assert(buffer.length <= capacity);
      assertEquals(buffer.length, sent.length - shed.trade - shed.quote - shed.depth);
    }
    const kept = buffer.take();
    assertEquals(kept, sent.filter((tick) => kept.includes(tick)));
    const lost = (kind: TickKind) =>
      sent.filter((tick) => tick.kind === kind && !kept.includes(tick)).length;
    assertEquals({ trade: lost("trade"), quote: lost("quote"), depth: lost("depth") }, shed);
    if (sent.length > 0) assertEquals(kept.at(-1), sent.at(-1));
  }));
});
