import { assertEquals, assertMatch } from "@std/assert";
import { exchangeView } from "../../../actors/http/api/exchanges.ts";
import { Scripted } from "../connections/scripted.ts";
import { type Answer, inPlace, type Place, until } from "./place.ts";
import { Routes } from "../../../actors/routing/routes.ts";

/** A place with three providers, where London's instruments come from `a` unless a route says else. */
function inExchanges(
  work: (place: Place, a: Scripted, b: Scripted) => Promise<void>,
  more: Record<string, unknown> = {},
) {
  const [a, b] = [new Scripted("a"), new Scripted("b")];
  return inPlace((place) => work(place, a, b), {
    others: [a, b],
    settings: {
      providers: { feed: {}, a: {}, b: {} },
      instruments: ["VOD.L", "EURUSD"],
      exchanges: { LSE: { providers: [{ provider: "a" }, { provider: "b" }] } },
      ...more,
    },
  });
}

const body = async (response: Response) => await response.json() as Answer;
const explained = async (place: Place, symbol = "VOD.L") =>
  (await place.json(`/api/v1/routes?symbol=${symbol}`)).data[0]!;

Deno.test("a configured exchange decides where no route does, and the explanation names it", () =>
  inExchanges(async (place, a) => {
    const vod = await explained(place);
    assertEquals([vod["name"], vod["origin"], vod["provider"]], [
      "exchange:LSE",
      "configuration",
      "a",
    ]);
    assertMatch(String(vod["reason"]), /^exchanges\.LSE is the first rule that matches VOD\.L/);
    assertEquals((await explained(place, "EURUSD"))["name"], "default");
    await until(() => a.diary.includes("subscribe VOD.L"));
    const { data } = await place.json("/api/v1/exchanges");
    assertEquals(data.map((one) => exchangeView.parse(one)), [{
      market: "LSE",
      origin: "configuration",
      providers: [
        { provider: "a", priority: 1, primary: false, active: true },
        { provider: "b", priority: 2, primary: false, active: true },
      ],
      failover: null,
    }]);
  }));

Deno.test("a configured route counts before a configured exchange, and after one set through the API", () =>
  inExchanges(async (place, _a, b) => {
    assertEquals((await explained(place))["provider"], "feed");
    const spec = { providers: [{ provider: "a", priority: 5 }, { provider: "b", primary: true }] };
    const response = await place.change("PUT", "/api/v1/exchanges/lse", spec);
    assertEquals(response.status, 200);
    const view = exchangeView.parse(await response.json());
    assertEquals([view.market, view.origin], ["LSE", "api"]);
    const vod = await explained(place);
    assertEquals([vod["name"], vod["origin"], vod["provider"]], ["exchange:LSE", "api", "b"]);
    assertMatch(String(vod["reason"]), /^exchanges\.LSE, set through the API, is the first rule/);
    await until(() => b.diary.includes("subscribe VOD.L"));
    // A route that is added through the API counts before it.
    await place.change("PUT", "/api/v1/routes/mine", { match: "VOD*", providers: ["a"] });
    assertEquals((await explained(place))["provider"], "a");
    assertEquals((await place.json("/api/v1/routes")).data.map(({ name }) => name), [
      "mine",
      "exchange:LSE",
      "any",
      "default",
    ]);
  }, { routes: [{ match: "*", providers: ["feed"] }] }));

Deno.test("what was set is kept with its priorities, and so is a removal; a later start has both", () =>
  inExchanges(async (place) => {
    const spec = {
      providers: [{ provider: "b" }, { provider: "a", active: false }],
      failover: { delay: "9s" },
    };
    await place.change("PUT", "/api/v1/exchanges/FX", spec);
    assertEquals((await place.change("DELETE", "/api/v1/exchanges/LSE")).status, 204);
    assertEquals((await explained(place))["name"], "default");
    const changes = await place.tree.shared.store.exchangeChanges();
    assertEquals(changes.map(({ market, spec }) => [market, spec]), [
      ["FX", {
        providers: [
          { provider: "a", priority: 2, primary: false, active: false },
          { provider: "b", priority: 1, primary: false, active: true },
        ],
        failover: { delay: "9s" },
      }],
      ["LSE", null],
    ]);
    const { settings } = place.tree.shared;
    const later = new Routes(settings, place.tree.shared.providers);
    assertEquals(later.laid([], changes).map(({ name, providers }) => [name, providers.join()]), [
      ["exchange:FX", "b"],
    ]);
    assertEquals(
      later.exchangesWith(changes).map(({ failover, market }) => [market, failover?.delay]),
      [["FX", 9_000_000]],
    );
  }));

