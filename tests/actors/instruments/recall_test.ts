import { assertEquals, assertMatch } from "@std/assert";
import type { Refill, Refilled } from "../../../actors/instruments/refill.ts";
import type { Run } from "../../../db/store.ts";
import { type Micros, MILLISECOND, MINUTE, parseTime, SECOND } from "../../../domain/time.ts";
import type { Gap } from "../../../domain/gap.ts";
import { candle, inStore, T0, TestClock, type TestStore, trade, until } from "../fixture.ts";
import { logged } from "../logged.ts";
import { brief, Shards, type ShardsOptions } from "./shards.ts";

/** A later run over the same store, whose clock shows a time. */
function later(store: TestStore, time: Micros, options: ShardsOptions = {}): Shards {
  return new Shards(store, { clock: new TestClock(time), epoch: "000000002", ...options });
}

/** A gap as its reason and its span in seconds after T0. */
function spanOf({ reason, from, to }: Gap): [string, number, number] {
  return [reason, (from - T0) / SECOND, (to - T0) / SECOND];
}

/** The run that was there before, as the store has it. */
function runUntil(aliveUntil: Micros, startedAt = T0 - MINUTE): Run {
  return { epoch: "000000001", startedAt, aliveUntil, clean: false };
}

const nothing = { ticks: [], candles: [], gaps: [], events: [] };

Deno.test("forming candles go on after a stop, gapped by the time between", () =>
  inStore(async (store) => {
    const first = new Shards(store);
    await first.follow("AAPL");
    first.say([trade(), trade({ time: T0 + 20 * SECOND, price: 90 })]);
    first.beat(T0 + 30 * SECOND);
    await first.drain();

    const second = later(store, T0 + 40 * SECOND);
    await second.follow("AAPL");
    assertEquals(second.forming("AAPL").map(({ tickVolume }) => tickVolume), [2, 2]);
    second.say([trade({ time: T0 + 45 * SECOND, price: 110 })]);
    second.beat(T0 + MINUTE + 2 * SECOND);
    assertEquals((await second.kept()).map(brief), ["0 gapped r0 n3 c110"]);
    assertEquals((await second.gaps()).map(spanOf), [["restart", 30, 40]]);
    second.say([trade({ time: T0 + 2 * MINUTE })]);
    second.beat(T0 + 5 * MINUTE + 2 * SECOND);
    assertEquals((await second.kept()).map(brief)[1], "2 complete r0 n1 c100");
    assertEquals((await second.kept("AAPL", "5m")).map(brief), ["0 gapped r0 n4 c100"]);
    await second.drain();
  }));

Deno.test("after a kill what never closed is closed, the grace's too, and what follows is gapped", () =>
  inStore(async (store) => {
    const minutes = [0, 1, 3].map((minute) => T0 + minute * MINUTE);
    const ticks = [...minutes, T0 + 4.5 * MINUTE, T0 + 5 * MINUTE + SECOND];
    // What a run leaves that is killed a second after 14:35: in the grace of the fifth minute.
    await store.real.write({
      ...nothing,
      ticks: ticks.map((time) => trade({ time })),
      candles: minutes.map((start) => ({ ...candle({ start }), epoch: "000000001", sequence: 2 })),
      run: runUntil(T0 + 5 * MINUTE + 1.2 * SECOND),
    });
    const one = later(store, T0 + 7 * MINUTE);
    await one.follow("AAPL");
    assertEquals((await one.kept()).map(brief), [
      "0 complete r0 n1 c100",
      "1 complete r0 n1 c100",
      "3 complete r0 n1 c100",
      "4 complete r0 n1 c100",
      "5 gapped r0 n1 c100",
    ]);
    assertEquals((await one.kept("AAPL", "5m")).map(brief), ["0 complete r0 n4 c100"]);
    // What was kept is not told again.
    const epochs = (await one.kept()).map(({ epoch }) => epoch);
    assertEquals(epochs, [...Array(3).fill("000000001"), ...Array(2).fill("000000002")]);
    assertEquals((await one.gaps()).map(spanOf), [["restart", 301.2, 420]]);
    assertEquals(one.events.filter(({ type }) => type === "gap").length, 1);
    const [forming] = one.forming("AAPL");
    assertEquals([forming!.start, forming!.tickVolume], [T0 + 5 * MINUTE, 1]);
    one.beat(T0 + 10 * MINUTE + 2 * SECOND);
    assertEquals((await one.kept("AAPL", "5m")).map(brief)[1], "5 gapped r0 n1 c100");
    await one.drain();
  }));

