/**
 * What every provider must hold to (`providers/provider.ts`), as tests.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Instrument } from "../../domain/instrument.ts";
import type { Level, Tick, TickKind } from "../../domain/tick.ts";
import type { Provider, ProviderDefinition, Stream } from "../../providers/provider.ts";
import { quiet, RecordingSink } from "./sink.ts";

/** A provider with a venue behind it. */
export interface Harness {
  readonly provider: Provider;
  /**
   * At least two that it streams as soon as they are subscribed to: 2,000 ticks or more in all, those
   * of each spread over the whole.
   */
  readonly instruments: readonly [Instrument, Instrument, ...Instrument[]];
  /** Ends the venue. */
  dispose(): Promise<void>;
}

/** Makes one for each test. */
export interface HarnessMaker {
  /** Whether its source can wait for credit; a live venue cannot. */
  readonly waits: boolean;
  /** An instrument that the venue refuses; absent where it knows every one. */
  readonly unknown?: Instrument;
  make(): Promise<Harness>;
}

/** Holds a provider to the contract. */
export function providerContract(definition: ProviderDefinition, maker: HarnessMaker): void {
  const { id } = definition;
  const { waits, unknown } = maker;

  function contract(holds: string, run: (harness: Harness) => Promise<void>): void {
    Deno.test(`${id}: ${holds}`, async () => {
      const harness = await maker.make();
      try {
        await run(harness);
      } finally {
        await harness.dispose();
      }
    });
  }

  contract(
    "offers only what its definition declares, and streaming of what it knows",
    (harness) => {
      const { provider, instruments } = harness;
      assertEquals(provider.id, id);
      for (const instrument of instruments) {
        const offered = provider.offers(instrument);
        assert(offered.includes("streaming"), `${instrument.symbol}: ${offered}`);
        for (const capability of offered) assert(definition.capabilities.includes(capability));
      }
      return Promise.resolve();
    },
  );

  contract(
    "streams well-formed ticks of what was subscribed to",
    async ({ provider, instruments }) => {
      const subscribed = instruments.slice(0, 2);
      const { sink, stream } = await open(provider);
      assertEquals(await stream.subscribe(subscribed), []);
      await sink.until(() =>
        sink.ticked.length >= 500 &&
        subscribed.every(({ symbol }) => sink.ticked.some((tick) => tick.symbol === symbol))
      );
      await stream.close();
      for (const tick of sink.ticked) {
        const instrument = subscribed.find(({ symbol }) => symbol === tick.symbol);
        assert(instrument !== undefined, `${tick.symbol} was not subscribed to`);
        assertWellFormed(tick);
        assert(provider.offers(instrument).includes(OFFERED_AS[tick.kind]), `offers ${tick.kind}s`);
      }
      assertEquals(new Set(sink.ticked.map(key)).size, sink.ticked.length);
    },
  );

  contract("says nothing twice where an instrument is subscribed to twice", async (harness) => {
    const { provider, instruments } = harness;
    const { sink, stream } = await open(provider);
    await stream.subscribe([instruments[0]]);
    assertEquals(await stream.subscribe([instruments[0], instruments[1]]), []);
    await sink.until(() => sink.ticked.length >= 500);
    await stream.close();
    assertEquals(new Set(sink.ticked.map(key)).size, sink.ticked.length);
  });

  if (waits) {
    contract("sends no more than it has credit for, and goes on with more", async (harness) => {
      const sink = new RecordingSink({ limit: 10, withhold: true });
      const { stream } = await open(harness.provider, sink);
      await stream.subscribe(harness.instruments);
      await sink.until(() => sink.ticked.length > 0);
      await quiet();
      assert(sink.ticked.length <= 10, `${sink.ticked.length}`);
      sink.release();
      await sink.until(() => sink.ticked.length > 100);
      await stream.close();
      assert(sink.mostOutstanding <= 10, `${sink.mostOutstanding}`);
    });

    contract("closes while it waits for credit", async ({ provider, instruments }) => {
      const sink = new RecordingSink({ limit: 5, withhold: true });
      const { stream } = await open(provider, sink);
      await stream.subscribe(instruments);
      await sink.until(() => sink.ticked.length > 0);
      await quiet();
      await stream.close();
      const { calls } = sink;
      sink.release();
      await quiet();
      assertEquals(sink.calls, calls);
      assertEquals(sink.credit.available, 5);
    });
  }

  contract("says nothing after it was closed, not even that it ended", async (harness) => {
    const { sink, stream } = await open(harness.provider);
    await stream.subscribe(harness.instruments);
    await sink.until(() => sink.ticked.length > 0);
    await stream.close();
    const { calls } = sink;
    await quiet();
    assertEquals(sink.calls, calls);
    assertEquals(sink.end, undefined);
  });

  contract("may be closed before anything was subscribed to, and twice", async ({ provider }) => {
    const { sink, stream } = await open(provider);
    await stream.close();
    await stream.close();
    assertEquals(sink.calls, 0);
  });

  contract(
    "says nothing more of what was unsubscribed from, and goes on with the rest",
    async (harness) => {
      const { provider, instruments: [gone, kept] } = harness;
      const sink = new RecordingSink({ limit: 50, withhold: waits });
      const { stream } = await open(provider, sink);
      await stream.subscribe([gone, kept]);
      await sink.until(() => sink.ticked.length > 0);
      // A source that can wait has a batch ready by then, with ticks of both.
      await quiet();
      await stream.unsubscribe([gone.symbol]);
      const before = sink.ticked.length;
      sink.release();
      await sink.until(() => sink.ticked.length >= before + 200);
      await stream.close();
      if (waits) assertEquals(sink.credit.available, sink.credit.limit);
      const after = new Set(sink.ticked.slice(before).map(({ symbol }) => symbol));
      assertEquals([...after], [kept.symbol]);
    },
  );

  if (unknown !== undefined) {
    contract("refuses what it does not know, and streams the rest", async (harness) => {
      const { provider, instruments } = harness;
      const { sink, stream } = await open(provider);
      assertEquals(provider.offers(unknown), []);
      const refused = await stream.subscribe([unknown, instruments[0]]);
      assertEquals(refused.map(({ symbol }) => symbol), [unknown.symbol]);
      assert(refused[0]!.reason.includes(unknown.symbol));
      await sink.until(() => sink.ticked.length > 0);
      await stream.close();
    });
  }

  contract("may be opened again after a close", async ({ provider, instruments }) => {
    const session = await provider.authenticate(new AbortController().signal);
    for (let time = 0; time < 2; time++) {
      const sink = new RecordingSink();
      const stream = await session.openStream(sink, new AbortController().signal);
      await stream.subscribe(instruments);
      await sink.until(() => sink.ticked.length > 0);
      await stream.close();
    }
    await session.logOut();
  });

  contract("gives up signing in and opening when told to", async ({ provider }) => {
    const reason = new Error("no longer wanted");
    const aborted = AbortSignal.abort(reason);
    await assertRejects(() => provider.authenticate(aborted), reason);
    const session = await provider.authenticate(new AbortController().signal);
    await assertRejects(() => session.openStream(new RecordingSink(), aborted), reason);
  });

  contract("logs out without an error, and out of a session that is gone", async ({ provider }) => {
    const session = await provider.authenticate(new AbortController().signal);
    await session.logOut();
    await session.logOut();
  });
}

