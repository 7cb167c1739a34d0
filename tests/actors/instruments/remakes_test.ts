import { assertEquals } from "@std/assert";
import type { DrivenClock } from "../../../actors/clock.ts";
import { StoreError } from "../../../db/store.ts";
import { MINUTE, SECOND } from "../../../domain/time.ts";
import { ProviderError } from "../../../providers/provider.ts";
import { inStore, T0, trade, until as untilHolds } from "../fixture.ts";
import { Shards } from "./shards.ts";
import { at } from "../http/feed.ts";
import { inPlace, type Place, until } from "../http/place.ts";

type Row = Record<string, unknown>;
async function candles({ json }: Place, interval: string): Promise<Row[]> {
  return (await json(`/api/v1/candles?symbol=AAPL&interval=${interval}`)).data;
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("two trades of two minutes taken back at once both leave the closed candle made of them", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    const bad1 = feed.trade("AAPL", "13:31:20", 190, 40);
    const bad2 = feed.trade("AAPL", "13:32:20", 180, 30);
    feed.say(
      feed.trade("AAPL", "13:30:10", 100, 10),
      feed.trade("AAPL", "13:31:10", 101, 20),
      bad1,
      feed.trade("AAPL", "13:32:10", 102, 80),
      bad2,
    );
    feed.reach("13:37:00");
    feed.correct(bad1, null, at("13:37:00"));
    feed.correct(bad2, null, at("13:37:00"));
    await until(async () => (await candles(place, "5m"))[0]?.["revision"] === 2);
    const [five] = await candles(place, "5m");
    // 10 + 20 + 80, the highest of 100, 101 and 102.
    assertEquals([five!["realVolume"], five!["tickVolume"], five!["high"]], [110, 3, 102]);
  });
});

Deno.test("two trades of one hour taken back at once leave the forming candles", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    const bads = Array.from(
      { length: 6 },
      (_, i) => feed.trade("AAPL", `13:3${i}:20`, 190 + i, 1_000),
    );
    feed.say(...bads.flatMap((bad, i) => [feed.trade("AAPL", `13:3${i}:10`, 100 + i, 10), bad]));
    feed.reach("13:37:00");
    for (const bad of bads) feed.correct(bad, null, at("13:37:00"));
    await until(async () => (await candles(place, "1m")).every(({ revision }) => revision === 1));
    // What is left of it is known once it was built anew after the last of them.
    await until(async () => (await candles(place, "1h"))[0]!["realVolume"] === 60);
    const hour = (await candles(place, "1h"))[0]!;
    assertEquals([hour["tickVolume"], hour["high"]], [6, 105]);
  }, { settings: { candles: { intervals: ["1m", "1h"] } } });
});

Deno.test("a candle of five minutes is not repaired while one of them is still missing", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    for (const m of [0, 1, 2]) feed.say(feed.trade("AAPL", `13:3${m}:10`, 100 + m, 10));
    feed.reach("13:33:02.5");
    feed.lose(new ProviderError("lost", "The line went dead."));
    (place.tree.shared.clock as DrivenClock).set(at("13:34:40"));
    await until(async () => {
      const { data } = await place.json("/api/v1/providers");
      return data[0]!["state"] === "live" && Number(data[0]!["failures"]) > 0;
    });
    feed.say(feed.trade("AAPL", "13:34:50", 104, 5));
    feed.reach("13:37:00");
    const told = {
      symbol: "AAPL",
      interval: "1m",
      basis: "trade",
      volume: 50,
      ticks: 5,
      vwap: 104,
    } as const;
    feed.bar({ ...told, start: at("13:34:00"), open: 104, high: 105, low: 103, close: 104 });
    await until(async () => (await candles(place, "1m")).at(-1)!["status"] === "repaired");
    await until(async () => (await candles(place, "5m"))[0]!["revision"] === 1);
    // Nobody ever told 13:33.
    assertEquals((await candles(place, "1m")).map(({ start }) => String(start).slice(11, 16)), [
      "13:30",
      "13:31",
      "13:32",
      "13:34",
    ]);
    assertEquals((await candles(place, "5m"))[0]!["status"], "gapped");
  });
});

Deno.test("a trade that is taken back while its candles are rebuilt counts no more", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    const first = feed.trade("AAPL", "13:30:05", 150, 7);
    feed.say(feed.trade("AAPL", "13:30:02", 100, 10), first);
    feed.reach("13:30:10");
    // Has the candles rebuilt; what comes meanwhile is held, until the store answers.
    const { store } = place.tree.shared;
    const answer = Promise.withResolvers<void>();
    const tickSpan = store.tickSpan.bind(store);
    store.tickSpan = (...asked) => answer.promise.then(() => tickSpan(...asked));
    feed.correct(first, null, at("13:30:10"));
    await until(() => place.tree.shared.directory.get("AAPL")!.state === "rebuilding");
    const held = feed.trade("AAPL", "13:30:11", 190, 40);
    feed.say(held);
    feed.correct(held, null, at("13:30:11"));
    answer.resolve();
    const flags = async () =>
      (await place.json("/api/v1/ticks?symbol=AAPL")).data.map(({ flags }) => flags);
    await until(async () => `${(await flags())[2]}` === "cancelled");
    feed.reach("13:32:00");
    await until(async () => {
      const [minute] = await candles(place, "1m");
      return minute?.["status"] === "complete" && minute["realVolume"] === 10;
    });
    const [minute] = await candles(place, "1m");
    assertEquals([minute!["high"], minute!["tickVolume"]], [100, 1]);
    assertEquals(await flags(), [[], ["cancelled"], ["cancelled"]]);
  });
});

