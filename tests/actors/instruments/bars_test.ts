import { assertEquals } from "@std/assert";
import { MINUTE, SECOND } from "../../../domain/time.ts";
import { inStore, T0, trade } from "../fixture.ts";
import { Shards } from "./shards.ts";
import { StoreError } from "../../../db/store.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

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
