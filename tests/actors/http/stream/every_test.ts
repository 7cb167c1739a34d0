import { assert, assertEquals } from "@std/assert";
import { closed, forming, quote, tell, trade } from "./events.ts";
import { eventually, openWorld } from "./world.ts";

Deno.test("at a pace, what may be conflated is, and all the rest comes in order", async () => {
  await using world = await openWorld();
  const stream = await world.open("?every=500ms");
  await stream.next();
  world.publish(quote(1));
  assertEquals(tell(await stream.next()), "quote AAPL 1");
  // Within one turn, though over many a write's time.
  world.publish(trade(2), quote(3), quote(3, "VOD.L"), forming(0, 101));
  await new Promise((resolve) => setTimeout(resolve, 25));
  world.publish(trade(4), quote(5), forming(0, 102), closed(0), forming(1, 103));
  await new Promise((resolve) => setTimeout(resolve, 25));
  world.publish(quote(6), trade(7), forming(1, 104));
  const expected: [string, string][] = [
    ["run1:2", "trade AAPL 2"],
    ["run1:4", "quote VOD.L 3"],
    ["run1:6", "trade AAPL 4"],
    ["run1:9", "candle AAPL 1m 00:00 r0 closed"],
    ["run1:11", "quote AAPL 6"],
    ["run1:12", "trade AAPL 7"],
    ["run1:13", "candle AAPL 1m 00:01 forming 104"],
  ];
  for (const [id, text] of expected) {
    const event = await stream.next();
    assertEquals([event.id, tell(event)], [id, text]);
  }
  await stream.close();
});

Deno.test("a paced client is written to once a turn", async () => {
  await using world = await openWorld();
  const { body } = await world.ask("?types=quote&every=50ms");
  const began = performance.now();
  let chunks = -1;
  const reading = (async () => {
    for await (const _ of body!) chunks++;
  })();
  for (let number = 1; performance.now() - began < 300; number++) {
    world.publish(quote(number));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const lasted = performance.now() - began;
  await world.stream.close();
  await reading;
  assert(chunks >= 2);
  assert(chunks <= 2 + lasted / 49, `${chunks} in ${lasted} ms`);
});

Deno.test("a slow pace holds nobody else up", async () => {
  await using world = await openWorld();
  const slow = await world.open("?types=trade&every=60s");
  await slow.next();
  world.publish(trade(1));
  assertEquals(tell(await slow.next()), "trade AAPL 1");
  world.publish(trade(2));
  const quick = await world.open("?types=trade&snapshot=false");
  await quick.next();
  for (let number = 3; number < 6; number++) {
    world.publish(trade(number));
    assertEquals(tell(await quick.next()), `trade AAPL ${number}`);
  }
  const other = await world.open("?types=trade&every=20ms&snapshot=false");
  await other.next();
  for (let number = 6; number < 9; number++) {
    world.publish(trade(number));
    assertEquals(tell(await other.next()), `trade AAPL ${number}`);
  }
  await world.stream.close();
  assertEquals((await slow.rest()).map(tell), [2, 3, 4, 5, 6, 7, 8].map((n) => `trade AAPL ${n}`));
  await quick.close();
  await other.close();
});

Deno.test("who joins a paced view late gets nothing twice, and takes nothing from the others", async () => {
  await using world = await openWorld();
  const query = "?types=trade,quote&every=1s";
  const early = await world.open(query);
  await early.next();
  world.publish(trade(1));
  assertEquals(tell(await early.next()), "trade AAPL 1");
  world.publish(trade(2), quote(3));
  await new Promise((resolve) => setTimeout(resolve, 20));
  const late = await world.open(query);
  const beginning = [await late.next(), await late.next(), await late.next()];
  assertEquals(beginning.slice(1).map(tell).toSorted(), ["quote AAPL 3", "trade AAPL 2"]);
  world.publish(trade(4), quote(5));
  assertEquals([await late.next(), await late.next()].map(tell), ["trade AAPL 4", "quote AAPL 5"]);
  assertEquals([await early.next(), await early.next(), await early.next()].map(tell), [
    "trade AAPL 2",
    "trade AAPL 4",
    "quote AAPL 5",
  ]);
  await early.close();
  await late.close();
});

Deno.test("what may not be conflated does not pile up, however slow the pace", async () => {
  await using world = await openWorld();
  const stream = await world.open("?types=trade,quote&every=60s");
  await stream.next();
  world.publish(trade(1));
  await stream.next();
  const long = "x".repeat(100_000);
  for (let number = 2; number <= 12; number++) {
    world.publish(trade(number, "AAPL", long), quote(number));
  }
  const told = await stream.until((event) => tell(event) === "quote AAPL 12");
  assertEquals(told.map(tell), [
    ...Array.from({ length: 11 }, (_, index) => `trade AAPL ${index + 2}`),
    "quote AAPL 12",
  ]);
  await stream.close();
});

Deno.test("a sign of life does not move the id past what a paced client is yet to get", async () => {
  await using world = await openWorld({ keepAlive: 10 });
  const stream = await world.open("?types=trade&every=60s");
  await stream.next();
  world.publish(trade(1));
  await stream.next();
  world.publish(trade(2));
  const next = stream.next();
  const before = stream.parser.comments.length;
  await eventually(() => stream.parser.comments.length > before + 3, "signs of life");
  assertEquals(stream.parser.lastEventId, "run1:1");
  await world.stream.close();
  assertEquals((await next).id, "run1:2");
  await stream.close();
});

Deno.test({
  name: "nothing is left behind when the last client of a paced view has gone",
  sanitizeOps: true,
  sanitizeResources: true,
  fn: async () => {
    await using world = await openWorld();
    const stream = await world.open("?every=60s");
    await stream.next();
    world.publish(trade(1));
    await stream.next();
    world.publish(trade(2));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await stream.close();
    await eventually(() => world.stream.clients() === 0, "it is gone");
  },
});
