import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { candlesOf, Feed, lastWords, type Step, steps } from "./feed.ts";
import { asTold, candle, closed, dataOf, DAY_START, forming, tell, trade } from "./events.ts";
import { eventually, openWorld, withStore } from "./world.ts";
import { readStream, SseParser } from "../../../sse.ts";
import { configureLogging } from "../../../../actors/log.ts";
import { type Store, StoreError } from "../../../../db/store.ts";
import type { Candle } from "../../../../domain/candle.ts";
import { formatTime, MINUTE } from "../../../../domain/time.ts";

const SINCE = "2014-05-01T00:01:00Z";

Deno.test("stored candles come first, then the forming one, then what is published", async () => {
  await using world = await openWorld();
  world.publish(closed(0), closed(1), closed(1, { symbol: "VOD.L" }), closed(2));
  world.publish(
    closed(1, { revision: 1 }),
    forming(3, 101),
    trade(1),
    closed(0, { interval: "5m" }),
  );
  const stream = await world.open(`?types=candle&symbols=AAPL&since=${SINCE}`);
  const hello = await stream.next();
  assertEquals([hello.id, hello.lastEventId, dataOf(hello).missed], [null, "", null]);
  const told = [];
  for (let at = 0; at < 3; at++) told.push(await stream.next());
  const next = stream.next();
  await eventually(() => stream.parser.lastEventId === "run1:8", "all of it is there");
  world.publish(forming(3, 102), closed(3));
  told.push(await next, await stream.next());
  assertEquals(told.map(tell), [
    "candle AAPL 1m 00:01 r1 closed",
    "candle AAPL 1m 00:02 r0 closed",
    "candle AAPL 1m 00:03 forming 101",
    "candle AAPL 1m 00:03 forming 102",
    "candle AAPL 1m 00:03 r0 closed",
  ]);
  // Before all of it is there, nothing is there to resume from.
  assertEquals(told.map(({ lastEventId }) => lastEventId), ["", "", "", "run1:9", "run1:10"]);
  await stream.close();
});

