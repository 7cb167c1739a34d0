import { assert, assertEquals } from "@std/assert";
import { type Instrument, resolveInstrument } from "../../../domain/instrument.ts";
import type { Tick } from "../../../domain/tick.ts";
import { demo } from "../../../providers/demo/provider.ts";
import { testContext } from "../context.ts";
import { open, providerContract } from "../contract.ts";

const now = () => Math.round((performance.timeOrigin + performance.now()) * 1_000);

function make(options: Record<string, unknown> = {}) {
  return demo.create(demo.options.parse(options), testContext(now));
}

function instruments(...symbols: string[]): [Instrument, Instrument, ...Instrument[]] {
  return symbols.map((symbol) => resolveInstrument({ symbol })) as [Instrument, Instrument];
}

providerContract(demo, {
  waits: true,
  make: () =>
    Promise.resolve({
      provider: make({ rate: 20_000 }),
      instruments: instruments("AAPL", "EURUSD", "^FTSE", "VOD.L"),
      dispose: () => Promise.resolve(),
    }),
});

/** What the seed decides of a tick. */
function content(tick: Tick): Omit<Tick, "time" | "receivedAt" | "id"> {
  const { time: _time, receivedAt: _receivedAt, id: _id, ...rest } = tick;
  return rest;
}

/** The first ticks of a fresh demo provider. */
async function firstTicks(count: number, options: Record<string, unknown>, symbols: string[]) {
  const { sink, stream } = await open(make(options));
  await stream.subscribe(instruments(...symbols));
  await sink.until(() => sink.ticked.length >= count);
  await stream.close();
  return sink.ticked.slice(0, count);
}

const SYMBOLS = ["AAPL", "EURUSD", "^FTSE"];

Deno.test("the same seed and instruments give the same ticks, whatever the rate", async () => {
  const fast = await firstTicks(500, { seed: 7, rate: 50_000 }, SYMBOLS);
  const slow = await firstTicks(500, { seed: 7, rate: 5_000 }, SYMBOLS);
  assertEquals(fast.map(content), slow.map(content));
});

Deno.test("another seed gives other ticks", async () => {
  const one = await firstTicks(100, { seed: 1, rate: 20_000 }, SYMBOLS);
  const other = await firstTicks(100, { seed: 2, rate: 20_000 }, SYMBOLS);
  assert(JSON.stringify(one.map(content)) !== JSON.stringify(other.map(content)));
});

Deno.test("what an instrument does, does not depend on the others", async () => {
  const alone = await firstTicks(200, { rate: 20_000 }, ["AAPL"]);
  const among = await firstTicks(1_000, { rate: 20_000 }, SYMBOLS);
  const its = among.filter(({ symbol }) => symbol === "AAPL").slice(0, 200);
  assertEquals(its.length, 200);
  assertEquals(its.map(content), alone.map(content));
});

Deno.test("an instrument that is subscribed to again goes on where it was", async () => {
  const alone = await firstTicks(400, { rate: 20_000 }, ["AAPL"]);
  const { sink, stream } = await open(make({ rate: 20_000 }));
  await stream.subscribe(instruments("AAPL"));
  await sink.until(() => sink.ticked.length >= 100);
  await stream.subscribe(instruments("AAPL"));
  await sink.until(() => sink.ticked.length >= 400);
  await stream.close();
  assertEquals(sink.ticked.slice(0, 400).map(content), alone.map(content));
});

Deno.test("ids of one run never occur in another", async () => {
  const provider = make({ rate: 20_000 });
  const ids = new Set<string>();
  let count = 0;
  for (let run = 0; run < 2; run++) {
    const { sink, stream } = await open(provider);
    await stream.subscribe(instruments("AAPL"));
    await sink.until(() => sink.ticked.length >= 100);
    await stream.close();
    count += sink.ticked.length;
    for (const { id } of sink.ticked) ids.add(id);
  }
  assertEquals(ids.size, count);
});

Deno.test("a tick's venue time is never after it was received, and never before the tick ahead of it", async () => {
  const ticks = await firstTicks(2_000, { rate: 20_000 }, SYMBOLS);
  ticks.forEach((tick, i) => {
    assert(tick.time <= tick.receivedAt);
    assert(i === 0 || tick.time >= ticks[i - 1]!.time);
  });
});

Deno.test("equities have trades, quotes and books; indices quotes; currencies no trades", () => {
  const offers = (symbol: string) => [...make().offers(resolveInstrument({ symbol }))].sort();
  assertEquals(offers("AAPL"), ["depth", "quotes", "streaming", "trades"]);
  assertEquals(offers("VOD.L"), ["depth", "quotes", "streaming", "trades"]);
  assertEquals(offers("^GDAXI"), ["quotes", "streaming"]);
  assertEquals(offers("EURUSD"), ["depth", "quotes", "streaming"]);
});

Deno.test("without a configuration it has instruments of its own, and each resolves", () => {
  const symbols = demo.defaultInstruments!(demo.options.parse({}));
  assert(symbols.length >= 10);
  const markets = new Set(symbols.map((symbol) => resolveInstrument({ symbol }).market));
  for (const market of ["NASDAQ", "LSE", "XETR", "FX"] as const) assert(markets.has(market));
  assertEquals(demo.defaultInstruments!(demo.options.parse({ symbols: ["IBM"] })), ["IBM"]);
});

Deno.test("a rate out of range and an unknown option are refused", () => {
  for (const options of [{ rate: 0 }, { rate: 100_001 }, { seed: 1.5 }, { pace: 1 }]) {
    assert(!demo.options.safeParse(options).success, JSON.stringify(options));
  }
});
