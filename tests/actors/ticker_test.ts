import { assert, assertEquals } from "@std/assert";
import { type AnyActorRef, type AnyEventObject, createActor, fromCallback } from "xstate";
import { type Clock, DrivenClock, wallClock } from "../../actors/clock.ts";
import { createSupervisor } from "../../actors/supervision.ts";
import { ticker } from "../../actors/ticker.ts";
import type { Store } from "../../db/store.ts";
import { SECOND } from "../../domain/time.ts";
import { T0, until, worldOf } from "./fixture.ts";

/** A ticker between listeners in the places of those it speaks to. */
function tick(clock: Clock) {
  // No store has a part in it.
  const world = worldOf({} as Store);
  const heard: AnyEventObject[] = [];
  const listener = fromCallback(({ receive }) => receive((event) => heard.push(event)));
  const parent = createActor(
    createSupervisor({
      children: () => [
        { id: "routing", logic: listener },
        { id: "instruments", logic: listener },
        { id: "ticker", logic: ticker, input: () => ({ shared: { ...world, clock } }) },
      ],
    }),
    { input: { observe: world.observe, uptime: world.uptime } },
  );
  parent.start();
  const of = (type: string) => heard.filter((event) => event.type === type);
  return {
    beats: () => of("instruments.beat"),
    canaries: () => of("routing.canary"),
    tell: (at: number) =>
      (parent.system.get("ticker") as AnyActorRef).send({ type: "ticker.time", at }),
    stop: () => parent.stop(),
  };
}

Deno.test("a driven clock stands still until it is set, and never goes back", () => {
  const clock = new DrivenClock(T0);
  assertEquals([clock.now(), clock.driven], [T0, true]);
  clock.set(T0 + SECOND);
  clock.set(T0);
  assertEquals(clock.now(), T0 + SECOND);
});

Deno.test("the wall's clock is in microseconds, and nobody drives it", () => {
  const before = Date.now() * 1_000;
  const now = wallClock.now();
  assert(now >= before && now <= Date.now() * 1_000);
  assertEquals([wallClock.driven, Number.isSafeInteger(now)], [false, true]);
});

Deno.test("with a driven clock each word of the feed is a beat, at the clock's time", () => {
  const clock = new DrivenClock(T0);
  const { beats, tell, stop } = tick(clock);
  for (const at of [T0 + SECOND, T0 + 5 * SECOND, T0 + 2 * SECOND]) tell(at);
  const times = beats().map(({ now }) => (now - T0) / SECOND);
  assertEquals(times, [1, 5, 5]);
  assertEquals(clock.now(), T0 + 5 * SECOND);
  stop();
});

Deno.test("with a driven clock there is no beat but the feed's, and canaries go all the same", async () => {
  const { beats, canaries, stop } = tick(new DrivenClock(T0));
  await until(() => canaries().length >= 2);
  assertEquals(beats(), []);
  stop();
});

Deno.test("by the wall it beats by itself, and a feed's time moves nothing", async () => {
  const { beats, tell, stop } = tick(wallClock);
  tell(T0);
  assertEquals(beats(), []);
  await until(() => beats().length >= 2);
  const [first, second] = beats();
  assert(second!.now > first!.now);
  assert(Math.abs(wallClock.now() - second!.now) < 60 * SECOND);
  stop();
});
