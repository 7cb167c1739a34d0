import { assert, assertEquals } from "@std/assert";
import { Credit } from "../../../domain/credit.ts";
import { Random } from "../../../domain/random.ts";
import type { Tick } from "../../../domain/tick.ts";
import { MINUTE, SECOND } from "../../../domain/time.ts";
import { inStore, quote, T0, trade, until, type World } from "../fixture.ts";
import { brief, failingOn, once, Shards } from "./shards.ts";

/** What was told of one instrument's candles. */
function fates({ reports }: World, symbol: string): string[] {
  return reports.filter(({ report }) => report.id === `candles of ${symbol}`)
    .map(({ report }) => report.status);
}

/** Starts an instrument's candles again before their time. */
function hurry(one: Shards, symbol: string): void {
  const listing = one.world.directory.get(symbol)!;
  one.send(listing.shard, { type: "shard.follow", listing, unheard: false } as never);
}

Deno.test("a fault is told, stops one instrument's candles alone, and they go on by themselves", () =>
  inStore(async (store) => {
    const one = new Shards(store, { makeSeries: failingOn(once(["bad"])) });
    await one.follow("AAPL", "MSFT");
    one.say([trade({ id: "a" }), trade({ id: "bad" }), trade({ symbol: "MSFT" })]);
    one.beat();
    const listing = one.world.directory.get("AAPL")!;
    assertEquals([listing.state, listing.fault], ["restarting", "no sense in bad"]);
    assertEquals([one.state("MSFT"), one.forming("MSFT").length], ["live", 2]);
    assertEquals(fates(one.world, "AAPL"), ["restarting"]);
    await until(() => one.state("AAPL") === "live");
    assertEquals(fates(one.world, "AAPL"), ["restarting", "running"]);
    assertEquals(fates(one.world, "MSFT"), []);
    assertEquals(one.forming("AAPL").map(({ tickVolume }) => tickVolume), [2, 2]);
    assertEquals((await one.world.meters.faults.get()).values[0]!.value, 1);
    assertEquals(one.world.reports.filter(({ report }) => report.id === "shard-1").length, 1);
    await one.drain();
  }));

Deno.test("ticks that come while the candles are away are counted once they are back", () =>
  inStore(async (store) => {
    const one = new Shards(store, { makeSeries: failingOn(once(["bad", "worse"])) });
    await one.follow("AAPL");
    one.say([trade({ id: "bad" })]);
    one.beat();
    await until(() => one.state("AAPL") === "live");
    one.say([trade({ id: "worse", time: T0 + 58 * SECOND })]);
    one.beat(T0 + 58 * SECOND);
    // It is the second fault: the candles come back a while later, and the minute has ended then.
    one.say([trade({ time: T0 + 59 * SECOND, price: 120 })]);
    one.beat(T0 + 59 * SECOND);
    assertEquals([one.state("AAPL"), (await one.ticks()).length], ["restarting", 2]);
    one.world.clock.time = T0 + 70 * SECOND;
    await until(() => one.state("AAPL") === "live");
    one.beat();
    assertEquals((await one.kept()).map(brief), ["0 complete r0 n3 c120"]);
    assertEquals((await one.ticks()).length, 3);
    await one.drain();
  }));

Deno.test("candles that keep failing are given up; ticks are kept and told all the same", () =>
  inStore(async (store) => {
    const one = new Shards(store, { makeSeries: failingOn(({ id }) => id === "bad") });
    await one.follow("AAPL", "MSFT");
    one.say([trade({ id: "bad" })]);
    one.beat();
    // Rebuilt from the store, they meet the same tick again: five restarts, and that was it.
    for (let restart = 0; restart < 5; restart++) {
      assertEquals(one.state("AAPL"), "restarting");
      hurry(one, "AAPL");
      await until(() => one.state("AAPL") !== "rebuilding");
    }
    assertEquals(one.state("AAPL"), "failed");
    assertEquals(fates(one.world, "AAPL"), [...Array(5).fill("restarting"), "given-up"]);
    one.say([trade(), trade({ symbol: "MSFT" })]);
    one.beat(T0 + MINUTE + 2 * SECOND);
    assertEquals([(await one.ticks()).length, await one.kept()], [2, []]);
    assertEquals((await one.kept("MSFT")).length, 1);
    assertEquals(one.events.filter(({ type }) => type === "trade").length, 3);
    one.tell({ type: "instruments.finish", provider: "test", at: T0 + 2 * MINUTE });
    assertEquals([one.state("AAPL"), one.state("MSFT")], ["failed", "finished"]);
    await one.drain();
  }));

Deno.test("faults farther apart than the period are forgiven for ever", () =>
  inStore(async (store) => {
    const bad = Array.from({ length: 8 }, (_, at) => `bad${at}`);
    const one = new Shards(store, { makeSeries: failingOn(once(bad)) });
    await one.follow("AAPL");
    for (const id of bad) {
      one.say([trade({ id })]);
      one.beat();
      await until(() => one.state("AAPL") === "live");
      one.timer.increment(60_000);
    }
    assertEquals(one.forming("AAPL")[0]!.tickVolume, 8);
    await one.drain();
  }));

