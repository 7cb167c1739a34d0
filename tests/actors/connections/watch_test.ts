import { assertEquals, assertMatch } from "@std/assert";
import { reportOf } from "../../../actors/connections/report.ts";
import { FLAGS } from "../../../domain/flags.ts";
import type { Trade } from "../../../domain/tick.ts";
import { HOUR, type Micros, SECOND } from "../../../domain/time.ts";
import { ProviderError } from "../../../providers/provider.ts";
import { settle, T0, trade } from "../fixture.ts";
import { connect, eventsOf, instrument, Scripted, statesTold } from "./scripted.ts";

/** A provider whose market opens at T0, and which can be asked for its latest. */
function watched(): Scripted {
  const provider = new Scripted();
  provider.alwaysOpen = false;
  provider.looks = true;
  return provider;
}

function tradeAt(time: Micros): Trade {
  return { ...trade(), symbol: "AAPL", provider: "test", time, receivedAt: time };
}

const looks = ({ diary }: Scripted) => diary.filter((entry) => entry.startsWith("latest")).length;

Deno.test("a stream that is heard is not looked into", async () => {
  const one = await connect(watched());
  for (let i = 0; i < 12; i++) {
    await one.live(10);
    one.provider.sink.ticks([tradeAt(one.world.clock.time)]);
  }
  assertEquals(looks(one.provider), 0);
  assertEquals(statesTold(one), ["live"]);
  one.stop();
});

Deno.test("a quiet market is not taken for a dead one, and is asked about ever more rarely", async () => {
  const one = await connect(watched());
  one.provider.sink.ticks([tradeAt(T0)]);
  one.provider.onLatest = () => Promise.resolve([tradeAt(T0)]);
  await one.live(600);
  // Silence past 30 s is looked into, then again after 60, 120 and 240 s more: at 30, 90, 210, 450.
  assertEquals(looks(one.provider), 4);
  assertEquals([one.state(), statesTold(one)], ["live", ["live"]]);
  one.stop();
});

Deno.test("a newer tick at the venue proves the stream mute, and it is connected anew", async () => {
  const one = await connect(watched());
  one.provider.sink.ticks([tradeAt(T0)]);
  one.provider.onLatest = () => Promise.resolve([tradeAt(T0 + 20 * SECOND)]);
  await one.live(36);
  assertEquals(looks(one.provider), 1);
  assertEquals(statesTold(one), ["live", "backoff", "live"]);
  const reason = one.world.feeds.of("test").events[1]!.reason;
  assertMatch(
    reason,
    /mute: nothing was heard since 2026-03-02T14:30:00.000Z, while the venue has a trade of AAPL at 2026-03-02T14:30:20.000Z/,
  );
  assertEquals(one.provider.diary.filter((entry) => entry === "authenticate").length, 2);
  // What was missed begins where it was heard last, not where that was found out.
  const [missed] = eventsOf(one.heard.instruments, "instruments.gap");
  assertEquals(missed!.gap.from, T0);
  one.stop();
});

Deno.test("a stream that was heard for a while is found mute all the same", async () => {
  const one = await connect(watched());
  await one.live(5);
  one.provider.sink.ticks([tradeAt(T0 + 5 * SECOND)]);
  one.provider.onLatest = () => Promise.resolve([tradeAt(T0 + 30 * SECOND)]);
  await one.live(36);
  assertEquals(statesTold(one).slice(0, 2), ["live", "backoff"]);
  const [missed] = eventsOf(one.heard.instruments, "instruments.gap");
  assertEquals(missed!.gap.from, T0 + 5 * SECOND);
  one.stop();
});

Deno.test("what breaks is lost since its last word, or since the venue had nothing newer", async () => {
  for (const [quiet, lostAt] of [[20, 5], [45, 35]] as const) {
    const one = await connect(watched());
    one.provider.onLatest = () => Promise.resolve([]);
    await one.live(5);
    one.provider.sink.ticks([tradeAt(T0 + 5 * SECOND)]);
    await one.live(quiet);
    one.provider.sink.lost(new ProviderError("lost", "It is cut."));
    const [told] = eventsOf(one.heard.instruments, "instruments.outage");
    assertEquals((told!.from - T0) / SECOND, lostAt);
    one.stop();
  }
});

