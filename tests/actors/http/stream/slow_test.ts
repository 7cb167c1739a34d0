import { assert, assertEquals } from "@std/assert";
import { dataOf, quote, tell, trade } from "./events.ts";
import { eventually, openWorld, type World } from "./world.ts";
import { SseParser } from "../../../sse.ts";
import type { SseEvent } from "../../../sse.ts";

/** So long that a few thousand of them are more than any socket holds. */
const LONG = "x".repeat(8_000);
/** More than this machine's sockets hold, and the cap. */
const MANY = 3_000;
const CAP = 100_000;

/** A client that asks, and then reads nothing until it is told to. */
async function stubborn(world: World, query: string, headers = "") {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: world.port });
  const before = world.stream.clients();
  await connection.write(
    new TextEncoder().encode(
      `GET /api/v1/stream${query} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n` +
        `${headers}\r\n`,
    ),
  );
  await eventually(() => world.stream.clients() === before + 1, "it is connected");
  return {
    /** Reads all there is, up to the end. */
    async rest(): Promise<SseEvent[]> {
      const text = await new Response(connection.readable).text();
      // Chunked transfer (RFC 9112, 7.1): what is text/plain here is ASCII.
      let body = "";
      for (let at = text.indexOf("\r\n\r\n") + 4;;) {
        const line = text.indexOf("\r\n", at);
        const length = parseInt(text.slice(at, line), 16);
        if (!(length > 0)) break;
        body += text.slice(line + 2, line + 2 + length);
        at = line + 2 + length + 2;
      }
      return new SseParser().push(body);
    },
    close: () => connection.close(),
  };
}

const numbersOf = (events: readonly SseEvent[]) =>
  events.filter(({ event }) => event === "trade").map((event) => Number(dataOf(event).id));

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

Deno.test("who does not read is told the gap and let go, can resume, and disturbs nobody", async () => {
  await using world = await openWorld({ buffer: CAP, ring: MANY });
  const slow = await stubborn(world, "?types=trade,quote");
  const other = await world.open("?types=trade");
  const others = other.until((event) => event.event === "trade" && dataOf(event).id === `${MANY}`);
  for (let number = 1; number <= MANY; number++) {
    world.publish(trade(number, "AAPL", LONG), quote(number));
    if (number % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals(numbersOf(await others), upTo(MANY));
  await eventually(() => world.stream.clients() === 1, "the slow one is let go");
  assertEquals((await world.shared.meters.streamSlow.get()).values[0]!.value, 1);

  const told = await slow.rest();
  const gap = told.at(-1)!;
  assertEquals([gap.event, gap.id], ["gap", null]);
  const received = numbersOf(told);
  const last = received.length;
  assertEquals(received, upTo(last));
  assert(last < MANY);
  const [epoch, sequence] = gap.lastEventId.split(":") as [string, string];
  const { fromId, toId, ...more } = dataOf(gap);
  assertEquals(fromId, `${epoch}:${Number(sequence) + 1}`);
  // A gap of the market has times in `from` and `to`: this one cannot be taken for it.
  assertEquals(more, { reason: "slow-client" });
  // What waited for it was at most the cap and what two pauses gave, of some 8,250 bytes each.
  const waited = (Number(toId.split(":")[1]) - Number(sequence)) / 2;
  assert(waited * 8_000 < CAP + 40 * 8_250, `${waited} trades waited`);

  const again = await world.open("?types=trade", { "last-event-id": gap.lastEventId });
  const hello = await again.next();
  assertEquals([dataOf(hello).resumed, dataOf(hello).missed], [true, null]);
  const rest = await again.until((event) => dataOf(event).id === `${MANY}`);
  assertEquals([...received, ...numbersOf(rest)], upTo(MANY));
  await other.close();
  await again.close();
});

Deno.test("of what may be conflated a slow client gets the latest, and stays", async () => {
  await using world = await openWorld({ buffer: CAP });
  const slow = await stubborn(world, "?types=quote");
  const count = 40_000;
  for (let number = 1; number <= count; number++) {
    world.publish(quote(number), quote(-number, "VOD.L"));
    if (number % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { meters } = world.shared;
  await eventually(() => world.stream.clients() === 1, "it is there still");
  assert((await meters.streamConflated.get()).values[0]!.value > 0);
  const reading = slow.rest();
  world.publish(trade(1));
  await world.stream.close();
  const told = await reading;
  assertEquals(told.filter(({ event }) => event === "gap"), []);
  assertEquals(told.slice(-2).map(tell), [`quote AAPL ${count}`, `quote VOD.L ${-count}`]);
  const bids = told.slice(1).map((event) => dataOf(event)).filter(({ symbol }) => symbol === "AAPL")
    .map(({ bid }) => bid);
  assert(bids.length < count);
  assertEquals(bids, bids.toSorted((a, b) => a - b));
  assertEquals(new Set(bids).size, bids.length);
});

Deno.test("who joins as another is let go is served", async () => {
  await using world = await openWorld({ buffer: 4_096 });
  // It is not read at all: what it may hold is soon exceeded.
  const slow = await world.ask("?types=trade");
  for (let number = 1; number <= 20; number++) world.publish(trade(number, "AAPL", LONG));
  await new Promise((resolve) => setTimeout(resolve, 30));
  for (let number = 21; number <= 24; number++) world.publish(trade(number, "AAPL", LONG));
  const late = await world.ask("?types=trade&snapshot=false");
  await eventually(() => world.stream.clients() === 1, "the slow one is let go");
  world.publish(trade(25));
  await world.stream.close();
  const text = await late.text();
  assertEquals([...text.matchAll(/"id":"(\d+)"/g)].map(([, id]) => id), ["25"]);
  await slow.body!.cancel();
});

Deno.test("who cannot keep up while it is told what it missed knows from where it has a gap", async () => {
  await using world = await openWorld({ buffer: 4_096, ring: 5_000 });
  for (let number = 1; number <= 2_000; number++) world.publish(trade(number, "AAPL", LONG));
  const slow = await world.ask("?types=trade", { headers: { "last-event-id": "run1:10" } });
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (let number = 2_001; number <= 2_010; number++) world.publish(trade(number, "AAPL", LONG));
  await eventually(() => world.stream.clients() === 0, "it is let go");
  const told = new SseParser().push(await slow.text());
  const received = numbersOf(told);
  assertEquals(received, upTo(10 + received.length).slice(10));
  assert(received.length < 1_990);
  const gap = told.at(-1)!;
  assertEquals(dataOf(gap).fromId, `run1:${received.at(-1)! + 1}`);
  assertEquals(gap.lastEventId, `run1:${received.at(-1)}`);
});

Deno.test("who is let go before its first event has a gap from there on", async () => {
  const symbols = Array.from({ length: 30 }, (_, index) => `S${index}`);
  await using world = await openWorld({ buffer: 4_096, symbols });
  // A snapshot that is more than its socket may hold.
  for (const symbol of symbols) world.publish(trade(1, symbol, LONG));
  const slow = await world.ask("?types=trade");
  world.publish(trade(2, "S1", LONG), trade(3, "S1", LONG));
  await eventually(() => world.stream.clients() === 0, "it is let go");
  const told = new SseParser().push(await slow.text());
  assertEquals(told.map(({ event }) => event), ["hello", ...symbols.map(() => "trade"), "gap"]);
  assertEquals([dataOf(told.at(-1)!).fromId, dataOf(told.at(-1)!).toId], ["run1:31", "run1:32"]);
});
