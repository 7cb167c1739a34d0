/**
 * Dynamic subscriptions at a venue that has room for a few instruments.
 *
 * @module
 */
import { type AnyActorRef, createActor, fromCallback, SimulatedClock } from "xstate";
import { assertEquals } from "@std/assert";
import { connection } from "../../../actors/connections/connection.ts";
import { isWanted } from "../../../actors/instruments/directory.ts";
import { routing } from "../../../actors/routing/routing.ts";
import { createSupervisor } from "../../../actors/supervision.ts";
import type { Store } from "../../../db/store.ts";
import { SECOND } from "../../../domain/time.ts";
import { instrument, Scripted } from "../connections/scripted.ts";
import { listingOf, settingsOf, settle, T0, worldOf } from "../fixture.ts";

/** A venue with room for six, whose answers a test may keep back. */
class Narrow extends Scripted {
  readonly streamed = new Set<string>();
  readonly refused: string[] = [];
  answer: Promise<void> = Promise.resolve();

  override onSubscribe = async (symbols: readonly string[]) => {
    await this.answer;
    return symbols.flatMap((symbol) => {
      if (this.streamed.has(symbol) || this.streamed.size < 6) {
        this.streamed.add(symbol);
        return [];
      }
      this.refused.push(symbol);
      return [{ symbol, reason: `${symbol} has no room.`, polls: true, full: true }];
    });
  };

  /** What it was told to let go of, in order. */
  let(): string[] {
    const told = this.diary.filter((done) => done.startsWith("unsubscribe "));
    return told.flatMap((done) => done.replace("unsubscribe ", "").split(","));
  }
}

/** Six instruments that the venue has room for, and more that it has none for. */
async function begin(...more: string[]) {
  const venue = new Narrow();
  const symbols = ["A1", "A2", "A3", "A4", "A5", "A6", ...more];
  const settings = settingsOf({ subscriptions: { dynamic: true, idle: "1h" } });
  const clock = new SimulatedClock();
  const world = worldOf({} as Store, {
    settings,
    providers: new Map([[venue.id, venue]]),
    uptime: () => clock.now(),
  });
  world.clock.time = T0;
  world.routes.take(world.routes.laid([]), 0, T0);
  const listings = symbols.map((symbol) => listingOf({ instrument: instrument(symbol) }));
  for (const listing of listings) world.directory.add(listing);
  const parent = createActor(
    createSupervisor({
      children: () => [
        ...["hub", "instruments", "ticker", "shard-1"].map((id) => ({
          id,
          logic: fromCallback(() => {}),
        })),
        {
          id: "connections",
          logic: fromCallback(({ receive, system }) =>
            receive((event) =>
              system.get("connection-test").send({
                ...event,
                type: event.type.replace("connections.", ""),
              })
            )
          ),
        },
        { id: "routing", logic: routing, input: () => ({ shared: world }) },
        {
          id: "connection-test",
          logic: connection,
          input: () => ({
            shared: world,
            provider: venue,
            memory: { attempt: null, lostAt: null },
            instruments: () =>
              listings.filter((one) => isWanted(one, venue.id)).map(({ instrument }) => instrument),
          }),
        },
      ],
    }),
    { clock, input: { observe: world.observe, uptime: () => clock.now() } },
  );
  parent.start();
  await settle();
  /** Lets beats pass, a quarter of a second each. */
  const beats = async (count: number) => {
    for (let beat = 0; beat < count; beat++) {
      world.clock.time += SECOND / 4;
      clock.increment(250);
      (parent.system.get("routing") as AnyActorRef).send({
        type: "routing.beat",
        now: world.clock.time,
      });
      await settle();
    }
  };
  return { venue, world, beats, stop: () => parent.stop() };
}

for (const slow of ["to let go of it", "to take what is asked for again"]) {
  Deno.test(`one makes room for one, however long the venue takes ${slow}`, async () => {
    const { beats, stop, venue, world } = await begin("NEW");
    await beats(2);
    assertEquals([venue.streamed.size, venue.refused, venue.let()], [6, ["NEW"], []]);
    const { promise, resolve } = Promise.withResolvers<void>();
    venue.onUnsubscribe = async () => {
      if (slow === "to let go of it") await promise;
      venue.streamed.delete("A1");
    };
    if (slow !== "to let go of it") venue.answer = promise;
    world.demand.hold(["NEW"]);
    await beats(8);
    assertEquals(venue.let(), ["A1"]);
    resolve();
    await beats(8);
    assertEquals(venue.let(), ["A1"]);
    assertEquals([...venue.streamed].at(-1), "NEW");
    stop();
  });
}

Deno.test("what room was made for and is refused all the same has more made for it", async () => {
  const { beats, stop, venue, world } = await begin("NEW");
  await beats(2);
  let left = 0;
  venue.onUnsubscribe = () => {
    // The first room is another's by then.
    if (left++ > 0) venue.streamed.delete("A2");
    return Promise.resolve();
  };
  world.demand.hold(["NEW"]);
  await beats(8);
  assertEquals(venue.let(), ["A1", "A2"]);
  assertEquals(venue.streamed.has("NEW"), true);
  stop();
});

Deno.test("one that is needed while room is made for another has its own made after that", async () => {
  const { beats, stop, venue, world } = await begin("NEW", "NEWER");
  await beats(2);
  const { promise, resolve } = Promise.withResolvers<void>();
  const going = ["A1", "A2"];
  venue.onUnsubscribe = async () => {
    await promise;
    venue.streamed.delete(going.shift()!);
  };
  world.demand.hold(["NEW"]);
  await beats(2);
  world.demand.hold(["NEWER"]);
  await beats(2);
  resolve();
  await beats(8);
  assertEquals(venue.let().filter((symbol) => symbol !== "NEWER"), ["A1", "A2"]);
  assertEquals([...venue.streamed].slice(-2).sort(), ["NEW", "NEWER"]);
  stop();
});
