import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  candle,
  closed,
  dataOf,
  DAY_START,
  events,
  forming,
  quote,
  tell,
  trade,
} from "./events.ts";
import { eventually, openWorld } from "./world.ts";
import { eventSchema } from "../../../../actors/http/stream/schemas.ts";
import type { Depth } from "../../../../domain/tick.ts";
import type { HubEvent } from "../../../../actors/hub.ts";

Deno.test("a stream begins with hello, which says all there is to say to a fresh client", async () => {
  await using world = await openWorld();
  world.publish(trade(1), trade(2), quote(3));
  const stream = await world.open();
  const hello = await stream.next();
  assertEquals(hello.event, "hello");
  assertEquals(hello.id, "run1:3");
  assertEquals(dataOf(hello) as unknown, {
    epoch: "run1",
    from: "run1:3",
    to: "run1:3",
    replayed: 0,
    missed: null,
    resumed: false,
  });
  await stream.close();
});

Deno.test("nothing on the way may keep or change the stream", async () => {
  await using world = await openWorld();
  const stream = await world.open("", { "accept-encoding": "gzip, br" });
  const { headers } = stream.response;
  assertEquals(headers.get("content-type"), "text/event-stream; charset=utf-8");
  assertEquals(headers.get("x-accel-buffering"), "no");
  assertEquals(headers.get("content-encoding"), null);
  assertMatch(headers.get("cache-control")!, /no-cache.*no-transform/);
  await stream.close();
});

Deno.test("each client is asked for another wait before it reconnects, of one to five seconds", async () => {
  await using world = await openWorld();
  const waits = new Set<number>();
  for (let at = 0; at < 6; at++) {
    const stream = await world.open();
    await stream.next();
    const { retry } = stream.parser;
    assert(retry !== null && retry >= 1_000 && retry <= 5_000, `${retry}`);
    waits.add(retry);
    await stream.close();
  }
  assert(waits.size > 1);
});

Deno.test("a fresh client gets the latest of each thing without ids, then what is published", async () => {
  await using world = await openWorld();
  world.publish(trade(1), trade(2), quote(3), quote(4, "VOD.L"), quote(5));
  world.publish(closed(0), forming(1, 101), forming(1, 102), closed(0, { interval: "5m" }));
  const stream = await world.open();
  const snapshot = [];
  for (let at = 0; at < 6; at++) snapshot.push(await stream.next());
  assertEquals(snapshot.slice(1).map(tell).toSorted(), [
    "candle AAPL 1m 00:01 forming 102",
    "candle AAPL 5m 00:00 r0 closed",
    "quote AAPL 5",
    "quote VOD.L 4",
    "trade AAPL 2",
  ]);
  assertEquals(snapshot.slice(1).map(({ id }) => id), Array(5).fill(null));
  world.publish(trade(6), quote(7));
  world.publish(closed(1));
  const live = [await stream.next(), await stream.next(), await stream.next()];
  assertEquals(live.map(tell), ["trade AAPL 6", "quote AAPL 7", "candle AAPL 1m 00:01 r0 closed"]);
  assertEquals(live.map(({ id }) => id), ["run1:10", "run1:11", "run1:12"]);
  await stream.close();
});

Deno.test("gaps and changes of state are told; the latest state is part of what a fresh client gets", async () => {
  await using world = await openWorld();
  const status = (id: string, status: string): HubEvent => ({
    ...trade(0),
    type: "status",
    symbol: null,
    subject: `provider ${id}`,
    payload: { kind: "provider", id, status, reason: null },
  });
  world.publish(status("demo", "opening"), status("demo", "live"));
  const stream = await world.open("?symbols=AAPL");
  await stream.next();
  assertEquals(dataOf(await stream.next()).status, "live");
  world.publish(status("demo", "backoff"));
  const next = await stream.next();
  assertEquals([next.event, dataOf(next).status], ["status", "backoff"]);
  await stream.close();
});

