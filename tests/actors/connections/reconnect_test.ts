import { assertEquals } from "@std/assert";
import { reportOf } from "../../../actors/connections/report.ts";
import { SECOND } from "../../../domain/time.ts";
import { ProviderError, type Refusal } from "../../../providers/provider.ts";
import { settle, T0 } from "../fixture.ts";
import { connect, eventsOf, instrument, Scripted } from "./scripted.ts";

const lost = () => new ProviderError("lost", "Cannot go on: the line went dead.");

/** The gap of an outage between two seconds after T0. */
function gapOf(from: number, to: number) {
  return {
    type: "instruments.gap",
    provider: "test",
    gap: {
      provider: "test",
      from: T0 + from * SECOND,
      to: T0 + to * SECOND,
      reason: "disconnect",
      status: "open",
      detectedAt: T0 + to * SECOND,
    },
  };
}

const outageFrom = (from: number) => ({
  type: "instruments.outage",
  provider: "test",
  from: T0 + from * SECOND,
});

Deno.test("an outage is told when it begins, and its exact span when it is over", async () => {
  const one = await connect(new Scripted());
  assertEquals(one.heard.instruments, []);
  one.world.clock.time = T0 + 10 * SECOND;
  one.provider.sink.lost(lost());
  assertEquals(one.heard.instruments, [outageFrom(10)]);
  one.world.clock.time = T0 + 17 * SECOND;
  await one.pass(500);
  assertEquals(one.state(), "live");
  assertEquals(one.heard.instruments, [outageFrom(10), gapOf(10, 17)]);
  // The next outage is another one.
  await one.pass(30_000);
  one.world.clock.time = T0 + 20 * SECOND;
  one.provider.sink.lost(lost());
  one.world.clock.time = T0 + 21 * SECOND;
  await one.pass(500);
  assertEquals(one.heard.instruments.slice(2), [outageFrom(20), gapOf(20, 21)]);
  one.stop();
});

Deno.test("an outage lasts over failed attempts, and over a fault", async () => {
  const one = await connect(new Scripted());
  one.world.clock.time = T0 + 10 * SECOND;
  one.provider.onAuthenticate = () => Promise.reject(lost());
  one.provider.sink.lost(lost());
  one.world.clock.time = T0 + 11 * SECOND;
  await one.pass(500);
  const bad = new ProviderError("bad-key", "Cannot sign in: bad key.", { terminal: true });
  one.provider.onAuthenticate = () => Promise.reject(bad);
  await one.pass(1_000);
  assertEquals(one.state(), "faulted");
  one.world.clock.time = T0 + 100 * SECOND;
  one.provider.onAuthenticate = () => Promise.resolve();
  one.send({ type: "reset" });
  await settle();
  assertEquals(eventsOf(one.heard.instruments, "instruments.gap"), [gapOf(10, 100)]);
  const outages = eventsOf(one.heard.instruments, "instruments.outage");
  assertEquals(new Set(outages.map(({ from }) => from)), new Set([T0 + 10 * SECOND]));
  one.stop();
});

Deno.test("what is missed ends when the venue has answered what is wanted of it", async () => {
  const provider = new Scripted();
  const one = await connect(provider);
  one.provider.sink.lost(lost());
  const answered = Promise.withResolvers<readonly Refusal[]>();
  provider.onSubscribe = () => answered.promise;
  await one.pass(500);
  assertEquals(one.state(), "live");
  one.world.clock.time = T0 + 20 * SECOND;
  await settle();
  assertEquals(eventsOf(one.heard.instruments, "instruments.gap"), []);
  answered.resolve([]);
  await settle();
  assertEquals(eventsOf(one.heard.instruments, "instruments.gap"), [gapOf(0, 20)]);
  one.stop();
});

Deno.test("a first attempt that takes a second or more has missed as much", async () => {
  for (const [took, told] of [[0.9, 0], [1, 1], [6, 1]] as const) {
    const provider = new Scripted();
    const answered = Promise.withResolvers<readonly Refusal[]>();
    provider.onSubscribe = () => answered.promise;
    const one = await connect(provider);
    one.world.clock.time = T0 + took * SECOND;
    answered.resolve([]);
    await settle();
    const gaps = eventsOf(one.heard.instruments, "instruments.gap");
    assertEquals(gaps, told === 0 ? [] : [gapOf(0, took)]);
    one.stop();
  }
});