Deno.test("what breaks while its words are late is lost since the time of the last", async () => {
  const one = await connect(watched());
  await one.live(30);
  one.provider.sink.ticks([tradeAt(T0 + 20 * SECOND)]);
  await one.live(5);
  one.provider.sink.lost(new ProviderError("lost", "It is cut."));
  const [told] = eventsOf(one.heard.instruments, "instruments.outage");
  assertEquals((told!.from - T0) / SECOND, 20);
  one.stop();
});

Deno.test("what is under way while the venue is asked proves nothing", async () => {
  const one = await connect(watched());
  one.provider.sink.ticks([tradeAt(T0)]);
  const late = tradeAt(T0 + 29 * SECOND);
  one.provider.onLatest = () => Promise.resolve([late]);
  await one.live(31);
  one.provider.sink.ticks([late]);
  await one.live(9);
  assertEquals([looks(one.provider), statesTold(one)], [1, ["live"]]);
  one.stop();
});

Deno.test("a delayed feed's ticks are compared with its own, not with the clock", async () => {
  const one = await connect(watched());
  const delayed = T0 - HOUR / 4;
  one.provider.sink.ticks([tradeAt(delayed)]);
  one.provider.onLatest = () => Promise.resolve([tradeAt(delayed + 10 * SECOND)]);
  await one.live(34);
  assertEquals(statesTold(one).slice(0, 2), ["live", "backoff"]);
  one.stop();
});

Deno.test("while its markets are closed a silent stream is left alone", async () => {
  const one = await connect(watched());
  // 21:00 in New York: after the extended hours.
  one.world.clock.time = T0 + 11 * HOUR + HOUR / 2;
  await one.live(300);
  assertEquals(looks(one.provider), 0);
  one.stop();
});

Deno.test("a stream that cannot be looked into is stale until it is heard", async () => {
  const one = await connect(watched());
  one.provider.onLatest = () =>
    Promise.reject(new ProviderError("allowance", "Cannot ask: the allowance is used up."));
  await one.live(33);
  assertEquals([one.state(), reportOf(one.ref).state], ["stale", "stale"]);
  one.provider.sink.ticks([tradeAt(one.world.clock.time)]);
  await one.live(2);
  assertEquals([one.state(), statesTold(one)], ["live", ["live", "stale", "live"]]);
  one.stop();
});

Deno.test("a look that finds the session over begins another", async () => {
  const one = await connect(watched());
  one.provider.onLatest = () =>
    Promise.reject(new ProviderError("session", "Cannot ask: it is over."));
  await one.live(33);
  assertEquals(statesTold(one), ["live", "backoff", "live"]);
  one.stop();
});

Deno.test("a stream that cannot be looked into, and stays silent, is looked into again", async () => {
  const one = await connect(watched());
  one.provider.onLatest = () => Promise.reject(new ProviderError("refused", "Cannot ask."));
  await one.live(33);
  assertEquals(one.state(), "stale");
  one.provider.onLatest = () => Promise.resolve([]);
  await one.live(90);
  assertEquals([looks(one.provider), one.state()], [2, "live"]);
  one.stop();
});

Deno.test("what a stale stream misses begins where it was heard last", async () => {
  const one = await connect(watched());
  one.provider.onLatest = () => Promise.reject(new ProviderError("refused", "Cannot ask."));
  await one.live(5);
  one.provider.sink.ticks([tradeAt(T0 + 5 * SECOND)]);
  await one.live(40);
  assertEquals(one.state(), "stale");
  one.provider.sink.lost(new ProviderError("lost", "The stream broke."));
  await one.pass(500);
  const [missed] = eventsOf(one.heard.instruments, "instruments.gap");
  assertEquals(missed!.gap.from, T0 + 5 * SECOND);
  one.stop();
});

Deno.test("while nobody can be asked a silent stream is looked into at least once a minute", async () => {
  const one = await connect(watched());
  one.provider.onLatest = () => Promise.reject(new ProviderError("lost", "Cannot be reached."));
  await one.live(500);
  const before = looks(one.provider);
  one.provider.onLatest = () => Promise.resolve([tradeAt(one.world.clock.time)]);
  await one.live(64);
  assertEquals(looks(one.provider) > before, true);
  assertEquals(statesTold(one).slice(0, 3), ["live", "stale", "backoff"]);
  one.stop();
});

