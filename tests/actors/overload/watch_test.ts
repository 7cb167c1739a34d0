/**
 * The watch over the load, between listeners in the places of those it tells.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type AnyEventObject, createActor, fromCallback } from "xstate";
import { wordsOf } from "../../../actors/overload/overload.ts";
import { overloadWatch } from "../../../actors/overload/watch.ts";
import { createSupervisor } from "../../../actors/supervision.ts";
import type { Store } from "../../../db/store.ts";
import type { Gap } from "../../../domain/gap.ts";
import { MINUTE } from "../../../domain/time.ts";
import { instrument } from "../connections/scripted.ts";
import { depth, listingOf, quote, settingsOf, T0, until, worldOf } from "../fixture.ts";

/** A watch over a queue of which no more than 100 may wait. */
function begin() {
  const limits = { hub: 100, patience: "200ms", recovery: "400ms" };
  const world = worldOf({} as Store, { settings: settingsOf({ limits }) });
  for (const [symbol, basis] of [["AAPL", "trade"], ["EURUSD", "bid"]] as const) {
    world.directory.add(listingOf({ instrument: instrument(symbol), basis }));
  }
  let waiting = 0;
  world.overload.measure("hub", () => waiting);
  const heard: AnyEventObject[] = [];
  const listener = fromCallback(({ receive }) => receive((event) => heard.push(event)));
  const parent = createActor(
    createSupervisor({
      children: () => [
        ...["hub", "instruments"].map((id) => ({ id, logic: listener })),
        { id: "overload", logic: overloadWatch, input: () => ({ shared: world }) },
      ],
    }),
    { input: { observe: world.observe, uptime: world.uptime } },
  );
  parent.start();
  const published = () =>
    heard.filter(({ type }) => type === "hub.publish").flatMap(({ events }) => events);
  return {
    world,
    wait: (events: number) => void (waiting = events),
    levels: () =>
      published().filter(({ payload }) => payload.kind === "overload")
        .map(({ payload }) => payload.status),
    gaps: () =>
      published().filter(({ type }) => type === "gap").map(({ payload }) => payload as Gap),
    told: () => heard.filter(({ type }) => type === "instruments.deliver"),
    stop: () => parent.stop(),
  };
}

Deno.test("each step is told, and taken back when there is room again", async () => {
  const { levels, stop, wait, world: { meters, overload } } = begin();
  wait(150);
  await until(() => overload.state.level === "conflates-quotes");
  assertMatch(wordsOf(overload.state.cause!), /^150 events .*, where limits.hub is 100\.$/);
  wait(90);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assertEquals(overload.state.level, "conflates-quotes", "90 of 100 is no calm");
  wait(0);
  await until(() => overload.state.level === "normal");
  assertEquals(levels(), ["sheds-depth", "conflates-quotes", "sheds-depth", "normal"]);
  assertMatch(await meters.registry.metrics(), /^marketd_overload_level 0$/m);
  stop();
});

Deno.test("what was shed is told when a minute ends and when it is over, by what it means for candles", async () => {
  const { gaps, levels, stop, told, wait, world } = begin();
  const { clock, feeds, outbox, overload } = world;
  clock.time = T0 + 50_000_000;
  wait(150);
  await until(() => levels().length === 2);
  overload.note("test", [
    quote({ time: T0 + 51_000_000 }),
    depth(),
    quote({ symbol: "EURUSD", time: T0 + 52_000_000 }),
    quote({ symbol: "EURUSD", time: T0 + 55_000_000 }),
  ]);
  assertEquals(gaps(), []);
  clock.time = T0 + MINUTE;
  await until(() => gaps().length > 0);
  const [gap] = gaps();
  const { from, reason, status, symbol, to } = gap!;
  assertEquals([symbol, reason, status], ["AAPL", "shed", "unfillable"]);
  assertEquals([from, to], [T0 + 51_000_000, T0 + 51_000_001]);
  assertEquals(told().map(({ command }) => command), [{
    type: "shard.told",
    symbol: "EURUSD",
    gap: {
      provider: "test",
      from: T0 + 52_000_000,
      to: T0 + 55_000_001,
      reason: "shed",
      status: "open",
      detectedAt: T0 + MINUTE,
    },
  }]);
  const { event, reason: why } = feeds.of("test").events.at(-1)!;
  assertEquals([event, why], [
    "shed",
    "Shed for overload: books 1, quotes 3, of 2 instruments.",
  ]);
  assert(outbox.rows >= 2);
  overload.note("test", [quote({ symbol: "EURUSD", time: T0 + MINUTE })]);
  wait(0);
  await until(() => told().length === 2);
  assertEquals(overload.state.level, "normal");
  stop();
});

Deno.test("what a standby said and was shed makes no gap", async () => {
  const { gaps, stop, told, wait, world: { feeds, overload } } = begin();
  wait(150);
  await until(() => overload.state.level === "sheds-depth");
  overload.note("other", [quote({ provider: "other" })]);
  wait(0);
  await until(() => feeds.of("other").events.length === 1);
  assertEquals([gaps(), told()], [[], []]);
  stop();
});
