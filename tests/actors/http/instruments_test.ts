import { assertEquals, assertMatch } from "@std/assert";
import { listingSchema } from "../../../actors/http/api/instrumentview.ts";
import { inPlace, LOCAL, type Place, TOKEN } from "./place.ts";

const symbols = async ({ json }: Place) =>
  (await json("/api/v1/instruments")).data.map(({ symbol }) => symbol);

Deno.test("the followed instruments are listed with what is known of them", async () => {
  await inPlace(async (place) => {
    place.feed.say(place.feed.trade("AAPL", "13:30:01", 100, 10));
    const { data } = await place.json("/api/v1/instruments");
    assertEquals(data.map(({ symbol }) => symbol), ["AAPL", "EURUSD", "VOD.L"]);
    for (const row of data) listingSchema.parse(row);
    const { data: [aapl] } = await place.json("/api/v1/instruments?symbol=aapl");
    assertEquals(aapl, await (await place.get("/api/v1/instruments/aapl")).json());
    assertEquals(aapl, {
      symbol: "AAPL",
      market: "NASDAQ",
      currency: "USD",
      step: 0.01,
      level: 1,
      basis: "trade",
      provider: "feed",
      origin: "configuration",
      state: "live",
      fault: null,
      ticks: 1,
      lastTick: "2014-05-01T13:30:01.000Z",
      refused: 0,
      errorRate: 0,
      feedLatency: 0,
      publishLatency: null,
      completeness: null,
      missedSeconds: 0,
      pinned: false,
      subscribed: true,
      idleSince: null,
      consumers: 0,
    });
    const csv = await place.get("/api/v1/instruments?symbol=VOD.L", { accept: "text/csv" });
    assertEquals(
      await csv.text(),
      "symbol,market,currency,step,level,basis,provider,origin,state,fault,ticks,lastTick," +
        "refused,errorRate,feedLatency,publishLatency,completeness,missedSeconds," +
        "pinned,subscribed,idleSince,consumers\n" +
        "VOD.L,LSE,GBX,0.1,1,trade,feed,configuration,live,,0,,0,0,,,,0,false,true,,0\n",
    );
  });
});

Deno.test("an instrument that is added is followed at once, and remembered", async () => {
  await inPlace(async (place) => {
    const response = await place.change("POST", "/api/v1/instruments", { symbol: "^ftse" });
    assertEquals(response.status, 201);
    assertEquals(response.headers.get("location"), "/api/v1/instruments/%5EFTSE");
    const added = listingSchema.parse(await response.json());
    assertEquals([added.symbol, added.market, added.origin], ["^FTSE", "LSE", "api"]);
    const found = await place.get(response.headers.get("location")!);
    assertEquals((await found.json()).symbol, "^FTSE");
    const changes = await place.tree.shared.store.instrumentChanges();
    assertEquals(changes.map(({ symbol, spec }) => [symbol, spec]), [
      ["^FTSE", { symbol: "^ftse" }],
    ]);
  });
});

Deno.test("an instrument that is removed is followed no more, and that is remembered", async () => {
  await inPlace(async (place) => {
    const byPath = await place.change("DELETE", "/api/v1/instruments/aapl");
    assertEquals([byPath.status, await byPath.text()], [204, ""]);
    const byQuery = await place.change("DELETE", "/api/v1/instruments?symbol=VOD.L");
    assertEquals(byQuery.status, 204);
    assertEquals(await symbols(place), ["EURUSD"]);
    const changes = await place.tree.shared.store.instrumentChanges();
    assertEquals(
      new Map(changes.map(({ symbol, spec }) => [symbol, spec])),
      new Map([
        ["AAPL", null],
        ["VOD.L", null],
      ]),
    );
  });
});