Deno.test("without a snapshot there is none", async () => {
  await using world = await openWorld();
  world.publish(trade(1), quote(2));
  const stream = await world.open("?snapshot=false");
  await stream.next();
  world.publish(trade(3));
  assertEquals(tell(await stream.next()), "trade AAPL 3");
  await stream.close();
});

Deno.test("symbols, types and intervals choose what comes, in the snapshot and after", async () => {
  await using world = await openWorld();
  const all = () => [
    trade(1),
    quote(2),
    trade(3, "VOD.L"),
    quote(4, "VOD.L"),
    closed(0),
    closed(0, { interval: "5m" }),
    closed(0, { symbol: "VOD.L" }),
  ];
  const cases: Record<string, string[]> = {
    "?symbols=vod.l": ["trade VOD.L 3", "quote VOD.L 4", "candle VOD.L 1m 00:00 r0 closed"],
    "?symbols=VOD.L,%20aapl&types=quote": ["quote AAPL 2", "quote VOD.L 4"],
    "?types=candle&intervals=5m": ["candle AAPL 5m 00:00 r0 closed"],
    "?types=trade,candle&intervals=5m&symbols=*": [
      "trade AAPL 1",
      "trade VOD.L 3",
      "candle AAPL 5m 00:00 r0 closed",
    ],
    "?types=trade@vod.l,quote&intervals=5m": [
      "quote AAPL 2",
      "trade VOD.L 3",
      "quote VOD.L 4",
    ],
    "?types=trade@AAPL,trade@VOD.L,candle@AAPL&symbols=AAPL&intervals=1m@VOD.L,5m@AAPL": [
      "trade AAPL 1",
      "candle AAPL 5m 00:00 r0 closed",
    ],
    "?symbols=*&types=*&intervals=*": [
      "trade AAPL 1",
      "quote AAPL 2",
      "trade VOD.L 3",
      "quote VOD.L 4",
      "candle AAPL 1m 00:00 r0 closed",
      "candle AAPL 5m 00:00 r0 closed",
      "candle VOD.L 1m 00:00 r0 closed",
    ],
  };
  world.publish(...all());
  const streams = [];
  for (const [query, expected] of Object.entries(cases)) {
    const stream = await world.open(query);
    await stream.next();
    const snapshot = [];
    for (const _ of expected) snapshot.push(tell(await stream.next()));
    assertEquals(snapshot.toSorted(), expected.toSorted(), query);
    streams.push({ stream, expected, query });
  }
  world.publish(...all());
  for (const { stream, expected, query } of streams) {
    const live = [];
    for (const _ of expected) live.push(tell(await stream.next()));
    assertEquals(live, expected, query);
    await stream.close();
  }
});

Deno.test("a trade is never both in the snapshot and live, however a client comes in between", async () => {
  await using world = await openWorld();
  let number = 0;
  const publisher = setInterval(() => {
    for (let at = 0; at < 3; at++) world.publish(trade(++number));
  }, 1);
  for (let at = 0; at < 25; at++) {
    const stream = await world.open("?types=trade");
    await stream.next();
    const ids: number[] = [];
    for (let at = 0; at < 20; at++) ids.push(Number(dataOf(await stream.next()).id));
    assertEquals(ids, ids.map((_, index) => ids[0]! + index));
    await stream.close();
  }
  clearInterval(publisher);
});

Deno.test("one JSON object a line has the same content", async () => {
  await using world = await openWorld();
  world.publish(trade(1), quote(2), closed(0));
  const response = await fetch(world.url(), { headers: { accept: "application/x-ndjson" } });
  const stream = await world.open();
  assertEquals(response.headers.get("content-type"), "application/x-ndjson; charset=utf-8");
  assertMatch(response.headers.get("cache-control")!, /no-transform/);
  await eventually(() => world.stream.clients() === 2, "two clients");
  world.publish(trade(4), forming(1, 101));
  await world.stream.close();
  const sse = (await stream.rest()).map(({ id, event, data }) => ({
    ...(id === null ? {} : { id }),
    event,
    data: JSON.parse(data),
  }));
  const lines = (await response.text()).trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines, sse);
  for (const line of lines) assertEquals(eventSchema.parse(line), line);
  assertEquals(sse.length, 6);
});

