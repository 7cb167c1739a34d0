import { assert, assertEquals } from "@std/assert";
import { INDICATORS } from "../../../domain/indicators.ts";
import { inPlace, type Place } from "./place.ts";

/** What the feed says: a trade a minute; the last one's minute is not over. */
const CLOSES = [100, 104, 102, 106, 103, 107];
const EMA = "ema:period=3";

function trade({ feed }: Place): void {
  CLOSES.forEach((price, i) => feed.say(feed.trade("AAPL", `13:3${i}:10`, price, 10)));
  feed.reach("13:35:30");
}

/** The exponential means of the closes, by definition: a half of each, and of the mean before. */
const MEANS = CLOSES.reduce<number[]>((all, price, i) => {
  all.push(i === 0 ? price : price / 2 + all[i - 1]! / 2);
  return all;
}, []).map((mean, i) => i < 2 ? null : { value: mean });

const asks = ({ json }: Place) => async (query: string) =>
  (await json(`/api/v1/indicators?symbol=aapl&${query}`)).data as {
    start: string;
    status: string;
    values: Record<string, Record<string, number> | null>;
  }[];

Deno.test("indicators are given along the candles, the forming one too", async () => {
  await inPlace(async (place) => {
    trade(place);
    const rows = await asks(place)(`indicator=${EMA}&indicator=sma:period=2,source=open`);
    assertEquals(rows.map(({ values }) => values[EMA]), MEANS);
    const sma = rows.map(({ values }) => values["sma:period=2,source=open"]);
    assertEquals(
      sma,
      [null, 102, 103, 104, 104.5, 105].map((one) => one === null ? one : { value: one }),
    );
    const candles = (await place.json("/api/v1/candles?symbol=AAPL")).data;
    for (const key of ["symbol", "interval", "start", "end", "basis", "status"] as const) {
      assertEquals(rows.map((row) => row[key as "start"]), candles.map((candle) => candle[key]));
    }
    assertEquals(rows.at(-1)!.status, "forming");
  });
});

Deno.test("a candle has the same values on whatever page it is", async () => {
  await inPlace(async (place) => {
    trade(place);
    const ask = asks(place);
    const values = async (query: string) =>
      (await ask(`indicator=${EMA}&${query}`)).map(({ values }) => values[EMA]!);
    assertEquals(await values("from=2014-05-01T13:33:00Z"), MEANS.slice(3));
    assertEquals(await values("limit=1"), MEANS.slice(-1));
    assertEquals(await values("limit=2&order=desc"), MEANS.slice(-2).reverse());
    const path = `/api/v1/indicators?symbol=AAPL&indicator=${EMA}&limit=2`;
    const { next } = await place.json(path);
    assertEquals(await values(`limit=2&cursor=${next}`), MEANS.slice(2, 4));
    assertEquals(await values("from=2014-05-02T00:00:00Z"), []);
  });
});

Deno.test("the session's VWAP begins with the session, not with the page", async () => {
  await inPlace(async (place) => {
    trade(place);
    const [row] = await asks(place)("indicator=vwap&from=2014-05-01T13:33:00Z&limit=1");
    assertEquals(row!.values["vwap"], { value: (100 + 104 + 102 + 106) / 4 });
  });
});

Deno.test("indicators can be had as CSV, a column for each value", async () => {
  await inPlace(async (place) => {
    trade(place);
    const query = `symbol=AAPL&indicator=${EMA}&indicator=donchian:period=2&limit=2&format=csv`;
    const text = await (await place.get(`/api/v1/indicators?${query}`)).text();
    const last = CLOSES.slice(-2);
    assertEquals(text.trimEnd().split("\n"), [
      "start,end,symbol,interval,basis,status," +
      "ema:period=3,donchian:period=2 lower,donchian:period=2 middle,donchian:period=2 upper",
      "2014-05-01T13:34:00.000Z,2014-05-01T13:35:00.000Z,AAPL,1m,trade,complete," +
      `${MEANS[4]!.value},103,104.5,106`,
      "2014-05-01T13:35:00.000Z,2014-05-01T13:36:00.000Z,AAPL,1m,trade,forming," +
      `${MEANS[5]!.value},${last[0]},105,${last[1]}`,
    ]);
  });
});

Deno.test("what cannot be computed is refused with the words of what refuses it", async () => {
  await inPlace(async ({ get }) => {
    const refused = async (query: string, code: string, ...words: string[]) => {
      const response = await get(`/api/v1/indicators?symbol=AAPL${query}`);
      const problem = await response.json();
      assertEquals([response.status, problem.code], [400, code], query);
      for (const word of words) assert(problem.detail.includes(word), problem.detail);
    };
    await refused("", "bad-query", "indicator", "1 to 16 times");
    await refused("&indicator=emma", "unknown-indicator", '"emma"', "ema");
    await refused("&indicator=ema:period=0", "bad-indicator-parameters", "from 1 to 1000 (was 0)");
    await refused("&indicator=ema:20", "bad-indicator", "ema:period=20");
    await refused("&indicator=ema&indicator=ema", "repeated-indicator", '"ema"');
    await refused("&indicator=ema".repeat(17), "bad-query", "1 to 16 times");
    await refused("&indicator=ema&interval=7m", "unknown-interval", '"7m"');
    assertEquals((await get("/api/v1/indicators?symbol=NOPE&indicator=ema")).status, 404);
  });
});

Deno.test("the catalog tells each indicator's parameters", async () => {
  await inPlace(async ({ json }) => {
    const { data } = await json("/api/v1/indicators/catalog");
    assertEquals(data.map(({ name }) => name), Object.keys(INDICATORS));
    assertEquals(data.find(({ name }) => name === "bollinger"), {
      name: "bollinger",
      title: "Bollinger bands; the deviation is that of the population",
      parameters: {
        period: { min: 2, max: 1_000, whole: true, default: 20 },
        deviations: { min: 0.1, max: 10, whole: false, default: 2 },
      },
      source: "close",
      sources: ["open", "high", "low", "close", "median", "typical"],
      outputs: ["lower", "middle", "upper"],
      overlay: true,
    });
  });
});