Deno.test("a candle that a stop had closed, and a killed run had open again, is closed anew", () =>
  inStore(async (store) => {
    const first = new Shards(store);
    await first.follow("AAPL");
    first.say([trade({ time: T0 + 50 * SECOND })]);
    first.beat(T0 + 50 * SECOND);
    await first.drain();
    // The next run is killed a second after the minute's end: in its grace, with a tick more in it.
    await store.real.write({
      ...nothing,
      ticks: [trade({ id: "late", time: T0 + 58 * SECOND, price: 90 })],
      gaps: [{
        symbol: "AAPL",
        provider: "test",
        from: T0 + 50 * SECOND,
        to: T0 + 55 * SECOND,
        reason: "restart",
        status: "open",
        detectedAt: T0 + 55 * SECOND,
      }],
      run: { ...runUntil(T0 + 61 * SECOND, T0 + 55 * SECOND), epoch: "000000002" },
    });
    const third = later(store, T0 + 70 * SECOND, { epoch: "000000003" });
    await third.follow("AAPL");
    assertEquals((await third.kept()).map(brief), ["0 gapped r1 n2 c90"]);
    await third.drain();
  }));

Deno.test("a candle that history had revised, and is built anew, is told as its next revision", () =>
  inStore(async (store) => {
    const minutes = [0, 1, 2, 3, 4].map((minute) => T0 + minute * MINUTE);
    const kept = { epoch: "000000001", sequence: 2, revision: 1 };
    const longer = {
      interval: "5m",
      end: T0 + 5 * MINUTE,
      status: "partial",
      tickVolume: 5,
    } as const;
    await store.real.write({
      ...nothing,
      ticks: minutes.map((time) => trade({ time })),
      candles: [
        ...minutes.map((start) => ({ ...candle({ start, status: "repaired" }), ...kept })),
        { ...candle(longer), ...kept },
      ],
      run: runUntil(T0 + 5 * MINUTE - SECOND),
    });
    const one = later(store, T0 + 6 * MINUTE);
    await one.follow("AAPL");
    one.beat(T0 + 6 * MINUTE);
    const { status, revision, sequence } = (await one.kept("AAPL", "5m"))[0]!;
    assertEquals([status, revision], ["gapped", 2]);
    const told = one.events.filter(({ type, interval }) => type === "candle" && interval === "5m");
    assertEquals(told.map((event) => event.sequence), [sequence]);
    await one.drain();
  }));

Deno.test("a run that was alive after its last tick has heard that nothing came", () =>
  inStore(async (store) => {
    await store.real.write({ ...nothing, ticks: [trade()], run: runUntil(T0 + 90 * SECOND) });
    const one = later(store, T0 + 100 * SECOND);
    await one.follow("AAPL");
    assertEquals((await one.kept()).map(brief), ["0 complete r0 n1 c100"]);
    assertEquals((await one.gaps()).map(spanOf), [["restart", 90, 100]]);
    await one.drain();
  }));

Deno.test("time in which the market was closed is no gap, unless its feed speaks all the time", () =>
  inStore(async (store) => {
    // Friday's late hours in New York end at 20:00, which is Saturday 01:00 UTC.
    const friday = parseTime("2026-02-27T20:59:00Z")!;
    const alive = parseTime("2026-02-28T03:00:00Z")!;
    const sunday = parseTime("2026-03-01T12:00:00Z")!;
    const monday = parseTime("2026-03-02T14:00:00Z")!;
    const ticks = [trade({ time: friday })];
    await store.real.write({ ...nothing, ticks, run: runUntil(alive, friday - MINUTE) });
    const starts = [[sunday, false, 0], [monday, false, 1], [sunday, true, 1]] as const;
    for (const [time, alwaysOpen, count] of starts) {
      const one = later(store, time, { alwaysOpen });
      await one.follow("AAPL");
      const gaps = one.events.filter(({ type }) => type === "gap");
      assertEquals(gaps.map(({ payload }) => [(payload as Gap).from, (payload as Gap).to]), [
        ...Array(count).fill([alive, time]),
      ]);
      one.kill();
    }
  }));

Deno.test("an outage that a stop or a kill fell into is kept from its beginning", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    one.say([trade()]);
    one.tell({ type: "instruments.outage", provider: "test", from: T0 + 5 * SECOND });
    for (const seconds of [10, 20, 40, 50]) one.beat(T0 + seconds * SECOND);
    // A word on it each half a minute is all that a kill leaves.
    assertEquals((await one.gaps()).map(spanOf), [["disconnect", 5, 40]]);
    one.kill();
    await store.real.write({ ...nothing, run: runUntil(T0 + 50 * SECOND) });

    const second = later(store, T0 + 60 * SECOND);
    await second.follow("AAPL");
    assertEquals((await second.gaps()).map(spanOf), [["disconnect", 5, 40], ["restart", 40, 60]]);
    second.tell({ type: "instruments.outage", provider: "test", from: T0 + 62 * SECOND });
    second.beat(T0 + 63 * SECOND);
    await second.drain();
    const { rows } = await store.real.gaps({ symbol: "AAPL", limit: 9 });
    assertEquals(rows.map(spanOf).at(-1), ["disconnect", 62, 63]);
  }));

