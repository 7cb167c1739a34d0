import { assertEquals } from "@std/assert";
import { BUFFER } from "../../../actors/instruments/memory.ts";
import { Credit } from "../../../domain/credit.ts";
import { MINUTE, SECOND } from "../../../domain/time.ts";
import { inStore, quote, T0, type TestStore, trade, until } from "../fixture.ts";
import { brief, Shards } from "./shards.ts";

/** Asks for an instrument whose candles come up, and take its ticks, only when they are let. */
function hold(one: Shards, store: TestStore): () => Promise<void> {
  const gate = Promise.withResolvers<void>();
  store.readGate = gate.promise;
  one.ask("AAPL");
  return async () => {
    gate.resolve();
    await until(() => one.state("AAPL") === "live");
  };
}

/** What a full buffer makes room for at once. */
const ROOM = Math.floor(BUFFER / 10);

Deno.test("a full buffer sheds by the rule, counts it, and gives the credit back", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    const release = hold(one, store);
    const credit = new Credit(BUFFER + 100);
    await credit.reserve(BUFFER + 1, new AbortController().signal);
    const quotes = Array.from({ length: 10 }, () => quote());
    const trades = Array.from({ length: BUFFER - 9 }, () => trade());
    one.say([...quotes, ...trades], credit);
    // For the one tick too many all quotes but the latest go, and then the oldest of the rest,
    // until a tenth of the buffer is free: 9 quotes, 1 more, 3,276 - 10 trades.
    const { values } = await one.world.meters.shed.get();
    const shed = Object.fromEntries(values.map(({ labels, value }) => [labels.kind, value]));
    assertEquals(shed, { quote: 10, trade: ROOM - 10 });
    assertEquals(credit.available, 99 + ROOM);
    await release();
    const kept = await one.ticks();
    assertEquals(kept.length, BUFFER + 1 - ROOM);
    assertEquals(kept.at(-1)!.id, trades.at(-1)!.id);
    assertEquals(credit.available, BUFFER + 100);
    await one.drain();
  }));

Deno.test("what is shed is told as one gap, and the bars that it was of are gapped", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    const release = hold(one, store);
    // A trade a millisecond from the 28th second on: the oldest go, a tenth of the buffer at a time.
    const begin = T0 + 28 * SECOND;
    const trades = Array.from(
      { length: BUFFER + ROOM + 1 },
      (_, at) => trade({ time: begin + at * 1_000 }),
    );
    one.say(trades);
    await release();
    one.beat(T0 + 2 * MINUTE + 2 * SECOND);
    // From the first that went until after the last: a trade's time is all that is known of it.
    const gap = {
      symbol: "AAPL",
      provider: "test",
      from: begin,
      to: begin + (2 * ROOM - 1) * 1_000 + 1,
      reason: "shed",
      status: "open",
      detectedAt: T0,
    };
    assertEquals(await one.gaps(), [gap]);
    assertEquals(one.events.filter(({ type }) => type === "gap").map((event) => event.payload), [
      gap,
    ]);
    const left = trades.length - 2 * ROOM;
    // The first minute ends 32 s after the first trade.
    const first = 32_000 - 2 * ROOM;
    assertEquals((await one.kept()).map(brief), [
      `0 gapped r0 n${first} c100`,
      `1 complete r0 n${left - first} c100`,
    ]);
    const counts = (await one.world.meters.gaps.get()).values;
    assertEquals(counts.map(({ labels, value }) => [labels.reason, value]), [["shed", 1]]);
    await one.drain();
  }));

Deno.test("quotes that are conflated are no gap in candles of trades", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    const release = hold(one, store);
    one.say([...Array.from({ length: BUFFER }, () => quote()), trade()]);
    await release();
    one.beat(T0 + MINUTE + 2 * SECOND);
    assertEquals((await one.kept()).map(brief), ["0 complete r0 n1 c100"]);
    assertEquals(await one.gaps(), []);
    await one.drain();
  }));
