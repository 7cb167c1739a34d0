import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Listing } from "../../actors/instruments/directory.ts";
import type { Tree } from "../../actors/root.ts";
import { ChangeError } from "../../actors/changeerror.ts";
import { StoreError } from "../../db/store.ts";
import type { Instrument, InstrumentSpec } from "../../domain/instrument.ts";
import { Scripted } from "./connections/scripted.ts";
import { inStore, T0, type TestStore, until } from "./fixture.ts";
import { logged } from "./logged.ts";
import { inTree, plant, send, stateOf } from "./tree.ts";

function add(tree: Tree, spec: InstrumentSpec): Promise<Listing> {
  const { promise, ...reply } = Promise.withResolvers<Listing>();
  send(tree, "settings", { type: "settings.add", spec, reply } as { type: string });
  return promise;
}

function remove(tree: Tree, symbol: string): Promise<void> {
  const { promise, ...reply } = Promise.withResolvers<void>();
  send(tree, "settings", { type: "settings.remove", symbol, reply } as { type: string });
  return promise;
}

/** Everything that is followed, as `AAPL from test by configuration`. */
function followed({ shared }: Tree): string[] {
  return shared.directory.all().map(({ instrument, provider, origin }) =>
    `${instrument.symbol} from ${provider} by ${origin}`
  );
}

const failsAs = (code: string) => (error: unknown) =>
  error instanceof ChangeError && error.code === code;

/** One provider, and an instrument of its own. */
const plain = (provider = new Scripted()) => ({
  providers: [provider],
  said: { instruments: ["AAPL"] },
});

/** Works with a tree of its own, with one provider that follows AAPL. */
function changing(work: (tree: Tree, provider: Scripted, store: TestStore) => Promise<void>) {
  return inStore(async (store) => {
    const provider = new Scripted();
    await inTree(store, plain(provider), async (tree) => {
      await until(() => stateOf(tree, "test") === "live");
      await work(tree, provider, store);
    });
  });
}

Deno.test("instruments that no provider has are told in one line", () =>
  logged((lines) =>
    inStore(async (store) => {
      const said = { instruments: ["NONE", "NONE.A", "NONE.B", "AAPL"] };
      class Lacking extends Scripted {
        override offers(instrument: Instrument) {
          return instrument.symbol.startsWith("NONE") ? [] : super.offers(instrument);
        }
      }
      await inTree(store, { providers: [new Lacking()], said }, () => Promise.resolve());
      const told = lines.filter((line) => line.includes("not followed"));
      assertEquals(told.length, 1, told.join(""));
      assertMatch(
        told[0]!,
        /no provider .* has: NONE, NONE\.A, NONE\.B \(3 in all, which are not followed\)/,
      );
    })
  ));

Deno.test("each instrument is fed by the first provider of its route that has it", () =>
  inStore(async (store) => {
    class Meagre extends Scripted {
      override offers() {
        return [];
      }
    }
    const said = {
      instruments: ["AAPL", "VOD.L", "^FTSE", "NONE", { symbol: "eurusd", basis: "mid" }],
      routes: [{ match: "*.L", providers: ["other"] }, { match: "^*", providers: ["none"] }],
    };
    const providers = [new Meagre("none"), new Scripted("test"), new Scripted("other")];
    await inTree(store, { providers, said }, (tree) => {
      // No provider has NONE, and none of its route has the index: the rest is followed all the same.
      assertEquals(followed(tree), [
        "AAPL from test by configuration",
        "EURUSD from test by configuration",
        "VOD.L from other by configuration",
      ]);
      const basis = (symbol: string) => tree.shared.directory.get(symbol)!.basis;
      assertEquals([basis("AAPL"), basis("EURUSD")], ["trade", "mid"]);
      return Promise.resolve();
    });
    const asked = providers.map(({ diary }) => diary.filter((line) => line.startsWith("sub")));
    assertEquals(asked, [[], ["subscribe AAPL,EURUSD"], ["subscribe VOD.L"]]);
  }));

Deno.test("an added instrument is followed, subscribed to and kept", () =>
  changing(async (tree, provider, store) => {
    const listing = await add(tree, { symbol: "msft" });
    assertEquals(listing.instrument.symbol, "MSFT");
    assertEquals(followed(tree), ["AAPL from test by configuration", "MSFT from test by api"]);
    await until(() => provider.diary.includes("subscribe MSFT"));
    assertEquals(await store.real.instrumentChanges(), [
      { symbol: "MSFT", spec: { symbol: "msft" }, changedAt: T0 },
    ]);
  }));

Deno.test("a removed instrument is left, unsubscribed from, and its removal kept", () =>
  changing(async (tree, provider, store) => {
    await remove(tree, "AAPL");
    assertEquals(followed(tree), []);
    await until(() => provider.diary.includes("unsubscribe AAPL"));
    assertEquals(await store.real.instrumentChanges(), [
      { symbol: "AAPL", spec: null, changedAt: T0 },
    ]);
  }));

