import { assertEquals, assertMatch } from "@std/assert";
import { snapshotSchema } from "../../../actors/http/api/snapshotview.ts";
import { marketSchema } from "../../../actors/http/api/markets.ts";
import type { KeptCandle } from "../../../db/store.ts";
import { parseTime } from "../../../domain/time.ts";
import { ProviderError } from "../../../providers/provider.ts";
import { inPlace, type Place } from "./place.ts";

/** Has the store keep a day of AAPL. */
async function keepDay({ tree }: Place, date: string, close: number): Promise<void> {
  const candle: KeptCandle = {
    symbol: "AAPL",
    interval: "1d",
    basis: "trade",
    start: parseTime(`${date}T13:30:00Z`)!,
    end: parseTime(`${date}T20:00:00Z`)!,
    open: 190,
    high: 210,
    low: 180,
    close,
    realVolume: 1_000,
    tickVolume: 10,
    vwap: 195,
    buyVolume: 0,
    sellVolume: 0,
    status: "complete",
    revision: 0,
    providers: ["feed"],
    openTime: parseTime(`${date}T13:30:01Z`)!,
    closeTime: parseTime(`${date}T19:59:59Z`)!,
    epoch: "000000000",
    sequence: 1,
  };
  tree.shared.outbox.add({ ticks: [], candles: [candle] });
  await tree.shared.journal.flushed();
}

async function snapshot(place: Place, symbol = "AAPL") {
  const { data } = await place.json(`/api/v1/snapshots?symbols=${symbol}`);
  assertEquals(data.length, 1);
  return snapshotSchema.parse(data[0]);
}

Deno.test("a snapshot has the last price, and how far it is from the close of the day before", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    await keepDay(place, "2014-04-29", 150);
    await keepDay(place, "2014-04-30", 200);
    feed.say(
      feed.trade("AAPL", "13:30:01", 201, 10),
      feed.trade("AAPL", "13:30:02", 199.5, 5),
      feed.quote("AAPL", "13:30:03", 199.49, 199.51),
      feed.trade("AAPL", "13:30:04", 199, 30),
    );
    feed.reach("13:30:06");
    const { price, time, bid, ask, reference, change, changeShare, day, ...rest } = await snapshot(
      place,
    );
    assertEquals([price, time], [199, "2014-05-01T13:30:04.000Z"]);
    assertEquals([bid, ask], [199.49, 199.51]);
    assertEquals(reference, {
      price: 200,
      kind: "close",
      time: "2014-04-30T20:00:00.000Z",
      status: "complete",
    });
    assertEquals([change, changeShare], [-1, -0.005]);
    assertEquals(day, { open: 201, high: 201, low: 199, volume: 45, status: "forming" });
    assertEquals([rest.symbol, rest.market, rest.basis], ["AAPL", "NASDAQ", "trade"]);
    assertEquals(rest.heardAt, "2014-05-01T13:30:04.000Z");
    assertEquals(rest.freshness, { state: "live", reason: null });
  });
});

Deno.test("where no day before is kept, the change is since this day's first price, and says so", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    feed.say(feed.trade("AAPL", "13:30:01", 200, 1), feed.trade("AAPL", "13:30:02", 202, 1));
    feed.reach("13:30:06");
    const { reference, change, changeShare } = await snapshot(place);
    assertEquals([reference!.price, reference!.kind], [200, "open"]);
    assertEquals([change, changeShare], [2, 0.01]);
  });
});

Deno.test("what was never heard has no price, and what is not followed no snapshot", async () => {
  await inPlace(async (place) => {
    const { price, change, day, freshness } = await snapshot(place, "VOD.L");
    assertEquals([price, change, day, freshness.state], [null, null, null, "waiting"]);
    const missing = await place.get("/api/v1/snapshots?symbols=AAPL,AAPLE");
    assertEquals([missing.status, (await missing.json()).code], [404, "unknown-symbol"]);
    const { data } = await place.json("/api/v1/snapshots");
    assertEquals(data.map(({ symbol }) => symbol), ["AAPL", "EURUSD", "VOD.L"]);
  });
});

Deno.test("a snapshot says what is wrong with a feed that is down", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    feed.say(feed.trade("AAPL", "13:30:01", 200, 1));
    feed.reach("13:30:06");
    feed.lose(new ProviderError("blocked", "The account is blocked.", { terminal: true }));
    const { freshness, price } = await snapshot(place);
    assertEquals(freshness.state, "wrong");
    assertMatch(freshness.reason!, /^feed is faulted: .*The account is blocked\./);
    assertEquals(price, 200);
  });
});

Deno.test("the markets say which of them is open, until when", async () => {
  await inPlace(async (place) => {
    const { data } = await place.json("/api/v1/markets");
    const markets = new Map(data.map((one) => [one["id"], marketSchema.parse(one)]));
    // 13:30 UTC on 1 May 2014: New York opens, London is open, and Paris keeps Labour Day.
    const told = (id: string) => {
      const { phase, next, holiday, instruments } = markets.get(id)!;
      return [phase, next.time, next.phase, holiday, instruments];
    };
    assertEquals(told("NASDAQ"), ["open", "2014-05-01T20:00:00.000Z", "extended", null, 1]);
    assertEquals(told("LSE"), ["open", "2014-05-01T15:30:00.000Z", "extended", null, 1]);
    assertEquals(told("XPAR").slice(0, 1), ["closed"]);
    assertEquals(markets.get("LSE")!.session!.date, "2014-05-01");
  });
});
