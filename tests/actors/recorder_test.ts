import { assert, assertEquals, assertRejects } from "@std/assert";
import { StoreError } from "../../db/store.ts";
import { Credit } from "../../domain/credit.ts";
import type { Tick } from "../../domain/tick.ts";
import { MILLISECOND, SECOND } from "../../domain/time.ts";
import {
  candle,
  flushed,
  inStore,
  quote,
  settle,
  T0,
  type TestStore,
  trade,
  until,
  worldOf,
} from "./fixture.ts";
import { record } from "./recording.ts";

const DOWN = new StoreError("unreachable", "Cannot write: the disk is away.");

/** The ids of the ticks in the store, in the order of arrival. */
async function idsIn({ real }: TestStore, symbol = "AAPL"): Promise<string[]> {
  const page = await real.ticks({ symbol, order: "arrival", limit: 10_000 });
  return page.rows.map(({ id }) => id);
}

const ids = (ticks: readonly Tick[]) => ticks.map(({ id }) => id);
const trades = (count: number) => Array.from({ length: count }, () => trade());

Deno.test("enough rows make a flush at once", () =>
  inStore(async (store) => {
    const world = worldOf(store.store);
    const recording = record(world, { rows: 10 });
    const ticks = trades(10);
    world.outbox.add({ ticks: ticks.slice(0, 9) });
    await settle();
    assertEquals(store.asked.length, 0);
    world.outbox.add({ ticks: ticks.slice(9) });
    await until(() => world.journal.kept.ticks === 10);
    assertEquals(await idsIn(store), ids(ticks));
    await recording.drain();
  }));

Deno.test("a few rows are flushed when their time is up", () =>
  inStore(async (store) => {
    const world = worldOf(store.store);
    const recording = record(world, { every: 5 * MILLISECOND });
    world.outbox.add({ ticks: trades(1) });
    await until(() => world.journal.kept.ticks === 1);
    await recording.drain();
  }));

Deno.test("one flush writes everything that belongs together, in one transaction", () =>
  inStore(async (store) => {
    const world = worldOf(store.store);
    const recording = record(world);
    const ticks = [trade(), quote()];
    const kept = { ...candle(), epoch: world.hub.epoch, sequence: 7 };
    const gap = {
      symbol: "AAPL",
      provider: "test",
      from: T0,
      to: T0 + SECOND,
      reason: "disconnect",
      status: "open",
      detectedAt: T0 + SECOND,
    } as const;
    const event = { provider: "test", time: T0, event: "live", reason: "", correlation: "1" };
    world.outbox.add({ ticks, candles: [kept] });
    world.outbox.add({ ticks: [], gaps: [gap], events: [event] });
    await world.journal.flushed();
    assertEquals(store.asked.length, 1);
    assertEquals(await idsIn(store), ids(ticks));
    const query = { symbol: "AAPL", interval: "1m", basis: "trade", limit: 9 } as const;
    assertEquals((await store.real.candles({ ...query, order: "start" })).rows, [kept]);
    assertEquals((await store.real.gaps({ limit: 9 })).rows, [gap]);
    assertEquals(await store.real.providerEvents("test", 9), [event]);
    assertEquals(world.journal.kept, { ticks: 2, candles: 1 });
    await recording.drain();
  }));

Deno.test("after a failure nothing is lost or doubled, and the order stands", () =>
  inStore(async (store) => {
    const world = worldOf(store.store);
    const recording = record(world, { rows: 4, every: MILLISECOND });
    store.down = DOWN;
    const ticks = trades(30);
    for (let at = 0; at < 30; at += 3) world.outbox.add({ ticks: ticks.slice(at, at + 3) });
    await until(() => store.asked.length >= 2);
    assertEquals(world.journal.trouble, DOWN.message);
    assertEquals(world.outbox.rows, 30);
    store.down = null;
    await until(() => world.journal.kept.ticks === 30);
    assertEquals(await idsIn(store), ids(ticks));
    await until(() => world.journal.trouble === null);
    const { values } = await world.meters.storeErrors.get();
    assert(values[0]!.value >= 2);
    await recording.drain();
  }));

