import { assertEquals, assertRejects } from "@std/assert";
import { StoreError, type WriteBatch } from "../../db/store.ts";
import { Credit } from "../../domain/credit.ts";
import { SECOND } from "../../domain/time.ts";
import { flushed, inStore, T0, TestClock, trade, until, type World, worldOf } from "./fixture.ts";
import { record } from "./recording.ts";
import { logged } from "./logged.ts";

const REFUSED = new StoreError("refused", "Cannot write: no place for it.");
const BROKEN = new StoreError("unusable", "Cannot write: not a database.");

/** Refuses every batch with a tick of an id. */
const refusing = (id: string) => ({ ticks }: WriteBatch) =>
  ticks.some((tick) => tick.id === id) ? REFUSED : null;

async function refusedRows({ meters }: World): Promise<number> {
  return (await meters.rowsRefused.get()).values[0]!.value;
}

Deno.test("an entry that the store refuses is lost alone: counted, logged once, its credit given back", () =>
  logged((lines) =>
    inStore(async (store) => {
      const world = worldOf(store.store);
      const recording = record(world);
      const credit = new Credit(10);
      await credit.reserve(6, new AbortController().signal);
      const entries = ["a", "bad", "b"].map((id) => [trade({ id }), trade({ id: `${id}2` })]);
      store.refuses = refusing("bad");
      for (const ticks of entries) world.outbox.add({ ticks, credit });
      await world.journal.flushed();
      const { rows } = await store.real.ticks({ symbol: "AAPL", order: "arrival", limit: 9 });
      assertEquals(rows.map(({ id }) => id), ["a", "a2", "b", "b2"]);
      assertEquals([world.outbox.rows, world.journal.trouble], [0, null]);
      assertEquals(credit.available, 10);
      assertEquals(await refusedRows(world), 2);
      assertEquals(lines.filter((line) => line.includes(REFUSED.message)).length, 1);
      assertEquals((await store.real.run(world.hub.epoch))?.epoch, world.hub.epoch);

      world.outbox.add({ ticks: [trade({ id: "c" })] });
      await world.journal.flushed();
      assertEquals(world.journal.kept.ticks, 5);
      assertEquals(world.reports.filter(({ report }) => report.status !== "running"), []);
      await recording.drain();
    })
  ));

Deno.test("an entry that is refused by itself is dropped as well", () =>
  inStore(async (store) => {
    const world = worldOf(store.store);
    const recording = record(world);
    store.refuses = refusing("bad");
    world.outbox.add({ ticks: [trade({ id: "bad" })] });
    await world.journal.flushed();
    assertEquals([world.outbox.length, await refusedRows(world)], [0, 1]);
    await recording.drain();
  }));

Deno.test("a store that goes away in the midst of single entries loses and doubles none", () =>
  inStore(async (store) => {
    const world = worldOf(store.store);
    const recording = record(world);
    const down = new StoreError("unreachable", "Cannot write: the disk is away.");
    let isAway = true;
    store.refuses = (batch) => {
      const ids = batch.ticks.map(({ id }) => id);
      if (ids.includes("bad")) return REFUSED;
      return isAway && ids.includes("c") ? down : null;
    };
    for (const id of ["a", "bad", "b", "c", "d"]) world.outbox.add({ ticks: [trade({ id })] });
    await assertRejects(world.journal.flushed(), down);
    assertEquals(world.outbox.take(Infinity).flatMap(({ ticks }) => ticks.map(({ id }) => id)), [
      "c",
      "d",
    ]);
    isAway = false;
    for (const id of ["c", "d"]) world.outbox.add({ ticks: [trade({ id })] });
    await flushed(world);
    const { rows } = await store.real.ticks({ symbol: "AAPL", order: "arrival", limit: 9 });
    assertEquals(rows.map(({ id }) => id), ["a", "b", "c", "d"]);
    assertEquals(await refusedRows(world), 1);
    await recording.drain();
  }));