Deno.test("a write that fails once while a candle is made again does not cost the forming ones what they had", () =>
  inStore(async (store) => {
    const one = new Shards(store, { intervals: ["1m", "1h"] });
    await one.follow("AAPL");
    const bad = trade({ time: T0 + SECOND, price: 190, size: 5 });
    one.say([trade({ price: 100, size: 1 }), bad]);
    one.beat(T0 + 2 * MINUTE);
    one.say([trade({ time: T0 + 2 * MINUTE, price: 101, size: 1 })]);
    await one.world.journal.flushed();
    let failed = 0;
    store.refuses = ({ candles }) =>
      candles.some(({ revision }) => revision > 0) && failed++ === 0
        ? new StoreError("unreachable", "a blip")
        : null;
    const { id, provider, symbol } = bad;
    const correction = { id, provider, symbol, replacement: null, receivedAt: T0 + 2 * MINUTE };
    one.send("routing", { type: "routing.correct", correction } as never);
    const hour = () => one.forming("AAPL").find(({ interval }) => interval === "1h");
    await untilHolds(() => failed > 0 && one.state("AAPL") === "live" && hour()?.tickVolume === 2);
    assertEquals([hour()?.open, hour()?.high], [100, 101]);
    await one.drain();
  }));

Deno.test("the venue's bars do not pile up while the store is away", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    one.say([trade()]);
    one.beat(T0 + SECOND);
    const { journal } = one.world;
    let asked = 0;
    (journal as { flushed: () => Promise<void> }).flushed = () => {
      asked++;
      return Promise.reject(new StoreError("unreachable", "away"));
    };
    one.world.clock.time = T0 + 600 * MINUTE;
    // Ten hours of one instrument's bars.
    for (let i = 0; i < 600; i++) {
      const bar = {
        symbol: "AAPL",
        interval: "1m",
        basis: "trade",
        start: T0 + i * MINUTE,
        open: 1,
        high: 1,
        low: 1,
        close: 1,
        volume: 1,
        ticks: 1,
        vwap: 1,
      } as const;
      one.send("routing", { type: "routing.bar", bar } as never);
    }
    await pause(500);
    asked = 0;
    await pause(3_000);
    assertEquals(asked < 20, true, `the journal was asked ${asked} times in 3 s`);
    await one.drain();
  }));

Deno.test("a longer candle that falls due while history is put in place has what history says", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    const at = (minute: number, price: number) =>
      trade({ time: T0 + minute * MINUTE, receivedAt: T0 + minute * MINUTE, price, size: 1 });
    one.say([at(0, 100), at(4, 104)]);
    one.beat(T0 + 4 * MINUTE + 30 * SECOND);
    // By the time that the store is asked for the gaps, no beat has closed what is due.
    const { real } = store;
    const gaps = real.gaps.bind(real);
    real.gaps = (query) => {
      one.world.clock.time = T0 + 5 * MINUTE + 3 * SECOND;
      return gaps(query);
    };
    const span = { start: T0 + MINUTE, end: T0 + 2 * MINUTE };
    const refill = {
      symbol: "AAPL",
      provider: "test",
      span,
      covered: span,
      said: { trades: [at(1, 120)] },
    };
    const { promise, reject, resolve } = Promise.withResolvers<unknown>();
    one.send("shard-1", { type: "shard.refill", refill, reply: { resolve, reject } } as never);
    await promise;
    await untilHolds(() => one.state("AAPL") === "live");
    const minutes = (await one.kept()).map(({ close }) => close);
    assertEquals(minutes, [100, 120, 104]);
    const [five] = await one.kept("AAPL", "5m");
    assertEquals([five!.high, five!.realVolume, five!.tickVolume], [120, 3, 3]);
    await one.drain();
  }));

Deno.test("a longer candle that falls due while a trade in it is taken back does not count that trade", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    const at = (minute: number, price: number) =>
      trade({ time: T0 + minute * MINUTE, receivedAt: T0 + minute * MINUTE, price, size: 1 });
    const bad = at(3.5, 190);
    one.say([at(0, 100), at(3, 103), bad, at(4, 104)]);
    one.beat(T0 + 4 * MINUTE + 40 * SECOND);
    await one.world.journal.flushed();
    // By the time that the store is asked for the minute's ticks, no beat has closed what is due.
    const { real } = store;
    const ticks = real.ticks.bind(real);
    real.ticks = (query) => {
      const answer = ticks(query);
      if (query.order === "arrival") one.world.clock.time = T0 + 5 * MINUTE + 3 * SECOND;
      return answer;
    };
    const { id, provider, symbol } = bad;
    const receivedAt = T0 + 4 * MINUTE + 50 * SECOND;
    const correction = { id, provider, symbol, replacement: null, receivedAt };
    one.send("routing", { type: "routing.correct", correction } as never);
    const counted = async (interval: string, at: number) => {
      const candle = (await one.kept("AAPL", interval))[at];
      return [candle?.high, candle?.tickVolume].join();
    };
    await untilHolds(async () => await counted("1m", 1) === "103,1");
    await untilHolds(() => one.state("AAPL") === "live");
    assertEquals(await counted("5m", 0), "104,3");
    await one.drain();
  }));
