import { assertEquals, assertMatch } from "@std/assert";
import { providerSchema } from "../../../actors/http/api/providers.ts";
import { statusSchema } from "../../../actors/http/api/status.ts";
import { ProviderError } from "../../../providers/provider.ts";
import { inPlace, type Place, until } from "./place.ts";

const provider = async ({ json }: Place) =>
  providerSchema.parse((await json("/api/v1/providers")).data[0]);

Deno.test("a provider is shown with its state and what it feeds", async () => {
  await inPlace(async (place) => {
    place.feed.reach("13:30:05");
    place.tree.shared.feeds.problem("feed", { where: "row 3", what: "no price" });
    place.tree.shared.telemetry.problem("feed");
    place.tree.shared.feeds.progress("feed", 3, 9);
    const { since, events, ...shown } = await provider(place);
    assertEquals(events.map(({ event }) => event), ["live"]);
    assertEquals(shown, {
      id: "feed",
      name: "feed",
      capabilities: [],
      state: "live",
      failures: 0,
      lastError: null,
      instruments: 3,
      refusals: [],
      words: [],
      problems: 1,
      lastProblems: [{ where: "row 3", what: "no price" }],
      quotas: [],
      latency: { feed: null, publish: null },
      recent: { seconds: 0, ticks: 0, refused: 0, problems: 1, errorRate: 1 },
      completeness: { share: 1, expectedSeconds: 15, missedSeconds: 0 },
      progress: { done: 3, total: 9 },
    });
    assertEquals(since, "2014-05-01T13:30:00.000Z");
  });
});

Deno.test("a reset makes a faulted provider connect anew", async () => {
  await inPlace(async (place) => {
    await until(async () => (await provider(place)).state === "faulted");
    assertEquals((await provider(place)).lastError, "The key is wrong.");
    place.feed.failure = null;
    const response = await place.change("POST", "/api/v1/providers/feed/reset");
    assertEquals(response.status, 202);
    providerSchema.parse(await response.json());
    await until(async () => (await provider(place)).state === "live");
  }, {
    prepare: (feed) => {
      feed.failure = new ProviderError("bad-key", "The key is wrong.", { terminal: true });
    },
  });
});

Deno.test("a provider that is not configured cannot be reset", async () => {
  await inPlace(async (place) => {
    const response = await place.change("POST", "/api/v1/providers/ig/reset");
    const { status, code, detail } = await response.json();
    assertEquals([response.status, status, code], [404, 404, "unknown-provider"]);
    assertMatch(detail, /these are: feed\.$/);
  });
});

Deno.test("the rules are listed in order, with what holds where none matches", async () => {
  await inPlace(async (place) => {
    const plain = { origin: "configuration", capabilities: null, failover: null, lead: null };
    const listed = (await place.json("/api/v1/routes")).data;
    assertEquals(listed.slice(0, 1).concat(listed.slice(2)), [
      { ...plain, name: "any.L", rule: 0, match: "*.L", market: null, providers: ["feed"] },
      {
        ...plain,
        name: "default",
        origin: "default",
        rule: null,
        match: null,
        market: null,
        providers: ["feed"],
      },
    ]);
    const { lead, ...second } = listed[1]!;
    assertEquals(second, {
      name: "fx",
      origin: "configuration",
      rule: 1,
      match: null,
      market: "FX",
      capabilities: null,
      providers: ["ghost", "feed"],
      failover: { delay: "2s", failback: "1m", standby: "cold", errors: 60 },
    });
    assertEquals((lead as Record<string, unknown>)["provider"], "ghost");
  }, {
    settings: {
      routes: [
        { match: "*.L", providers: ["feed"] },
        { name: "fx", market: "FX", providers: ["ghost", "feed"], failover: { delay: "2s" } },
      ],
    },
  });
});

Deno.test("the rule that decides for a symbol is named, followed or not", async () => {
  const routes = [{ match: "*.L", providers: ["feed"] }, { market: "FX", providers: ["ghost"] }];
  await inPlace(async (place) => {
    const explain = async (symbol: string) => {
      const { data } = await place.json(`/api/v1/routes?symbol=${symbol}`);
      assertEquals(data.length, 1);
      const { rule, provider, reason } = data[0]!;
      return [rule, provider, reason];
    };
    assertEquals(await explain("vod.l"), [
      0,
      "feed",
      "routes[0] (any.L) is the first rule that matches VOD.L (LSE); feed feeds it.",
    ]);
    assertEquals(await explain("BP.L"), [
      0,
      "feed",
      "routes[0] (any.L) is the first rule that matches BP.L (LSE); " +
      "feed is the first of its providers that has it; it is not followed.",
    ]);
    assertEquals(await explain("GBPUSD"), [
      1,
      null,
      "routes[1] (FX) is the first rule that matches GBPUSD (FX); " +
      "none of its providers has the instrument.",
    ]);
    assertEquals(await explain("AAPL"), [
      null,
      "feed",
      "no rule matches AAPL (NASDAQ), so every provider may feed it, the one at home there first; " +
      "feed feeds it.",
    ]);
    const bad = await place.get("/api/v1/routes?symbol=a%20b");
    assertEquals([bad.status, (await bad.json()).code], [400, "bad-symbol"]);
  }, { settings: { routes } });
});

Deno.test("the status says what runs", async () => {
  await inPlace(async (place) => {
    const { feed, tree } = place;
    feed.say(feed.trade("AAPL", "13:30:01", 100, 10));
    feed.reach("13:30:05");
    await tree.shared.journal.flushed();
    const response = await place.get("/api/v1/status");
    const status = statusSchema.parse(await response.json());
    assertEquals(status.version, "1.2.3");
    assertEquals(status.state, "running");
    assertEquals(status.clock, { now: "2014-05-01T13:30:05.000Z", driven: true });
    assertEquals(status.stream.epoch, "000000001");
    assertEquals(status.store.label, tree.shared.settings.store.url);
    assertEquals(status.store.ticks, 1);
    assertEquals(status.store.trouble, null);
    assertEquals(status.instruments, { live: 3 });
    assertEquals(status.providers, { feed: "live" });
    assertEquals(status.stages.map(({ stage }) => stage), [
      "gate",
      "buffer",
      "candle",
      "recorder",
      "hub",
      "stream",
    ]);
  });
});
