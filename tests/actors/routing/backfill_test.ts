import { assertEquals, assertMatch } from "@std/assert";
import type { Tree } from "../../../actors/root.ts";
import type { Gap } from "../../../domain/gap.ts";
import type { Trade } from "../../../domain/tick.ts";
import { type Micros, MINUTE, SECOND } from "../../../domain/time.ts";
import { type HistoryQuery, ProviderError } from "../../../providers/provider.ts";
import { Scripted } from "../connections/scripted.ts";
import { flushed, inStore, T0, TestClock, type TestStore, trade, until } from "../fixture.ts";
import { inTree, stateOf } from "../tree.ts";

const NOW = T0 + 60 * MINUTE;

/** A gap of a minute, so many minutes after T0. */
function gap(minutes: number, more: Partial<Gap> = {}): Gap {
  const from = T0 + minutes * MINUTE;
  return {
    symbol: "AAPL",
    provider: "test",
    from: from + 10_000_000,
    to: from + 20_000_000,
    reason: "disconnect",
    status: "open",
    detectedAt: from,
    ...more,
  };
}

/** A history of one trade in each minute. */
async function* eachMinute({ from, to }: HistoryQuery): AsyncGenerator<Trade[]> {
  for (let time = from; time < to; time += MINUTE) {
    yield await Promise.resolve([trade({ time: time + 1, id: `h${time}` })]);
  }
}

interface World {
  readonly tree: Tree;
  readonly clock: TestClock;
  /** The gaps that are kept, joined ones aside. */
  gaps(): Promise<Gap[]>;
}

/** Runs a tree over a store with gaps in it. */
function withGaps(
  gaps: readonly Gap[],
  provider: Scripted | readonly Scripted[],
  work: (world: World, store: TestStore) => Promise<void>,
  said: Record<string, unknown> = {},
): Promise<void> {
  return inStore(async (store) => {
    await store.real.write({ ticks: [], candles: [], gaps, events: [] });
    const clock = new TestClock(NOW);
    const planted = {
      providers: provider instanceof Scripted ? [provider] : provider,
      clock,
      said: { instruments: ["AAPL"], candles: { intervals: ["1m"] }, ...said },
    };
    await inTree(store, planted, async (tree) => {
      const kept = async () => {
        await flushed(tree.shared);
        return (await store.real.gaps({ limit: 99 })).rows
          .filter(({ from }) => gaps.some((gap) => gap.from === from));
      };
      await work({ tree, clock, gaps: kept }, store);
    });
  });
}

const statuses = (gaps: readonly Gap[]) => gaps.map(({ status }) => status).join();

Deno.test("open gaps are filled one at a time, the newest first", () => {
  const provider = new Scripted();
  const asked: Micros[] = [];
  let running = 0;
  let most = 0;
  provider.history = async function* (query) {
    asked.push(query.from);
    most = Math.max(most, ++running);
    yield* eachMinute(query);
    running--;
  };
  return withGaps([gap(0), gap(10), gap(20)], provider, async ({ gaps }, store) => {
    await until(async () => statuses(await gaps()) === "filled,filled,filled");
    assertEquals(asked, [20, 10, 0].map((minutes) => T0 + minutes * MINUTE));
    assertEquals(most, 1);
    const query = { symbol: "AAPL", interval: "1m", basis: "trade", order: "start" } as const;
    const { rows } = await store.real.candles({ ...query, limit: 9 });
    assertEquals(rows.map(({ start, status }) => [(start - T0) / MINUTE, status]), [
      [0, "repaired"],
      [10, "repaired"],
      [20, "repaired"],
    ]);
  });
});

Deno.test("a gap that no provider has a history of is told to be unfillable, and why", () =>
  withGaps([gap(0)], new Scripted(), async ({ gaps, tree }, store) => {
    await until(async () => statuses(await gaps()) === "unfillable");
    const told = tree.shared.hub.latest();
    const event = [...told].find(({ type, payload }) =>
      type === "gap" && (payload as Gap).status === "unfillable"
    );
    assertEquals((event?.payload as Gap).from, gap(0).from);
    await flushed(tree.shared);
    const events = await store.real.providerEvents("test", 9);
    assertMatch(
      events.find(({ event }) => event === "unfillable")!.reason,
      /^AAPL from .* none of its providers has a history of AAPL that trade candles can be made of$/,
    );
  }));

