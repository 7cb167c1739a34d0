/**
 * Failover between two scripted venues with their real connections, on a simulated clock: what
 * reaches the shards, and what is told.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { FLAGS } from "../../../domain/flags.ts";
import type { Tick } from "../../../domain/tick.ts";
import { SECOND } from "../../../domain/time.ts";
import { ProviderError } from "../../../providers/provider.ts";
import { quote, settle, T0, trade } from "../fixture.ts";
import { begin } from "./two.ts";

Deno.test("a hot standby's ticks wait, and go on from the watermark when it takes over", async () => {
  const { a, b, bids, listing, live, lose, say, stop, swaps, told } = await begin();
  let bid = 100;
  await live(2, () => {
    say(a, bid++);
    say(b, 50);
  });
  assertEquals(bids(), [100, 101, 102, 103, 104, 105, 106, 107]);
  lose(a);
  bid = 51;
  await live(4.75, () => say(b, bid++));
  assertEquals([bids().length, swaps().length], [8, 0]);
  await live(0.5, () => say(b, bid++));
  // Not the eight of 50, which the other told of: those from then on, and none twice.
  assertEquals(bids().slice(8), Array.from({ length: 21 }, (_, at) => 51 + at));
  assertEquals([listing.provider, swaps().map(({ status }) => status)], ["b", ["b"]]);
  assert(/^a has been bad for 5s: its connection is backoff\.$/.test(swaps()[0].reason));
  assertEquals(told("shard.told"), []);
  stop();
});

Deno.test("a cold standby is subscribed at the switch, and the hole until its first tick is told", async () => {
  const { a, b, heard, live, lose, say, stop, told, bids, world } = await begin({
    standby: "cold",
  });
  await live(2, () => say(a, 100));
  // What was under way when it is lost is a second's at most.
  await live(2, () => a.sink.heard());
  const last = world.clock.time;
  assertEquals(b.diary.filter((done) => done.startsWith("subscribe")), []);
  lose(a);
  await live(5.5);
  const { connections } = heard;
  assertEquals(connections!.map(({ type, provider }) => [type, provider]), [
    ["connections.subscribe", "b"],
  ]);
  // Nothing is heard: the candles that close meanwhile are known to be gapped.
  const [silent] = told("shard.silent");
  assertEquals(silent.from, last - SECOND);
  await live(1);
  say(b, 101);
  assertEquals(told("shard.silent").map(({ from }) => from), [silent.from, undefined]);
  assertEquals(told("shard.told").map(({ gap }) => gap), [{
    provider: "a",
    from: silent.from,
    to: world.clock.time,
    reason: "failover",
    status: "open",
    detectedAt: world.clock.time,
  }]);
  assertEquals(bids().at(-1), 101);
  say(b, 102);
  assertEquals(told("shard.told").length, 1);
  stop();
});

Deno.test("the preferred one leads again after the whole failback, and nothing is told twice", async () => {
  const { a, b, bids, listing, live, lose, mend, say, stop, swaps, told } = await begin();
  await live(2, () => {
    say(a, 100);
    say(b, 200);
  });
  lose(a);
  await live(6, () => say(b, 200));
  assertEquals(listing.provider, "b");
  mend(a);
  await live(19.5, () => {
    say(a, 300);
    say(b, 200);
  });
  assertEquals([listing.provider, bids().includes(300)], ["b", false]);
  const before = bids().length;
  let beats = 0;
  await live(1.5, () => {
    say(a, 301);
    say(b, 201);
    beats++;
  });
  assertEquals([listing.provider, swaps().map(({ status }) => status)], ["a", ["b", "a"]]);
  // Each instant was told by one of the two.
  assertEquals(bids().length - before, beats);
  assertEquals(bids().slice(before).toSorted((x, y) => x - y), bids().slice(before));
  assertEquals(told("shard.told"), []);
  stop();
});

Deno.test("what a hot standby heard while the primary was away for less than the delay is told", async () => {
  const { a, b, bids, listing, live, lose, mend, say, stop, swaps, told } = await begin();
  await live(2, () => {
    say(b, 200);
    say(a, 100);
  });
  lose(a);
  let bid = 300;
  await live(2, () => say(b, bid++));
  mend(a);
  await live(1, () => say(a, 101));
  await live(1, () => say(a, 101));
  assertEquals([listing.provider, swaps(), told("shard.told")], ["a", [], []]);
  // Eight beats without the primary, and each is there once, before its own next word.
  const expected = [...Array(8).fill(100), ...Array.from({ length: 8 }, (_, at) => 300 + at)];
  assertEquals(bids(), [...expected, ...Array(8).fill(101)]);
  stop();
});

Deno.test("where the standby is lost too, the span that nobody covered is told", async () => {
  const { a, b, live, lose, mend, say, stop, told, world } = await begin();
  await live(2, () => {
    say(b, 200);
    say(a, 100);
  });
  const last = world.clock.time;
  lose(a);
  await live(1, () => say(b, 200));
  assertEquals(told("shard.silent"), []);
  lose(b);
  await live(1);
  const [{ from }] = told("shard.silent");
  assert(from >= last && from <= last + SECOND, `${from - last}`);
  mend(a);
  await live(1);
  say(a, 101);
  const gaps = told("shard.told").map(({ gap }) => [gap.provider, gap.from, gap.to, gap.reason]);
  assertEquals(gaps, [["a", from, world.clock.time, "disconnect"]]);
  stop();
});

Deno.test("a standby that says nothing of anything covers nothing; one that is merely quiet does", async () => {
  for (const isMute of [true, false]) {
    const { a, b, live, lose, mend, say, stop, told, world } = await begin();
    await live(2, () => {
      say(b, 200);
      say(a, 100);
    });
    const last = world.clock.time;
    lose(a);
    await live(2, () => {
      if (!isMute) b.sink.heard();
    });
    mend(a);
    await live(1);
    say(a, 101);
    await live(1);
    const gaps = told("shard.told").map(({ gap }) => [gap.from, gap.to]);
    assertEquals(gaps, isMute ? [[last, world.clock.time - SECOND]] : []);
    stop();
  }
});

Deno.test("who takes over is not heard by that: what it misses begins with its own last word", async () => {
  const { a, b, live, lose, mend, say, stop, swaps, told, world } = await begin();
  await live(2, () => {
    say(a, 100);
    say(b, 200);
  });
  lose(a);
  await live(2, () => say(b, 201));
  const last = world.clock.time;
  // It takes over with what it has said until then, and says nothing more.
  await live(4);
  assertEquals(swaps().map(({ status }) => status), ["b"]);
  mend(a);
  await live(8, () => say(a, 101));
  assertEquals(swaps().map(({ status }) => status), ["b", "a"]);
  const [{ gap }] = told("shard.told");
  assert(gap.from >= last && gap.from < last + SECOND, `${(gap.from - last) / SECOND} s after it`);
  stop();
});

Deno.test("what was asked for of a leader that is lost keeps back nothing that a hot standby heard", async () => {
  const { a, b, bids, live, lose, say, send, stop, told, world } = await begin();
  await live(2, () => {
    say(b, 200);
    say(a, 100);
  });
  lose(a);
  await live(4.5, () => say(b, 201));
  const time = world.clock.time;
  const polled = { provider: "a", id: "polled", time, receivedAt: time, flags: FLAGS.polled };
  send({ type: "routing.ticks", provider: "a", ticks: [quote(polled)], credit: undefined });
  await live(1, () => say(b, 202));
  assertEquals(bids().filter((bid) => bid === 201).length, 18);
  assertEquals(told("shard.told"), []);
  stop();
});

Deno.test("what is asked for while the stream is away neither ends a hole nor makes it shorter", async () => {
  const { a, b, live, lose, mend, say, send, stop, told, world } = await begin({ standby: "cold" });
  await live(2, () => say(a, 100));
  const last = world.clock.time;
  lose(a);
  b.onAuthenticate = () => Promise.reject(new ProviderError("refused", "It is down."));
  b.sink.lost(new ProviderError("lost", "It is cut."));
  await live(4, () => {
    const time = world.clock.time;
    const polled = { provider: "a", id: `${time}`, time, receivedAt: time, flags: FLAGS.polled };
    send({ type: "routing.ticks", provider: "a", ticks: [quote(polled)], credit: undefined });
  });
  mend(b);
  await live(3);
  assertEquals(told("shard.told"), []);
  say(b, 200);
  assertEquals(told("shard.told").map(({ gap }) => gap.from), [last]);
  stop();
});

for (
  const [how, look] of [
    ["and nobody can be asked why", () => Promise.reject(new ProviderError("away", "It is."))],
    ["and is found mute", (time) => Promise.resolve([quote({ time })])],
  ] as const satisfies [string, (time: number) => Promise<Tick[]>][]
) {
  Deno.test(`the hole of a leader that fell silent, ${how}, begins with its last word`, async () => {
    const { a, b, live, lose, mend, say, stop, swaps, told, world } = await begin();
    a.onLatest = () => look(world.clock.time);
    await live(2, () => {
      say(a, 100);
      a.sink.heard();
      say(b, 200);
    });
    const last = world.clock.time;
    // Where it is given up it does not come back.
    a.onAuthenticate = () => Promise.reject(new ProviderError("refused", "It is down."));
    lose(b);
    await live(60);
    assertEquals(swaps(), []);
    mend(b);
    await live(6, () => say(b, 201));
    assertEquals(swaps().map(({ status }) => status), ["b"]);
    const [{ gap }, ...more] = told("shard.told");
    assertEquals(more, []);
    assert(
      gap.from >= last && gap.from < last + SECOND,
      `${(gap.from - last) / SECOND} s after it`,
    );
    stop();
  });
}

Deno.test("a primary that flaps does not get the lead back", async () => {
  const { a, b, listing, live, lose, mend, say, stop, swaps } = await begin();
  await live(2, () => say(a, 100));
  lose(a);
  await live(6, () => say(b, 200));
  for (let flap = 0; flap < 5; flap++) {
    mend(a);
    await live(15, () => {
      say(a, 100);
      say(b, 200);
    });
    lose(a);
    await live(1, () => say(b, 200));
  }
  assertEquals([listing.provider, swaps().length], ["b", 1]);
  stop();
});

Deno.test("a primary that was away between two beats has its failback begin anew", async () => {
  const { a, b, listing, live, lose, mend, say, stop, world } = await begin();
  const both = (seconds: number) =>
    live(seconds, () => {
      say(a, 100);
      say(b, 200);
    });
  await both(2);
  lose(a);
  await live(6, () => say(b, 200));
  mend(a);
  await both(15);
  lose(a);
  await settle();
  mend(a);
  await settle();
  await both(15);
  assertEquals(listing.provider, "b");
  // A clock of ours that is set back does not keep it away.
  world.clock.time -= 3_600 * SECOND;
  await both(20.5);
  assertEquals(listing.provider, "a");
  stop();
});

Deno.test("a mute primary gives way to a hot standby that speaks, while the market is open", async () => {
  const { a, b, bids, live, say, stop, swaps } = await begin();
  await live(2, () => {
    say(a, 100);
    say(b, 200);
  });
  await live(4.75, () => say(b, 201));
  assertEquals(swaps(), []);
  await live(0.5, () => say(b, 201));
  assertEquals(swaps().map(({ status, reason }) => [status, reason]), [
    ["b", "a has been bad for 5s: it is silent while another speaks."],
  ]);
  assertEquals(bids().filter((bid) => bid === 201).length, 21);
  stop();
});

Deno.test("a primary that speaks seldom is not mute for being outspoken", async () => {
  const { a, b, live, say, stop, swaps } = await begin();
  const seldom = async (seconds: number) => {
    say(a, 100);
    await live(seconds, () => say(b, 200));
  };
  for (let word = 0; word < 40; word++) await seldom(2);
  // Ten of its usual pauses of 2 s are a silence; the delay of 5 s is not.
  await seldom(18);
  assertEquals(swaps(), []);
  for (let word = 0; word < 40; word++) await seldom(2);
  await seldom(21);
  assertEquals(swaps().map(({ status }) => status), ["b"]);
  stop();
});

Deno.test("an instrument that the primary's venue refuses is fed by the next, the route is not switched", async () => {
  const { a, b, bids, listing, live, say, send, stop, swaps, world } = await begin();
  a.onSubscribe = (symbols) =>
    Promise.resolve(symbols.map((symbol) => ({ symbol, reason: "It has no such share." })));
  await live(1, () => say(b, 200));
  assertEquals([listing.provider, bids()], ["a", []]);
  a.sink.lost(new ProviderError("lost", "It is cut."));
  await live(3, () => say(b, 200));
  assertEquals([listing.provider, swaps(), world.routes.leads.get("us")?.state.lead], ["b", [], 0]);
  assert(bids().length > 0);
  send({ type: "routing.rules" });
  assertEquals(listing.provider, "b");
  stop();
});

Deno.test("silence is no fault while the market is closed, or while nobody speaks", async () => {
  // A Saturday.
  const closed = await begin({ start: T0 - 2 * 86_400 * SECOND });
  await closed.live(1, () => closed.say(closed.a, 100));
  await closed.live(30, () => closed.say(closed.b, 200));
  assertEquals(closed.swaps(), []);
  closed.stop();
  const quiet = await begin();
  await quiet.live(1, () => {
    quiet.say(quiet.a, 100);
    quiet.say(quiet.b, 200);
  });
  await quiet.live(20);
  assertEquals(quiet.swaps(), []);
  quiet.stop();
});

Deno.test("a primary whose frames cannot be used gives way above the limit, not at it", async () => {
  const at = await begin({ errors: 3 });
  const spoil = (times: number) => {
    for (let time = 0; time < times; time++) {
      at.world.telemetry.problem("a");
    }
  };
  const speak = () => {
    at.say(at.a, 100);
    at.say(at.b, 200);
  };
  await at.live(2, speak);
  spoil(3);
  await at.live(10, speak);
  assertEquals(at.swaps(), []);
  spoil(1);
  await at.live(5.5, speak);
  assertEquals(at.swaps().map(({ status, reason }) => [status, reason]), [
    ["b", "a has been bad for 5s: 4 of its frames or rows in a minute cannot be used."],
  ]);
  at.stop();
});

Deno.test("of who was silent for longer than the next has listened the silence is told, unless its stream spoke", async () => {
  for (const isMute of [true, false]) {
    const { a, live, b, say, send, stop, told, world } = await begin();
    for (let word = 0; word < 40; word++) {
      say(a, 100);
      await live(2, () => say(b, 200));
    }
    say(a, 100);
    const last = world.clock.time;
    // Less than ten of its usual pauses: it counts as good. What waits of the other is 8 s.
    await live(15, () => {
      say(b, 201);
      if (!isMute) a.sink.heard();
    });
    send({ type: "routing.switch", route: "us", provider: "b" });
    await live(1, () => say(b, 202));
    const gaps = told("shard.told").map(({ gap }) => gap);
    assertEquals(gaps.length, isMute ? 1 : 0);
    for (const { from, to, reason } of gaps) {
      assertEquals([from, reason], [last, "failover"]);
      assert(to > last + 6 * SECOND && to < last + 9 * SECOND, `${(to - last) / SECOND} s`);
    }
    stop();
  }
});

Deno.test("who is asked for leads at once and stays, until it fails", async () => {
  const { a, b, bids, heard, live, lose, say, send, stop, swaps, world } = await begin();
  const speak = () => {
    say(a, 100);
    say(b, 200);
  };
  await live(2, speak);
  send({ type: "routing.switch", route: "us", provider: "b" });
  await live(60, speak);
  assertEquals([swaps().map(({ status }) => status), bids().at(-1)], [["b"], 200]);
  lose(b);
  await live(6, () => say(a, 101));
  assertEquals([swaps().map(({ status }) => status), bids().at(-1)], [["b", "a"], 101]);
  // Told in every place.
  const events = world.feeds.of("a").events.filter(({ event }) => event === "leads");
  assertEquals(events.map(({ reason }) => reason), [
    "route us: b has been bad for 5s: its connection is backoff.",
  ]);
  const metrics = await world.meters.registry.metrics();
  assert(metrics.includes('marketd_route_swaps_total{route="us",to="b",why="asked"} 1'), metrics);
  assert(metrics.includes('marketd_route_leads{route="us",provider="a"} 1'));
  assert(heard["hub"]!.length > 0);
  stop();
});

Deno.test("a trade that is taken back while it waits is never told, one that is replaced as replaced", async () => {
  const { a, heard, live, lose, say, send, stop, world } = await begin();
  await live(1, () => say(a, 100));
  lose(a);
  await live(1);
  const time = world.clock.time;
  const of = (id: string, price: number) =>
    trade({ provider: "b", id, price, time, receivedAt: time });
  const ticks = [of("kept", 1), of("taken", 2), of("replaced", 3)];
  send({ type: "routing.ticks", provider: "b", ticks, credit: undefined });
  const about = { symbol: "AAPL", provider: "b", receivedAt: time };
  send({ type: "routing.correct", correction: { ...about, id: "taken", replacement: null } });
  const replacement = of("replacement", 4);
  send({ type: "routing.correct", correction: { ...about, id: "replaced", replacement } });
  await live(5);
  const told = heard["shard-1"]!.flatMap((one) => (one["ticks"] ?? []) as Tick[]);
  const prices = told.flatMap((tick) => tick.kind === "trade" ? [tick.price] : []);
  assertEquals(prices, [1, 4]);
  stop();
});

Deno.test("what waits of a standby is bounded in age and number", async () => {
  const { a, b, bids, live, lose, say, stop } = await begin();
  await live(1, () => say(a, 100));
  // Twice as many as may wait, within its time.
  await live(1, () => {
    say(a, 100);
    say(b, ...Array(4_096).fill(200));
  });
  lose(a);
  await live(6, () => say(b, 201));
  assertEquals(bids().filter((bid) => bid === 200), []);
  assertEquals(bids().filter((bid) => bid === 201).length, 24);
  stop();
});
