import { assertEquals } from "@std/assert";
import { historyRoutes, mayGive, sourcesOf } from "../../../actors/routing/backfill/sources.ts";
import { Scripted } from "../connections/scripted.ts";
import { inStore, listingOf, settingsOf, until, worldOf } from "../fixture.ts";
import { inTree, stateOf } from "../tree.ts";
import { type Instrument, resolveInstrument } from "../../../domain/instrument.ts";
import type { Basis } from "../../../domain/candle.ts";
import type { Store } from "../../../db/store.ts";

/** Whom history is wanted of, where rules are in force. */
function wanted(routes: Record<string, unknown>[], basis: Basis, provider = "a") {
  const [a, b, c] = ["a", "b", "c"].map((id) => new Scripted(id)) as [Scripted, Scripted, Scripted];
  const world = worldOf({} as Store, {
    settings: settingsOf({ providers: { a: {}, b: {}, c: {} }, routes }),
    providers: new Map([a, b, c].map((one) => [one.id, one])),
  });
  return historyRoutes(world, listingOf({ provider, basis }))
    .map(({ gives, providers }) => `${gives}: ${providers.join()}`);
}

Deno.test("without a rule for history, whoever feeds it is asked first, then its route", () => {
  assertEquals(wanted([{ match: "AAPL", providers: ["b", "c"] }], "trade"), [
    "trades: a,b,c",
    "bars: a,b,c",
  ]);
  assertEquals(wanted([{ match: "AAPL", providers: ["b"] }], "bid"), ["bars: a,b"]);
});

Deno.test("a rule that names a kind of history is followed to the letter", () => {
  const bars = { match: "AAPL", capabilities: ["historicalBars"], providers: ["c", "b"] };
  const ticks = { match: "AAPL", capabilities: ["historicalTicks"], providers: ["b"] };
  const all = { match: "*", providers: ["a"] };
  assertEquals(wanted([bars, all], "trade"), ["bars: c,b"]);
  assertEquals(wanted([bars, ticks, all], "trade"), ["trades: b", "bars: c,b"]);
  assertEquals(wanted([ticks, all], "trade"), ["trades: b", "bars: a"]);
  assertEquals(wanted([ticks, bars, all], "bid"), ["bars: c,b"]);
});

Deno.test("a history of other candles is not asked for", () => {
  const kinds = { trades: false, bars: ["bid"] as const };
  const quotes = Object.assign(new Scripted("q"), { historyKinds: kinds });
  assertEquals(mayGive(quotes, listingOf({ basis: "bid" }), "bars"), true);
  assertEquals(mayGive(quotes, listingOf({ basis: "trade" }), "bars"), false);
  assertEquals(mayGive(quotes, listingOf({ basis: "trade" }), "trades"), false);
  assertEquals(mayGive(new Scripted("s"), listingOf(), "trades"), true);
});

Deno.test("a rule that was set while it ran decides who is asked for history", () =>
  inStore(async (store) => {
    const [a, b] = [new Scripted("a"), new Scripted("b")];
    a.history = async function* () {};
    b.history = async function* () {};
    const said = { instruments: ["AAPL"], routes: [{ match: "*", providers: ["a"] }] };
    await inTree(store, { providers: [a, b], said }, async (tree) => {
      const { root, shared } = tree;
      await until(() => stateOf(tree, "a") === "live" && stateOf(tree, "b") === "live");
      const asked = () =>
        sourcesOf(shared, root, shared.directory.get("AAPL")!).ready.map(({ provider }) =>
          provider
        );
      assertEquals(asked(), ["a"]);
      const spec = { match: "AAPL", capabilities: ["historicalTicks"], providers: ["b", "a"] };
      const changed = { name: "past", spec, changedAt: 1 };
      shared.routes.take(shared.routes.laid([changed]), 0, 0);
      assertEquals(asked(), ["b", "a"]);
    });
  }));

Deno.test("a provider that is not active for an instrument neither feeds it nor has its history", () => {
  const [a, b] = [new Scripted("a"), new Scripted("b")];
  const settings = settingsOf({
    providers: { a: {}, b: {} },
    instruments: [{ symbol: "AAPL", providers: { a: { active: false } } }, "MSFT"],
    routes: [{ match: "*", providers: ["a", "b"], failover: {} }],
  });
  const world = worldOf({} as Store, { settings, providers: new Map([["a", a], ["b", b]]) });
  const [aapl, msft] = settings.instruments.map(resolveInstrument) as [Instrument, Instrument];
  assertEquals(world.routes.feeding(aapl)?.candidates, ["b"]);
  assertEquals(world.routes.feeding(msft)?.candidates, ["a", "b"]);
  assertEquals(mayGive(a, listingOf({ instrument: aapl }), "trades"), false);
  assertEquals(mayGive(a, listingOf({ instrument: msft }), "trades"), true);
});