Deno.test("a store that is beyond use gives the recorder up, is told, and keeps nobody waiting", () =>
  inStore(async (store) => {
    const world = worldOf(store.store);
    const recording = record(world);
    store.down = BROKEN;
    const gate = Promise.withResolvers<void>();
    store.writeGate = gate.promise;
    world.outbox.add({ ticks: [trade()] });
    const first = assertRejects(world.journal.flushed(), BROKEN);
    await until(() => store.asked.length === 1);
    const second = assertRejects(world.journal.flushed(), BROKEN);
    gate.resolve();
    await Promise.all([first, second]);
    assertEquals(world.reports.at(-1)?.report.status, "given-up");
    assertEquals(world.reports.at(-1)?.report.lastError, BROKEN.message);
    await assertRejects(world.journal.flushed(), BROKEN);
    assertEquals([world.outbox.rows, world.journal.trouble], [1, BROKEN.message]);
    await recording.drain();
    assertEquals(store.asked.length, 1);
  }));

Deno.test("whoever waits when recording is stopped is told, and an unfinished write is trouble", () =>
  inStore(async (store) => {
    const world = worldOf(store.store);
    const recording = record(world);
    const gate = Promise.withResolvers<void>();
    store.writeGate = gate.promise;
    world.outbox.add({ ticks: [trade()] });
    const first = world.journal.flushed();
    await until(() => store.asked.length === 1);
    const second = assertRejects(world.journal.flushed(), /recording has ended/);
    recording.stop();
    await second;
    assertEquals(world.journal.trouble === null, false);
    gate.resolve();
    await first;
    assertEquals([world.journal.trouble, world.journal.kept.ticks], [null, 1]);
  }));

Deno.test("a run is alive as far as every shard has handed over, and never further", () =>
  inStore(async (store) => {
    const clock = new TestClock(T0);
    const world = worldOf(store.store, { clock });
    const recording = record(world);
    const { journal } = world;
    const alive = async () => {
      await journal.flushed();
      return (await store.real.run(world.hub.epoch))!.aliveUntil - T0;
    };
    clock.time = T0 + SECOND;
    // Without a shard nothing can have been missed.
    assertEquals(await alive(), SECOND);
    journal.handed("shard-1", T0 + 2 * SECOND);
    clock.time = T0 + 9 * SECOND;
    assertEquals(await alive(), 2 * SECOND);
    journal.handed("shard-2", T0 + 3 * SECOND);
    journal.handed("shard-1", T0 + 5 * SECOND);
    assertEquals(await alive(), 3 * SECOND);
    assertEquals((await store.real.run(world.hub.epoch))!.clean, false);

    // What is handed over during a write is not promised by that write.
    const gate = Promise.withResolvers<void>();
    store.writeGate = gate.promise;
    const asked = store.asked.length;
    const flushed = journal.flushed();
    await until(() => store.asked.length > asked);
    journal.handed("shard-2", T0 + 4 * SECOND);
    gate.resolve();
    await flushed;
    assertEquals((await store.real.run(world.hub.epoch))!.aliveUntil, T0 + 3 * SECOND);
    await recording.drain();
    const run = await store.real.run(world.hub.epoch);
    assertEquals([run!.aliveUntil, run!.clean, run!.startedAt], [T0 + 4 * SECOND, true, T0]);
  }));

Deno.test("a run's mark comes with the last of the entries that it speaks of", () =>
  inStore(async (store) => {
    const world = worldOf(store.store);
    const recording = record(world, { rows: 2 });
    const gate = Promise.withResolvers<void>();
    store.writeGate = gate.promise;
    for (let count = 0; count < 5; count++) world.outbox.add({ ticks: [trade()] });
    const flushed = world.journal.flushed();
    gate.resolve();
    await flushed;
    const runs = store.asked.map(({ run }) => run !== undefined);
    assertEquals(runs, [...store.asked.slice(1).map(() => false), true]);
    await recording.drain();
  }));
