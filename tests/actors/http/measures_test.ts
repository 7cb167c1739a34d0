import { assert, assertEquals } from "@std/assert";
import { flowSchema, profileSchema, stateSchema } from "../../../actors/http/api/measurerecords.ts";
import { inPlace, type Place } from "./place.ts";

/** Three minutes of AAPL in New York's session: two closed, one forming. */
function tradeAapl({ feed }: Place): void {
  feed.say(
    feed.trade("AAPL", "13:30:10", 100, 10),
    feed.trade("AAPL", "13:30:40", 100.02, 30),
    feed.trade("AAPL", "13:31:05", 100.01, 20),
    feed.trade("AAPL", "13:32:01", 100.02, 5),
  );
  feed.reach("13:32:30");
}

Deno.test("the profile of the present session is given up to its last trade", async () => {
  await inPlace(async (place) => {
    tradeAapl(place);
    const { data, next } = await place.json("/api/v1/profile?symbol=aapl");
    const [profile] = data.map((row) => profileSchema.parse(row));
    assertEquals([data.length, next], [1, null]);
    // By hand: 35 of 65 at 100.02; with the pair below, all of it.
    const { bins, end, poc, start, status, total, vah, val, valueShare } = profile!;
    assertEquals(bins, [
      { price: 100, volume: 10 },
      { price: 100.01, volume: 20 },
      { price: 100.02, volume: 35 },
    ]);
    assertEquals([poc, vah, val, total, valueShare], [100.02, 100.02, 100, 65, 1]);
    assertEquals([start, end, status], [
      "2014-05-01T13:30:00.000Z",
      "2014-05-01T20:00:00.000Z",
      "forming",
    ]);
  });
});

Deno.test("the session's profile of time is given with it, and that of a span", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    feed.say(
      feed.trade("AAPL", "13:30:10", 100, 10),
      feed.trade("AAPL", "13:45:00", 100.03, 10),
      feed.trade("AAPL", "14:00:05", 100.02, 10),
      feed.trade("AAPL", "14:29:00", 100.04, 10),
      feed.trade("AAPL", "14:31:00", 100.02, 10),
      feed.trade("AAPL", "14:31:30", 100.03, 10),
    );
    feed.reach("14:33:00");
    const of = async (query: string) =>
      (await place.json(`/api/v1/profile?symbol=AAPL${query}`)).data
        .map((row) => profileSchema.parse(row).tpo)[0];
    const day = "2014-05-01T";
    const [a, b, c] = [
      { letter: "A", start: `${day}13:30:00.000Z`, low: 100, high: 100.03 },
      { letter: "B", start: `${day}14:00:00.000Z`, low: 100.02, high: 100.04 },
      { letter: "C", start: `${day}14:30:00.000Z`, low: 100.02, high: 100.03 },
    ];
    // By hand: marks 1, 1, 3, 3, 1 from 100 on. Of the two prices with 3 that of 100.02 is the middle
    // of the range. 70 % of 9 is 6.3: 3, and 4 of the pair above it, make 7.
    const session = {
      minutes: 30,
      poc: 100.02,
      vah: 100.04,
      val: 100.02,
      total: 9,
      initial: { low: 100, high: 100.04 },
      brackets: [a, b, c],
    };
    assertEquals(await of(""), session);
    assertEquals(await of(`&from=${day}13:30:00Z`), session);
    // Brackets of a span are counted from its start.
    const late = await of(`&from=${day}14:20:00Z&to=${day}15:00:00Z`);
    assertEquals(late!.brackets, [
      { letter: "A", start: `${day}14:20:00.000Z`, low: 100.02, high: 100.04 },
    ]);
    assertEquals(await of("&from=2014-04-20T00:00:00Z"), null);
  });
});

Deno.test("the profile of a span is the sum of its closed minutes", async () => {
  await inPlace(async (place) => {
    tradeAapl(place);
    const span = async (query: string) =>
      (await place.json(`/api/v1/profile?symbol=AAPL&${query}`)).data
        .map((row) => profileSchema.parse(row).bins.map(({ price, volume }) => [price, volume]));
    const day = "2014-05-01T13:";
    assertEquals(await span(`from=${day}30:00Z`), [[[100, 10], [100.01, 20], [100.02, 30]]]);
    assertEquals(await span(`from=${day}31:00Z&to=${day}32:00Z`), [[[100.01, 20]]]);
    assertEquals(await span(`to=${day}31:00Z`), [[[100, 10], [100.02, 30]]]);
    assertEquals(await span("from=2014-05-02T00:00:00Z&to=2014-05-03T00:00:00Z"), []);
    const long = await place.get("/api/v1/profile?symbol=AAPL&from=2012-01-01T00:00:00Z");
    assertEquals([long.status, (await long.json()).code], [400, "long-span"]);
  });
});

