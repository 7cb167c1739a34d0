import { assert, assertEquals } from "@std/assert";
import { isCanary } from "../../../actors/vitals.ts";
import type { Candle } from "../../../domain/candle.ts";
import { FLAGS } from "../../../domain/flags.ts";
import type { Tick } from "../../../domain/tick.ts";
import { MINUTE, SECOND } from "../../../domain/time.ts";
import { inStore, quote, T0, TestClock, trade, until } from "../fixture.ts";
import { brief, Shards } from "./shards.ts";

const ids = (ticks: readonly Tick[]) => ticks.map(({ id }) => id);

Deno.test("a tick reaches the hub once and the store once, a refused one the store alone", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    const ticks = [trade(), quote(), trade({ price: -1 }), quote({ bid: 100.25, ask: 99.75 })];
    one.say(ticks);
    await until(() => one.events.length > 0);
    assertEquals(ids(await one.ticks()), ids(ticks));
    const told = one.events.filter(({ type }) => type !== "candle").map(({ payload }) => payload);
    assertEquals(told, [ticks[0]!, ticks[1]!, ticks[3]!]);
    const { pulse: { ticks: count }, heardAt, state } = one.world.directory.get("AAPL")!;
    assertEquals([count, heardAt, state], [4, T0, "live"]);
    await one.drain();
  }));

Deno.test("ticks are handed on without a beat", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    one.say([trade()]);
    assertEquals([one.world.outbox.rows, one.events.length], [1, 1]);
    await one.drain();
  }));

Deno.test("closed candles are published, and kept with the number under which they were", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    one.say([trade(), trade({ time: T0 + 4 * MINUTE })]);
    one.beat(T0 + 5 * MINUTE + 2 * SECOND);
    const told = one.events.filter(({ type, conflates }) => type === "candle" && !conflates);
    assertEquals(
      told.map(({ payload }) => `${(payload as Candle).interval} ${brief(payload as Candle)}`),
      ["1m 0 complete r0 n1 c100", "1m 4 complete r0 n1 c100", "5m 0 complete r0 n2 c100"],
    );
    const kept = [...await one.kept(), ...await one.kept("AAPL", "5m")];
    assertEquals(kept.map(({ sequence }) => sequence), told.map(({ sequence }) => sequence));
    assert(kept.every(({ epoch }) => epoch === "000000001"));
    await one.drain();
  }));

Deno.test("while the hub is away its events are numbered all the same, and can be had later", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    one.say([trade()]);
    one.beat(T0 + SECOND);
    const leave = one.world.hub.subscribe(() => {
      throw new Error("a bad subscriber");
    }, () => {});
    // The hub fails twice: it is started again at once, and then after a wait.
    for (let failure = 0; failure < 2; failure++) {
      one.send("hub", { type: "hub.publish", events: [] } as never);
    }
    leave();
    assertEquals(one.isUp("hub"), false);
    const before = one.world.hub.sequence;
    one.beat(T0 + MINUTE + 2 * SECOND);
    const [candle] = await one.kept();
    assert(candle!.sequence > before);
    const held = one.world.hub.after(before).events.map(({ sequence }) => sequence);
    assert(held.includes(candle!.sequence));
    one.timer.increment(1_000);
    assertEquals(one.isUp("hub"), true);
    await one.drain();
  }));

Deno.test("more than 64 instruments make several shards, each with a canary of its own", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    const symbols = Array.from({ length: 130 }, (_, at) => `SYM${at}`);
    await one.follow(...symbols);
    const homes = symbols.map((symbol) => one.world.directory.get(symbol)!.shard);
    assertEquals(
      ["shard-1", "shard-2", "shard-3"].map((id) => homes.filter((one) => one === id).length),
      [
        64,
        64,
        2,
      ],
    );
    assertEquals(one.world.directory.shards(), ["shard-1", "shard-2", "shard-3"]);
    assertEquals(one.world.directory.all().length, 130);
    one.send("routing", { type: "routing.canary" });
    const seen = () => one.world.vitals.report().slice(0, 3).every(({ alive }) => alive);
    await until(seen);
    // Room that was left is taken again before a shard is added.
    one.tell({ type: "instruments.leave", symbol: "SYM0" });
    await one.follow("LATE");
    assertEquals(one.world.directory.get("LATE")?.shard, "shard-1");
    await one.drain();
  }));

Deno.test("the canary passes buffer, candle, hub and recorder, and appears in none of their data", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    for (let minute = 0; minute < 3; minute++) {
      one.world.clock.time = T0 + minute * MINUTE;
      one.send("routing", { type: "routing.canary" });
      one.beat();
    }
    await one.world.journal.flushed();
    const stages = one.world.vitals.report().map(({ stage, alive }) => [stage, alive]);
    assertEquals(stages, [
      ["gate", true],
      ["buffer", true],
      ["candle", true],
      ["recorder", true],
      ["hub", true],
      ["stream", false],
    ]);
    assertEquals(one.events.filter(({ symbol }) => symbol !== null && isCanary(symbol)), []);
    assertEquals(await store.real.symbols(), []);
    assert(one.world.directory.all().every(({ instrument }) => !isCanary(instrument.symbol)));
    await one.drain();
  }));

Deno.test("a beat says how far the shard has handed over, and not while something waits", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    const { journal } = one.world;
    await one.follow("AAPL");
    // From the opening on: what was received since may still be in a buffer.
    one.world.clock.time = T0 + SECOND;
    assertEquals(journal.run(false).aliveUntil, T0);
    one.beat(T0 + 2 * SECOND);
    assertEquals(journal.run(false).aliveUntil, T0 + 2 * SECOND);
    const gate = Promise.withResolvers<void>();
    store.readGate = gate.promise;
    one.ask("MSFT");
    one.say([trade({ symbol: "MSFT", time: T0 + 2 * SECOND })]);
    one.beat(T0 + 3 * SECOND);
    assertEquals(journal.run(false).aliveUntil, T0 + 2 * SECOND);
    gate.resolve();
    await until(() => one.state("MSFT") === "live");
    one.beat(T0 + 4 * SECOND);
    assertEquals(journal.run(false).aliveUntil, T0 + 4 * SECOND);
    await one.drain();
  }));

Deno.test("how long ticks take from their receipt until they are told is measured, and no canary's way", () =>
  inStore(async (store) => {
    const clock = new TestClock();
    const one = new Shards(store, { clock });
    await one.follow("AAPL");
    const { directory, telemetry } = one.world;
    assertEquals(telemetry.of("test").latencies().publish, null);
    // Each was received before it is handed on, the first of them the earliest.
    clock.time = T0 + SECOND;
    one.say([trade({ receivedAt: T0 + 0.9 * SECOND }), trade({ receivedAt: T0 + 0.95 * SECOND })]);
    clock.time = T0 + 3 * SECOND;
    one.say([trade({ receivedAt: T0 + 2.5 * SECOND })]);
    // What was refused, fetched or asked for has another way.
    clock.time = T0 + 9 * SECOND;
    one.say([trade({ flags: FLAGS.backfilled }), trade({ flags: FLAGS.polled })]);
    const { publish } = telemetry.of("test").latencies();
    assertEquals([publish?.samples, publish?.min, publish?.max], [2, 100_000, 500_000]);
    const { publish: own } = directory.get("AAPL")!.pulse.latencies();
    assertEquals([own?.samples, own?.max], [2, 500_000]);
    assertEquals(telemetry.of("canary").latencies().publish, null);
    await one.drain();
  }));
