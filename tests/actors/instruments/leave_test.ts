import { assertEquals } from "@std/assert";
import type { Candle } from "../../../domain/candle.ts";
import { MINUTE, SECOND } from "../../../domain/time.ts";
import { inStore, T0, trade, until } from "../fixture.ts";
import { brief, Shards } from "./shards.ts";

const leave = (symbol: string) => ({ type: "instruments.leave", symbol }) as const;

Deno.test("an instrument that is left makes nothing more, and what it had is kept", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL", "MSFT");
    one.say([trade(), trade({ symbol: "MSFT" })]);
    one.tell(leave("AAPL"));
    one.say([trade({ id: "late" })]);
    one.beat(T0 + MINUTE + 2 * SECOND);
    assertEquals((await one.ticks()).map(({ id, flags }) => id === "late" ? flags : 0), [0, 4]);
    assertEquals((await one.kept("MSFT")).map(brief), ["0 complete r0 n1 c100"]);
    assertEquals([one.forming("AAPL"), one.world.directory.get("AAPL")], [[], undefined]);
    assertEquals([...one.world.hub.latest()].filter(({ symbol }) => symbol === "AAPL"), []);
    await one.drain();
  }));

Deno.test("an instrument that is left has its forming candles told and kept, as a stop would", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    one.say([trade()]);
    one.beat(T0 + MINUTE + 2 * SECOND);
    one.say([trade({ time: T0 + 70 * SECOND, price: 101 })]);
    one.beat(T0 + 80 * SECOND);
    one.tell(leave("AAPL"));
    const expected = ["0 complete r0 n1 c100", "1 partial r0 n1 c101"];
    assertEquals((await one.kept()).map(brief), expected);
    assertEquals((await one.kept("AAPL", "5m")).map(brief), ["0 partial r0 n2 c101"]);
    const told = one.events.filter(({ type, conflates }) => type === "candle" && !conflates);
    assertEquals(
      told.map(({ payload }) => `${(payload as Candle).interval} ${brief(payload as Candle)}`),
      [...expected.map((text) => `1m ${text}`), "5m 0 partial r0 n2 c101"],
    );
    await one.drain();
  }));

Deno.test("one that is left while its shard is away has them kept when the shard is back", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    one.say([trade()]);
    one.beat(T0 + SECOND);
    // It makes no sense of an event without ticks; the second failure makes supervision wait.
    for (let failure = 0; failure < 2; failure++) one.send("shard-1", { type: "shard.ticks" });
    one.tell(leave("AAPL"));
    one.timer.increment(5_000);
    assertEquals((await one.kept()).map(brief), ["0 partial r0 n1 c100"]);
    await one.drain();
  }));

Deno.test("one that is left while its candles are rebuilt has them kept once they are", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    const gate = Promise.withResolvers<void>();
    store.readGate = gate.promise;
    one.ask("AAPL");
    one.say([trade(), trade({ time: T0 + SECOND, price: 101 })]);
    one.tell(leave("AAPL"));
    one.beat(T0 + 2 * SECOND);
    gate.resolve();
    await until(async () => (await one.kept()).length > 0);
    assertEquals((await one.kept()).map(brief), ["0 partial r0 n2 c101"]);
    assertEquals(one.shard().feeds.has("AAPL"), false);
    await one.drain();
  }));

Deno.test("one that is followed again while it is being left loses none of its ticks", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    const gate = Promise.withResolvers<void>();
    store.readGate = gate.promise;
    one.ask("AAPL");
    one.say([trade()]);
    one.tell(leave("AAPL"));
    one.world.clock.time = T0 + SECOND;
    one.ask("AAPL");
    one.say([trade({ time: T0 + SECOND, price: 101 })]);
    gate.resolve();
    await until(() => one.state("AAPL") === "live");
    assertEquals(one.forming("AAPL").map(({ tickVolume }) => tickVolume), [2, 2]);
    assertEquals((await one.ticks()).length, 2);
    await one.drain();
  }));

Deno.test("a late tick whose candle is being loaded revises it though its instrument is left", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    for (let minute = 0; minute < 8; minute++) one.say([trade({ time: T0 + minute * MINUTE })]);
    const now = T0 + 8 * MINUTE;
    one.beat(now);
    await one.kept();
    const gate = Promise.withResolvers<void>();
    store.readGate = gate.promise;
    one.say([trade({ time: T0 + MINUTE + SECOND, receivedAt: now, price: 150 })]);
    one.beat(now);
    one.tell(leave("AAPL"));
    gate.resolve();
    await until(() => !one.shard().feeds.has("AAPL"));
    assertEquals((await one.kept()).map(brief)[1], "1 complete r1 n2 c150");
    await one.drain();
  }));
