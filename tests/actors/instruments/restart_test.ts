import { assertEquals, assertMatch } from "@std/assert";
import { BUFFER } from "../../../actors/instruments/memory.ts";
import type { Tick } from "../../../domain/tick.ts";
import { MINUTE, SECOND } from "../../../domain/time.ts";
import { inStore, T0, trade, until } from "../fixture.ts";
import { brief, Shards } from "./shards.ts";

const ids = (ticks: readonly Tick[]) => ticks.map(({ id }) => id);

/** Makes an actor fail by an event that it can make no sense of. */
function upset(one: Shards, actor: string): void {
  one.send(actor, { type: "shard.ticks" });
}

/** Makes a shard fail so often that it is away until supervision's clock goes on. */
function takeAway(one: Shards, shard = "shard-1"): void {
  upset(one, shard);
  upset(one, shard);
  assertEquals(one.isUp(shard), false);
}

function bringBack(one: Shards): void {
  one.timer.increment(5_000);
}

const gap = {
  provider: "test",
  from: T0 + 2 * SECOND,
  to: T0 + 3 * SECOND,
  reason: "disconnect",
  status: "open",
  detectedAt: T0 + 3 * SECOND,
} as const;

Deno.test("a shard that an escalated fault takes down comes back with its buffers and candles", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL", "MSFT");
    const ticks = [trade(), trade({ time: T0 + SECOND }), trade({ time: T0 + 2 * SECOND })];
    one.say(ticks.slice(0, 1));
    one.beat(T0 + SECOND);
    one.say(ticks.slice(1));
    for (let failure = 0; failure < 6; failure++) {
      const error = new Error("no reading today");
      one.send("shard-1-history", { type: "service.fault", error } as { type: string });
      one.timer.increment(5_000);
    }
    const fates = one.world.reports.filter(({ report }) => report.id === "shard-1");
    assertEquals(fates.map(({ report }) => report.status), ["running", "restarting", "running"]);
    assertEquals(one.forming("AAPL")[0]!.tickVolume, 3);
    one.beat(T0 + MINUTE + 2 * SECOND);
    assertEquals((await one.kept()).map(brief), ["0 complete r0 n3 c100"]);
    assertEquals(ids(await one.ticks()), ids(ticks));
    assertEquals([one.state("AAPL"), one.state("MSFT")], ["live", "live"]);
    await one.drain();
  }));

Deno.test("what comes while a shard is away is made up for when it is back", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL", "GONE");
    const ticks = [trade(), trade({ time: T0 + SECOND }), trade({ time: T0 + 4 * SECOND })];
    one.say([ticks[0]!, trade({ symbol: "GONE" })]);
    one.beat(T0 + SECOND);
    takeAway(one);
    one.say([ticks[1]!]);
    one.ask("MSFT");
    one.say([trade({ symbol: "MSFT", time: T0 + SECOND })]);
    one.tell({ type: "instruments.leave", symbol: "GONE" });
    one.tell({ type: "instruments.outage", provider: "test", from: gap.from });
    one.tell({ type: "instruments.gap", provider: "test", gap });
    one.beat(T0 + 4 * SECOND);
    bringBack(one);
    one.say([ticks[2]!]);
    await until(() => one.state("MSFT") === "live");
    one.beat(T0 + MINUTE + 2 * SECOND);
    assertEquals((await one.kept()).map(brief), ["0 gapped r0 n3 c100"]);
    assertEquals(ids(await one.ticks()), ids(ticks));
    assertEquals(await one.gaps(), [{ ...gap, symbol: "AAPL" }]);
    assertEquals((await one.kept("MSFT")).map(({ tickVolume }) => tickVolume), [1]);
    assertEquals(one.forming("GONE"), []);
    assertEquals((await one.kept("GONE")).map(brief), ["0 partial r0 n1 c100"]);
    assertEquals((await one.ticks("GONE")).length, 1);
    await one.drain();
  }));

Deno.test("ticks wait within bounds for a shard that is away, and what is shed is told", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    takeAway(one);
    one.say(Array.from({ length: BUFFER + 1 }, () => trade()));
    assertEquals(one.world.directory.get("AAPL")!.pulse.ticks, BUFFER + 1);
    bringBack(one);
    one.beat(T0 + MINUTE + 2 * SECOND);
    // A full buffer makes room for a tenth of what it holds.
    const left = BUFFER + 1 - Math.floor(BUFFER / 10);
    assertEquals((await one.kept()).map(brief), [`0 gapped r0 n${left} c100`]);
    assertEquals((await one.gaps()).map(({ reason }) => reason), ["shed"]);
    await one.drain();
  }));

Deno.test("a drain keeps the ticks that wait for a shard that is away", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    takeAway(one);
    one.say([trade({ id: "waits" })]);
    await one.drain();
    const { rows } = await store.real.ticks({ symbol: "AAPL", order: "arrival", limit: 9 });
    assertEquals(ids(rows), ["waits"]);
  }));

Deno.test("a feed that ends while its shard is away is finished when it is back", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    one.say([trade()]);
    takeAway(one);
    one.tell({ type: "instruments.finish", provider: "test", at: T0 + MINUTE });
    bringBack(one);
    assertEquals(one.state("AAPL"), "finished");
    assertEquals((await one.kept()).map(brief), ["0 complete r0 n1 c100"]);
    await one.drain();
  }));

