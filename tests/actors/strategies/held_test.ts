/**
 * What is held for strategies that are not shown anything.
 *
 * @module
 */
import { assertEquals, assertNotEquals } from "@std/assert";
import { z } from "zod";
import type { ShardMemory } from "../../../actors/instruments/memory.ts";
import { Setups } from "../../../actors/setups.ts";
import { RESTART_POLICY } from "../../../domain/restart.ts";
import { catalogOf } from "../../../domain/strategies/catalog.ts";
import { defineStrategy } from "../../../domain/strategies/contract.ts";
import { MINUTE, SECOND } from "../../../domain/time.ts";
import { candle, inStore, settle, T0, type TestStore, trade, until } from "../fixture.ts";
import { Shards } from "../instruments/shards.ts";

/** A strategy that says nothing, as often as it can. */
function quiet(id: string, look: () => void = () => {}) {
  return defineStrategy({
    id,
    title: id,
    description: "A test's.",
    intraday: false,
    parameters: z.strictObject({}),
    inputs: () => ({}),
    start: () => 0,
    next: (state: number) => {
      look();
      return { state, signals: [] };
    },
  });
}

/** A shard with AAPL, and minutes of its market. */
async function begin(store: TestStore, ...strategies: ReturnType<typeof quiet>[]) {
  const settings = { strategies: {} };
  const setups = new Setups(catalogOf(strategies), settings, ["1m", "5m"]);
  const shards = new Shards(store, { setups });
  await shards.follow("AAPL");
  let minutes = 0;
  return {
    shards,
    setUp: () => {
      const said = { symbol: "AAPL", spec: { interval: "1m" }, changedAt: T0, changedBy: "a test" };
      setups.take(strategies.map(({ id }) => ({ ...said, strategy: id })));
      shards.tell({ type: "instruments.setups" });
    },
    statusOf: (id: string) => setups.fortunes.get(`${id} AAPL`)?.status,
    waiting: (id: string) => shards.shard().running.get("AAPL")!.get(id)!.waiting.length,
    /** Whether what was measured in a minute is held. */
    isHeld: (minute: number) => {
      const start = T0 + minute * MINUTE;
      const { flow } = shards.shard().closings.get("AAPL")!.at(
        candle({ start, end: start + MINUTE }),
      );
      return flow !== null;
    },
    pass: (more: number) => {
      for (const end = minutes + more; minutes < end; minutes++) {
        const time = T0 + minutes * MINUTE + SECOND;
        shards.world.clock.time = time;
        shards.say([trade({ time })]);
        shards.beat(T0 + (minutes + 1) * MINUTE + 3 * SECOND);
      }
    },
  };
}

Deno.test("nothing is held for a strategy that is given up because it took too long", () =>
  inStore(async (store) => {
    let shards: Shards | undefined = undefined;
    const slow = quiet("slow", () => shards!.timer.increment(600));
    const world = await begin(store, slow, quiet("good"));
    shards = world.shards;
    await holdsNothingFor("slow", world);
  }));

Deno.test("nothing is held for a strategy that is given up because it failed too often", () =>
  inStore(async (store) => {
    const bad = quiet("bad", () => {
      throw new Error("a fault put there by the test");
    });
    const world = await begin(store, bad, quiet("good"));
    await holdsNothingFor("bad", world, ({ running }) => {
      const one = running.get("AAPL")!.get("bad")!;
      one.failures = Array(RESTART_POLICY.intensity).fill(0);
    });
  }));

/** Has a strategy be given up at its first candle, beside a good one. */
async function holdsNothingFor(
  id: string,
  { isHeld, pass, setUp, shards, statusOf, waiting }: Awaited<ReturnType<typeof begin>>,
  prepare: (memory: ShardMemory) => void = () => {},
): Promise<void> {
  setUp();
  await until(() => statusOf("good") === "running" && statusOf(id) === "running");
  prepare(shards.shard());
  pass(1);
  assertEquals([statusOf(id), isHeld(0)], ["given-up", true]);
  pass(20);
  assertEquals([waiting(id), waiting("good")], [0, 0]);
  assertEquals([isHeld(0), isHeld(10), isHeld(20)], [false, false, true]);
  assertEquals(statusOf("good"), "running");
  await shards.drain();
}

Deno.test("while the store cannot say what a strategy goes on from, an hour of what is measured is held for it", () =>
  inStore(async (store) => {
    const { isHeld, pass, setUp, shards, statusOf, waiting } = await begin(store, quiet("good"));
    const { promise, resolve } = Promise.withResolvers<void>();
    store.readGate = promise;
    setUp();
    await settle();
    pass(90);
    assertEquals([statusOf("good"), waiting("good")], ["warming", 90]);
    assertEquals([isHeld(20), isHeld(35), isHeld(89)], [false, true, true]);
    resolve();
    await until(() => statusOf("good") === "running");
    pass(1);
    assertEquals(waiting("good"), 0);
    assertNotEquals(shards.world.setups.fortunes.get("good AAPL")!.until, null);
    await shards.drain();
  }));