Deno.test("a drain loses nothing of an instrument whose candles are away", () =>
  inStore(async (store) => {
    const one = new Shards(store, { makeSeries: failingOn(({ id }) => id === "bad") });
    await one.follow("AAPL");
    one.say([trade({ id: "bad" })]);
    one.beat();
    await until(() => fates(one.world, "AAPL").length === 2);
    one.say([trade({ id: "waits" })]);
    one.beat();
    assertEquals((await one.ticks()).map(({ id }) => id), ["bad"]);
    await one.drain();
    const { rows } = await store.real.ticks({ symbol: "AAPL", order: "arrival", limit: 9 });
    assertEquals(rows.map(({ id }) => id), ["bad", "waits"]);
    assertEquals(one.world.outbox.rows, 0);
  }));

Deno.test("a reconnect while the candles are rebuilt loses none of the earlier stream's ticks", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    const [first, second] = [new Credit(10), new Credit(10)];
    for (const credit of [first, second]) await credit.reserve(2, new AbortController().signal);
    const gate = Promise.withResolvers<void>();
    store.readGate = gate.promise;
    one.ask("AAPL");
    await until(() => store.asked.length > 0);
    one.say([trade(), trade()], first);
    one.say([trade(), trade()], second);
    one.beat();
    gate.resolve();
    await until(() => one.state("AAPL") === "live");
    assertEquals(one.forming("AAPL")[0]!.tickVolume, 4);
    assertEquals((await one.ticks()).length, 4);
    assertEquals([first.available, second.available], [10, 10]);
    await one.drain();
  }));

Deno.test("an outage that goes on is not forgotten over a fault", () =>
  inStore(async (store) => {
    const one = new Shards(store, { makeSeries: failingOn(once(["bad"])) });
    await one.follow("AAPL");
    one.say([trade()]);
    one.beat(T0 + 10 * SECOND);
    one.tell({ type: "instruments.outage", provider: "test", from: T0 + 10 * SECOND });
    one.say([trade({ id: "bad" })]);
    one.beat();
    await until(() => one.state("AAPL") === "live");
    one.beat(T0 + MINUTE + 2 * SECOND);
    assertEquals((await one.kept()).map(brief), ["0 gapped r0 n2 c100"]);
    await one.drain();
  }));

/** Ticks of ten minutes, in the order received, some a second late or of another kind. */
function session(seed: string): Tick[] {
  const random = new Random(seed);
  const ticks = Array.from({ length: 400 }, (_, at) => {
    const time = T0 + Math.floor(at * 10 * MINUTE / 400) + random.below(SECOND);
    const common = { id: String(at), time, receivedAt: time + random.below(1.9 * SECOND) };
    if (random.fraction() < 0.2) return quote(common);
    const price = 100 + random.below(40) / 4;
    const side = (["buy", "sell", null] as const)[random.below(3)]!;
    return trade({ ...common, price, size: random.below(500), side });
  });
  return ticks.sort((a, b) => a.receivedAt - b.receivedAt);
}

/** Everything that a run made of a session: closed candles, then forming ones. */
async function play(ticks: readonly Tick[], batch: number, bad: readonly string[]) {
  let result: unknown;
  await inStore(async (store) => {
    const isBad = once(bad);
    const one = new Shards(store, { makeSeries: failingOn(isBad), intervals: ["1m", "5m", "1h"] });
    await one.follow("AAPL");
    for (let at = 0; at < ticks.length; at += batch) {
      const some = ticks.slice(at, at + batch);
      one.world.clock.time = some.at(-1)!.receivedAt;
      // A copy: the gate marks what passes.
      one.say(some.map((tick) => ({ ...tick })));
      if (at % 3 === 0) one.beat();
      await until(() => one.state("AAPL") !== "rebuilding");
      if (at % 2 === 0 && one.state("AAPL") === "restarting") hurry(one, "AAPL");
    }
    one.beat();
    while (one.state("AAPL") !== "live") {
      await until(() => one.state("AAPL") !== "rebuilding");
      if (one.state("AAPL") === "restarting") hurry(one, "AAPL");
    }
    const kept = [...await one.kept(), ...await one.kept("AAPL", "5m")];
    result = [...kept, ...one.forming("AAPL")].map((candle) => ({
      ...candle,
      sequence: 0,
      epoch: "",
      vwap: candle.vwap?.toFixed(9),
    }));
    const faults = fates(one.world, "AAPL").filter((fate) => fate === "restarting");
    assertEquals(faults.length, bad.length);
    await one.drain();
  });
  return result as unknown[];
}

Deno.test("candles rebuilt after faults equal those of a run that never failed", async () => {
  for (const seed of ["one", "two", "three"]) {
    const ticks = session(seed);
    const random = new Random(`${seed} faults`);
    const straight = await play(ticks, 7, []);
    assert(straight.length > 10);
    const ids = ticks.filter(({ kind }) => kind === "trade").map(({ id }) => id);
    const bad = [1, 2, 3, 4].map(() => ids[random.below(ids.length)]!);
    for (const batch of [1, 7, 50]) {
      assertEquals(await play(ticks, batch, [...new Set(bad)]), straight);
    }
  }
});
