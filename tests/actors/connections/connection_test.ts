import { assert, assertEquals } from "@std/assert";
import { reportOf } from "../../../actors/connections/report.ts";
import { messageOf } from "../../../domain/errors.ts";
import { SECOND } from "../../../domain/time.ts";
import { ProviderError } from "../../../providers/provider.ts";
import { settle, T0, trade } from "../fixture.ts";
import { connect, eventsOf, instrument, Scripted, statesTold } from "./scripted.ts";

const lost = () => new ProviderError("lost", "Cannot go on: the line went dead.");
const badKey = () => new ProviderError("bad-key", "Cannot sign in: bad key.", { terminal: true });

/** A provider whose sign-in fails with what is left in the list. */
function failing(errors: Error[]): Scripted {
  const provider = new Scripted();
  provider.onAuthenticate = () => {
    const error = errors.shift();
    return error === undefined ? Promise.resolve() : Promise.reject(error);
  };
  return provider;
}

Deno.test("a connection signs in, opens the stream, and subscribes to what is its own", async () => {
  const one = await connect(new Scripted(), ["AAPL", "MSFT"]);
  assertEquals(one.provider.diary, ["authenticate", "open", "subscribe AAPL,MSFT"]);
  assertEquals(reportOf(one.ref), {
    state: "live",
    changedAt: T0,
    lostAt: null,
    heardAt: one.world.clock.time,
    failures: 0,
    lastError: null,
    refusals: [],
    crowdedOut: new Set(),
    words: [],
  });
  assertEquals(statesTold(one), ["live"]);
  one.stop();
});

Deno.test("a connection without instruments opens its stream and subscribes to nothing", async () => {
  const one = await connect(new Scripted(), []);
  assertEquals(one.provider.diary, ["authenticate", "open"]);
  one.stop();
});

Deno.test("what the stream says goes to those it is for", async () => {
  const one = await connect(new Scripted());
  const { sink } = one.provider;
  const ticks = [trade()];
  const gap = {
    symbol: "AAPL",
    provider: "test",
    from: T0,
    to: T0 + 1,
    reason: "disconnect",
    status: "open",
    detectedAt: T0 + 1,
  } as const;
  sink.ticks(ticks);
  sink.gap(gap);
  sink.time(T0 + SECOND);
  sink.problem({ where: "frame 7", what: "it is no JSON" });
  sink.progress(3, 10);
  assertEquals(one.heard.routing, [
    { type: "routing.subscribed", provider: "test", symbols: ["AAPL"] },
    { type: "routing.ticks", provider: "test", ticks, credit: sink.credit },
    { type: "routing.gap", provider: "test", gap },
  ]);
  assertEquals(one.heard.ticker, [{ type: "ticker.time", at: T0 + SECOND }]);
  const { events, ...feed } = one.world.feeds.of("test");
  assertEquals(events.map(({ event }) => event), ["live"]);
  assertEquals(one.world.telemetry.of("test").problems, 1);
  assertEquals(feed, {
    lastProblems: [{ where: "frame 7", what: "it is no JSON" }],
    progress: { done: 3, total: 10 },
  });
  one.stop();
});

Deno.test("each change of state is told once, kept with its attempt, and measured", async () => {
  const one = await connect(failing([lost()]));
  await one.pass(500);
  one.provider.sink.lost(badKey());
  assertEquals(statesTold(one), ["backoff", "live", "faulted"]);
  const events = one.world.outbox.take(Infinity).flatMap((entry) => entry.events ?? []);
  assertEquals(
    events.map(({ provider, event, reason }) => [provider, event, reason]),
    [
      ["test", "backoff", lost().message],
      ["test", "live", ""],
      ["test", "faulted", badKey().message],
    ],
  );
  const attempts = events.map(({ correlation }) => correlation);
  assertEquals([attempts[0] === attempts[1], attempts[1] === attempts[2]], [false, true]);
  assertEquals((await one.world.meters.connectionUp.get()).values[0]!.value, 0);
  one.stop();
});