Deno.test("whoever waits for a flush is told only when all of before is committed", () =>
  inStore(async (store) => {
    const world = worldOf(store.store);
    const recording = record(world, { rows: 2 });
    const gate = Promise.withResolvers<void>();
    store.writeGate = gate.promise;
    for (const tick of trades(9)) world.outbox.add({ ticks: [tick] });
    let done = false;
    const waiting = world.journal.flushed().then(() => void (done = true));
    await until(() => store.asked.length > 0);
    await settle();
    assertEquals(done, false);
    // What is asked for while a flush is under way is promised of the next one.
    world.outbox.add({ ticks: trades(1) });
    const later = world.journal.flushed();
    gate.resolve();
    await waiting;
    assert((await idsIn(store)).length >= 9);
    await later;
    assertEquals((await idsIn(store)).length, 10);
    await recording.drain();
  }));

Deno.test("whoever waits for a flush is refused while the store is down", () =>
  inStore(async (store) => {
    const world = worldOf(store.store);
    const recording = record(world);
    store.down = DOWN;
    world.outbox.add({ ticks: trades(1) });
    await assertRejects(world.journal.flushed(), DOWN);
    store.down = null;
    await flushed(world);
    assertEquals((await idsIn(store)).length, 1);
    await recording.drain();
  }));

Deno.test("credit is given back when its ticks are committed, and not before", () =>
  inStore(async (store) => {
    const world = worldOf(store.store);
    const recording = record(world);
    const credit = new Credit(10);
    await credit.reserve(10, new AbortController().signal);
    store.down = DOWN;
    world.outbox.add({ ticks: trades(7), credit });
    await assertRejects(world.journal.flushed(), DOWN);
    assertEquals(credit.available, 0);
    store.down = null;
    const gate = Promise.withResolvers<void>();
    store.writeGate = gate.promise;
    const waiting = flushed(world);
    await until(() => store.asked.length === 2);
    assertEquals(credit.available, 0);
    gate.resolve();
    await waiting;
    assertEquals(credit.available, 7);
    await recording.drain();
  }));

Deno.test("a drain writes what is left, what comes during a write too, and ends the run", () =>
  inStore(async (store) => {
    const world = worldOf(store.store);
    const recording = record(world);
    const gate = Promise.withResolvers<void>();
    store.writeGate = gate.promise;
    const ticks = trades(3);
    world.outbox.add({ ticks: ticks.slice(0, 1) });
    const waiting = world.journal.flushed();
    await until(() => store.asked.length === 1);
    world.outbox.add({ ticks: ticks.slice(1) });
    const drained = recording.drain();
    gate.resolve();
    await Promise.all([waiting, drained]);
    assertEquals(await idsIn(store), ids(ticks));
    assertEquals((await store.real.run(world.hub.epoch))?.clean, true);
    assertEquals([world.outbox.rows, world.journal.trouble], [0, null]);
  }));

Deno.test("a drain while the store is down ends, keeps the rows, and says so", () =>
  inStore(async (store) => {
    const world = worldOf(store.store);
    const recording = record(world);
    store.down = DOWN;
    world.outbox.add({ ticks: trades(2) });
    await recording.drain();
    assertEquals([world.outbox.rows, world.journal.trouble], [2, DOWN.message]);
  }));

Deno.test("rows that are shed while a flush is under way do not keep it from ending", () =>
  inStore(async (store) => {
    const world = worldOf(store.store);
    const recording = record(world, { rows: 1 });
    const gate = Promise.withResolvers<void>();
    for (const tick of trades(40)) world.outbox.add({ ticks: [quote({ id: tick.id })] });
    store.writeGate = gate.promise;
    const waiting = world.journal.flushed();
    await until(() => store.asked.length === 1);
    const big = { ticks: trades(world.outbox.capacity) };
    world.outbox.add(big);
    assertEquals(world.outbox.shed.quote, 39);
    gate.resolve();
    await waiting;
    assertEquals(world.outbox.rows, 0);
    await recording.drain();
  }));
