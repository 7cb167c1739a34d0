import { assert, assertEquals } from "@std/assert";
import { Spool } from "../../actors/spool/spool.ts";
import { StoreError } from "../../db/store.ts";
import type { Tick } from "../../domain/tick.ts";
import { MILLISECOND } from "../../domain/time.ts";
import { inFolder } from "./commands/run.ts";
import { inStore, quote, type TestStore, trade, until, worldOf } from "./fixture.ts";
import { record } from "./recording.ts";

const DOWN = new StoreError("unreachable", "Cannot write: the server is away.");
const OFTEN = { every: 5 * MILLISECOND, rows: 10 };

async function idsIn({ real }: TestStore): Promise<string[]> {
  const page = await real.ticks({ symbol: "AAPL", order: "arrival", limit: 10_000 });
  return page.rows.map(({ id }) => id);
}

const ids = (ticks: readonly Tick[]) => ticks.map(({ id }) => id);

Deno.test("what comes while the store is down is spooled, and written in order when it is back", () =>
  inFolder({}, (folder) =>
    inStore(async (store) => {
      const world = worldOf(store.store);
      const spool = await Spool.open(`${folder}/s`, 1 << 20);
      const recording = record(world, { ...OFTEN, spool });
      const ticks: Tick[] = [];
      const add = (count: number) => {
        for (let i = 0; i < count; i++) {
          const tick = i % 2 === 0 ? trade() : quote();
          ticks.push(tick);
          world.outbox.add({ ticks: [tick] });
        }
      };
      add(25);
      await world.journal.flushed();
      store.down = DOWN;
      for (let round = 0; round < 4; round++) {
        add(25);
        await until(() => world.outbox.length === 0);
      }
      await until(() => spool.rows === 100);
      assertEquals([world.journal.state, world.journal.trouble], ["spooling", DOWN.message]);
      store.down = null;
      add(25);
      await until(() => world.journal.state === "writing");
      assertEquals(await idsIn(store), ids(ticks));
      assertEquals([world.journal.state, spool.rows, spool.bytes], ["writing", 0, 0]);
      await recording.drain();
      await spool.close();
      assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
    })));

Deno.test("what a run left on disk is written first by the next one", () =>
  inFolder({}, (folder) =>
    inStore(async (store) => {
      const ticks = [trade(), trade(), trade()];
      const first = worldOf(store.store);
      const left = await Spool.open(`${folder}/s`, 1 << 20);
      store.down = DOWN;
      const recording = record(first, { ...OFTEN, spool: left });
      first.outbox.add({ ticks: ticks.slice(0, 2) });
      await recording.drain();
      assertEquals([first.journal.state, first.outbox.length], ["spooling", 0]);
      await left.close();

      store.down = null;
      const second = worldOf(store.store);
      const spool = await Spool.open(`${folder}/s`, 1 << 20);
      second.outbox.add({ ticks: ticks.slice(2) });
      const next = record(second, { ...OFTEN, spool });
      await second.journal.flushed();
      assertEquals(await idsIn(store), ids(ticks));
      await next.drain();
      await spool.close();
    })));

Deno.test("past the spool's cap rows wait in memory, whose bound sheds by the rule, and the feed goes on", () =>
  inFolder({}, (folder) =>
    inStore(async (store) => {
      const world = worldOf(store.store);
      const spool = await Spool.open(`${folder}/s`, 3_000);
      store.down = DOWN;
      const recording = record(world, { ...OFTEN, spool });
      const trades: Tick[] = [];
      // Rows stay in memory once not even trades find room on the disk.
      while (world.outbox.rows < 20) {
        const tick = trade();
        trades.push(tick);
        world.outbox.add({ ticks: [quote(), tick] });
        await new Promise((resolve) => setTimeout(resolve, 10));
        assert(spool.bytes <= 3_000);
      }
      assert(world.journal.state !== "spooling");
      store.down = null;
      await until(() => world.journal.state === "writing");
      const kept = await idsIn(store);
      assertEquals(ids(trades).filter((id) => !kept.includes(id)), []);
      await recording.drain();
      await spool.close();
    })));