Deno.test("the wait between attempts grows, and credentials are read at each of them", async () => {
  const one = await connect(failing(Array.from({ length: 8 }, lost)));
  // Of the full wait a random part, at most half, is taken off.
  const full = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000];
  for (const [failures, wait] of full.entries()) {
    assertEquals([one.state(), reportOf(one.ref).failures], ["backoff", failures + 1]);
    await one.pass(wait / 2 - 1);
    assertEquals(one.provider.diary.length, failures + 1);
    await one.pass(wait / 2 + 1);
    assertEquals(one.provider.diary[failures + 1], "authenticate");
  }
  // One that breaks again at once is no better than one that never came about.
  assertEquals([one.state(), reportOf(one.ref).failures], ["live", 8]);
  await one.pass(30_000);
  assertEquals([one.state(), reportOf(one.ref).failures], ["live", 0]);
  one.stop();
});

Deno.test("what the venue asks for is waited, however long", async () => {
  const limit = new ProviderError("rate", "Cannot sign in: slow down.", {
    retryAfter: 300 * SECOND,
  });
  const one = await connect(failing([limit, lost()]));
  await one.pass(299_999);
  assertEquals(one.provider.diary, ["authenticate"]);
  await one.pass(1);
  assertEquals(one.provider.diary.length, 2);
  // The next failure said nothing of the kind: it is the second one's wait of a second.
  await one.pass(1_000);
  assertEquals(one.state(), "live");
  one.stop();
});

Deno.test("a stream that cannot be opened is tried again from the sign-in, the session ended", async () => {
  const provider = new Scripted();
  let opens = 0;
  provider.onOpen = () => ++opens === 1 ? Promise.reject(lost()) : Promise.resolve();
  const one = await connect(provider);
  assertEquals([one.state(), reportOf(one.ref).lastError], ["backoff", lost().message]);
  await one.pass(500);
  assertEquals(provider.diary, [
    "authenticate",
    "open",
    "log out",
    "authenticate",
    "open",
    "subscribe AAPL",
  ]);
  one.stop();
});

Deno.test("a terminal error faults the connection: no attempt until it is reset", async () => {
  const one = await connect(failing([badKey()]));
  assertEquals([one.state(), reportOf(one.ref).lastError], ["faulted", messageOf(badKey())]);
  await one.pass(24 * 3_600_000);
  assertEquals(one.provider.diary, ["authenticate"]);
  one.send({ type: "reset" });
  await settle();
  assertEquals(one.state(), "live");
  one.stop();
});

Deno.test("a terminal error while opening or while live faults it too", async () => {
  const provider = new Scripted();
  provider.onOpen = () => Promise.reject(badKey());
  const one = await connect(provider);
  assertEquals(one.state(), "faulted");
  provider.onOpen = () => Promise.resolve();
  one.send({ type: "reset" });
  await settle();
  provider.sink.lost(badKey());
  await one.pass(3_600_000);
  assertEquals([one.state(), provider.diary.filter((one) => one === "open").length], [
    "faulted",
    2,
  ]);
  one.stop();
});

Deno.test("a reset during the wait tries at once", async () => {
  const one = await connect(failing([lost()]));
  one.send({ type: "reset" });
  await settle();
  assertEquals([one.state(), one.clock.now()], ["live", 0]);
  one.stop();
});

Deno.test("a feed that ends finishes its instruments, and is not opened again", async () => {
  const one = await connect(new Scripted());
  one.world.clock.time = T0 + SECOND;
  one.provider.sink.ended();
  await one.pass(24 * 3_600_000);
  assertEquals(one.state(), "ended");
  assertEquals(one.heard.instruments, [
    { type: "instruments.finish", provider: "test", at: T0 + SECOND },
  ]);
  assertEquals(one.provider.diary, ["authenticate", "open", "subscribe AAPL"]);
  one.stop();
});

Deno.test("instruments come and go while it is live", async () => {
  const one = await connect(new Scripted());
  one.instruments.push(instrument("MSFT"));
  one.send({ type: "subscribe", instruments: [instrument("MSFT")] });
  one.send({ type: "unsubscribe", symbols: ["AAPL"] });
  await settle();
  assertEquals(one.provider.diary.slice(3), ["subscribe MSFT", "unsubscribe AAPL"]);
  one.stop();
});

Deno.test("instruments that come while it is away are subscribed to once it is back", async () => {
  const one = await connect(failing([lost()]));
  one.instruments.push(instrument("MSFT"));
  one.send({ type: "subscribe", instruments: [instrument("MSFT")] });
  one.send({ type: "unsubscribe", symbols: ["NONE"] });
  await one.pass(500);
  assertEquals(one.provider.diary.slice(2), ["open", "subscribe AAPL,MSFT"]);
  assert(eventsOf(one.heard.instruments, "instruments.finish").length === 0);
  one.stop();
});
