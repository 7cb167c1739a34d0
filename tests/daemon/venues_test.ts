/**
 * The daemon between simulated venues, as its user sees it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { openStream } from "../sse.ts";
import { type Daemon, eventually, pause } from "./daemon.ts";
import { assertDiscreet, between, inState, providerOf } from "./venues.ts";

/** How long the load lasts, in milliseconds; `MARKETD_TEST_LOAD` makes it longer. */
const LOAD = Number(Deno.env.get("MARKETD_TEST_LOAD") ?? 8_000);
/** Ticks a second of both venues together. */
const RATE = 10_000;

/** Rows in the tick table, by symbol and kind (0 trade, 1 quote, 2 depth). */
function stored(daemon: Daemon): Record<string, number> {
  const database = new DatabaseSync(`${daemon.folder}/test.db`, { readOnly: true });
  try {
    const rows = database.prepare(
      "SELECT s.name || ' ' || t.kind AS what, count(*) AS count FROM ticks t " +
        "JOIN symbols s ON s.id = t.symbol GROUP BY 1",
    ).all() as { what: string; count: number }[];
    return Object.fromEntries(rows.map(({ what, count }) => [what, count]));
  } finally {
    database.close();
  }
}

Deno.test("under load every tick of both venues is kept once, and the book is there", async () => {
  await between(async ({ alpaca, ig, daemon }) => {
    await inState(daemon, "alpaca", "live");
    await inState(daemon, "ig", "live");
    const stream = await openStream(`${daemon.url}/api/v1/stream?symbols=AAPL,VOD.L,EURUSD`);
    const seen = new Set<string>();
    await stream.until(({ event, data }) => {
      seen.add(`${event} ${JSON.parse(data).symbol}`);
      return ["trade AAPL", "quote AAPL", "quote VOD.L", "depth VOD.L", "quote EURUSD"]
        .every((one) => seen.has(one));
    });
    await stream.close();
    const memory: number[] = [];
    for (let elapsed = 0; elapsed < LOAD; elapsed += 1_000) {
      await pause(1_000);
      const metrics = await (await daemon.get("/metrics")).text();
      memory.push(Number(/^marketd_resident_memory_bytes (\S+)$/m.exec(metrics)![1]));
    }
    const { data: [book] } = await daemon.json<{ data: Record<string, unknown[]>[] }>(
      "/api/v1/book?symbol=VOD.L",
    );
    assertEquals([book!["bids"]!.length, book!["asks"]!.length], [5, 5]);
    alpaca.hush();
    ig.tick(0);
    const epics = { "VOD.L": "KA.D.VOD.DAILY.IP", EURUSD: "CS.D.EURUSD.CFD.IP" };
    const sentOf = (symbol: keyof typeof epics) => ig.sent.get(`PRICE:ABC12:${epics[symbol]}`)!;
    const expected = {
      "AAPL 0": alpaca.sent.get("AAPL t"),
      "AAPL 1": alpaca.sent.get("AAPL q"),
      "MSFT 0": alpaca.sent.get("MSFT t"),
      "MSFT 1": alpaca.sent.get("MSFT q"),
      "EURUSD 1": sentOf("EURUSD"),
      "VOD.L 1": sentOf("VOD.L"),
      "VOD.L 2": sentOf("VOD.L"),
    };
    const wanted = Object.entries(expected).sort().join();
    const isWhole = () => Object.entries(stored(daemon)).sort().join() === wanted;
    await eventually("all that was sent is kept", () => Promise.resolve(isWhole())).catch(() => {});
    assertEquals(stored(daemon), expected);
    const total = Object.values(expected).reduce<number>((sum, count) => sum + count!, 0);
    const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
    const mean = (some: number[]) => some.reduce((sum, one) => sum + one, 0) / some.length;
    const fifth = Math.ceil(memory.length / 5);
    const [middle, last] = [mean(memory.slice(2 * fifth, 3 * fifth)), mean(memory.slice(-fifth))];
    console.log(
      `    ${total} ticks of both venues; memory ${megabytes(memory[0]!)} at first, ` +
        `${megabytes(middle)} in the middle fifth, ${megabytes(last)} in the last`,
    );
    // Minutes, so that caches and the collector's heap have grown to what they need.
    if (LOAD >= 300_000) assert(last < 1.15 * middle, "memory grows with the ticks");
  }, {
    // Of the simulator's instruments two in nine are subscribed to.
    alpaca: { rate: RATE * 1.8 },
    prepare: ({ ig }) => ig.tick(RATE * 0.3),
  });
});

Deno.test("a stop ends the session at the one venue, and closes both sockets cleanly", async () => {
  await between(async ({ alpaca, ig, daemon }) => {
    await inState(daemon, "alpaca", "live");
    await inState(daemon, "ig", "live");
    assertEquals(await daemon.stop(), 0);
    assertEquals(ig.count("logout"), 1);
    assertEquals(ig.diary.filter((done) => done.startsWith("destroy")).length, 1);
    assertEquals(alpaca.seen.closes.map((code) => code === 1000 || code === 1005), [true]);
  });
});

Deno.test("no secret is in any answer", async () => {
  await between(async ({ alpaca, ig, daemon }) => {
    await inState(daemon, "ig", "live");
    alpaca.command({ fault: "expire" });
    alpaca.command({ fault: "drop" });
    ig.command({ fault: "expire" });
    ig.drop();
    await inState(daemon, "alpaca", "faulted");
    await inState(daemon, "ig", "live");
    const paths = ["/", "/health", "/metrics", "/readyz?verbose", "/openapi.json"]
      .concat(["status", "providers", "routes", "instruments"].map((name) => `/api/v1/${name}`));
    for (const path of paths) {
      assertDiscreet(await (await daemon.get(path)).text(), path);
    }
  });
});

Deno.test("a wrong key is tried once, and told in words", async () => {
  await between(async ({ alpaca, daemon }) => {
    await inState(daemon, "alpaca", "faulted");
    const { lastError, events } = await providerOf(daemon, "alpaca");
    assert(/key/i.test(lastError ?? ""), lastError ?? "");
    assertEquals(events.length, 1);
    await pause(3_000);
    const tried = alpaca.seen.requests.filter(({ path }) => path === "/v2/account").length;
    assertEquals(tried, 1);
    await inState(daemon, "ig", "live");
  }, { prepare: ({ alpaca }) => alpaca.accounts.clear() });
});