Deno.test("a removed instrument's forming candles are kept for what they are", async () => {
  await inPlace(async (place) => {
    place.feed.say(place.feed.trade("AAPL", "13:30:05", 190, 100));
    place.feed.reach("13:30:10");
    assertEquals((await place.change("DELETE", "/api/v1/instruments/AAPL")).status, 204);
    await place.tree.shared.journal.flushed();
    for (const interval of ["1m", "1h"]) {
      const { data } = await place.json(`/api/v1/candles?symbol=AAPL&interval=${interval}`);
      assertEquals(data.map(({ close, status }) => [close, status]), [[190, "partial"]]);
    }
  });
});

Deno.test("a change that cannot be made is refused, and says why", async () => {
  await inPlace(async (place) => {
    const refused = async (response: Response) => {
      const { status, code, detail, errors } = await response.json();
      assertEquals(status, response.status);
      return { status, code, detail, paths: errors?.map(({ path }: { path: string }) => path) };
    };
    const add = async (body: unknown) =>
      await refused(await place.change("POST", "/api/v1/instruments", body));

    const exists = await add({ symbol: "aapl" });
    assertEquals([exists.status, exists.code], [409, "exists"]);
    const market = await add({ symbol: "IBM", market: "MARS" });
    assertEquals([market.status, market.code, market.paths], [422, "unknown-market", ["market"]]);
    const names = { symbol: "IBM", providers: { feed: {}, demo: {}, fed: { epic: "X" } } };
    const stranger = await add(names);
    assertEquals(
      [stranger.status, stranger.code, stranger.paths],
      [422, "unknown-provider", ["providers.fed"]],
    );
    assertEquals(
      stranger.detail,
      "Cannot add IBM: it names the provider fed, which this marketd does not have; " +
        "did you mean `feed`?",
    );
    const odd = await add({ symbol: "IBM", providers: { "postgres://u:hunter2@h": {} } });
    assertEquals([odd.status, odd.code], [422, "unknown-provider"]);
    assertMatch(odd.detail, /; known here: feed, .*demo, .*replay\.$/);
    assertEquals(JSON.stringify(odd).includes("hunter2"), false);
    const nobody = await add({ symbol: "NONE" });
    assertEquals([nobody.status, nobody.code], [422, "no-provider"]);
    const wrong = await add({ symbol: "a b", level: 3, currency: "dollars", epic: "x" });
    assertEquals([wrong.status, wrong.code, wrong.paths], [
      422,
      "bad-body",
      ["symbol", "currency", "level", "epic"],
    ]);
    assertMatch(wrong.detail, /level must be 1 or 2; epic is not a known key\.$/);
    const missing = await add({});
    assertEquals([missing.status, missing.paths], [422, ["symbol"]]);

    const gone = await refused(await place.change("DELETE", "/api/v1/instruments/APPL"));
    assertEquals([gone.status, gone.code], [404, "unknown-symbol"]);
    assertMatch(gone.detail, /did you mean AAPL\?$/);
    const none = await refused(await place.change("DELETE", "/api/v1/instruments"));
    assertEquals([none.status, none.paths], [400, ["symbol"]]);
    assertEquals(await symbols(place), ["AAPL", "EURUSD", "VOD.L"]);
    assertEquals(await place.tree.shared.store.instrumentChanges(), []);
  });
});

Deno.test("a body that is no JSON, or too large, is refused", async () => {
  await inPlace(async (place) => {
    const post = async (body: string, type: string) => {
      const response = await place.app.request("/api/v1/instruments", {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": type },
        body,
      }, LOCAL);
      assertEquals(response.headers.get("content-type"), "application/problem+json");
      return [response.status, (await response.json()).code];
    };
    assertEquals(await post('{"symbol":', "application/json"), [400, "bad-request"]);
    assertEquals(await post('{"symbol":"IBM"}', "text/plain"), [415, "not-json"]);
    const large = JSON.stringify({ symbol: "IBM", market: "x".repeat(65_536) });
    assertEquals(await post(large, "application/json"), [413, "too-large"]);
  });
});
