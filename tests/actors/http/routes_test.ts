import { assertEquals, assertMatch } from "@std/assert";
import type { InstrumentChange } from "../../../db/store.ts";
import { Scripted } from "../connections/scripted.ts";
import { type Answer, inPlace, type Place, until } from "./place.ts";

const RULE = { match: "A*", providers: ["a", "b"], failover: { standby: "hot", delay: "10s" } };

/** A place with three providers, of which `a` and `b` do what a test says. */
function inRoutes(work: (place: Place, a: Scripted, b: Scripted) => Promise<void>) {
  const [a, b] = [new Scripted("a"), new Scripted("b")];
  return inPlace((place) => work(place, a, b), {
    others: [a, b],
    settings: {
      providers: { feed: {}, a: {}, b: {} },
      instruments: ["AAPL", "VOD.L"],
      routes: [{ match: "*.L", providers: ["feed"] }],
    },
  });
}

const body = async (response: Response) => await response.json() as Answer;

/** What is said of one symbol's route. */
const explained = async (place: Place, symbol: string) =>
  (await place.json(`/api/v1/routes?symbol=${symbol}`)).data[0]!;

Deno.test("a route that is put decides at once, goes before those configured, and is kept", () =>
  inRoutes(async (place, a, b) => {
    assertEquals((await explained(place, "AAPL"))["provider"], "feed");
    const response = await place.change("PUT", "/api/v1/routes/us", RULE);
    assertEquals(response.status, 200);
    const view = await body(response);
    assertEquals([view["name"], view["origin"], view["rule"]], ["us", "api", 0]);
    assertEquals(view["failover"], {
      delay: "10s",
      failback: "1m",
      standby: "hot",
      errors: 60,
    });
    const kept = await place.tree.shared.store.routeChanges();
    assertEquals(kept.map(({ name, spec }) => [name, spec]), [["us", RULE]]);
    const aapl = await explained(place, "AAPL");
    assertEquals([aapl["name"], aapl["provider"]], ["us", "a"]);
    assertEquals(aapl["standbys"], [{ provider: "b", state: "live", subscribed: true }]);
    assertMatch(
      String(aapl["reason"]),
      /^us, set through the API, is the first rule that matches AAPL .*; a feeds it; b stands by/,
    );
    await until(() => [a, b].every(({ diary }) => diary.includes("subscribe AAPL")));
    // Said once more it changes nothing.
    assertEquals((await place.change("PUT", "/api/v1/routes/us", RULE)).status, 200);
    assertEquals((await place.json("/api/v1/routes")).data.map(({ name }) => name), [
      "us",
      "any.L",
      "default",
    ]);
  }));

Deno.test("a route of a configured one's name takes its place, and what is removed decides no more", () =>
  inRoutes(async (place, a) => {
    const names = async () => (await place.json("/api/v1/routes")).data.map(({ name }) => name);
    const put = await place.change("PUT", "/api/v1/routes/any.L", {
      match: "*.L",
      providers: ["a"],
    });
    assertEquals(put.status, 200);
    assertEquals((await explained(place, "VOD.L"))["provider"], "a");
    await until(() => a.diary.includes("subscribe VOD.L"));
    assertEquals(await names(), ["any.L", "default"]);
    assertEquals((await place.change("DELETE", "/api/v1/routes/any.L")).status, 204);
    assertEquals(await names(), ["default"]);
    assertEquals((await explained(place, "VOD.L"))["name"], "default");
    const gone = await place.change("DELETE", "/api/v1/routes/any.L");
    assertEquals([gone.status, (await body(gone))["code"]], [404, "unknown-route"]);
  }));

Deno.test("a switch has the other lead, and is told; let go, the route says so", () =>
  inRoutes(async (place) => {
    await place.change("PUT", "/api/v1/routes/us", RULE);
    const swap = (provider: string | null) =>
      place.change("POST", "/api/v1/routes/us/switch", { provider });
    const lead = (await body(await swap("b")))["lead"] as Record<string, unknown>;
    assertEquals([lead["provider"], lead["held"], lead["reason"]], [
      "b",
      true,
      "It was asked for.",
    ]);
    assertEquals((await explained(place, "AAPL"))["provider"], "b");
    const listed = (await place.json("/api/v1/instruments")).data;
    assertEquals(listed.map(({ symbol, provider }) => [symbol, provider]), [
      ["AAPL", "b"],
      ["VOD.L", "feed"],
    ]);
    const free = (await body(await swap(null)))["lead"] as Record<string, unknown>;
    assertEquals([free["provider"], free["held"]], ["b", false]);
  }));

