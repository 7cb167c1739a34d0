import { SECOND } from "../../../domain/time.ts";
import { inStore, T0, trade, until } from "../fixture.ts";
import { Shards } from "./shards.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("a drain keeps the ticks of candles that a store that hangs keeps from being rebuilt", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    const gate = Promise.withResolvers<void>();
    store.readGate = gate.promise;
    one.ask("AAPL");
    one.say([trade({ id: "held" }), trade({ id: "too", time: T0 + SECOND })]);
    await pause(50);
    const done = one.drain();
    for (let i = 0; i < 12; i++) {
      one.timer.increment(10_000);
      await pause(20);
    }
    await Promise.race([done, pause(3_000)]);
    const { outbox, journal } = one.world;
    const kept = async () => {
      const { rows } = await store.real.ticks({ symbol: "AAPL", order: "arrival", limit: 9 });
      return rows.length + outbox.rows + journal.inHand;
    };
    await until(async () => await kept() === 2);
    gate.resolve();
  }));
