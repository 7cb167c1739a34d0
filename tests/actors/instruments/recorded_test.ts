import { assertEquals } from "@std/assert";
import { FLAGS } from "../../../domain/flags.ts";
import { MINUTE, SECOND } from "../../../domain/time.ts";
import { inStore, quote, T0, trade, until } from "../fixture.ts";
import { brief, Shards } from "./shards.ts";

const { backfilled } = FLAGS;

Deno.test("what a recording has of a venue's history makes the minutes that it is of, and not those it is amid", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    const at = (minutes: number, price: number, more = {}) =>
      trade({ time: T0 + minutes * MINUTE, receivedAt: T0 + minutes * MINUTE, price, ...more });
    one.say([at(0, 100), at(1, 101), at(8, 108)]);
    one.beat(T0 + 8 * MINUTE + 10 * SECOND);
    // As a refill was recorded: with the time at which it was put in place.
    const receivedAt = T0 + 8 * MINUTE + 10 * SECOND;
    const missed = [3, 4].map((minute) =>
      at(minute, 100 + minute, { receivedAt, flags: backfilled })
    );
    one.say([...missed, at(8.5, 90, { receivedAt: T0 + 8.5 * MINUTE }), at(9, 109)]);
    await until(() => one.state("AAPL") === "live" && !one.shard().feeds.get("AAPL")!.isRefilled);
    one.beat(T0 + 10 * MINUTE + 3 * SECOND);
    assertEquals((await one.kept()).map(brief), [
      "0 complete r0 n1 c100",
      "1 complete r0 n1 c101",
      "3 repaired r0 n1 c103",
      "4 repaired r0 n1 c104",
      "8 complete r0 n2 c90",
      "9 complete r0 n1 c109",
    ]);
    assertEquals((await one.ticks()).length, 7);
    await until(async () => {
      await one.world.journal.flushed();
      const query = { symbol: "AAPL", name: "volume", order: "time", limit: 9 } as const;
      const { rows } = await store.real.measures("profile", query);
      return rows.map(({ start }) => (start - T0) / MINUTE).join() === "0,1,3,4,8,9";
    });
    await one.drain();
  }));

Deno.test("what a recording has of history that is no trade is kept", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    one.say([trade(), quote({ flags: backfilled }), trade({ price: 101 })]);
    one.beat(T0 + SECOND);
    assertEquals((await one.ticks()).map(({ kind }) => kind), ["trade", "quote", "trade"]);
    await one.drain();
  }));