Deno.test("a profile is given in wider bins where they are asked for", async () => {
  await inPlace(async (place) => {
    tradeAapl(place);
    const path = "/api/v1/profile?symbol=AAPL&bin=";
    const [wide] = (await place.json(`${path}0.02`)).data.map((row) => profileSchema.parse(row));
    // 10 at 100 and 20 at 100.01 are one bin; 35 at 100.02 begin the next.
    assertEquals(wide!.bins, [{ price: 100, volume: 30 }, { price: 100.02, volume: 35 }]);
    assertEquals([wide!.binSize, wide!.total], [0.02, 65]);
    assertEquals([wide!.val, wide!.vah], [100, 100.03]);
    for (const bin of ["0.015", "0.005", "0", "x"]) {
      assertEquals((await place.get(path + bin)).status, 400, bin);
    }
    const problem = await (await place.get(`${path}0.015`)).json();
    assertEquals(problem.code, "bad-bin");
  });
});

Deno.test("order flow is given bar by bar, the forming one last", async () => {
  await inPlace(async (place) => {
    tradeAapl(place);
    const of = async (query: string) =>
      (await place.json(`/api/v1/flow?symbol=AAPL&${query}`)).data.map((row) =>
        flowSchema.parse(row)
      )
        .map((
          { buyVolume, cumulative, forming, sellVolume, unknownVolume },
        ) => [unknownVolume, buyVolume, sellVolume, cumulative, forming]);
    // By hand, by the tick rule: 10 unknown, 30 bought; 20 sold; 5 bought.
    const first = [10, 30, 0, 30, false];
    const second = [0, 0, 20, 10, false];
    const third = [0, 5, 0, 15, true];
    assertEquals(await of(""), [first, second, third]);
    assertEquals(await of("order=desc"), [third, second, first]);
    assertEquals(await of("from=2014-05-01T13:31:00Z"), [second, third]);
    assertEquals(await of("limit=2"), [second, third]);
    assertEquals(await of("limit=1"), [second]);
    assertEquals(await of("interval=5m"), [[10, 35, 20, 15, true]]);
    const pages = await place.json("/api/v1/flow?symbol=AAPL&limit=2");
    assertEquals(await of(`limit=2&cursor=${pages.next}`), [first]);
    const wrong = await place.get("/api/v1/flow?symbol=AAPL&interval=7m");
    assertEquals([wrong.status, (await wrong.json()).code], [400, "unknown-interval"]);
  }, { settings: { candles: { intervals: ["1m", "5m"] } } });
});

Deno.test("the state is given as it stands, and as it stood", async () => {
  await inPlace(async (place) => {
    tradeAapl(place);
    const of = async (query: string) =>
      (await place.json(`/api/v1/state?symbol=AAPL&${query}`)).data.map((row) =>
        stateSchema.parse(row)
      );
    const [now] = await of("");
    assertEquals([now!.regime, now!.price], ["balance", 100.02]);
    assertEquals(now!.reasons.length, 4);
    const all = await of("limit=9&order=desc");
    assert(all.length >= 1);
    assertEquals(all[0], now);
  });
});

Deno.test("profile, flow and state can be had as CSV", async () => {
  await inPlace(async (place) => {
    tradeAapl(place);
    const csv = async (path: string) => {
      const response = await place.get(`/api/v1/${path}`, { accept: "text/csv" });
      return (await response.text()).trimEnd().split("\n");
    };
    const head = "AAPL,2014-05-01T13:30:00.000Z,2014-05-01T20:00:00.000Z,volume,forming";
    assertEquals(await csv("profile?symbol=AAPL"), [
      "symbol,start,end,basis,status,price,binSize,volume,area",
      `${head},100,0.01,10,value`,
      `${head},100.01,0.01,20,value`,
      `${head},100.02,0.01,35,poc`,
    ]);
    const [header, first] = await csv("flow?symbol=AAPL");
    assertEquals(
      header,
      "start,end,symbol,interval,buyVolume,sellVolume,unknownVolume,delta,pressure,cumulative," +
        "deltaHigh,deltaLow,buys,sells,unknowns,largeBuyVolume,largeSellVolume,larges,forming,revision",
    );
    assertEquals(
      first,
      "2014-05-01T13:30:00.000Z,2014-05-01T13:31:00.000Z,AAPL,1m,30,0,10,30,1,30,30,0,1,0,1,0,0,0,false,0",
    );
    const state = await csv("state?symbol=AAPL");
    assertEquals(state[0], "time,symbol,regime,score,confidence,price,reasons");
    assert(state[1]!.includes(",AAPL,balance,"), state[1]);
  });
});

Deno.test("switched off, there is no profile, flow or state", async () => {
  await inPlace(async (place) => {
    tradeAapl(place);
    for (const path of ["profile", "flow", "state"]) {
      assertEquals((await place.json(`/api/v1/${path}?symbol=AAPL`)).data, []);
    }
    assertEquals((await place.json("/api/v1/candles?symbol=AAPL")).data.length, 3);
  }, { settings: { profile: { enabled: false } } });
});