Deno.test("an exchange without an active provider has nobody asked, and the explanation says so", () =>
  inExchanges(async (place, a, b) => {
    const vod = await explained(place);
    assertEquals([vod["name"], vod["providers"], vod["provider"]], ["exchange:LSE", [], null]);
    assertMatch(
      String(vod["reason"]),
      /^exchanges\.LSE is the first rule that matches VOD\.L \(LSE\); none of its providers is active\.$/,
    );
    assertEquals((await place.get("/api/v1/instruments/VOD.L")).status, 404);
    assertEquals([a, b].some(({ diary }) => diary.includes("subscribe VOD.L")), false);
  }, { exchanges: { LSE: { providers: [{ provider: "b", active: false }] } } }));

Deno.test("an exchange is not left without an active provider while its instruments are followed", () =>
  inExchanges(async (place) => {
    const spec = { providers: [{ provider: "a", active: false }] };
    const response = await place.change("PUT", "/api/v1/exchanges/LSE", spec);
    const { code, detail } = await response.json();
    assertEquals([response.status, code], [422, "no-provider"]);
    assertMatch(String(detail), /nobody would feed VOD\.L \(1 in all\)/);
    assertEquals((await explained(place))["provider"], "a");
  }));

Deno.test("the explanation names the providers that an instrument itself switches off", () =>
  inExchanges(async (place) => {
    const off = { a: { active: false }, b: { active: false } };
    const added = { symbol: "BARC.L", providers: off };
    const response = await place.change("POST", "/api/v1/instruments", added);
    assertEquals(response.status, 422);
    assertMatch(String((await response.json()).detail), /not active for it: a, b/);
    const aapl = await explained(place, "AAPL");
    assertMatch(
      String(aapl["reason"]),
      /none of its providers has the instrument \(not active for it: feed, a, b\)/,
    );
    assertEquals((aapl["kinds"] as { provider: unknown }[]).map(({ provider }) => provider), [
      null,
      null,
      null,
      null,
      null,
    ]);
  }, {
    instruments: ["VOD.L", {
      symbol: "AAPL",
      providers: { feed: { active: false }, a: { active: false }, b: { active: false } },
    }],
  }));

Deno.test("with failover the providers of an exchange take over from each other", () =>
  inExchanges(async (place, a, b) => {
    await until(() => b.diary.includes("subscribe VOD.L"));
    const vod = await explained(place);
    assertEquals(vod["standbys"], [{ provider: "b", state: "live", subscribed: true }]);
    const response = await place.change("POST", "/api/v1/routes/exchange:LSE/switch", {
      provider: "b",
    });
    assertEquals([response.status, a.diary.includes("subscribe VOD.L")], [200, true]);
    await until(async () => (await explained(place))["provider"] === "b");
  }, {
    exchanges: {
      LSE: {
        providers: [{ provider: "a" }, { provider: "b" }],
        failover: { standby: "hot" },
      },
    },
  }));

Deno.test("what cannot be is refused with its reason, and nothing is kept", () =>
  inExchanges(async (place) => {
    const said: [market: string, spec: unknown, status: number, about: RegExp][] = [
      ["MARS", { providers: [{ provider: "a" }] }, 422, /MARS is none of NASDAQ/],
      ["LSE", { providers: [{ provider: "zzz" }] }, 422, /no provider \\"zzz\\" is configured/],
      ["LSE", { providers: [{ provider: "a" }, { provider: "a" }] }, 422, /they name a twice/],
      [
        "LSE",
        { providers: [{ provider: "a", primary: true }, { provider: "b", primary: true }] },
        422,
        /more than one primary: a, b/,
      ],
      ["LSE", { providers: [] }, 422, /providers/],
      ["LSE", { providers: [{ provider: "a", priority: 0 }] }, 422, /priority/],
      ["LSE", { providers: [{ provider: "a", prio: 1 }] }, 422, /prio/],
    ];
    for (const [market, spec, status, about] of said) {
      const response = await place.change("PUT", `/api/v1/exchanges/${market}`, spec);
      assertEquals(response.status, status, market);
      assertMatch(JSON.stringify(await body(response)), about);
    }
    const gone = await place.change("DELETE", "/api/v1/exchanges/FX");
    assertEquals([gone.status, (await body(gone))["code"]], [404, "unknown-exchange"]);
    assertEquals(await place.tree.shared.store.exchangeChanges(), []);
  }));

Deno.test("what an earlier run was told of an exchange decides from the start", () => {
  const [a, b] = [new Scripted("a"), new Scripted("b")];
  const one = { provider: "b", priority: 1, primary: true, active: true };
  return inPlace(async (place) => {
    await until(() => b.diary.includes("subscribe VOD.L"));
    const vod = await explained(place);
    assertEquals([vod["name"], vod["origin"], vod["provider"]], ["exchange:LSE", "api", "b"]);
    assertEquals(a.diary.includes("subscribe VOD.L"), false);
  }, {
    others: [a, b],
    settings: {
      providers: { feed: {}, a: {}, b: {} },
      instruments: ["VOD.L"],
      routes: [{ match: "*", providers: ["a"] }],
    },
    prepare: (_feed, store) =>
      store.changeExchange({ market: "LSE", spec: { providers: [one] }, changedAt: 1 }),
  });
});
