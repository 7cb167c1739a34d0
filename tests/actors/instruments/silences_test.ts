/**
 * Outages that go on, and runs that end before they do.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { FLAGS } from "../../../domain/flags.ts";
import type { Gap } from "../../../domain/gap.ts";
import type { Trade } from "../../../domain/tick.ts";
import { type Micros, MINUTE, parseTime, SECOND } from "../../../domain/time.ts";
import { inStore, T0, TestClock, type TestStore, trade } from "../fixture.ts";
import { brief, Shards } from "./shards.ts";

/** What the stream told of gaps: their spans in seconds after T0. */
function told({ events }: Shards): [number, number][] {
  return events.filter(({ type }) => type === "gap").map(({ payload }) => spanOf(payload as Gap));
}

function spanOf({ from, to }: Gap): [number, number] {
  return [(from - T0) / SECOND, (to - T0) / SECOND];
}

/** The gap that an outage leaves, which begins and ends so many seconds after T0. */
function gap(from: number, to: number): Omit<Gap, "symbol"> {
  const [start, end] = [T0 + from * SECOND, T0 + to * SECOND];
  const said = { provider: "test", reason: "disconnect", status: "open" } as const;
  return { ...said, from: start, to: end, detectedAt: end };
}

Deno.test("an outage is told within a second, up to then, and as the same gap when it is over", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    one.say([trade()]);
    const before = told(one).length;
    one.beat(T0 + 10 * SECOND);
    one.tell({ type: "instruments.outage", provider: "test", from: T0 + 10 * SECOND });
    for (let second = 11; second < 75; second++) one.beat(T0 + second * SECOND);
    assertEquals(told(one).slice(before), [[10, 11]]);
    assertEquals((await one.kept()).map(brief), ["0 gapped r0 n1 c100"]);
    one.tell({ type: "instruments.gap", provider: "test", gap: gap(10, 75) });
    one.beat(T0 + 80 * SECOND);
    assertEquals(told(one).slice(before), [[10, 11], [10, 75]]);
    assertEquals((await one.gaps()).map(spanOf).slice(-1), [[10, 75]]);
    const metrics = await one.world.meters.registry.metrics();
    assertEquals(/^marketd_gaps_total\{reason="disconnect"\} (\d+)$/m.exec(metrics)?.[1], "1");
    await one.drain();
  }));

Deno.test("an outage that is found late has closed candles say so at once", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    one.say([trade()]);
    one.beat(T0 + MINUTE + 3 * SECOND);
    assertEquals((await one.kept()).map(brief), ["0 complete r0 n1 c100"]);
    one.tell({ type: "instruments.outage", provider: "test", from: T0 + 50 * SECOND });
    assertEquals((await one.kept()).map(brief), ["0 gapped r1 n1 c100"]);
    await one.drain();
  }));

Deno.test("what is lost while the market is closed is told when it opens", () =>
  inStore(async (store) => {
    // New York trades from 9:00 UTC on.
    const opening = parseTime("2026-03-03T09:00:00Z")!;
    const clock = new TestClock(opening - 10 * MINUTE);
    const one = new Shards(store, { alwaysOpen: false, clock });
    await one.follow("AAPL");
    one.tell({ type: "instruments.outage", provider: "test", from: opening - 5 * MINUTE });
    one.beat(opening - SECOND);
    assertEquals(told(one), []);
    one.beat(opening + SECOND);
    assertEquals(told(one).length, 1);
    await one.drain();
  }));

/** What a run leaves that is killed two minutes after T0, and what the next one finds missing. */
async function missedAfter(store: TestStore, ticks: readonly Trade[]): Promise<[number, number][]> {
  await store.real.write({
    ticks,
    candles: [],
    gaps: [{ ...gap(20, 25), symbol: "AAPL" }],
    events: [],
    run: { epoch: "000000001", startedAt: T0, aliveUntil: T0 + 2 * MINUTE, clean: false },
  });
  const one = new Shards(store, { clock: new TestClock(T0 + 150 * SECOND), epoch: "000000002" });
  await one.follow("AAPL");
  const missed = (await one.gaps()).filter(({ reason }) => reason === "restart").map(spanOf);
  await one.drain();
  return missed;
}

const heardAt = (seconds: number, flags = 0): Trade => {
  const time: Micros = T0 + seconds * SECOND;
  return trade({ time, receivedAt: time, id: `${seconds}`, flags });
};

Deno.test("a run that is killed in an outage has missed what came from the outage on", () =>
  inStore(async (store) => {
    assertEquals(await missedAfter(store, [heardAt(20)]), [[25, 150]]);
  }));

Deno.test("what was asked for, or filled, meanwhile has not ended the outage", () =>
  inStore(async (store) => {
    const ticks = [heardAt(10), heardAt(19, FLAGS.polled), heardAt(22, FLAGS.backfilled)];
    // The last is one that the next run has heard meanwhile.
    ticks.push(heardAt(60, FLAGS.polled), heardAt(150.5));
    assertEquals(await missedAfter(store, ticks), [[25, 150]]);
  }));

Deno.test("a run that is killed after an outage has missed what came after the kill", () =>
  inStore(async (store) => {
    assertEquals(await missedAfter(store, [heardAt(20), heardAt(30)]), [[120, 150]]);
  }));

Deno.test("what was on its way to a delayed feed is lost with the run", () =>
  inStore(async (store) => {
    const delayed = trade({ time: T0 + 50 * SECOND, receivedAt: T0 + 110 * SECOND });
    assertEquals(await missedAfter(store, [heardAt(30), delayed]), [[60, 150]]);
  }));

Deno.test("an instrument that is asked for all along is heard by that", () =>
  inStore(async (store) => {
    const ticks = [heardAt(19, FLAGS.polled), heardAt(60, FLAGS.polled)];
    assertEquals(await missedAfter(store, ticks), [[120, 150]]);
  }));