Deno.test("what the venue refuses for good is unfillable; what it puts off is asked for again", () => {
  const provider = new Scripted();
  let puts = 0;
  // deno-lint-ignore require-yield
  provider.history = async function* (query) {
    await Promise.resolve();
    if (query.from < T0 + 5 * MINUTE) throw new ProviderError("refused", "It is too old.");
    if (query.from < T0 + 15 * MINUTE) {
      throw new ProviderError("bad-key", "The keys are no longer good.", { terminal: true });
    }
    puts++;
    throw new ProviderError("allowance", "It is used up.", { retryAfter: 5 * MINUTE });
  };
  return withGaps([gap(0), gap(10), gap(20)], provider, async ({ clock, gaps, tree }) => {
    await until(async () => statuses(await gaps()) === "unfillable,open,open");
    assertEquals(puts, 1);
    clock.time += 4 * MINUTE;
    tree.shared.backlog.wake();
    await flushed(tree.shared);
    assertEquals(puts, 1);
    clock.time += 2 * MINUTE;
    tree.shared.backlog.wake();
    await until(() => puts === 2);
  });
});

Deno.test("what one provider refuses for good waits for another that is away, and may have it", () => {
  const [refusing, other] = [new Scripted("refusing"), new Scripted("other")];
  let refused = 0;
  // deno-lint-ignore require-yield
  refusing.history = async function* () {
    await Promise.resolve();
    refused++;
    throw new ProviderError("refused", "It has no such history.");
  };
  other.history = eachMinute;
  const isLetIn = Promise.withResolvers<void>();
  other.onAuthenticate = () => isLetIn.promise;
  const missed = gap(0, { provider: "refusing" });
  return withGaps([missed], [refusing, other], async ({ clock, gaps, tree }) => {
    await until(() => refused > 0 && tree.shared.backlog.list().length === 0);
    assertEquals(statuses(await gaps()), "open");
    isLetIn.resolve();
    await until(() => stateOf(tree, "other") === "live");
    clock.time += 30 * SECOND;
    tree.shared.backlog.wake();
    await until(async () => statuses(await gaps()) === "filled");
  }, { routes: [{ match: "*", providers: ["refusing", "other"] }] });
});

Deno.test("what lies before an instrument was followed is filled only where that is wanted", async () => {
  for (const joined of [false, true]) {
    const provider = new Scripted();
    provider.history = eachMinute;
    const gaps = [gap(0, { reason: "joined" }), gap(10)];
    await withGaps(gaps, provider, async ({ gaps }) => {
      const wanted = joined ? "filled,filled" : "open,filled";
      await until(async () => statuses(await gaps()) === wanted);
    }, { backfill: { joined } });
  }
});

Deno.test("a minute that goes on is filled when it is closed", () => {
  const provider = new Scripted();
  const asked: [Micros, Micros][] = [];
  provider.history = (query) => {
    asked.push([query.from, query.to]);
    return eachMinute(query);
  };
  return withGaps([gap(60)], provider, async ({ clock, gaps, tree }) => {
    tree.shared.backlog.wake();
    await flushed(tree.shared);
    assertEquals(asked, []);
    clock.time = NOW + MINUTE + 8_000_000;
    tree.shared.backlog.wake();
    await until(async () => statuses(await gaps()) === "filled");
    assertEquals(asked, [[NOW, NOW + MINUTE]]);
  });
});

Deno.test("while the store cannot be written nothing is merged, and then it is", () => {
  const provider = new Scripted();
  const gate = Promise.withResolvers<void>();
  provider.history = async function* (query) {
    await gate.promise;
    yield* eachMinute(query);
  };
  return withGaps([gap(0)], provider, async ({ gaps, tree }, store) => {
    await until(() => tree.shared.backlog.list().some(({ state }) => state === "running"));
    store.down = new Error("it is down");
    tree.shared.outbox.add({ ticks: [trade({ time: NOW })] });
    await until(() => tree.shared.journal.state !== "writing");
    gate.resolve();
    await until(() => tree.shared.journal.state !== "writing");
    assertEquals(statuses((await store.real.gaps({ limit: 9, status: "filled" })).rows), "");
    store.down = null;
    await until(async () => statuses(await gaps()) === "filled");
  });
});
