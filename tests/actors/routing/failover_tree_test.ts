/**
 * Failover in a whole tree, on a clock that runs through an open session: what becomes of candles.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Clock } from "../../../actors/clock.ts";
import { type ConnectionRef, reportOf } from "../../../actors/connections/report.ts";
import type { Tree } from "../../../actors/root.ts";
import type { Tick } from "../../../domain/tick.ts";
import { type Micros, MILLISECOND, MINUTE, SECOND } from "../../../domain/time.ts";
import { ProviderError } from "../../../providers/provider.ts";
import { Scripted } from "../connections/scripted.ts";
import { flushed, inStore, quote, T0, until } from "../fixture.ts";
import { inTree, send, stateOf } from "../tree.ts";

/** Runs as the wall's does, from some seconds before a minute of an open session. */
class Running implements Clock {
  readonly driven = false;
  readonly #began = performance.now();
  readonly #start: Micros;

  constructor(before: number) {
    this.#start = T0 + 10 * MINUTE - before * SECOND;
  }

  now(): Micros {
    return Math.round(this.#start + (performance.now() - this.#began) * MILLISECOND);
  }
}

interface Scene {
  readonly tree: Tree;
  readonly a: Scripted;
  readonly b: Scripted;
  readonly clock: Clock;
  /** Quotes of both, ten a second, as long as they are among those that speak. */
  readonly speaking: Set<Scripted>;
}

/** Two venues with AAPL; the delay is 1 s unless said, the failback three times that. */
function stage(
  standby: "hot" | "cold",
  before: number,
  play: (scene: Scene) => Promise<void>,
  delay = 1,
  prepare: (a: Scripted, b: Scripted) => void = () => {},
) {
  return inStore(async (store) => {
    const [a, b] = [new Scripted("a"), new Scripted("b")];
    prepare(a, b);
    a.alwaysOpen = b.alwaysOpen = false;
    const failover = { delay: `${delay}s`, failback: `${3 * delay}s`, standby };
    const said = {
      instruments: [{ symbol: "AAPL", basis: "bid" }],
      routes: [{ name: "us", providers: ["a", "b"], failover }],
      candles: { intervals: ["1m"], grace: "250ms" },
    };
    const clock = new Running(before);
    const speaking = new Set([a, b]);
    let serial = 0;
    const speak = (provider: Scripted) => {
      const wanted = provider.diary.findLast((done) => /^(un)?subscribe/.test(done));
      if (!speaking.has(provider) || wanted !== "subscribe AAPL") return;
      const time = clock.now();
      const more = { provider: provider.id, id: `${serial++}`, time, receivedAt: time };
      const bid = 100 + (serial % 7) / 100;
      provider.sink.ticks([quote({ ...more, bid, ask: bid + 0.5 }) as Tick]);
    };
    const beats = setInterval(() => [a, b].forEach(speak), 100);
    try {
      await inTree(store, { providers: [a, b], said, clock }, async (tree) => {
        await until(() => stateOf(tree, "a") === "live" && stateOf(tree, "b") === "live");
        await until(() => (tree.shared.directory.get("AAPL")?.pulse.ticks ?? 0) > 5);
        await play({ tree, a, b, clock, speaking });
      });
    } finally {
      clearInterval(beats);
    }
  });
}

/** The candle of the minute that begins at 14:40, as it is kept. */
async function minute({ clock, tree }: Scene) {
  const from = T0 + 10 * MINUTE;
  await until(() => clock.now() > from + 500 * MILLISECOND);
  return async (start: Micros) => {
    await flushed(tree.shared);
    const query = { symbol: "AAPL", interval: "1m", basis: "bid", order: "start" } as const;
    const { rows } = await tree.shared.store.candles({ ...query, limit: 10 });
    return rows.find((candle) => candle.start === start);
  };
}

/** What is cut off says nothing any more. */
const cut = (provider: Scripted, { speaking }: Scene) => {
  speaking.delete(provider);
  provider.onAuthenticate = () => Promise.reject(new ProviderError("refused", "It is down."));
  provider.sink.lost(new ProviderError("lost", "It is cut."));
};
const leader = ({ tree }: Scene) => tree.shared.directory.get("AAPL")!.provider;
const ticksOf = async ({ tree }: Scene) => {
  await flushed(tree.shared);
  return (await tree.shared.store.ticks({ symbol: "AAPL", order: "arrival", limit: 5_000 })).rows;
};

Deno.test("a minute whose end a hot standby heard is not gapped, and names both", () =>
  stage("hot", 4, async (scene) => {
    const { a, clock, tree } = scene;
    const start = T0 + 9 * MINUTE;
    // Cut so late that the minute is over before the delay is.
    await until(() => clock.now() > start + MINUTE - 700 * MILLISECOND);
    cut(a, scene);
    const candle = await minute(scene);
    await until(() => leader(scene) === "b");
    await until(async () => (await candle(start))?.providers.length === 2);
    const kept = (await candle(start))!;
    // It was followed from within the minute on only.
    assertEquals([kept.status, kept.providers], ["partial", ["a", "b"]]);
    const gaps = (await tree.shared.store.gaps({ symbol: "AAPL", limit: 10 })).rows;
    assertEquals(gaps.map(({ reason }) => reason), ["joined"]);
    const ticks = await ticksOf(scene);
    assertEquals(kept.tickVolume, ticks.filter(({ time }) => time < start + MINUTE).length);
    // Ten a second, of one or the other: nowhere more than a beat's worth is missing.
    const times = ticks.map(({ time }) => time);
    const widest = Math.max(...times.slice(1).map((time, at) => time - times[at]!));
    assert(widest < 600 * MILLISECOND, `${widest} us without a tick`);
    assertEquals(times, times.toSorted((x, y) => x - y));
  }));

Deno.test("a minute that a cold standby came too late for is gapped, for the span told", () =>
  stage("cold", 3, async (scene) => {
    const { a, clock, tree } = scene;
    const start = T0 + 9 * MINUTE;
    await until(() => clock.now() > start + MINUTE - 700 * MILLISECOND);
    cut(a, scene);
    const candle = await minute(scene);
    await until(() => leader(scene) === "b");
    await until(async () => (await ticksOf(scene)).some(({ provider }) => provider === "b"));
    assertEquals((await candle(start))!.status, "gapped");
    const gaps = (await tree.shared.store.gaps({ symbol: "AAPL", limit: 10 })).rows
      .filter(({ reason }) => reason !== "joined");
    assertEquals(gaps.map(({ provider, reason }) => [provider, reason]), [["a", "failover"]]);
    const ticks = await ticksOf(scene);
    const first = ticks.find(({ provider }) => provider === "b")!;
    assertEquals(gaps[0]!.to, first.time);
    assertEquals(ticks.filter(({ time }) => time > gaps[0]!.from && time < gaps[0]!.to), []);
  }));

/** So long that nobody takes over. */
const LONG = 60;

/** Cuts `a` off and has it come back; it ticks, and only then its venue answers what is asked. */
async function blink(scene: Scene, meanwhile: () => Promise<void> | void): Promise<void> {
  const { a, speaking, tree } = scene;
  const answer = Promise.withResolvers<[]>();
  a.onSubscribe = () => answer.promise;
  const report = () => reportOf(tree.root.system.get("connection-a") as ConnectionRef);
  const { line, pulse } = tree.shared.directory.get("AAPL")!;
  cut(a, scene);
  await meanwhile();
  a.onAuthenticate = () => Promise.resolve();
  send(tree, "connection-a", { type: "reset" });
  await until(() => a.diary.filter((done) => done === "subscribe AAPL").length === 2);
  const before = pulse.ticks;
  speaking.add(a);
  await until(() => line!.lostAt === null && pulse.ticks > before + 2);
  answer.resolve([]);
  await until(() => report().lostAt === null);
  assertEquals(leader(scene), "a");
}

const reasons = async ({ tree }: Scene) => {
  await flushed(tree.shared);
  const { rows } = await tree.shared.store.gaps({ symbol: "AAPL", limit: 10 });
  return rows.map(({ reason }) => reason).sort();
};

Deno.test("what a hot standby heard is no gap where who leads ticks before its venue has answered", () =>
  stage("hot", 90, async (scene) => {
    const { line } = scene.tree.shared.directory.get("AAPL")!;
    await until(() => line!.covered);
    const lostAt = () => line!.lostAt;
    await blink(scene, () => until(() => lostAt() !== null));
    assertEquals(await reasons(scene), ["joined"]);
  }, LONG));

Deno.test("what a hot standby heard is told where who leads was away for less than a beat", () =>
  stage("hot", 90, async (scene) => {
    const { b, clock, tree } = scene;
    const { line } = tree.shared.directory.get("AAPL")!;
    await until(() => line!.covered);
    await blink(scene, () => {
      const time = clock.now();
      const more = { provider: "b", id: "meanwhile", time, receivedAt: time };
      b.sink.ticks([quote({ ...more, bid: 100.03, ask: 100.53 }) as Tick]);
    });
    assertEquals(await reasons(scene), ["joined"]);
    const ids = (await ticksOf(scene)).map(({ id }) => id);
    assertEquals(ids.filter((id) => id === "meanwhile"), ["meanwhile"]);
  }, LONG));

Deno.test("what nobody heard ends with the tick of who leads, before its venue has answered", () =>
  stage("hot", 90, async (scene) => {
    const { line } = scene.tree.shared.directory.get("AAPL")!;
    await until(() => line!.covered);
    await blink(scene, () => {
      cut(scene.b, scene);
      return until(() => line!.hole !== null);
    });
    const ticks = await ticksOf(scene);
    const { rows } = await scene.tree.shared.store.gaps({ symbol: "AAPL", limit: 10 });
    const told = rows.filter(({ reason }) => reason !== "joined");
    assertEquals(told.length, 1);
    assertEquals(told[0]!.to, ticks.find(({ time }) => time > told[0]!.from)!.time);
  }, LONG));

Deno.test("what no cold standby heard is a gap where who leads ticks before its venue has answered", () =>
  stage("cold", 90, async (scene) => {
    await blink(scene, () => {});
    assertEquals(await reasons(scene), ["disconnect", "joined"]);
  }, LONG));

Deno.test("what nobody heard until who leads answers for the first time is a gap", () => {
  const answers = (after: number) => () => new Promise<void>((done) => setTimeout(done, after));
  const play = async (scene: Scene) => assertEquals(await reasons(scene), ["disconnect", "joined"]);
  return stage("hot", 90, play, LONG, (a, b) => {
    a.onAuthenticate = answers(1_200);
    b.onAuthenticate = answers(2_000);
  });
});

Deno.test("a mute primary is passed over, and leads again when it has spoken for the failback", () =>
  stage("hot", 30, async (scene) => {
    const { a, speaking, tree } = scene;
    speaking.delete(a);
    await until(() => leader(scene) === "b");
    const again = performance.now();
    speaking.add(a);
    await until(() => leader(scene) === "a");
    const back = performance.now() - again;
    assert(back >= 2_900, `it led again after ${back} ms`);
    const events = (await tree.shared.feeds.of("a")).events.map(({ event }) => event);
    assertEquals(events.filter((event) => event !== "live"), ["stands-by", "leads"]);
    await flushed(tree.shared);
    const kept = await tree.shared.store.providerEvents("b", 10);
    assertEquals(kept.map(({ event }) => event).filter((event) => event !== "live"), [
      "stands-by",
      "leads",
    ]);
    const ticks = await ticksOf(scene);
    const times = ticks.map(({ time }) => time);
    assertEquals(times, times.toSorted((x, y) => x - y));
  }));