Deno.test("a made-up market is never looked into", async () => {
  const provider = watched();
  provider.alwaysOpen = true;
  const one = await connect(provider);
  await one.live(300);
  assertEquals(looks(provider), 0);
  one.stop();
});

Deno.test("an instrument that was refused is not asked about", async () => {
  const provider = watched();
  provider.onSubscribe = () => Promise.resolve([{ symbol: "MSFT", reason: "it is unknown." }]);
  const one = await connect(provider, ["AAPL", "MSFT"]);
  await one.live(40);
  assertEquals(provider.diary.filter((entry) => entry.startsWith("latest")), ["latest AAPL"]);
  one.stop();
});

Deno.test("what was traded while an instrument was not subscribed proves nothing of its stream", async () => {
  const one = await connect(watched());
  const [aapl] = one.instruments;
  one.provider.sink.ticks([tradeAt(T0)]);
  one.send({ type: "unsubscribe", symbols: ["AAPL"] });
  one.instruments.length = 0;
  await one.live(600);
  assertEquals(looks(one.provider), 0);
  one.provider.onLatest = () => Promise.resolve([tradeAt(T0 + 300 * SECOND)]);
  one.instruments.push(aapl!);
  one.send({ type: "subscribe", instruments: [aapl!] });
  await one.live(40);
  assertEquals([looks(one.provider), statesTold(one)], [1, ["live"]]);
  one.stop();
});

Deno.test("what the venue has not answered for yet is not missed", async () => {
  const one = await connect(watched(), []);
  const answer = Promise.withResolvers<[]>();
  one.provider.onSubscribe = () => answer.promise;
  one.provider.onLatest = () => Promise.resolve([tradeAt(one.world.clock.time)]);
  one.instruments.push(instrument("AAPL"));
  one.send({ type: "subscribe", instruments: one.instruments });
  await one.live(100);
  assertEquals([looks(one.provider), statesTold(one)], [0, ["live"]]);
  answer.resolve([]);
  await one.live(35);
  assertEquals(statesTold(one).slice(0, 2), ["live", "backoff"]);
  one.stop();
});

Deno.test("a session is renewed before it expires, and the stream goes on", async () => {
  const provider = new Scripted();
  provider.renewAt = T0 + 50 * SECOND;
  provider.onRenew = () => {
    provider.renewAt = provider.renewAt! + 50 * SECOND;
    return Promise.resolve();
  };
  const one = await connect(provider);
  await one.live(120);
  assertEquals(provider.diary, ["authenticate", "open", "subscribe AAPL", "renew", "renew"]);
  one.stop();
});

Deno.test("a renewal that fails for a moment is tried again; one that never succeeds ends the session", async () => {
  const provider = new Scripted();
  provider.renewAt = T0 + 10 * SECOND;
  let failures = 2;
  provider.onRenew = () => {
    if (failures-- > 0) return Promise.reject(new ProviderError("refused", "Cannot renew."));
    provider.renewAt = T0 + HOUR;
    return Promise.resolve();
  };
  const one = await connect(provider);
  await one.live(20);
  assertEquals([provider.diary.slice(3), one.state()], [["renew", "renew", "renew"], "live"]);
  one.stop();

  provider.diary.length = 0;
  provider.renewAt = T0;
  provider.onRenew = () => Promise.reject(new ProviderError("refused", "Cannot renew."));
  const other = await connect(provider);
  await other.live(30);
  assertEquals(provider.diary.filter((entry) => entry === "renew").length >= 5, true);
  assertEquals(statesTold(other).slice(0, 2), ["live", "backoff"]);
  other.stop();
});

Deno.test("where the stream is refused it is polled, until the stream comes", async () => {
  const provider = watched();
  const refusal = new ProviderError("refused", "Cannot open the stream: refused.");
  provider.onOpen = () => Promise.reject(refusal);
  const polled = { ...tradeAt(T0 + HOUR), flags: FLAGS.polled };
  provider.onLatest = () => Promise.resolve([polled]);
  const one = await connect(provider);
  await one.live(5);
  assertEquals([one.state(), statesTold(one)], ["polling", ["backoff", "backoff", "polling"]]);
  await one.live(20);
  // Asked again and again, but told once: nothing changed.
  assertEquals(looks(provider) >= 3, true);
  assertEquals(eventsOf(one.heard.routing, "routing.ticks").map(({ ticks }) => ticks), [[polled]]);
  // The session is still the third one.
  assertEquals(provider.diary.filter((entry) => entry === "authenticate").length, 3);

  provider.onOpen = () => Promise.resolve();
  provider.onLatest = () => Promise.resolve([]);
  await one.live(60);
  assertEquals(one.state(), "live");
  assertEquals(provider.diary.filter((entry) => entry === "authenticate").length, 3);
  assertEquals(provider.diary.includes("log out"), true);
  const asked = looks(provider);
  one.provider.sink.ticks([tradeAt(one.world.clock.time)]);
  await one.live(20);
  assertEquals(looks(provider), asked);
  assertEquals(eventsOf(one.heard.instruments, "instruments.gap").length, 1);
  one.stop();
});

