import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { candlesOf, Feed, lastWords, steps } from "./feed.ts";
import { asTold, closed, dataOf, forming, quote, tell, trade } from "./events.ts";
import { openWorld, withStore, type World } from "./world.ts";
import type { SseEvent, SseStream } from "../../../sse.ts";
import { configureLogging } from "../../../../actors/log.ts";
import { StoreError } from "../../../../db/store.ts";

const resume = async (world: World, id: string, by: "header" | "parameter", query = "?") =>
  by === "header"
    ? await world.open(query, { "last-event-id": id })
    : await world.open(`${query}&lastEventId=${encodeURIComponent(id)}`);

Deno.test("whatever is published and wherever a client is cut off, resuming loses and repeats nothing", async () => {
  // Signs of life move the id on too: the more, the harder.
  await using world = await openWorld({ keepAlive: 7 });
  const feed = new Feed(world);
  const part = fc.record({
    steps: fc.array(steps, { maxLength: 25, size: "max" }),
    missed: fc.array(steps, { maxLength: 25, size: "max" }),
    cut: fc.nat(30),
    by: fc.constantFrom("header" as const, "parameter" as const),
    every: fc.constantFrom("", "", "every=15ms"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 4 }), async (parts) => {
      feed.published.length = 0;
      let id: string | null = null;
      let begun = 0;
      const received: SseEvent[] = [];
      for (const { steps, missed, cut, by, every } of parts) {
        const stream: SseStream = id === null
          ? await world.open(`?${every}`)
          : await resume(world, id, by, `?${every}`);
        const hello = await stream.next();
        if (id === null) begun = world.shared.hub.sequence;
        else assertEquals([dataOf(hello).resumed, dataOf(hello).missed], [true, null]);
        await feed.play(steps);
        const isEnd = feed.mark();
        for (let at = 0; at < cut; at++) {
          const event = await stream.next();
          received.push(event);
          if (isEnd(event)) break;
        }
        received.push(...stream.taken());
        id = stream.parser.lastEventId;
        await stream.close();
        await feed.play(missed);
      }
      const isEnd = feed.mark();
      const last = await resume(world, id!, "header");
      await last.next();
      received.push(
        ...await last.until(isEnd),
      );
      await last.close();

      const live = received.filter(({ id }) => id !== null);
      const sequences = live.map(({ id }) => Number(id!.split(":")[1]));
      assertEquals(sequences, sequences.toSorted((a, b) => a - b));
      assertEquals(new Set(sequences).size, sequences.length);
      const exact = feed.published.filter(({ conflates, sequence }) =>
        !conflates && sequence > begun
      ).map(({ sequence }) => sequence);
      const isExact = new Set(exact);
      assertEquals(sequences.filter((sequence) => isExact.has(sequence)), exact);

      const told = new Set(received.map(tell));
      for (const event of lastWords(feed.published)) assert(told.has(tell(asTold(event))));
    }),
    { numRuns: 40 },
  );
});

Deno.test("what the ring lost is told as a range, and its closed candles come from the store", async () => {
  const ring = 16;
  await using world = await openWorld({ ring });
  const feed = new Feed(world);
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 90, size: "max" }), async (steps) => {
      const resumed = world.shared.hub.sequence;
      const before = feed.published.length;
      await feed.play(steps.filter(({ what }) => what !== "wait"));
      const all = feed.published.filter(({ conflates }) => !conflates);
      const after = feed.published.slice(before);
      const evicted = all.at(-ring - 1)?.sequence ?? 0;

      const stream = await resume(world, `run1:${resumed}`, "header");
      const hello = dataOf(await stream.next());
      const told = await stream.until(feed.mark());
      await stream.close();
      const lost = evicted > resumed;
      assertEquals(
        hello.missed,
        lost ? { from: `run1:${resumed + 1}`, to: `run1:${evicted}` } : null,
      );
      assertEquals([hello.resumed, hello.replayed], [true, told.length - 1]);

      // Each lost candle in its latest revision, unless a later one is in the ring.
      const refilled = [...candlesOf(after).values()]
        .filter(({ sequence }) => sequence <= evicted)
        .toSorted((a, b) => a.sequence - b.sequence);
      const withoutId = told.filter(({ id }) => id === null);
      assertEquals(withoutId.map(tell), refilled.map((event) => tell(asTold(event))));
      const kept = after.filter(({ conflates, sequence }) => !conflates && sequence > evicted)
        .map(({ sequence }) => `run1:${sequence}`);
      const ids = new Set(told.map(({ id }) => id));
      assertEquals(kept.filter((id) => ids.has(id)), kept);
    }),
    { numRuns: 25 },
  );
});

