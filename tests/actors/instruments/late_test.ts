import { assertEquals } from "@std/assert";
import { MINUTE, SECOND } from "../../../domain/time.ts";
import { inStore, T0, type TestStore, trade, until } from "../fixture.ts";
import { brief, Shards } from "./shards.ts";

const NOW = T0 + 12 * MINUTE;

/** Shards that have closed a candle in most of twelve minutes: more than they hold in memory. */
async function afterTwelveMinutes(store: TestStore): Promise<Shards> {
  const one = new Shards(store);
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
