import { assertEquals } from "@std/assert";
import { MINUTE, SECOND } from "../../../domain/time.ts";
import { StoreError } from "../../../db/store.ts";
import { inStore, T0, trade, until } from "../fixture.ts";
import { Shards } from "./shards.ts";

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
    await until(() => failed > 0 && one.state("AAPL") === "live" && hour()?.tickVolume === 2);
    assertEquals([hour()?.open, hour()?.high], [100, 101]);
    await one.drain();
  }));