Deno.test("what cannot be changed is refused with its reason, and changes nothing", () =>
  changing(async (tree, provider, store) => {
    await assertRejects(add(tree, { symbol: "aapl" }), failsAs("exists"));
    await assertRejects(add(tree, { symbol: "NONE" }), failsAs("no-provider"));
    await assertRejects(add(tree, { symbol: "X", market: "MOON" }), failsAs("unknown-market"));
    await assertRejects(remove(tree, "MSFT"), failsAs("unknown-symbol"));
    await assertRejects(remove(tree, "~canary-shard-1"), failsAs("unknown-symbol"));
    assertEquals(followed(tree), ["AAPL from test by configuration"]);
    assertEquals(await store.real.instrumentChanges(), []);
    assertEquals(provider.diary.length, 3);
  }));

Deno.test("changes that cross are made one after another", () =>
  changing(async (tree) => {
    const changes = [
      add(tree, { symbol: "MSFT" }),
      add(tree, { symbol: "MSFT" }),
      remove(tree, "MSFT"),
      add(tree, { symbol: "MSFT", basis: "bid" }),
    ];
    const results = await Promise.allSettled(changes);
    assertEquals(results.map(({ status }) => status), [
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
    assertEquals(tree.shared.directory.get("MSFT")?.basis, "bid");
  }));

Deno.test("a change that the store does not take is not made", () =>
  changing(async (tree, _, store) => {
    store.unreadable = new StoreError("unreachable", "Cannot write: the disk is away.");
    await assertRejects(add(tree, { symbol: "MSFT" }), store.unreadable);
    await assertRejects(remove(tree, "AAPL"), store.unreadable);
    store.unreadable = null;
    assertEquals(followed(tree), ["AAPL from test by configuration"]);
    await add(tree, { symbol: "MSFT" });
  }));

Deno.test("changes survive a restart, laid over the configuration", () =>
  inStore(async (store) => {
    const said = { instruments: ["AAPL", "IBM", { symbol: "MSFT", basis: "bid" }] };
    await inTree(store, { providers: [new Scripted()], said }, async (tree) => {
      await remove(tree, "AAPL");
      await remove(tree, "IBM");
      await remove(tree, "MSFT");
      await add(tree, { symbol: "MSFT", basis: "ask" });
      await add(tree, { symbol: "NVDA" });
    });
    const again = { providers: [new Scripted()], said, epoch: "000000002" };
    await inTree(store, again, (tree) => {
      assertEquals(followed(tree), ["MSFT from test by api", "NVDA from test by api"]);
      assertEquals(tree.shared.directory.get("MSFT")?.basis, "ask");
      return Promise.resolve();
    });
  }));

function route(tree: Tree, name: string, spec: Record<string, unknown> | null): Promise<void> {
  const { promise, ...reply } = Promise.withResolvers<void>();
  send(tree, "settings", { type: "settings.route", name, spec, reply } as { type: string });
  return promise;
}

Deno.test("routes changed through the API survive a restart, and are as good without the store at first", () =>
  inStore(async (store) => {
    const said = {
      instruments: ["AAPL", "IBM"],
      routes: [{ name: "ibm", match: "IBM", providers: ["b"] }],
    };
    const planted = () => ({ providers: [new Scripted("a"), new Scripted("b")], said });
    await inTree(store, planted(), async (tree) => {
      assertEquals(followed(tree), ["AAPL from a by configuration", "IBM from b by configuration"]);
      await route(tree, "us", { match: "AAPL", providers: ["b", "a"], failover: {} });
      await route(tree, "ibm", null);
    });
    const changed = ["AAPL from b by configuration", "IBM from a by configuration"];
    await inTree(store, { ...planted(), epoch: "000000002" }, (tree) => {
      assertEquals(followed(tree), changed);
      return Promise.resolve();
    });
    store.unreadable = new StoreError("unreachable", "Cannot read: the disk is away.");
    await inTree(store, { ...planted(), epoch: "000000003" }, async (tree) => {
      assertEquals(followed(tree), ["AAPL from a by configuration", "IBM from b by configuration"]);
      store.unreadable = null;
      await until(() => followed(tree).join() === changed.join());
    });
  }));

Deno.test("without the store what is configured is followed, and kept changes as soon as it is back", () =>
  inStore(async (store) => {
    const said = { instruments: ["AAPL", "IBM", { symbol: "MSFT", basis: "bid" }] };
    await inTree(store, { providers: [new Scripted()], said }, async (tree) => {
      await remove(tree, "IBM");
      await remove(tree, "MSFT");
      await add(tree, { symbol: "MSFT", basis: "ask" });
      await add(tree, { symbol: "NVDA" });
    });
    store.unreadable = new StoreError("unreachable", "Cannot read: the disk is away.");
    const again = { providers: [new Scripted()], said, epoch: "000000002" };
    await inTree(store, again, async (tree) => {
      const configured = ["AAPL", "IBM", "MSFT"].map((symbol) =>
        `${symbol} from test by configuration`
      );
      assertEquals(followed(tree), configured);
      store.unreadable = null;
      await until(() => tree.shared.directory.get("NVDA") !== undefined);
      assertEquals(followed(tree), [
        "AAPL from test by configuration",
        "MSFT from test by api",
        "NVDA from test by api",
      ]);
      assertEquals(tree.shared.directory.get("MSFT")?.basis, "ask");
    });
  }));

Deno.test("a store that is beyond use keeps the tree from coming up", () =>
  inStore(async (store) => {
    store.unreadable = new StoreError("unusable", "Cannot read: not a database.");
    const tree = plant(store, plain());
    await assertRejects(tree.up, store.unreadable);
    await assertRejects(tree.done, store.unreadable);
  }));
