import { assert, assertEquals, assertRejects } from "@std/assert";
import { StoreError } from "../../db/store.ts";
import type { Tick } from "../../domain/tick.ts";
import { MILLISECOND } from "../../domain/time.ts";
import { inFolder } from "./commands/run.ts";
import { inStore, quote, T0, TestClock, type TestStore, trade, until, worldOf } from "./fixture.ts";
import { openSpool, record } from "./recording.ts";

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
      const spool = await openSpool(`${folder}/s`, 1 << 20);
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
      const left = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
      assertEquals(left, ["s.lock"]);
    })));

Deno.test("what a run left on disk is written first by the next one", () =>
  inFolder({}, (folder) =>
    inStore(async (store) => {
      const ticks = [trade(), trade(), trade()];
      const first = worldOf(store.store);
      const left = await openSpool(`${folder}/s`, 1 << 20);
      store.down = DOWN;
      const recording = record(first, { ...OFTEN, spool: left });
      first.outbox.add({ ticks: ticks.slice(0, 2) });
      await recording.drain();
      assertEquals([first.journal.state, first.outbox.length], ["spooling", 0]);
      await left.close();

      store.down = null;
      const second = worldOf(store.store);
      const spool = await openSpool(`${folder}/s`, 1 << 20);
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
      const spool = await openSpool(`${folder}/s`, 3_000);
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

Deno.test("while the store hangs rows get to the disk, and its late answer doubles and disorders none", () =>
  inFolder({}, (folder) =>
    inStore(async (store) => {
      const world = worldOf(store.store);
      const spool = await openSpool(`${folder}/s`, 1 << 20);
      const recording = record(world, { ...OFTEN, spool });
      const gate = Promise.withResolvers<void>();
      store.writeGate = gate.promise;
      const ticks = Array.from({ length: 30 }, () => trade());
      world.outbox.add({ ticks: ticks.slice(0, 10) });
      await until(() => store.asked.some((batch) => batch.ticks.length > 0));
      const asked = store.asked.length;
      const waiting = assertRejects(world.journal.flushed(), /has not answered/);
      for (const tick of ticks.slice(10)) world.outbox.add({ ticks: [tick] });
      // Those under way too: they may never arrive.
      await until(() => spool.rows === 30);
      await until(() => world.journal.state === "spooling");
      await waiting;
      assertEquals([world.outbox.rows, world.journal.inHand], [0, 0]);
      // Nothing more is asked of a store that owes an answer.
      assertEquals(store.asked.length, asked);
      gate.resolve();
      await until(() => world.journal.state === "writing" && spool.rows === 0);
      assertEquals(await idsIn(store), ids(ticks));
      await recording.drain();
      await spool.close();
    })));

Deno.test("what is still on its way to the disk when the store answers is kept before a flush is over", () =>
  inFolder({}, (folder) =>
    inStore(async (store) => {
      const world = worldOf(store.store);
      const spool = await openSpool(`${folder}/s`, 1 << 20);
      const recording = record(world, { ...OFTEN, spool });
      const stored = Promise.withResolvers<void>();
      const spooled = Promise.withResolvers<void>();
      const append = spool.append.bind(spool);
      let appends = 0;
      spool.append = async (...given) => {
        appends++;
        await spooled.promise;
        return await append(...given);
      };
      store.writeGate = stored.promise;
      const ticks = Array.from({ length: 20 }, () => trade());
      for (const tick of ticks) world.outbox.add({ ticks: [tick] });
      await until(() => appends > 0);
      stored.resolve();
      const flushed = world.journal.flushed();
      const first = await Promise.race([
        flushed.then(() => "flushed"),
        new Promise((resolve) => setTimeout(resolve, 50, "waiting")),
      ]);
      assertEquals(first, "waiting");
      spooled.resolve();
      await flushed;
      assertEquals([await idsIn(store), spool.rows], [ids(ticks), 0]);
      await recording.drain();
      await spool.close();
    })));

Deno.test("whatever the store says rows are spooled, and it is tried until it is mended", () =>
  inFolder({}, (folder) =>
    inStore(async (store) => {
      for (const code of ["unusable", "locked", "newer-schema", "missing", "full"] as const) {
        const world = worldOf(store.store, { epoch: `00000000${code.length}` });
        const spool = await openSpool(`${folder}/${code}`, 1 << 20);
        const recording = record(world, { ...OFTEN, spool });
        store.down = new StoreError(code, `Cannot write: ${code}.`);
        const tick = trade();
        world.outbox.add({ ticks: [tick] });
        await until(() => spool.rows === 1);
        assertEquals(world.journal.trouble, `Cannot write: ${code}.`);
        store.down = null;
        await until(() => world.journal.state === "writing");
        assert((await idsIn(store)).includes(tick.id));
        assertEquals(world.reports.filter(({ report }) => report.status !== "running"), []);
        await recording.drain();
        await spool.close();
      }
    })));

Deno.test("what was shed is told as one gap of each instrument and provider", () =>
  inFolder({}, (folder) =>
    inStore(async (store) => {
      const world = worldOf(store.store, { clock: new TestClock(T0 + 9) });
      const spool = await openSpool(`${folder}/s`, 2_000);
      store.down = DOWN;
      const recording = record(world, { ...OFTEN, spool });
      const shed = async () => {
        const { values } = await world.meters.shed.get();
        return values.reduce((sum, { value }) => sum + value, 0);
      };
      for (let at = 1; await shed() === 0; at++) {
        world.outbox.add({
          ticks: [quote({ receivedAt: T0 + at }), trade({ receivedAt: T0 + at })],
        });
        const { length } = world.outbox;
        await until(() => world.outbox.length < length || world.journal.state === "shedding");
      }
      store.down = null;
      await recording.drain();
      const { rows } = await store.real.gaps({ limit: 9 });
      assertEquals(rows.length, 1);
      const { from, to, ...rest } = rows[0]!;
      // The first quote went with all the others of its lane.
      assert(from === T0 + 1 && to > T0 + 1);
      assertEquals(rest, {
        symbol: "AAPL",
        provider: "test",
        reason: "shed",
        status: "open",
        detectedAt: T0 + 9,
      });
      await spool.close();
    })));