Deno.test("what is missed before the first success is told, if that was not at once", async () => {
  const provider = new Scripted();
  provider.onAuthenticate = () => Promise.reject(lost());
  const one = await connect(provider);
  assertEquals(one.heard.instruments, [outageFrom(0)]);
  provider.onAuthenticate = () => Promise.resolve();
  one.world.clock.time = T0 + 5 * SECOND;
  await one.pass(500);
  assertEquals(eventsOf(one.heard.instruments, "instruments.gap"), [gapOf(0, 5)]);
  one.stop();
});

Deno.test("a stream that breaks before it is handed over is not taken for a live one", async () => {
  const provider = new Scripted();
  const opened = Promise.withResolvers<void>();
  provider.onOpen = (sink) => {
    sink.lost(lost());
    return opened.promise;
  };
  const one = await connect(provider);
  assertEquals([one.state(), reportOf(one.ref).lastError], ["backoff", lost().message]);
  // The stream comes all the same: nobody wants it any more.
  opened.resolve();
  await settle();
  assertEquals(provider.diary, ["authenticate", "open", "log out", "close"]);
  provider.onOpen = () => Promise.resolve();
  await one.pass(500);
  assertEquals(one.state(), "live");
  one.stop();
});

Deno.test("a broken stream is closed, and its session ended, before the next attempt", async () => {
  const one = await connect(new Scripted());
  one.provider.sink.lost(lost());
  await settle();
  assertEquals(one.provider.diary.slice(3), ["close", "log out"]);
  await one.pass(500);
  assertEquals(one.provider.diary.slice(5), ["authenticate", "open", "subscribe AAPL"]);
  one.stop();
});

Deno.test("a broken stream that cannot even be closed holds nothing up", async () => {
  const one = await connect(new Scripted());
  one.provider.onClose = () => {
    throw lost();
  };
  one.provider.onLogOut = () => Promise.reject(lost());
  one.provider.sink.lost(lost());
  await one.pass(500);
  assertEquals(one.state(), "live");
  one.stop();
});

Deno.test("what an earlier stream still says of itself is not the next one's", async () => {
  const provider = new Scripted();
  const slow = Promise.withResolvers<readonly Refusal[]>();
  provider.onSubscribe = () => slow.promise;
  const one = await connect(provider);
  const [old] = provider.sinks;
  old!.lost(lost());
  provider.onSubscribe = () => Promise.resolve([]);
  await one.pass(500);
  assertEquals(one.state(), "live");
  old!.lost(lost());
  old!.ended();
  slow.reject(lost());
  await settle();
  assertEquals([one.state(), reportOf(one.ref).failures], ["live", 1]);
  one.stop();
});

Deno.test("a subscription that fails, even by a throw, is a loss", async () => {
  const provider = new Scripted();
  provider.onSubscribe = () => Promise.reject(new Error("no answer"));
  const one = await connect(provider);
  assertEquals(one.state(), "backoff");
  assertEquals(reportOf(one.ref).lastError, "The stream failed: no answer");
  provider.onSubscribe = () => {
    throw new Error("no sense");
  };
  await one.pass(500);
  assertEquals([one.state(), reportOf(one.ref).failures > 0], ["backoff", true]);
  assertEquals(one.world.reports.filter(({ report }) => report.status === "restarting"), []);
  provider.onSubscribe = () => Promise.resolve([]);
  await one.pass(1_000);
  provider.onUnsubscribe = () => {
    throw new Error("no use");
  };
  one.send({ type: "unsubscribe", symbols: ["AAPL"] });
  await settle();
  assertEquals(reportOf(one.ref).lastError, "The stream failed: no use");
  one.stop();
});

Deno.test("a refused instrument is told with its reason, and the others stay", async () => {
  const provider = new Scripted();
  const refusal = (symbol: string) => ({ symbol, reason: `The venue has no ${symbol}.` });
  provider.onSubscribe = (symbols) =>
    Promise.resolve(symbols.filter((symbol) => symbol !== "AAPL").map(refusal));
  const one = await connect(provider, ["AAPL", "NONE"]);
  assertEquals([one.state(), reportOf(one.ref).refusals], ["live", [refusal("NONE")]]);
  one.send({ type: "subscribe", instruments: [instrument("MSFT")] });
  await settle();
  assertEquals(reportOf(one.ref).refusals, [refusal("NONE"), refusal("MSFT")]);
  // Asked again, the venue gives one of them; the other is given up.
  provider.onSubscribe = () => Promise.resolve([]);
  one.send({ type: "subscribe", instruments: [instrument("MSFT")] });
  one.send({ type: "unsubscribe", symbols: ["NONE"] });
  await settle();
  assertEquals(reportOf(one.ref).refusals, []);
  one.stop();
});
