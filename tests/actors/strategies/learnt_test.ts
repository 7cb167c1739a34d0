import { assertEquals } from "@std/assert";
import { Setups } from "../../../actors/setups.ts";
import { catalogOf, STRATEGIES } from "../../../domain/strategies/catalog.ts";
import { MINUTE, SECOND } from "../../../domain/time.ts";
import { inStore, T0, trade, until } from "../fixture.ts";
import { Shards } from "../instruments/shards.ts";

Deno.test("a strategy that fails on a candle which it only learns is told alone; the others see it", () =>
  inStore(async (store) => {
    const spec = { interval: "1m", parameters: { fast: 2, slow: 4, atr: 3 } };
    const ids = ["ema-cross", "rsi-reversal"];
    const settings = { strategies: {} };
    const catalog = catalogOf([...STRATEGIES.values()]);
    const setups = new Setups(catalog, settings, ["1m", "5m"]);
    const shards = new Shards(store, { setups });
    await shards.follow("AAPL");
    const said = { symbol: "AAPL", changedAt: T0, changedBy: "a test" };
    setups.take([
      { ...said, strategy: ids[0]!, spec },
      { ...said, strategy: ids[1]!, spec: { interval: "1m" } },
    ]);
    shards.tell({ type: "instruments.setups" });
    const fortuneOf = (id: string) => setups.fortunes.get(`${id} AAPL`);
    await until(() => ids.every((id) => fortuneOf(id)?.status === "running"));
    const pass = (minute: number, ...prices: number[]) => {
      const time = T0 + minute * MINUTE + SECOND;
      shards.world.clock.time = time;
      shards.say(prices.map((price) => trade({ time, price })));
      shards.beat(T0 + (minute + 1) * MINUTE + 3 * SECOND);
    };
    pass(0, 100);
    const { run } = shards.shard().running.get("AAPL")!.get("ema-cross")!;
    run!.learn = () => {
      throw new Error("a fault put there by the test");
    };
    // A trade that comes late has the candle revised: it is learnt anew.
    shards.say([
      trade({ time: T0 + 2 * SECOND, receivedAt: shards.world.clock.now(), price: 101 }),
    ]);
    shards.beat(shards.world.clock.now() + SECOND);
    assertEquals(fortuneOf("ema-cross")?.status, "restarting");
    assertEquals(fortuneOf("ema-cross")?.fault, "a fault put there by the test");
    assertEquals(fortuneOf("rsi-reversal")?.status, "running");
    pass(1, 102);
    assertEquals(fortuneOf("rsi-reversal")?.until, T0 + 2 * MINUTE);
    await until(() => fortuneOf("ema-cross")?.until === T0 + 2 * MINUTE || (shards.beat(), false));
    assertEquals(fortuneOf("ema-cross"), {
      status: "running",
      fault: null,
      until: T0 + 2 * MINUTE,
    });
    const failed = shards.world.reports.filter(({ report: { id, status } }) =>
      id === "shard-1-strategy" && status !== "running"
    );
    assertEquals(failed, []);
    await shards.drain();
  }));