Deno.test("ticks of a shard that is given up are kept, and the others' make their candles", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    const symbols = Array.from({ length: 65 }, (_, at) => `SYM${at}`);
    await one.follow(...symbols);
    for (let failure = 0; failure < 6; failure++) {
      upset(one, "shard-1");
      bringBack(one);
    }
    assertEquals([one.isUp("shard-1"), one.isUp("shard-2")], [false, true]);
    one.say([trade({ symbol: "SYM0" }), trade({ symbol: "SYM64" })]);
    one.beat(T0 + MINUTE + 2 * SECOND);
    assertEquals((await one.ticks("SYM0")).length, 1);
    assertEquals([(await one.kept("SYM0")).length, (await one.kept("SYM64")).length], [0, 1]);
    assertEquals(one.shard().inbox, []);
    await one.drain();
  }));

Deno.test("the instruments of a shard that is given up say so, and no other is dealt to it", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL", "MSFT");
    for (let failure = 0; failure < 6; failure++) {
      upset(one, "shard-1");
      bringBack(one);
    }
    const { fault, state } = one.world.directory.get("AAPL")!;
    assertEquals([state, one.state("MSFT")], ["failed", "failed"]);
    assertMatch(fault!, /^AAPL is not followed: shard-1 failed too often .*ticks.*restart/);
    await one.follow("LATE");
    assertEquals([one.state("LATE"), one.world.directory.get("LATE")!.shard], ["live", "shard-2"]);
    await one.drain();
  }));

Deno.test("a shard that was given up goes on with its instruments when their supervisor restarts", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    one.say([trade()]);
    one.beat();
    for (let failure = 0; failure < 6; failure++) {
      upset(one, "shard-1");
      bringBack(one);
    }
    one.world.clock.time = T0 + SECOND;
    one.say([trade({ time: T0 + SECOND })]);
    one.send("instruments", { type: "instruments.deliver" });
    await until(() => one.state("AAPL") === "live");
    assertEquals(one.forming("AAPL").map(({ tickVolume }) => tickVolume), [2, 2]);
    assertEquals(one.world.directory.get("AAPL")!.fault, null);
    await one.drain();
  }));

Deno.test("a recall that dies with its actor is asked for again, and tells its gap once", () =>
  inStore(async (store) => {
    const before = new Shards(store);
    await before.follow("AAPL");
    before.say([trade()]);
    await before.ticks();
    before.kill();

    const one = new Shards(store, { epoch: "000000002" });
    one.world.clock.time = T0 + 10 * SECOND;
    const gate = Promise.withResolvers<void>();
    store.readGate = gate.promise;
    one.ask("AAPL");
    const error = new Error("no reading today");
    one.send("shard-1-history", { type: "service.fault", error } as { type: string });
    upset(one, "shard-1");
    one.say([trade({ time: T0 + 11 * SECOND })]);
    gate.resolve();
    await until(() => one.state("AAPL") === "live");
    const gaps = await one.gaps();
    assertEquals(gaps.map(({ from, to }) => [from - T0, to - T0]), [[0, 10 * SECOND]]);
    assertEquals(one.events.filter(({ type }) => type === "gap").length, 1);
    assertEquals(one.forming("AAPL")[0]!.tickVolume, 2);
    await one.drain();
  }));

Deno.test("a late tick whose candle is being loaded survives its shard's restart", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    for (let minute = 0; minute < 8; minute++) one.say([trade({ time: T0 + minute * MINUTE })]);
    one.beat(T0 + 8 * MINUTE);
    assertEquals((await one.kept()).map(brief)[1], "1 complete r0 n1 c100");
    const gate = Promise.withResolvers<void>();
    store.readGate = gate.promise;
    const now = T0 + 8 * MINUTE;
    one.say([trade({ time: T0 + MINUTE + SECOND, receivedAt: now, price: 150 })]);
    one.beat(now);
    upset(one, "shard-1");
    one.say([trade({ time: T0 + MINUTE + 2 * SECOND, receivedAt: now, price: 160 })]);
    one.beat(now);
    gate.resolve();
    await until(async () => (await one.kept())[1]!.revision === 2);
    assertEquals((await one.kept()).map(brief)[1], "1 complete r2 n3 c160");
    await one.drain();
  }));

Deno.test("a history that waits for the store when it is drained gives up at once", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    for (let minute = 0; minute < 8; minute++) one.say([trade({ time: T0 + minute * MINUTE })]);
    one.beat(T0 + 8 * MINUTE);
    await one.kept();
    store.unreadable = new Error("no reading today");
    one.say([trade({ time: T0 + MINUTE, receivedAt: T0 + 8 * MINUTE })]);
    one.beat();
    await until(() => one.world.outbox.rows > 0);
    await one.world.journal.flushed();
    // Without the kept candle the late tick must not make another in its place.
    await one.drain();
    const query = { symbol: "AAPL", interval: "1m", basis: "trade", order: "start" } as const;
    const { rows } = await store.real.candles({ ...query, limit: 99 });
    assertEquals(brief(rows[1]!), "1 complete r0 n1 c100");
  }));