Deno.test("a session that ends while it is polled is begun anew", async () => {
  const provider = watched();
  provider.onOpen = () => Promise.reject(new ProviderError("refused", "Cannot open: refused."));
  const one = await connect(provider);
  await one.live(5);
  assertEquals(one.state(), "polling");
  provider.onLatest = () => Promise.reject(new ProviderError("session", "Cannot ask: it is over."));
  await one.live(6);
  assertEquals(statesTold(one).at(-1), "backoff");
  one.stop();
});

Deno.test("what the stream has no room for is polled beside it", async () => {
  const provider = watched();
  provider.onSubscribe = () =>
    Promise.resolve([{ symbol: "MSFT", reason: "there is no room for it.", polls: true }]);
  const one = await connect(provider, ["AAPL", "MSFT"]);
  one.provider.sink.ticks([tradeAt(T0)]);
  await one.live(12);
  assertEquals(
    provider.diary.filter((entry) => entry.startsWith("latest")),
    ["latest MSFT", "latest MSFT"],
  );
  assertEquals(one.state(), "live");
  one.stop();
});

Deno.test("a sign-in that is never answered is given up", async () => {
  const provider = new Scripted();
  provider.onAuthenticate = () => new Promise(() => {});
  const one = await connect(provider);
  await one.live(31);
  assertEquals(statesTold(one), ["backoff"]);
  assertMatch(one.world.feeds.of("test").events[0]!.reason, /test has not answered for 30 s/);
  one.stop();
});

Deno.test("a drain while it is polled ends the session", async () => {
  const provider = watched();
  provider.onOpen = () => Promise.reject(new ProviderError("refused", "Cannot open: refused."));
  const one = await connect(provider);
  await one.live(5);
  await settle();
  assertEquals(await one.drain(), true);
  assertEquals(provider.diary.at(-1), "log out");
  one.stop();
});

Deno.test("a trade that the stream told is not told again by the poll that stands in for it", async () => {
  const provider = watched();
  const one = await connect(provider);
  await one.live(1);
  one.provider.sink.ticks([{ ...tradeAt(T0), id: "V-1" }]);
  provider.onOpen = () => Promise.reject(new ProviderError("refused", "Cannot open the stream."));
  provider.onLatest = () =>
    Promise.resolve([{
      ...tradeAt(T0),
      id: "V-1",
      flags: FLAGS.polled,
      receivedAt: one.world.clock.time,
    }]);
  one.provider.sink.lost(new ProviderError("lost", "gone"));
  await one.live(20);
  assertEquals(one.state(), "polling");
  const told = eventsOf(one.heard.routing, "routing.ticks").flatMap(({ ticks }) => ticks);
  assertEquals(told.map(({ id, flags }) => [id, flags]), [["V-1", 0]]);
  one.stop();
});

Deno.test("a session that IG calls over while it is polled is begun anew", async () => {
  const { refusalError } = await import("../../../providers/ig/errors.ts");
  const over = refusalError({
    what: "get 1 markets from IG",
    status: 401,
    errorCode: "error.security.client-token-invalid",
    retryAfter: null,
    now: T0 + SECOND,
  });
  const provider = watched();
  provider.onOpen = () => Promise.reject(new ProviderError("lost", "Cannot open: tokens."));
  const one = await connect(provider);
  await one.live(5);
  assertEquals(one.state(), "polling");
  const before = provider.diary.filter((entry) => entry === "authenticate").length;
  provider.onLatest = () => Promise.reject(over);
  await one.live(600);
  const after = provider.diary.filter((entry) => entry === "authenticate").length;
  assertEquals(after > before, true, `still ${one.state()}, signed in ${after} times as before`);
  one.stop();
});
