import { assertEquals } from "@std/assert";
import type { DrivenClock } from "../../../actors/clock.ts";
import { FLAGS } from "../../../domain/flags.ts";
import type { Trade } from "../../../domain/tick.ts";
import { ProviderError } from "../../../providers/provider.ts";
import { at } from "../http/feed.ts";
import { inPlace, type Place, until } from "../http/place.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

type Row = Record<string, unknown>;

/** The candles of an interval, as the API shows them. */
async function candles({ json }: Place, interval: string): Promise<Row[]> {
  return (await json(`/api/v1/candles?symbol=AAPL&interval=${interval}`)).data;
}

const prices = ({ open, high, low, close }: Row) => [open, high, low, close];
const sums = ({ realVolume, tickVolume, revision }: Row) => [realVolume, tickVolume, revision];

/** Four trades in two minutes; the third is the day's high, and wrong. */
function sayFour({ feed }: Place): Trade[] {
  const trades = [
    feed.trade("AAPL", "13:30:10", 100, 10),
    feed.trade("AAPL", "13:31:10", 101, 20),
    feed.trade("AAPL", "13:31:20", 190, 40),
    feed.trade("AAPL", "13:31:30", 102, 80),
  ];
  feed.say(...trades);
  return trades;
}

Deno.test("a trade that is taken back leaves its closed candles, and those made of them", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    const trades = sayFour(place);
    feed.reach("13:37:00");
    feed.correct(trades[2]!, null, at("13:37:00"));
    await until(async () => (await candles(place, "1m"))[1]!["revision"] === 1);
    const minutes = await candles(place, "1m");
    assertEquals(minutes.map(prices), [[100, 100, 100, 100], [101, 102, 101, 102]]);
    assertEquals(minutes.map(sums), [[10, 1, 0], [100, 2, 1]]);
    // Five minutes are 13:30 to 13:35: closed too.
    const [five] = await candles(place, "5m");
    assertEquals([prices(five!), sums(five!)], [[100, 102, 100, 102], [110, 3, 1]]);
    const ticks = (await place.json("/api/v1/ticks?symbol=AAPL")).data;
    assertEquals(ticks.map(({ flags }) => flags), [[], [], ["cancelled"], []]);
  });
});

Deno.test("a trade that is taken back leaves the forming candles, and they go on", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    const trades = sayFour(place);
    feed.reach("13:32:05");
    feed.correct(trades[2]!, null, at("13:32:05"));
    await until(async () => (await candles(place, "1m"))[1]!["revision"] === 1);
    await until(async () => (await candles(place, "5m"))[0]!["high"] === 102);
    feed.say(feed.trade("AAPL", "13:32:10", 99, 5));
    feed.reach("13:35:03");
    await until(async () => (await candles(place, "5m"))[0]!["status"] !== "forming");
    const [five] = await candles(place, "5m");
    assertEquals([prices(five!), sums(five!)], [[100, 102, 99, 99], [115, 4, 0]]);
    assertEquals((await candles(place, "1m")).length, 3);
  });
});

Deno.test("a trade of the forming minute is taken back without a trace in it", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    const trades = sayFour(place);
    feed.reach("13:31:40");
    feed.correct(trades[2]!, null, at("13:31:40"));
    await until(async () => (await candles(place, "1m"))[1]!["high"] === 102);
    feed.reach("13:32:03");
    await until(async () => (await candles(place, "1m"))[1]!["status"] !== "forming");
    const [, minute] = await candles(place, "1m");
    assertEquals([prices(minute!), sums(minute!)], [[101, 102, 101, 102], [100, 2, 0]]);
  });
});

Deno.test("a trade that is replaced counts as what stands in its place", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    const trades = sayFour(place);
    feed.reach("13:37:00");
    const better = { ...feed.trade("AAPL", "13:36:50", 109, 4), receivedAt: at("13:37:00") };
    feed.correct(trades[2]!, better, at("13:37:00"));
    await until(async () => (await candles(place, "1m"))[1]!["revision"] === 1);
    const [, minute] = await candles(place, "1m");
    assertEquals([prices(minute!), sums(minute!)], [[101, 109, 101, 102], [104, 3, 1]]);
    const ticks = (await place.json("/api/v1/ticks?symbol=AAPL&refused=false")).data;
    assertEquals(ticks.map(({ price }) => price), [100, 101, 109, 102]);
  });
});

Deno.test("a minute whose only trade is taken back says that nothing is left of it", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    const [only] = sayFour(place);
    feed.reach("13:33:00");
    feed.correct(only!, null, at("13:33:00"));
    await until(async () => (await candles(place, "1m"))[0]!["revision"] === 1);
    assertEquals(sums((await candles(place, "1m"))[0]!), [0, 0, 1]);
    await until(async () => (await candles(place, "5m"))[0]!["open"] === 101);
  });
});