Deno.test("an instrument that is removed and added again tells what it missed in between", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    one.say([trade({ time: T0 + SECOND })]);
    one.beat(T0 + 10 * SECOND);
    one.tell({ type: "instruments.leave", symbol: "AAPL" });
    one.beat(T0 + 20 * SECOND);
    await one.follow("AAPL");
    assertEquals((await one.gaps()).map(spanOf), [["unsubscribed", 1, 20]]);
    one.say([trade({ time: T0 + 30 * SECOND })]);
    one.beat(T0 + MINUTE + 2 * SECOND);
    assertEquals((await one.kept()).map(brief), ["0 gapped r0 n2 c100"]);
    await one.drain();
  }));

Deno.test("a feed that ends while its candles are rebuilt is finished with all its ticks", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    const gate = Promise.withResolvers<void>();
    store.readGate = gate.promise;
    one.ask("AAPL");
    one.say([trade(), trade({ time: T0 + MINUTE })]);
    one.tell({ type: "instruments.finish", provider: "test", at: T0 + 70 * SECOND });
    one.beat(T0 + 70 * SECOND);
    assertEquals([one.state("AAPL"), (await one.ticks()).length], ["rebuilding", 0]);
    gate.resolve();
    await until(() => one.state("AAPL") === "finished");
    const made = [...await one.kept(), ...await one.kept("AAPL", "5m")];
    assertEquals(made.map(brief), [
      "0 complete r0 n1 c100",
      "1 partial r0 n1 c100",
      "0 partial r0 n2 c100",
    ]);
    assertEquals((await one.ticks()).length, 2);
    await one.drain();
  }));

Deno.test("a gap that is told while the candles are rebuilt counts when they are there", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    const gate = Promise.withResolvers<void>();
    store.readGate = gate.promise;
    one.ask("AAPL");
    one.say([trade()]);
    const [from, to] = [T0 + 5 * SECOND, T0 + 6 * SECOND];
    one.tell({ type: "instruments.outage", provider: "test", from });
    one.tell({
      type: "instruments.gap",
      provider: "test",
      gap: { provider: "test", from, to, reason: "disconnect", status: "open", detectedAt: to },
    });
    gate.resolve();
    await until(() => one.state("AAPL") === "live");
    one.beat(T0 + MINUTE + 2 * SECOND);
    assertEquals((await one.kept()).map(({ status }) => status), ["gapped"]);
    assertEquals((await one.gaps()).map(spanOf), [["disconnect", 5, 6]]);
    await one.drain();
  }));

Deno.test("what is told while the candles are rebuilt counts in the order in which it was told", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    const gate = Promise.withResolvers<void>();
    store.readGate = gate.promise;
    one.ask("AAPL");
    const gap = (from: number) => {
      const [begin, to] = [T0 + from * SECOND, T0 + (from + 1) * SECOND];
      one.tell({
        type: "instruments.gap",
        provider: "test",
        gap: {
          provider: "test",
          from: begin,
          to,
          reason: "disconnect",
          status: "open",
          detectedAt: to,
        },
      });
    };
    one.say([trade()]);
    gap(20);
    // Received after the grace of the first minute, and of the second: each closes the one before.
    one.say([trade({ time: T0 + 63 * SECOND })]);
    one.say([trade({ time: T0 + 123 * SECOND })]);
    gap(100);
    gate.resolve();
    await until(() => one.state("AAPL") === "live");
    assertEquals((await one.kept()).map(brief), [
      "0 gapped r0 n1 c100",
      "1 gapped r1 n1 c100",
    ]);
    await one.drain();
  }));