/** What cannot be done: method, path below the routes, body; the status and the code. */
const REFUSED: readonly (readonly [string, string, unknown, number, string])[] = [
  ["PUT", "us", { providers: [] }, 422, "invalid"],
  ["PUT", "us", { providers: ["a"], failover: { delay: "soon" } }, 422, "invalid"],
  ["PUT", "us", { providers: ["a"], capabilities: ["magic"] }, 422, "invalid"],
  ["PUT", "us", { providers: ["ghost"] }, 422, "unknown-provider"],
  ["PUT", "us", { market: "MOON", providers: ["a"] }, 422, "unknown-market"],
  ["PUT", "default", { providers: ["a"] }, 400, "invalid"],
  ["PUT", "a%20b", { providers: ["a"] }, 400, "invalid"],
  ["POST", "any.L/switch", { provider: "a" }, 409, "no-failover"],
  ["POST", "none/switch", { provider: "a" }, 404, "unknown-route"],
];

Deno.test("what cannot be done is refused with its reason, and changes nothing", () =>
  inRoutes(async (place) => {
    const before = await place.json("/api/v1/routes");
    for (const [method, path, said, status, code] of REFUSED) {
      const response = await place.change(method, `/api/v1/routes/${path}`, said);
      const problem = await body(response);
      const what = `${method} ${path} ${JSON.stringify(said)}: ${JSON.stringify(problem)}`;
      assertEquals(response.status, status, what);
      if (code !== "invalid") assertEquals(problem["code"], code, what);
    }
    assertEquals(await place.json("/api/v1/routes"), before);
    assertEquals(await place.tree.shared.store.routeChanges(), []);
  }));

Deno.test("a route that would leave an instrument without a feed is refused", () =>
  inPlace(async (place) => {
    const response = await place.change("PUT", "/api/v1/routes/us", {
      match: "EUR*",
      providers: ["quiet"],
    });
    const problem = await body(response);
    assertEquals([response.status, problem["code"]], [422, "no-provider"]);
    assertMatch(String(problem["detail"]), /nobody would feed EURUSD \(1 in all\)/);
    const changes: InstrumentChange[] = await place.tree.shared.store.instrumentChanges();
    assertEquals(changes, []);
  }, {
    others: [
      new class extends Scripted {
        override offers() {
          return [];
        }
      }("quiet"),
    ],
    settings: { providers: { feed: {}, quiet: {} } },
  }));

Deno.test("what decides is told for each kind of data, with who is asked and who cannot", () =>
  inRoutes(async (place) => {
    const past = { match: "AAPL", capabilities: ["historicalBars"], providers: ["b", "a"] };
    assertEquals((await place.change("PUT", "/api/v1/routes/past", past)).status, 200);
    const kinds = (await explained(place, "AAPL"))["kinds"] as Record<string, unknown>[];
    const shown = kinds.map(({ kind, route, origin, rule, provider, standbys }) =>
      [kind, route, origin, rule, provider, (standbys as string[]).join()].join(" ")
    );
    assertEquals(shown, [
      "quotes default default  feed ",
      "trades default default  feed ",
      "depth default default   ",
      // Only the source of bars was chosen: trades are not asked for.
      "historicalTicks default default   ",
      "historicalBars past api 0 b a",
    ]);
    const reasons = kinds.map(({ reason }) => String(reason));
    assertMatch(reasons[2]!, /^no rule matches it; feed cannot: no depth of it\.$/);
    assertMatch(reasons[3]!, /bars alone are wanted/);
    assertMatch(
      reasons[4]!,
      /^past, set through the API, is the first rule .* b is asked; then a\.$/,
    );
  }));
