/**
 * Dynamic subscriptions of an instrument that two venues have: who is subscribed to it when, and
 * what is told of the time in between.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { SECOND } from "../../../domain/time.ts";
import { begin, type Options } from "./two.ts";

const SAID = { subscriptions: { dynamic: true, idle: "10s" } };

type Begun = Awaited<ReturnType<typeof begin>>;

/** Two venues whose instrument nothing has needed for so long that it is not subscribed any more. */
async function idle(options: Options = {}, prepare: (world: Begun) => void = () => {}) {
  const world = await begin({ ...options, said: SAID });
  prepare(world);
  const { a, b, live, say } = world;
  await live(10.5, () => {
    say(a, 100);
    say(b, 100);
  });
  const { listing: { idle } } = world;
  return { ...world, since: idle!.since };
}

type World = Awaited<ReturnType<typeof idle>>;

/** What was asked of a venue's stream. */
const asked = ({ diary }: World["a"]) => diary.filter((done) => /^(un)?subscribe AAPL$/.test(done));
/** The spans that were told, in seconds since nothing was heard. */
const gaps = ({ since, told }: World) =>
  told("shard.told").map(({ gap: { from, reason, to } }) => [
    reason,
    (from - since) / SECOND,
    (to - since) / SECOND,
  ]);
const now = ({ since, world: { clock } }: World) => (clock.time - since) / SECOND;

/** Has it needed, and its venues asked and answered; when that was, and how to let go of it. */
async function need({ live, world: { demand } }: World) {
  const release = demand.hold(["AAPL"]);
  // It is seen at a beat, and answered before the next.
  await live(0.5);
  return release;
}

Deno.test("a hot standby is unsubscribed with the leader, and subscribed again with it", async () => {
  const world = await idle();
  const { a, b, live, stop, swaps } = world;
  await live(60);
  assertEquals([asked(a), asked(b)], [
    ["subscribe AAPL", "unsubscribe AAPL"],
    ["subscribe AAPL", "unsubscribe AAPL"],
  ]);
  const release = await need(world);
  const end = now(world);
  assertEquals([asked(a).at(-1), asked(b).at(-1)], ["subscribe AAPL", "subscribe AAPL"]);
  // Nobody has spoken yet: that is no silence, and no reason to switch.
  await live(4, () => world.say(b, 100));
  await live(20, () => [a, b].forEach((venue) => world.say(venue, 101)));
  assertEquals(swaps(), []);
  assertEquals(gaps(world), [["unsubscribed", 0, end]]);
  release();
  await live(9.5);
  assertEquals(asked(a).at(-1), "subscribe AAPL");
  await live(1);
  assertEquals(asked(a).at(-1), "unsubscribe AAPL");
  stop();
});

Deno.test("a standby takes its duty up while nothing is subscribed, and only then when it is needed", async () => {
  const world = await idle({ standby: "cold" });
  const { a, b, live, lose, listing, stop, swaps } = world;
  lose(a);
  await live(10);
  assertEquals([swaps().map(({ status }) => status), listing.provider], [["b"], "b"]);
  assertEquals(asked(b), [], "it is not needed");
  await need(world);
  assertEquals(asked(b), ["subscribe AAPL"]);
  assertEquals(gaps(world), [["unsubscribed", 0, now(world)]]);
  stop();
});

Deno.test("a connection that is lost and back while nothing is subscribed tells no gap of its own", async () => {
  const world = await idle();
  const { a, live, lose, mend, stop } = world;
  await live(5);
  lose(a);
  await live(2);
  mend(a);
  await live(5);
  assertEquals(gaps(world), []);
  await need(world);
  assertEquals(gaps(world), [["unsubscribed", 0, now(world)]]);
  stop();
});

Deno.test("what is asked for while its venue is away is told when that has answered", async () => {
  const world = await idle({ standby: "cold" });
  const { a, b, live, lose, mend, stop } = world;
  lose(a);
  lose(b);
  await need(world);
  await live(30);
  assertEquals(gaps(world), []);
  mend(a);
  await live(0.5);
  assertEquals(gaps(world).map(([reason, from]) => [reason, from]), [["unsubscribed", 0]]);
  assertEquals(asked(a).slice(1), ["unsubscribe AAPL", "subscribe AAPL"]);
  stop();
});

Deno.test("an instrument that gets a standby while nothing needs it has no hole in its history", async () => {
  const world = await idle({}, ({ listing }) => listing.line = undefined);
  const { a, b, listing, live, send, stop } = world;
  send({ type: "routing.rules" });
  assertEquals([...listing.line!.candidates], ["a", "b"]);
  await live(10);
  assertEquals(asked(a).at(-1), "unsubscribe AAPL");
  await need(world);
  assertEquals([asked(a).at(-1), asked(b).at(-1)], ["subscribe AAPL", "subscribe AAPL"]);
  assertEquals(gaps(world), [["unsubscribed", 0, now(world)]]);
  stop();
});
