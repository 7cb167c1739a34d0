import { assertEquals } from "@std/assert";
import { MINUTE, SECOND } from "../../../domain/time.ts";
import { inStore, T0, type TestStore, trade, until } from "../fixture.ts";
import { brief, failingOn, once, Shards, type ShardsOptions } from "./shards.ts";

const NOW = T0 + 12 * MINUTE;

/** Shards that have closed a candle in most of twelve minutes: more than they hold in memory. */
async function afterTwelveMinutes(
  store: TestStore,
  options: ShardsOptions = {},
): Promise<Shards> {
  const one = new Shards(store, options);
  await one.follow("AAPL");
  for (const minute of [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11]) {
    one.say([trade({ time: T0 + minute * MINUTE })]);
  }
  one.beat(NOW);
  await one.kept();
  return one;
}

/** A trade of an earlier second that comes only now. */
const late = (second: number, price: number) =>
  trade({ time: T0 + second * SECOND, receivedAt: NOW, price });

Deno.test("a late tick has its candles loaded, and revises them", () =>
  inStore(async (store) => {
    const one = await afterTwelveMinutes(store);
    one.say([late(70, 150), late(75, 160)]);
    one.beat();
    await until(async () => (await one.kept())[1]!.revision === 2);
    assertEquals((await one.kept()).slice(0, 3).map(brief), [
      "0 complete r0 n1 c100",
      "1 complete r2 n3 c160",
      "2 complete r0 n1 c100",
    ]);
    await until(async () => (await one.kept("AAPL", "5m"))[0]!.revision === 2);
    assertEquals((await one.kept("AAPL", "5m")).map(brief)[0], "0 complete r2 n6 c100");
    const revised = one.events.filter(({ payload }) => (payload as { revision?: number }).revision);
    const latest = one.world.hub.latestOf("candle", "AAPL 1m trade")!.payload as { start: number };
    // The stream is told of it, but its latest candle stays the newest one.
    assertEquals([revised.length > 0, latest.start], [true, T0 + 11 * MINUTE]);
    await one.drain();
  }));

Deno.test("a late tick of a minute that had none makes its candle", () =>
  inStore(async (store) => {
    const one = await afterTwelveMinutes(store);
    one.say([late(190, 150)]);
    one.beat();
    await until(async () => (await one.kept()).length === 11);
    assertEquals((await one.kept()).map(brief)[3], "3 complete r0 n1 c150");
    await one.drain();
  }));

Deno.test("late ticks wait for a store that cannot be read, and revise once it can", () =>
  inStore(async (store) => {
    const one = await afterTwelveMinutes(store);
    store.unreadable = new Error("no reading today");
    one.say([late(70, 150)]);
    one.beat();
    await until(() => store.unread > 0);
    one.say([late(75, 160)]);
    one.beat();
    store.unreadable = null;
    await until(async () => (await one.kept())[1]!.revision === 2);
    assertEquals((await one.kept()).map(brief)[1], "1 complete r2 n3 c160");
    await one.drain();
  }));

Deno.test("a late tick whose candle is being loaded while the tree drains still revises it", () =>
  inStore(async (store) => {
    const one = await afterTwelveMinutes(store);
    const gate = Promise.withResolvers<void>();
    store.readGate = gate.promise;
    one.say([late(70, 150)]);
    one.beat();
    await until(() => one.world.outbox.rows === 0);
    const drained = one.drain();
    gate.resolve();
    await drained;
    const query = { symbol: "AAPL", interval: "1m", basis: "trade", order: "start" } as const;
    const { rows } = await store.real.candles({ ...query, limit: 99 });
    assertEquals(brief(rows[1]!), "1 complete r1 n2 c150");
  }));

Deno.test("a late tick whose candle is being loaded when the candles fail still revises it", () =>
  inStore(async (store) => {
    const makeSeries = failingOn(once(["bad"]));
    const one = await afterTwelveMinutes(store, { makeSeries, intervals: ["1m", "5m", "1h"] });
    const gate = Promise.withResolvers<void>();
    store.readGate = gate.promise;
    // The 1m and 5m candles at 1:10 are closed, and have to be loaded; the hour is still open.
    one.say([late(70, 150)]);
    one.beat();
    one.say([trade({ id: "bad", time: NOW })]);
    one.beat();
    assertEquals(one.state("AAPL"), "restarting");
    gate.resolve();
    await until(() => one.state("AAPL") === "live");
    await until(async () => (await one.kept())[1]!.revision === 1);
    await until(async () => (await one.kept("AAPL", "5m"))[0]!.revision === 1);
    assertEquals((await one.kept()).map(brief)[1], "1 complete r1 n2 c150");
    // The close is the price of the latest by venue time: 4:00, not 1:10.
    assertEquals((await one.kept("AAPL", "5m")).map(brief)[0], "0 complete r1 n5 c100");
    const hour = one.forming("AAPL").find(({ interval }) => interval === "1h")!;
    // Eleven minutes' trades, the late one, and the one that met the fault.
    assertEquals([hour.tickVolume, hour.high], [13, 150]);
    await one.drain();
  }));

Deno.test("one of a minute without others, which a rebuilding reads again, counts once", () =>
  inStore(async (store) => {
    const one = new Shards(store, { makeSeries: failingOn(once(["bad"])) });
    await one.follow("AAPL");
    one.say([trade()]);
    one.beat(NOW);
    await one.kept();
    const gate = Promise.withResolvers<void>();
    store.readGate = gate.promise;
    one.say([late(190, 150)]);
    one.beat();
    one.say([trade({ id: "bad", time: NOW })]);
    one.beat();
    gate.resolve();
    await until(() => one.state("AAPL") === "live");
    await until(async () => (await one.kept()).length === 2);
    assertEquals((await one.kept()).map(brief), [
      "0 complete r0 n1 c100",
      "3 complete r0 n1 c150",
    ]);
    // It was revised in memory, and that was kept, before the fault.
    assertEquals((await one.kept("AAPL", "5m")).map(brief), ["0 complete r1 n2 c150"]);
    await one.drain();
  }));