Deno.test("a late tick revises what was kept before the restart, and one more time after it", () =>
  inStore(async (store) => {
    const first = new Shards(store);
    await first.follow("AAPL");
    const late = (price: number, at: Micros) =>
      trade({ time: T0 + 10 * SECOND, receivedAt: at, price });
    first.say([trade(), trade({ time: T0 + 5 * MINUTE })]);
    first.beat(T0 + 6 * MINUTE);
    first.say([late(110, T0 + 6 * MINUTE)]);
    first.beat(T0 + 6 * MINUTE + SECOND);
    assertEquals((await first.kept()).map(brief)[0], "0 complete r1 n2 c110");
    assertEquals((await first.kept("AAPL", "5m")).map(brief), ["0 complete r1 n2 c110"]);
    first.kill();

    const second = later(store, T0 + 6 * MINUTE + 2 * SECOND);
    await second.follow("AAPL");
    second.say([late(120, T0 + 6 * MINUTE + 3 * SECOND)]);
    second.beat(T0 + 6 * MINUTE + 3 * SECOND);
    await until(async () => (await second.kept())[0]!.revision === 2);
    assertEquals((await second.kept()).map(brief)[0], "0 complete r2 n3 c120");
    await until(async () => (await second.kept("AAPL", "5m"))[0]!.revision === 2);
    assertEquals((await second.kept("AAPL", "5m")).map(brief), ["0 complete r2 n3 c120"]);
    await second.drain();
  }));

Deno.test("where the store cannot be read candles start anew, and say that they are partial", () =>
  inStore(async (store) => {
    const one = later(store, T0 + 10 * SECOND);
    store.unreadable = new Error("no reading today");
    await one.follow("AAPL");
    assertEquals(one.state("AAPL"), "live");
    one.say([trade({ time: T0 + 20 * SECOND })]);
    one.beat(T0 + MINUTE + 2 * SECOND);
    assertEquals((await one.kept()).map(brief), ["0 partial r0 n1 c100"]);
    await one.drain();
  }));

Deno.test("candles that started anew are whole again once history has filled what was missed", () =>
  inStore(async (store) => {
    const minute = T0 + 5 * MINUTE;
    const heard = trade({ time: minute });
    const run = runUntil(minute + 30 * SECOND);
    await store.real.write({ ...nothing, ticks: [trade(), heard], run });
    const one = later(store, minute + 40 * SECOND);
    store.unreadable = new Error("no reading today");
    await one.follow("AAPL");
    const after = trade({ time: minute + 50 * SECOND });
    one.say([after]);
    store.unreadable = null;
    await until(async () => (await one.gaps()).length === 1);
    one.beat(minute + MINUTE + 2 * SECOND);

    const span = { start: minute, end: minute + MINUTE };
    const missed = trade({ time: minute + 35 * SECOND, price: 90 });
    const refill: Refill = {
      symbol: "AAPL",
      provider: "test",
      span,
      covered: span,
      said: { trades: [heard, missed, after] },
    };
    const reply = Promise.withResolvers<Refilled>();
    one.send("shard-1", { type: "shard.refill", refill, reply } as never);
    await reply.promise;
    await until(() => one.state("AAPL") === "live");
    one.beat(minute + 5 * MINUTE + 2 * SECOND);
    assertEquals((await one.kept()).map(brief).at(-1), "5 repaired r1 n3 c100");
    assertEquals((await one.kept("AAPL", "5m")).map(brief).at(-1), "5 repaired r0 n3 c100");
    await one.drain();
  }));

Deno.test("instruments whose candles start anew together are told in one line", () =>
  logged((lines) =>
    inStore(async (store) => {
      const one = later(store, T0 + 10 * SECOND);
      store.unreadable = new Error("no reading today");
      await one.follow("AAPL", "IBM", "MSFT");
      one.beat(T0 + 11 * SECOND);
      one.beat(T0 + 12 * SECOND);
      await one.drain();
      const told = lines.filter((line) => line.includes("start anew"));
      assertEquals(told.length, 1, told.join(""));
      assertMatch(told[0]!, /start anew \(3 in all: AAPL, IBM, MSFT\): no reading today/);
    })
  ));

Deno.test("the same ticks under the same clock change nothing the second time", () =>
  inStore(async (store) => {
    const ticks = Array.from({ length: 200 }, (_, at) => {
      const receivedAt = T0 + at * 2 * SECOND;
      // As a live feed has it: each is a moment old when it comes, the first from before the start.
      return trade({ id: String(at), time: receivedAt - 50 * MILLISECOND, receivedAt });
    });
    const play = async () => {
      const one = new Shards(store, { alwaysOpen: true });
      await one.follow("AAPL");
      for (const tick of ticks) {
        one.say([{ ...tick }]);
        one.beat(tick.receivedAt);
      }
      one.tell({ type: "instruments.finish", provider: "test", at: T0 + 400 * SECOND });
      const made = [await one.kept(), await one.kept("AAPL", "5m"), await one.gaps()];
      const count = (await one.ticks()).length;
      await one.drain();
      return { made, count, kept: one.world.journal.kept };
    };
    const first = await play();
    const second = await play();
    assertEquals(second.made, first.made);
    assertEquals([first.count, second.count], [200, 200]);
    assertEquals(second.kept, { ticks: 0, candles: 0 });
  }));