Deno.test("a correction of a trade that was never told changes nothing", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    sayFour(place);
    feed.reach("13:37:00");
    feed.correct(feed.trade("AAPL", "13:31:20", 1, 1), null, at("13:37:00"));
    await place.tree.shared.journal.flushed();
    feed.reach("13:37:05");
    assertEquals((await candles(place, "1m")).map(({ revision }) => revision), [0, 0]);
  });
});

Deno.test("a trade of conditions without effect is kept, told and counted, and moves no price", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    const odd = { ...feed.trade("AAPL", "13:30:20", 500, 1), flags: FLAGS["volume-only"] };
    feed.say(feed.trade("AAPL", "13:30:10", 100, 10), odd);
    feed.reach("13:31:03");
    const [minute] = await candles(place, "1m");
    assertEquals([prices(minute!), sums(minute!)], [[100, 100, 100, 100], [11, 2, 0]]);
  });
});

Deno.test("the venue's bar stands for a minute that was not wholly heard, and for no other", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    feed.say(feed.trade("AAPL", "13:30:10", 100, 10));
    feed.reach("13:31:10");
    feed.say(feed.trade("AAPL", "13:31:10", 101, 20));
    feed.reach("13:31:20");
    feed.lose(new ProviderError("lost", "The line went dead."));
    (place.tree.shared.clock as DrivenClock).set(at("13:31:40"));
    await until(async () => {
      const { data } = await place.json("/api/v1/providers");
      return data[0]!["state"] === "live" && Number(data[0]!["failures"]) > 0;
    });
    feed.say(feed.trade("AAPL", "13:31:50", 102, 5));
    feed.reach("13:37:00");
    const told = {
      symbol: "AAPL",
      interval: "1m",
      basis: "trade",
      high: 120,
      low: 90,
      volume: 1_000,
      ticks: 50,
      vwap: 100,
    } as const;
    feed.bar({ ...told, start: at("13:30:00"), open: 1, close: 1 });
    feed.bar({ ...told, start: at("13:31:00"), open: 101, close: 102 });
    await until(async () => (await candles(place, "1m"))[1]!["status"] === "repaired");
    const minutes = await candles(place, "1m");
    assertEquals(minutes.map(({ status }) => status), ["complete", "repaired"]);
    assertEquals([prices(minutes[1]!), sums(minutes[1]!)], [[101, 120, 90, 102], [1_000, 50, 1]]);
    const [five] = await candles(place, "5m");
    assertEquals([prices(five!), five!["status"]], [[100, 120, 90, 102], "repaired"]);
    assertEquals(sums(five!), [1_010, 51, 1]);
  });
});

/** A minute (13:31) of which 20 + 5 were heard, and the venue's own bar of it: 1,000. */
async function repaired(place: Place): Promise<Trade> {
  const { feed } = place;
  feed.say(feed.trade("AAPL", "13:30:10", 100, 10));
  feed.reach("13:31:10");
  const heard = feed.trade("AAPL", "13:31:10", 101, 20);
  feed.say(heard);
  feed.reach("13:31:20");
  feed.lose(new ProviderError("lost", "The line went dead."));
  (place.tree.shared.clock as DrivenClock).set(at("13:31:40"));
  await until(async () => {
    const { data } = await place.json("/api/v1/providers");
    return data[0]!["state"] === "live" && Number(data[0]!["failures"]) > 0;
  });
  feed.say(feed.trade("AAPL", "13:31:50", 102, 5));
  feed.reach("13:37:00");
  feed.bar({
    symbol: "AAPL",
    interval: "1m",
    basis: "trade",
    start: at("13:31:00"),
    open: 101,
    high: 120,
    low: 90,
    close: 102,
    volume: 1_000,
    ticks: 50,
    vwap: 100,
  });
  await until(async () => (await candles(place, "1m"))[1]!["status"] === "repaired");
  await until(() => place.tree.shared.directory.get("AAPL")!.state === "live");
  return heard;
}

Deno.test("a cancel in a repaired minute leaves the venue's own bar", async () => {
  await inPlace(async (place) => {
    const heard = await repaired(place);
    place.feed.correct(heard, null, at("13:37:00"));
    await until(async () => {
      const { data } = await place.json("/api/v1/ticks?symbol=AAPL&kinds=trade");
      return data.some(({ flags }) => (flags as string[]).includes("cancelled"));
    });
    await pause(300);
    const minute = (await candles(place, "1m"))[1]!;
    assertEquals([minute["status"], minute["realVolume"]], ["repaired", 1_000]);
  });
});

Deno.test("a late trade is not added to the venue's own bar, which has it", async () => {
  await inPlace(async (place) => {
    await repaired(place);
    place.feed.say({ ...place.feed.trade("AAPL", "13:31:30", 103, 7), receivedAt: at("13:37:01") });
    place.feed.reach("13:37:05");
    await pause(500);
    const minute = (await candles(place, "1m"))[1]!;
    assertEquals([minute["realVolume"], minute["tickVolume"]], [1_000, 50]);
  });
});
