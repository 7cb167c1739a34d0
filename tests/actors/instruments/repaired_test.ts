import { assertEquals } from "@std/assert";
import type { DrivenClock } from "../../../actors/clock.ts";
import type { Trade } from "../../../domain/tick.ts";
import { ProviderError } from "../../../providers/provider.ts";
import { at } from "../http/feed.ts";
import { inPlace, type Place, until } from "../http/place.ts";

type Row = Record<string, unknown>;
async function candles({ json }: Place, interval: string): Promise<Row[]> {
  return (await json(`/api/v1/candles?symbol=AAPL&interval=${interval}`)).data;
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

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
