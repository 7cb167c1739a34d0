import { assert, assertEquals, assertMatch } from "@std/assert";
import { dataOf, quote, tell, trade } from "./events.ts";
import { eventually, openWorld } from "./world.ts";

Deno.test("one client more than the cap is asked to come back, and may when another has left", async () => {
  await using world = await openWorld({ clients: 2 });
  const first = await world.open();
  const second = await world.open();
  const refused = await fetch(world.url());
  assertEquals(refused.status, 503);
  assertEquals(refused.headers.get("content-type"), "application/problem+json");
  assertMatch(refused.headers.get("retry-after")!, /^[1-9]\d*$/);
  assertEquals((await refused.json() as { status: number }).status, 503);
  await first.close();
  await eventually(() => world.stream.clients() === 1, "a slot is free");
  const third = await world.open();
  assertEquals((await third.next()).event, "hello");
  const refusals = await world.shared.meters.streamRefused.get();
  assertEquals(refusals.values.map(({ value }) => value), [1]);
  await second.close();
  await third.close();
});

Deno.test({
  name: "a client that goes away is forgotten",
  sanitizeOps: true,
  sanitizeResources: true,
  fn: async () => {
    await using world = await openWorld();
    const clients = async () => (await world.shared.meters.streamClients.get()).values[0]!.value;
    const streams = [await world.open(), await world.open("?types=trade"), await world.open()];
    assertEquals([world.stream.clients(), await clients()], [3, 3]);
    for (const stream of streams) await stream.close();
    await eventually(() => world.stream.clients() === 0, "nobody is left");
    assertEquals(await clients(), 0);
  },
});

Deno.test("a sign of life is a comment that no event hides in, and moves on the id to resume from", async () => {
  await using world = await openWorld({ keepAlive: 20 });
  const stream = await world.open("?symbols=VOD.L");
  const lines = await fetch(world.url("?symbols=VOD.L"), {
    headers: { accept: "application/x-ndjson" },
  });
  await eventually(() => world.stream.clients() === 2, "two clients");
  world.publish(trade(1), trade(2));
  const reading = stream.next().then((hello) => stream.next().then((next) => [hello, next]));
  await eventually(() => stream.parser.lastEventId === "run1:2", "the id moves on");
  world.publish(trade(3, "VOD.L"));
  const [hello, next] = await reading;
  assertEquals([hello!.id, next!.id, tell(next!)], ["run1:0", "run1:3", "trade VOD.L 3"]);
  assert(stream.parser.comments.length > 0);
  assert(stream.parser.comments.every((comment) => comment === " keepalive"));
  await world.stream.close();
  const told = (await lines.text()).trimEnd().split("\n").map((line) => JSON.parse(line));
  const alive = told.filter(({ event }) => event === "keepalive");
  assert(alive.some(({ id }) => id === "run1:2"));
  assertEquals(told.filter(({ event }) => event !== "keepalive").map(({ event }) => event), [
    "hello",
    "trade",
  ]);
  await stream.close();
});

Deno.test("the canary is sighted without a client, and nobody sees it", async () => {
  await using world = await openWorld();
  const { hub, vitals } = world.shared;
  vitals.watch("shard-1");
  const sighted = () => vitals.report().find(({ stage }) => stage === "stream")!.age;
  assertEquals(sighted(), null);
  hub.sight("shard-1");
  await eventually(() => sighted() !== null, "the canary reaches the stream");
  const stream = await world.open();
  hub.sight("shard-1");
  world.publish(trade(1));
  assertEquals((await stream.next()).event, "hello");
  const next = await stream.next();
  assertEquals([next.id, tell(next)], ["run1:1", "trade AAPL 1"]);
  await stream.close();
});