Deno.test("after a restart the closed candles told since are refilled once, and then all is as for a fresh client", async () => {
  const first = await openWorld({ epoch: "run1" });
  first.publish(
    closed(0),
    trade(1),
    closed(1),
    trade(2),
    closed(2),
    closed(2, { symbol: "VOD.L" }),
  );
  first.publish(closed(0, { interval: "5m" }), closed(1, { revision: 1 }), forming(3, 101));
  await first.stop();
  await using world = await openWorld({ epoch: "run2", folder: first.folder });
  world.publish(trade(3), closed(3), quote(4), closed(3, { symbol: "VOD.L" }));
  world.publish(forming(4, 102));

  const stream = await world.open("", { "last-event-id": "run1:3" });
  const hello = await stream.next();
  assertEquals([hello.id, dataOf(hello) as unknown], ["run1:3", {
    epoch: "run2",
    from: "run1:3",
    to: "run2:5",
    replayed: 6,
    missed: "unknown",
    resumed: false,
  }]);
  const refill = [];
  for (let at = 0; at < 6; at++) refill.push(await stream.next());
  assertEquals(refill.map(tell), [
    "candle AAPL 1m 00:02 r0 closed",
    "candle VOD.L 1m 00:02 r0 closed",
    "candle AAPL 5m 00:00 r0 closed",
    "candle AAPL 1m 00:01 r1 closed",
    "candle AAPL 1m 00:03 r0 closed",
    "candle VOD.L 1m 00:03 r0 closed",
  ]);
  assert(refill.every(({ id, lastEventId }) => id === null && lastEventId === "run1:3"));
  // The latest candle of VOD.L was refilled: it does not come twice.
  const snapshot = [await stream.next(), await stream.next(), await stream.next()];
  assertEquals(snapshot.map(tell).toSorted(), [
    "candle AAPL 1m 00:04 forming 102",
    "quote AAPL 4",
    "trade AAPL 3",
  ]);
  world.publish(trade(5));
  const live = await stream.next();
  assertEquals([live.id, tell(live)], ["run2:6", "trade AAPL 5"]);
  await stream.close();

  const filtered = await world.open("?symbols=AAPL&intervals=5m&types=candle&snapshot=false", {
    "last-event-id": "run1:3",
  });
  await filtered.next();
  assertEquals(tell(await filtered.next()), "candle AAPL 5m 00:00 r0 closed");
  world.publish(closed(5, { interval: "5m" }));
  assertEquals(tell(await filtered.next()), "candle AAPL 5m 00:05 r0 closed");
  await filtered.close();

  const none = await world.open("?types=trade&snapshot=false", { "last-event-id": "run1:3" });
  assertEquals(dataOf(await none.next()).replayed, 0);
  await none.close();
});

Deno.test("an id that is none of ours is unknown: nothing is refilled, and the stream begins anew", async () => {
  const first = await openWorld({ epoch: "run3" });
  first.publish(closed(0), closed(1));
  await first.stop();
  await using world = await openWorld({ epoch: "run5", folder: first.folder });
  world.publish(closed(2), trade(1));
  for (const id of ["run1:1", "run4:0", "run7:0", "run5:99", "nonsense", "run5:", "run5:-1", ""]) {
    const stream = await world.open("", { "last-event-id": id });
    const hello = await stream.next();
    assertEquals([hello.id, dataOf(hello) as unknown], ["run5:2", {
      epoch: "run5",
      from: "run5:2",
      to: "run5:2",
      replayed: 0,
      missed: "unknown",
      resumed: false,
    }], id);
    const snapshot = [await stream.next(), await stream.next()];
    assertEquals(snapshot.map(tell).toSorted(), ["candle AAPL 1m 00:02 r0 closed", "trade AAPL 1"]);
    await stream.close();
  }
});

Deno.test("the header wins over the parameter, as a browser sends it when it reconnects by itself", async () => {
  await using world = await openWorld();
  world.publish(trade(1), trade(2), trade(3));
  const stream = await world.open("?lastEventId=run1:0", { "last-event-id": "run1:2" });
  assertEquals(dataOf(await stream.next()).from, "run1:2");
  assertEquals(tell(await stream.next()), "trade AAPL 3");
  await stream.close();
});

Deno.test("a store that cannot be read keeps nobody from the live events", async () => {
  const first = await openWorld({ epoch: "run1" });
  first.publish(closed(0), closed(1));
  await first.stop();
  const lines: string[] = [];
  configureLogging({ level: "info", format: "text" }, (line) => lines.push(line));
  await using world = await openWorld({
    epoch: "run2",
    folder: first.folder,
    store: (store) =>
      withStore(store, {
        toldCandles: () => Promise.reject(new StoreError("unreachable", "No disk at /secret.")),
      }),
  });
  world.publish(trade(1));
  const stream = await world.open("", { "last-event-id": "run1:1" });
  const hello = await stream.next();
  assertEquals([dataOf(hello).missed, dataOf(hello).replayed], ["unknown", 0]);
  assertEquals(tell(await stream.next()), "trade AAPL 1");
  world.publish(trade(2));
  assertEquals(tell(await stream.next()), "trade AAPL 2");
  assertEquals(lines.length, 1);
  assertMatch(lines[0]!, /WARN {2}http .*No disk/);
  await stream.close();
});
