import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Run, Sorter } from "../../../actors/routing/runs.ts";
import { quoteAt } from "../../domain/ticks.ts";

Deno.test("a batch is put in order by instrument, each one's ticks in the order received, batch after batch", () => {
  fc.assert(fc.property(
    fc.array(fc.array(fc.constantFrom("A", "B", "C", "D"), { maxLength: 40 }), { maxLength: 4 }),
    (batches) => {
      const sorter = new Sorter();
      const runs = new Map(["A", "B", "C", "D"].map((symbol) => [symbol, new Run()]));
      for (const symbols of batches) {
        const ticks = symbols.map((symbol, at) => ({ ...quoteAt(at, 1, 2), symbol }));
        const expected = [...Map.groupBy(ticks, ({ symbol }) => symbol).values()].flat();
        assertEquals(sorter.sort(ticks, (symbol) => runs.get(symbol)!), expected);
      }
    },
  ));
});

Deno.test("a batch larger than any before it is put in order too", () => {
  const sorter = new Sorter();
  const runs = [new Run(), new Run()];
  const ticks = Array.from({ length: 5_000 }, (_, at) => ({
    ...quoteAt(at, 1, 2),
    symbol: String(at % 2),
  }));
  const sorted = sorter.sort(ticks, (symbol) => runs[Number(symbol)]!);
  assertEquals(sorted.map(({ time }) => time), [
    ...Array.from({ length: 2_500 }, (_, at) => 2 * at),
    ...Array.from({ length: 2_500 }, (_, at) => 2 * at + 1),
  ]);
});
