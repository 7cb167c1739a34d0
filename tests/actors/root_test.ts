import { assert, assertEquals } from "@std/assert";
import { wallClock } from "../../actors/clock.ts";
import type { Status } from "../../actors/hub.ts";
import { isCanary } from "../../actors/vitals.ts";
import { StoreError } from "../../db/store.ts";
import { SECOND } from "../../domain/time.ts";
import { demo } from "../../providers/demo/provider.ts";
import { ProviderError } from "../../providers/provider.ts";
import { Scripted } from "./connections/scripted.ts";
import { flushed, inStore, quote, TestClock, trade, until } from "./fixture.ts";
import { inTree, plant, send, stateOf } from "./tree.ts";
import { testContext } from "../providers/context.ts";

const SYMBOLS = ["AAPL", "VOD.L", "^FTSE", "EURUSD"];

/** A tree over made-up markets. */
function demoTree() {
  const options = demo.options.parse({ rate: 2_000, symbols: SYMBOLS });
  return {
    providers: [demo.create(options, testContext(() => wallClock.now()))],
    said: { instruments: SYMBOLS, candles: { intervals: ["1m", "5m"] } },
    clock: wallClock,
  };
}

Deno.test("made-up markets flow through every stage, and a drain leaves nothing behind", () =>
  inStore(async (store) => {
    const { shared } = await inTree(store, demoTree(), async ({ shared }) => {
      const { directory, vitals } = shared;
      await until(() => directory.all().every(({ pulse }) => pulse.ticks >= 200));
      // The last stage is the stream's, which is not there.
      await until(() => vitals.report().slice(0, -1).every(({ alive }) => alive));
      await flushed(shared);
      assert(shared.journal.kept.ticks > 0);
      shared.hub.refresh(() => true);
      const forming = [...shared.hub.latest()].filter(({ type }) => type === "candle");
      assertEquals(new Set(forming.map(({ symbol }) => symbol)), new Set(SYMBOLS));
    });
    assertEquals([shared.outbox.rows, shared.outbox.length], [0, 0]);
    assertEquals(shared.journal.trouble, null);
    let count = 0;
    for (const { instrument: { symbol }, pulse: { ticks } } of shared.directory.all()) {
      const { rows } = await store.real.ticks({ symbol, order: "arrival", limit: 1_000_000 });
      assertEquals([symbol, rows.length], [symbol, ticks]);
      count += rows.length;
    }
    assertEquals(shared.journal.kept.ticks, count);
    const run = await store.real.run("000000001");
    assertEquals(run?.clean, true);
    assert((await store.real.symbols()).every((symbol) => !isCanary(symbol)));
  }));

Deno.test("every tick that counted is in exactly one minute", () =>
  inStore(async (store) => {
    await inTree(store, demoTree(), async ({ shared }) => {
      await until(() => shared.directory.all().every(({ pulse }) => pulse.ticks >= 200));
    });
    const { rows: minutes } = await store.real.candles({
      symbol: "AAPL",
      interval: "1m",
      basis: "trade",
      order: "start",
      limit: 100,
    });
    const { rows: trades } = await store.real.ticks({
      symbol: "AAPL",
      kinds: ["trade"],
      order: "time",
      limit: 1_000_000,
    });
    const counted = minutes.reduce((sum, { tickVolume }) => sum + tickVolume, 0);
    assertEquals(counted, trades.length);
    const last = trades.at(-1)!;
    assert(last.kind === "trade");
    assertEquals([minutes.at(-1)!.close, minutes.at(-1)!.closeTime], [last.price, last.time]);
  }));