Deno.test({
  name: "closing writes what was published, paced and held up too, and ends every stream",
  sanitizeOps: true,
  sanitizeResources: true,
  fn: async () => {
    await using world = await openWorld();
    const streams = [await world.open("?types=trade"), await world.open("?types=trade&every=60s")];
    for (const stream of streams) await stream.next();
    // It is not read before all is over: more than its socket may hold waits for it.
    const unread = await world.ask("?types=trade");
    world.publish(trade(1));
    for (const stream of streams) assertEquals(tell(await stream.next()), "trade AAPL 1");
    const long = "x".repeat(1_000);
    for (let number = 2; number <= 200; number++) {
      world.publish(trade(number, "AAPL", long));
      if (number % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await world.stream.close();
    const expected = Array.from({ length: 200 }, (_, index) => String(index + 1));
    for (const stream of streams) {
      assertEquals((await stream.rest()).map((event) => dataOf(event).id), expected.slice(1));
    }
    const told = (await unread.text()).matchAll(/"id":"(\d+)"/g);
    assertEquals([...told].map(([, id]) => id), expected);
    assertEquals(world.stream.clients(), 0);
    const refused = await fetch(world.url());
    assertEquals(refused.status, 503);
    await refused.body!.cancel();
  },
});

Deno.test("an event's JSON is made once, and clients with the same wishes share their chunks", async () => {
  await using world = await openWorld();
  const readers = [];
  for (const query of ["?symbols=aapl&types=trade", "?types=trade&symbols=AAPL,aapl", "", ""]) {
    const { body } = await world.ask(query);
    const reader = body!.getReader();
    await reader.read();
    readers.push(reader);
  }
  const lines = await world.ask("", { headers: { accept: "application/x-ndjson" } });
  const event = trade(1);
  let made = 0;
  Object.defineProperty(event.payload, "conditions", {
    get: () => {
      made++;
      return null;
    },
  });
  world.publish(event);
  const chunks = await Promise.all(readers.map(async (reader) => (await reader.read()).value!));
  assert(chunks[0] === chunks[1]);
  assert(chunks[2] === chunks[3]);
  assertMatch(new TextDecoder().decode(chunks[0]), /^id: run1:1\nevent: trade\ndata: .*\n\n$/);
  const later = await world.open("?types=trade");
  assertEquals(tell((await later.until(({ event }) => event === "trade")).at(-1)!), "trade AAPL 1");
  assertEquals(made, 1);
  await later.close();
  await lines.body!.cancel();
  for (const reader of readers) await reader.cancel();
});

Deno.test("a client is written to every ten milliseconds at most", async () => {
  await using world = await openWorld();
  const { body } = await world.ask("?types=trade");
  const paced = await world.ask("?types=trade&every=25ms");
  const began = performance.now();
  let chunks = -1;
  const reading = (async () => {
    for await (const _ of body!) chunks++;
  })();
  for (let number = 1; performance.now() - began < 200; number++) {
    world.publish(trade(number));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const lasted = performance.now() - began;
  await world.stream.close();
  await reading;
  await paced.body!.cancel();
  assert(chunks >= 2);
  // One at either end; and timers may come a little early.
  assert(chunks <= 2 + lasted / 9, `${chunks} in ${lasted} ms`);
});

Deno.test("what the hub could only hold reaches the clients with what follows, in order", async () => {
  await using world = await openWorld({ keepAlive: 20 });
  const stream = await world.open("?types=trade,quote");
  await stream.next();
  world.publish(trade(1));
  world.shared.hub.hold([trade(2), quote(3), quote(4)]);
  world.publish(trade(5), trade(6));
  const told = await stream.until(({ id }) => id === "run1:6");
  assertEquals(told.map(tell), [
    "trade AAPL 1",
    "trade AAPL 2",
    "quote AAPL 4",
    "trade AAPL 5",
    "trade AAPL 6",
  ]);
  // Where nothing follows, a sign of life does not pass it by.
  world.shared.hub.hold([trade(7)]);
  assertEquals(tell(await stream.next()), "trade AAPL 7");
  await stream.close();
});

Deno.test("where the hub could not hold all, every stream ends, and who resumes is told", async () => {
  await using world = await openWorld({ ring: 16 });
  const stream = await world.open("?types=trade");
  await stream.next();
  world.publish(trade(1));
  assertEquals(tell(await stream.next()), "trade AAPL 1");
  for (let number = 2; number <= 30; number++) world.shared.hub.hold([trade(number)]);
  world.publish(trade(31));
  assertEquals(await stream.rest(), []);
  const again = await world.open("?types=trade", { "last-event-id": "run1:1" });
  assertEquals(dataOf(await again.next()).missed, { from: "run1:2", to: "run1:15" });
  assertEquals(tell(await again.next()), "trade AAPL 16");
  await again.close();
});

Deno.test("who joins between a publication and its writing gets it once, and so do the others", async () => {
  await using world = await openWorld();
  const early = await world.open("?types=trade");
  await early.next();
  world.publish(trade(1));
  // No socket, no timer: the trade is not written yet when the second client is there.
  const late = await world.ask("?types=trade");
  world.publish(trade(2));
  assertEquals([tell(await early.next()), tell(await early.next())], [
    "trade AAPL 1",
    "trade AAPL 2",
  ]);
  await world.stream.close();
  const text = await late.text();
  assertEquals(text.match(/^data: .*"symbol".*$/gm)!.map((line) => JSON.parse(line.slice(6)).id), [
    "1",
    "2",
  ]);
  await early.close();
});

Deno.test("what forms is heard of the instruments that some client wants it of, while it is there", async () => {
  await using world = await openWorld();
  const { hub } = world.shared;
  const heard = () =>
    (["candle", "profile", "flow"] as const).map((type) =>
      ["AAPL", "VOD.L"].map((symbol) => hub.hears(type, symbol))
    );
  assertEquals(heard(), [[false, false], [false, false], [false, false]]);
  const one = await world.open("?types=candle,profile&symbols=AAPL");
  assertEquals(heard(), [[true, false], [true, false], [false, false]]);
  const all = await world.open("?types=candle,trade");
  const other = await world.open("?types=profile,flow&symbols=VOD.L");
  assertEquals(heard(), [[true, true], [true, true], [false, true]]);
  await all.close();
  await other.close();
  await eventually(() => world.stream.clients() === 1, "one is left");
  assertEquals(heard(), [[true, false], [true, false], [false, false]]);
  await one.close();
});