Deno.test("whatever happens while history is read, there is no hole and no duplicate", async () => {
  const meanwhile: (Step[] | "flush")[] = [];
  // What happens before and after each page is read.
  const interrupt = async () => {
    const next = meanwhile.shift();
    if (next === "flush") await world.shared.journal.flushed();
    else if (next !== undefined) await feed.play(next);
  };
  const store = (store: Store) =>
    withStore(store, {
      candles: async (query) => {
        await interrupt();
        const page = await store.candles(query);
        await interrupt();
        return page;
      },
    });
  await using world = await openWorld({ page: 3, store });
  const feed = new Feed(world);
  const some = fc.array(steps, { maxLength: 12, size: "max" });
  await fc.assert(
    fc.asyncProperty(
      some,
      fc.array(fc.oneof(some, fc.constant("flush" as const)), { maxLength: 20, size: "max" }),
      fc.nat(8),
      async (before, during, back) => {
        await feed.play(before);
        meanwhile.push(...during);
        const known = [...candlesOf(feed.published).keys()].map((key) => key.split(" ")[2]!);
        const since = known.toSorted().at(-1 - back) ?? formatTime(DAY_START);
        const stream = await world.open(`?types=candle,trade,quote&since=${since}`);
        const head = Number(dataOf(await stream.next()).to.split(":")[1]);
        const received = await stream.until(feed.mark());
        // Now history is through; what happened while it was read may be under way yet.
        received.push(...await stream.until(feed.mark()));
        await stream.close();
        meanwhile.length = 0;

        const closed = received.filter((event) =>
          event.event === "candle" && dataOf(event).status !== "forming"
        );
        const names = closed.map(tell);
        assertEquals(new Set(names).size, names.length);
        const last = new Map(closed.map((event) => {
          const { symbol, interval, start, revision } = dataOf(event);
          return [`${symbol} ${interval} ${start}`, revision];
        }));
        const expected = [...candlesOf(feed.published)].filter(([key, { sequence }]) =>
          key.split(" ")[2]! >= since || sequence > head
        ).map(([key, { payload }]) => [key, (payload as Candle).revision] as const);
        assertEquals(last, new Map(expected));
        const told = new Set(received.map(tell));
        for (const event of lastWords(feed.published)) {
          const word = tell(asTold(event));
          assert(told.has(word), word);
        }
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("a long history is read no faster than it is taken, and comes whole", async () => {
  const count = 50_000;
  let pages = 0;
  const store = (store: Store) =>
    withStore(store, {
      candles: (query) => {
        pages++;
        return store.candles(query);
      },
    });
  await using world = await openWorld({ symbols: ["AAPL"], store });
  const kept = { epoch: "run0", sequence: 1 };
  world.shared.outbox.add({
    ticks: [],
    candles: Array.from({ length: count }, (_, minute) => ({ ...candle(minute), ...kept })),
  });
  await world.shared.journal.flushed();
  // Its body is not read yet: it takes what a socket would hold, and not a page more.
  const response = await world.ask("?types=candle&intervals=1m&since=2014-05-01");
  await eventually(() => pages > 0, "the first page is read");
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(pages, 1);
  const stream = await readStream(response);
  await stream.next();
  const told = [];
  for (let at = 0; at < count; at++) told.push(await stream.next());
  assertEquals(pages, count / 2_000);
  world.publish(closed(count));
  told.push(await stream.next());
  await stream.close();
  const minutes = told.map((event) =>
    (Date.parse(dataOf(event).start) * 1_000 - DAY_START) / MINUTE
  );
  assertEquals(minutes, Array.from({ length: count + 1 }, (_, minute) => minute));
});

Deno.test("who leaves in the middle of history stops the reading of it", async () => {
  let pages = 0;
  const store = (store: Store) =>
    withStore(store, {
      candles: async (query) => {
        pages++;
        await new Promise((resolve) => setTimeout(resolve, 1));
        return await store.candles(query);
      },
    });
  await using world = await openWorld({ symbols: ["AAPL"], store, page: 1 });
  for (let minute = 0; minute < 3_000; minute++) world.publish(closed(minute));
  const stream = await world.open("?since=2014-05-01");
  await stream.until(({ event }) => event === "candle");
  await stream.close();
  await eventually(() => world.stream.clients() === 0, "it has left");
  await new Promise((resolve) => setTimeout(resolve, 10));
  const read = pages;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(pages, read);
  assert(read < 3_000);
});

Deno.test("a store that fails ends the stream without a word of why; the log has it once, and a retry may do", async () => {
  const lines: string[] = [];
  configureLogging({ level: "info", format: "text" }, (line) => lines.push(line));
  let fails = true;
  const store = (store: Store) =>
    withStore(store, {
      candles: (query) =>
        fails
          ? Promise.reject(new StoreError("unreachable", "No disk at /secret."))
          : store.candles(query),
    });
  await using world = await openWorld({ store });
  world.publish(closed(0), closed(1));
  const failed = await fetch(world.url("?types=candle&since=2014-05-01"));
  const text = await failed.text();
  assertEquals(new SseParser().push(text).map(({ event, id }) => [event, id]), [["hello", null]]);
  assert(!/secret|disk|error/i.test(text), text);
  assertEquals(lines.length, 1);
  assertMatch(lines[0]!, /WARN {2}http .*No disk/);
  assertEquals(world.stream.clients(), 0);

  fails = false;
  const stream = await world.open("?types=candle&since=2014-05-01");
  const told = [await stream.next(), await stream.next(), await stream.next()];
  assertEquals(told.slice(1).map(tell), [
    "candle AAPL 1m 00:00 r0 closed",
    "candle AAPL 1m 00:01 r0 closed",
  ]);
  await stream.close();
});

Deno.test("who resumes within the run gets what it missed, not history again", async () => {
  await using world = await openWorld();
  world.publish(closed(0), closed(1), closed(2));
  const stream = await world.open("?types=candle&since=2014-05-01", { "last-event-id": "run1:2" });
  const hello = await stream.next();
  assertEquals([hello.id, dataOf(hello).resumed], ["run1:2", true]);
  assertEquals(tell(await stream.next()), "candle AAPL 1m 00:02 r0 closed");
  world.publish(closed(3));
  assertEquals(tell(await stream.next()), "candle AAPL 1m 00:03 r0 closed");
  await stream.close();
});

Deno.test("who comes back after a restart gets older candles that were told since, and history once", async () => {
  const first = await openWorld({ epoch: "run1" });
  first.publish(closed(0), closed(1), closed(2), closed(0, { revision: 1 }));
  await first.stop();
  await using world = await openWorld({ epoch: "run2", folder: first.folder });
  world.publish(closed(3));
  const stream = await world.open(`?types=candle&since=${SINCE}`, { "last-event-id": "run1:1" });
  const hello = await stream.next();
  assertEquals([hello.id, dataOf(hello).replayed], [null, 1]);
  world.publish(closed(4));
  const told = [];
  for (let at = 0; at < 5; at++) told.push(await stream.next());
  assertEquals(told.map(tell), [
    "candle AAPL 1m 00:00 r1 closed",
    "candle AAPL 1m 00:01 r0 closed",
    "candle AAPL 1m 00:02 r0 closed",
    "candle AAPL 1m 00:03 r0 closed",
    "candle AAPL 1m 00:04 r0 closed",
  ]);
  assertEquals(told.map(({ id }) => id), [null, null, null, null, "run2:2"]);
  await stream.close();
});

Deno.test("while the store takes its time there are signs of life, but nothing to resume from", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const store = (store: Store) =>
    withStore(store, { candles: (query) => promise.then(() => store.candles(query)) });
  await using world = await openWorld({ store, keepAlive: 10 });
  world.publish(closed(0));
  const stream = await world.open("?types=candle&since=2014-05-01");
  const hello = await stream.next();
  const next = stream.next();
  await eventually(() => stream.parser.comments.length > 2, "signs of life");
  assertEquals([hello.id, stream.parser.lastEventId], [null, ""]);
  resolve();
  assertEquals(tell(await next), "candle AAPL 1m 00:00 r0 closed");
  await stream.close();
});