Deno.test("an actor that fails is told on the stream, and so is that it is up again", () =>
  inStore(async (store) => {
    const provider = new Scripted();
    await inTree(
      store,
      { providers: [provider], said: { instruments: ["AAPL"] } },
      async (tree) => {
        const { hub, meters } = tree.shared;
        const told: Status[] = [];
        hub.subscribe((events) => {
          for (const { type, payload } of events) {
            if (type === "status") told.push(payload as Status);
          }
        }, () => {});
        send(tree, "ticker", { type: "service.fault", error: new Error("a slip") } as never);
        assertEquals(told.map(({ id, status, reason }) => [id, status, reason]), [
          ["ticker", "restarting", "a slip"],
          ["ticker", "running", "a slip"],
        ]);
        assertEquals((await meters.restarts.get()).values[0]!.value, 1);
        // Nothing of it reaches the others.
        await until(() => stateOf(tree, "test") === "live");
        provider.sink.ticks([trade()]);
        await until(() => tree.shared.directory.get("AAPL")!.pulse.ticks === 1);
      },
    );
  }));

Deno.test("a connection that is lost leaves the others, and its gap is told and kept", () =>
  inStore(async (store) => {
    const [one, other] = [new Scripted("one"), new Scripted("other")];
    const said = {
      instruments: ["AAPL", "VOD.L"],
      routes: [{ match: "*.L", providers: ["other"] }, { match: "*", providers: ["one"] }],
    };
    const clock = new TestClock();
    await inTree(store, { providers: [one, other], said, clock }, async (tree) => {
      await until(() => stateOf(tree, "one") === "live" && stateOf(tree, "other") === "live");
      const from = clock.time += 5 * SECOND;
      one.sink.lost(new ProviderError("lost", "Cannot go on: the line went dead."));
      assertEquals([stateOf(tree, "one"), stateOf(tree, "other")], ["backoff", "live"]);
      clock.time += 2 * SECOND;
      await until(() => stateOf(tree, "one") === "live");
      await flushed(tree.shared);
      const { rows } = await store.real.gaps({ limit: 9 });
      const found = rows.filter(({ reason }) => reason === "disconnect");
      assertEquals(found.map((gap) => [gap.symbol, gap.from, gap.to]), [
        ["AAPL", from, from + 2 * SECOND],
      ]);
    });
  }));

Deno.test("a drain before the tree is up stops it", () =>
  inStore(async (store) => {
    const gate = Promise.withResolvers<void>();
    store.readGate = gate.promise;
    const tree = plant(store, { providers: [new Scripted()], said: { instruments: ["AAPL"] } });
    tree.drain();
    await tree.done;
    gate.resolve();
    assertEquals(tree.root.system.get("ticker"), undefined);
  }));

Deno.test("a drain while the store is down ends, and says that it was not clean", () =>
  inStore(async (store) => {
    const provider = new Scripted();
    const down = new StoreError("unreachable", "Cannot write: the disk is away.");
    const planted = { providers: [provider], said: { instruments: ["AAPL"] } };
    const { shared } = await inTree(store, planted, async (tree) => {
      await until(() => stateOf(tree, "test") === "live");
      await flushed(tree.shared);
      store.down = down;
      provider.sink.ticks([trade(), trade()]);
    });
    assertEquals(shared.journal.trouble, down.message);
    const waiting = shared.outbox.take(Infinity).flatMap(({ ticks }) => ticks);
    assertEquals(waiting.length, 2);
    assertEquals((await store.real.run("000000001"))?.clean, false);
  }));

Deno.test("what the outbox sheds is counted", () =>
  inStore(async (store) => {
    store.down = new StoreError("unreachable", "Cannot write: the disk is away.");
    await inTree(store, { providers: [new Scripted()] }, async ({ shared }) => {
      const { meters, outbox } = shared;
      const one = quote();
      outbox.add({ ticks: Array.from({ length: outbox.capacity + 1 }, () => one) });
      const { values } = await meters.shed.get();
      assertEquals(values.map(({ labels }) => labels), [{ where: "outbox", kind: "quote" }]);
      assertEquals(values[0]!.value, outbox.shed.quote);
      assert(outbox.rows <= outbox.capacity);
    });
  }));