Deno.test("a book is told with its middle, its spread and its imbalance", async () => {
  await using world = await openWorld();
  const book: Depth = {
    kind: "depth",
    symbol: "AAPL",
    time: DAY_START,
    receivedAt: DAY_START,
    provider: "test",
    id: "1",
    flags: 0,
    bids: [{ price: 100, size: 300 }],
    asks: [{ price: 100.4, size: 60 }, { price: 100.5, size: 40 }],
  };
  world.publish(...events({ ticks: [book] }));
  const stream = await world.open("?types=depth");
  await stream.next();
  const told = await stream.next();
  const data = dataOf(told) as unknown as Record<string, unknown>;
  // (300 - 100) of 400.
  assertEquals([data["mid"], data["spread"], data["imbalance"]], [100.2, 0.4, 0.5]);
  eventSchema.parse({ event: told.event, data });
  await stream.close();
});

Deno.test("HEAD is answered without a client", async () => {
  await using world = await openWorld();
  const response = await fetch(world.url(), { method: "HEAD" });
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  assertEquals(await response.text(), "");
  assertEquals(world.stream.clients(), 0);
});

Deno.test("what cannot be used of a query is told at once, as a problem", async () => {
  await using world = await openWorld();
  const response = await fetch(
    world.url(
      "?symbols=AAPL,APPL&types=trades&intervals=1m,2m&since=yesterday&every=1ms" +
        "&lastEventId=nonsense&snapshot=maybe&symbol=AAPL",
    ),
  );
  assertEquals(response.status, 400);
  assertEquals(response.headers.get("content-type"), "application/problem+json");
  const problem = await response.json() as { code: string; errors: { path: string }[] };
  assertEquals(problem.code, "bad-query");
  assertEquals(problem.errors.map(({ path }) => path).toSorted(), [
    "every",
    "intervals",
    "lastEventId",
    "since",
    "snapshot",
    "symbol",
    "symbols",
    "types",
  ]);
  assertMatch(JSON.stringify(problem.errors), /such as AAPL \(was \\"APPL\\"\)/);
  for (const query of ["?symbols=", "?types=,", "?every=61s", "?lastEventId=run1:", "?since="]) {
    const { status, body } = await fetch(world.url(query));
    assertEquals(status, 400, query);
    await body!.cancel();
  }
  assertEquals(world.stream.clients(), 0);
});

Deno.test("what is about an instrument is told as its table shows it", async () => {
  await using world = await openWorld();
  const stream = await world.open();
  await stream.next();
  world.publish(...events({ closed: [candle(0)] }));
  const { start, providers, openTime } = JSON.parse((await stream.next()).data);
  assertEquals([start, providers, openTime], ["2014-05-01T00:00:00.000Z", ["demo"], undefined]);
  await stream.close();
});

Deno.test("the Accept header's weights decide how the stream is written", async () => {
  await using world = await openWorld();
  const [sse, ndjson] = ["text/event-stream; charset=utf-8", "application/x-ndjson; charset=utf-8"];
  const table: [string, string | null][] = [
    ["application/x-ndjson;q=0.2, text/event-stream", sse],
    ["text/event-stream;q=0.2, application/x-ndjson", ndjson],
    ["application/x-ndjson;q=0, */*", sse],
    ["text/event-stream;q=0, */*", ndjson],
    ["text/html, */*;q=0.8", sse],
    ["application/json", null],
  ];
  for (const [accept, expected] of table) {
    const response = await world.ask("", { headers: { accept } });
    const type = response.headers.get("content-type");
    if (expected === null) {
      assertEquals([response.status, (await response.json()).code], [406, "not-acceptable"]);
    } else {
      await response.body!.cancel();
      assertEquals([accept, type, response.headers.get("vary")], [accept, expected, "Accept"]);
    }
  }
});
