import { assert, assertEquals, assertMatch } from "@std/assert";
import { at } from "./feed.ts";
import { inPlace, type Place } from "./place.ts";
import { toEvents } from "../../../actors/instruments/events.ts";
import type { Gap } from "../../../domain/gap.ts";
import { SECOND } from "../../../domain/time.ts";

interface Telemetry {
  readonly latency: { readonly feed: Record<string, number> | null };
  readonly recent: Record<string, number>;
  readonly completeness: Record<string, number | null>;
}

const provider = async ({ json }: Place) =>
  (await json("/api/v1/providers")).data[0] as unknown as Telemetry;
const instrument = async ({ json }: Place, symbol: string) =>
  (await json(`/api/v1/instruments?symbol=${symbol}`)).data[0]!;
const metrics = async ({ get }: Place) => await (await get("/metrics")).text();
const checks = async ({ get }: Place) =>
  (await (await get("/health")).json()).checks as Record<
    string,
    { status: string; observedValue: unknown; output?: string }[]
  >;

/** Says trades a second apart, each received so long after its time, in seconds. */
function say({ feed }: Place, latencies: readonly number[]): void {
  latencies.forEach((latency, index) => {
    const time = `13:30:0${index + 1}`;
    const trade = feed.trade("AAPL", time, 100, 10);
    feed.say({ ...trade, receivedAt: trade.time + latency * SECOND });
    // What was said is a batch of its own.
    feed.reach(time);
  });
}

Deno.test("the latency from the venue's time to the receipt is told by provider and instrument", async () => {
  await inPlace(async (place) => {
    assertEquals((await provider(place)).latency.feed, null);
    assertEquals((await instrument(place, "AAPL"))["feedLatency"], null);
    say(place, [0.25, 0.5, 2, 1.5]);
    const { feed } = (await provider(place)).latency;
    assertEquals(feed, { samples: 4, min: 0.25, p50: 0.5, p95: 2, p99: 2, max: 2 });
    assertEquals((await instrument(place, "AAPL"))["feedLatency"], 0.5);
    assertEquals((await instrument(place, "EURUSD"))["feedLatency"], null);
    const text = await metrics(place);
    assertMatch(text, /^marketd_feed_latency_seconds_count\{provider="feed"\} 4$/m);
    assertMatch(text, /^marketd_feed_latency_seconds_sum\{provider="feed"\} 4.25$/m);
    assertMatch(text, /^marketd_feed_latency_seconds_bucket\{le="0.5",provider="feed"\} 2$/m);
    assertMatch(text, /^marketd_instrument_feed_latency_seconds\{symbol="AAPL"\} 0.5$/m);
    assertEquals((await checks(place))["latency:feed"]?.[0]?.observedValue, 2);
  });
});

Deno.test("a venue's clock that is ahead of ours is told, and never taken for speed", async () => {
  await inPlace(async (place) => {
    say(place, [-3, -2.5, 0.5]);
    const { feed } = (await provider(place)).latency;
    assertEquals([feed?.["min"], feed?.["p50"], feed?.["max"]], [-3, -2.5, 0.5]);
    const text = await metrics(place);
    assertMatch(text, /^marketd_feed_early_ticks_total\{provider="feed"\} 2$/m);
    assertMatch(text, /^marketd_feed_latency_min_seconds\{provider="feed"\} -3$/m);
    assertMatch(text, /^marketd_feed_latency_seconds_bucket\{le="0",provider="feed"\} 2$/m);
    assertMatch(text, /^marketd_feed_latency_seconds_sum\{provider="feed"\} 0.5$/m);
    const check = (await checks(place))["latency:feed"]?.[0];
    assertEquals(check?.status, "warn");
    assertMatch(check?.output ?? "", /its clock is 2.5 s ahead of ours/);
  });
});

Deno.test("ticks that are wrong make the error rate, those that are only repeated do not", async () => {
  await inPlace(async (place) => {
    const { feed } = place;
    const good = feed.trade("AAPL", "13:30:01", 100, 10);
    feed.say(good, { ...good }, feed.trade("AAPL", "13:30:02", -1, 10));
    feed.say(feed.trade("AAPL", "13:30:03", 100, 10));
    feed.reach("13:30:04");
    const { recent } = await provider(place);
    assertEquals([recent["ticks"], recent["refused"], recent["errorRate"]], [4, 1, 0.25]);
    const aapl = await instrument(place, "AAPL");
    assertEquals([aapl["ticks"], aapl["refused"], aapl["errorRate"]], [4, 1, 0.25]);
    assertMatch(await metrics(place), /^marketd_ticks_refused_total\{provider="feed"\} 1$/m);
    assertEquals((await checks(place))["errors:feed"]?.[0]?.observedValue, 0.25);
  });
});

Deno.test("a gap costs completeness until history has filled it", async () => {
  await inPlace(async (place) => {
    const { feed, tree } = place;
    feed.reach("13:40:00");
    assertEquals((await instrument(place, "AAPL"))["completeness"], 1);
    const [from, to] = [at("13:31:00"), at("13:33:00")];
    const gap = { symbol: "AAPL", from, to, reason: "disconnect", detectedAt: to } as const;
    const tell = (status: Gap["status"]) =>
      tree.shared.hub.publish(toEvents([], [], [], [{ provider: "feed", ...gap, status }]));
    tell("open");
    const aapl = await instrument(place, "AAPL");
    assertEquals([aapl["completeness"], aapl["missedSeconds"]], [0.8, 120]);
    const { completeness } = await provider(place);
    // Two minutes of three times ten.
    assertEquals(completeness, { share: 0.933333, expectedSeconds: 1_800, missedSeconds: 120 });
    assertMatch(
      await metrics(place),
      /^marketd_instrument_completeness_ratio\{symbol="AAPL"\} 0.8$/m,
    );
    const found = await checks(place);
    assertEquals(found["completeness:instruments"]?.[0]?.observedValue, 1);
    assertMatch(found["completeness:instruments"]?.[0]?.output ?? "", /AAPL 80.0 %/);
    assertEquals(found["completeness:feed"]?.[0]?.status, "warn");
    tell("filled");
    assertEquals((await instrument(place, "AAPL"))["completeness"], 1);
    assertEquals((await checks(place))["completeness:feed"]?.[0]?.status, "pass");
  });
});

Deno.test("past a number of instruments none has metrics of its own, and that is told", async () => {
  await inPlace(async (place) => {
    say(place, [0.5]);
    const text = await metrics(place);
    assert(!text.includes('symbol="AAPL"'));
    assertMatch(text, /^marketd_instrument_metrics_omitted 3$/m);
    assertMatch(text, /^marketd_feed_latency_seconds_count\{provider="feed"\} 1$/m);
  }, { settings: { metrics: { instruments: 2 } } });
});
