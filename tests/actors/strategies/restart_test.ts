import { assert, assertEquals } from "@std/assert";
import { csv, killedAfter, market, OPEN, play, said } from "./played.ts";
import { MINUTE, SECOND } from "../../../domain/time.ts";
import { withFiles } from "../../providers/replay/recordings.ts";
import { inStore, TestStore } from "../fixture.ts";

const MINUTES = 130;
/** Slow enough for many batches. */
const SPEED = 3_600;

Deno.test("strategies that were stopped in mid-session say what those say that never were", () => {
  const rows = market(MINUTES);
  // Amid a candle, and between a candle's end and its closing.
  const cuts = [40 * MINUTE + 25 * SECOND, 77 * MINUTE + SECOND];
  const parts = [0, ...cuts, Infinity].slice(0, -1).map((from, index) =>
    rows.filter(({ time }) => time >= OPEN + from && time < OPEN + (cuts[index] ?? Infinity))
  );
  const files = Object.fromEntries(parts.map((part, index) => [`${index}.csv`, csv(part)]));
  return withFiles({ "whole.csv": csv(rows), ...files }, async ([whole, ...lives]) => {
    await inStore(async (unbroken) => {
      await play(unbroken, whole!, "000000001");
      const expected = await said(unbroken);
      assert(new Set(expected.signals.map(({ strategy }) => strategy)).size === 4);
      await inStore(async (store) => {
        for (const [index, file] of lives.entries()) {
          await play(store, file, `00000000${index + 1}`);
        }
        assertEquals(await said(store), expected);
      });
    });
  });
});

Deno.test("strategies that were killed go on from what was kept, and say nothing twice or never", () => {
  const rows = market(60);
  return withFiles({ "whole.csv": csv(rows) }, async ([whole]) => {
    await inStore(async (unbroken) => {
      await play(unbroken, whole!, "000000001", SPEED);
      const expected = await said(unbroken);
      assert(expected.signals.length > 5);
      for (const part of [0.21, 0.42, 0.635, 0.8]) {
        await inStore(async ({ real }) => {
          const killed = new TestStore(killedAfter(real, Math.round(rows.length * part)));
          await play(killed, whole!, "000000001", SPEED);
          // What was not kept is heard again.
          const { rows: kept } = await real.ticks({
            symbol: "AAPL",
            order: "arrival",
            limit: 9_999,
          });
          assert(kept.length > 0 && kept.length < rows.length, `${kept.length} ticks kept`);
          await withFiles({ "rest.csv": csv(rows.slice(kept.length)) }, async ([rest]) => {
            const store = new TestStore(real);
            await play(store, rest!, "000000002");
            assertEquals(await said(store), expected, `killed after ${part} of it`);
          });
        });
      }
    });
  });
});
