import { assertEquals } from "@std/assert";
import { inPlace, type Place } from "./place.ts";

/** Twenty calm trades, then one ten times as high that two refute, and one without a price. */
function sayBad({ feed }: Place): void {
  const second = (of: number) => `13:30:${String(of).padStart(2, "0")}`;
  for (let of = 1; of <= 20; of++) feed.say(feed.trade("AAPL", second(of), 100 + of % 3 / 100, 1));
  feed.say(feed.trade("AAPL", second(21), 1_000, 1));
  feed.say(feed.trade("AAPL", second(22), 100, 1), feed.trade("AAPL", second(23), 100, 1));
  feed.say(feed.trade("AAPL", second(24), 0, 1), feed.trade("NOBODY", second(24), 1, 1));
  feed.reach(second(25));
}

type Seen = { symbol: string; reason: string; count: number; refused: boolean; last: unknown[] };

async function rows({ json }: Place, query = ""): Promise<string[]> {
  const { data } = await json(`/api/v1/quality${query}`);
  return (data as unknown as Seen[]).map(({ symbol, reason, count, refused }) =>
    `${symbol} ${reason} ${count} ${refused}`
  );
}

Deno.test("what was flagged is counted by provider, instrument and reason, and can be looked at", async () => {
  await inPlace(async (place) => {
    sayBad(place);
    assertEquals(await rows(place), [
      "* unknown-instrument 1 true",
      "AAPL outlier 1 true",
      "AAPL not-positive 1 true",
    ]);
    assertEquals(await rows(place, "?symbol=aapl&reason=outlier"), ["AAPL outlier 1 true"]);
    assertEquals(await rows(place, "?symbol=AAPL&reason=crossed"), []);
    assertEquals(await rows(place, "?provider=other"), []);
    const { data } = await place.json("/api/v1/quality?reason=outlier");
    const [{ price, time, flags }] = data[0]!["last"] as [Record<string, unknown>];
    assertEquals([price, time, flags], [1_000, "2014-05-01T13:30:21.000Z", ["outlier"]]);
    const metrics = await (await place.get("/metrics")).text();
    const told = 'marketd_ticks_flagged_total{provider="feed",flag="outlier"} 1';
    assertEquals(metrics.includes(told), true);
  });
});

Deno.test("a symbol that nothing is known of is refused, and that of all strangers is not", async () => {
  await inPlace(async (place) => {
    sayBad(place);
    const response = await place.get("/api/v1/quality?symbol=NOPE");
    assertEquals([response.status, (await response.json()).code], [404, "unknown-symbol"]);
    assertEquals(await rows(place, "?symbol=*"), ["* unknown-instrument 1 true"]);
  });
});

Deno.test("a reason that is none is refused, with those that there are", async () => {
  await inPlace(async ({ get }) => {
    const response = await get("/api/v1/quality?reason=ugly");
    assertEquals(response.status, 400);
    const { detail } = await response.json();
    assertEquals(String(detail).includes("must be one of not-finite,"), true);
  });
});

Deno.test("a stream tells a price in doubt with what came after, once that confirms it", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    for (let of = 10; of < 30; of++) feed.say(feed.trade("AAPL", `13:30:${of}`, 100, 1));
    for (const price of [120, 120, 121]) feed.say(feed.trade("AAPL", "13:30:31", price, 1));
    const forming = async (now: string) => {
      feed.reach(now);
      const { data } = await place.json("/api/v1/candles?symbol=AAPL&interval=1m");
      return [data[0]!["high"], data[0]!["tickVolume"]];
    };
    assertEquals(await forming("13:30:32"), [100, 20]);
    feed.say(feed.trade("AAPL", "13:30:33", 120, 1));
    assertEquals(await forming("13:30:34"), [121, 24]);
  });
});

Deno.test("a bar closes with what its wait was for, or without what nothing confirmed", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    const closed = async () => {
      const { data } = await place.json("/api/v1/candles?symbol=AAPL&interval=1m");
      return data.slice(0, -1).map((row) => [row["high"], row["tickVolume"], row["revision"]]);
    };
    for (let of = 30; of < 50; of++) feed.say(feed.trade("AAPL", `13:30:${of}`, 100, 1));
    feed.say(feed.trade("AAPL", "13:30:59", 120, 1));
    feed.reach("13:31:01");
    for (let of = 0; of < 3; of++) feed.say(feed.trade("AAPL", "13:31:01", 120, 1));
    feed.reach("13:31:02");
    assertEquals(await closed(), [[120, 21, 0]]);
    feed.say(feed.trade("AAPL", "13:31:59", 500, 1));
    feed.reach("13:32:02");
    feed.say(feed.trade("AAPL", "13:32:03", 120, 1));
    feed.reach("13:32:04");
    assertEquals(await closed(), [[120, 21, 0], [120, 3, 0]]);
    assertEquals(await rows(place), ["AAPL outlier 1 true"]);
  });
});

Deno.test("a price in doubt that ends the wait of another waits in its turn", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    for (let of = 10; of < 30; of++) feed.say(feed.trade("AAPL", `13:30:${of}`, 100, 1));
    feed.say(feed.trade("AAPL", "13:30:31", 120, 1));
    feed.say(feed.trade("AAPL", "13:30:37", 500, 1));
    feed.reach("13:30:37");
    assertEquals(await rows(place), ["AAPL outlier 1 true"]);
    feed.reach("13:30:43");
    assertEquals(await rows(place), ["AAPL outlier 2 true"]);
  });
});

Deno.test("what waits is kept when the daemon drains", async () => {
  await inPlace(async (place) => {
    const { feed, tree } = place;
    for (let of = 10; of < 30; of++) feed.say(feed.trade("AAPL", `13:30:${of}`, 100, 1));
    feed.say(feed.trade("AAPL", "13:30:31", 120, 1));
    tree.drain();
    await tree.done;
    assertEquals(tree.shared.journal.kept.ticks, 21);
  });
});

Deno.test("thresholds are what the configuration says", async () => {
  const gate = { outlier: { z: 10_000 } };
  await inPlace(async (place) => {
    sayBad(place);
    assertEquals((await rows(place)).includes("AAPL outlier 1 true"), false);
  }, { settings: { gate } });
});