/** Signs in and opens a stream into a sink. */
export async function open(
  provider: Provider,
  sink: RecordingSink = new RecordingSink(),
): Promise<{ sink: RecordingSink; stream: Stream }> {
  const { signal } = new AbortController();
  const session = await provider.authenticate(signal);
  return { sink, stream: await session.openStream(sink, signal) };
}

const OFFERED_AS = { trade: "trades", quote: "quotes", depth: "depth" } as const;

const SHARED = ["flags", "id", "kind", "provider", "receivedAt", "symbol", "time"];
const OWN: Readonly<Record<TickKind, readonly string[]>> = {
  trade: ["conditions", "price", "side", "size"],
  quote: ["ask", "askSize", "bid", "bidSize"],
  depth: ["asks", "bids"],
};

/** What makes a tick the same tick: see `Store.write`. */
function key({ symbol, provider, kind, time, id }: Tick): string {
  return JSON.stringify([symbol, provider, kind, time, id]);
}

/** Holds a tick to what `domain/tick.ts` says of it. */
export function assertWellFormed(tick: Tick): void {
  assertEquals(Object.keys(tick).sort(), [...SHARED, ...OWN[tick.kind]].sort());
  assert(tick.id !== "" && tick.provider !== "");
  assert(Number.isSafeInteger(tick.time) && Number.isSafeInteger(tick.receivedAt));
  assert(Number.isInteger(tick.flags));
  switch (tick.kind) {
    case "trade":
      assertPrice(tick.price);
      assertSize(tick.size);
      assert(tick.side === null || tick.side === "buy" || tick.side === "sell");
      assert(tick.conditions === null || tick.conditions !== "");
      break;
    case "quote":
      assertPrice(tick.bid);
      assertPrice(tick.ask);
      assertSize(tick.bidSize);
      assertSize(tick.askSize);
      break;
    case "depth":
      assertSide(tick.bids, -1);
      assertSide(tick.asks, 1);
      break;
  }
}

function assertPrice(price: number | null): void {
  assert(price === null || (Number.isFinite(price) && price > 0), `the price ${price}`);
}

function assertSize(size: number | null): void {
  assert(size === null || (Number.isFinite(size) && size >= 0), `the size ${size}`);
}

function assertSide(levels: readonly Level[], direction: 1 | -1): void {
  levels.forEach(({ price, size }, i) => {
    assertPrice(price);
    assertSize(size);
    const before = levels[i - 1]?.price;
    assert(before === undefined || (price - before) * direction > 0, "best level first");
  });
}
