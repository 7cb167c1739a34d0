import { assertEquals } from "@std/assert";
import type { MeasureKind, Measures } from "../../../db/store.ts";
import type { Candle } from "../../../domain/candle.ts";
import { FLAGS } from "../../../domain/flags.ts";
import { ProfileSeries, type SessionProfile } from "../../../domain/profile/series.ts";
import type { StateAt } from "../../../domain/state.ts";
import { MINUTE, SECOND } from "../../../domain/time.ts";
import { inStore, quote, T0, trade, until } from "../fixture.ts";
import { once, Shards } from "./shards.ts";

/** Profiles that fail on the ticks that they are told to fail on. */
function failingProfile(isBad: (id: string) => boolean) {
  return (options: ConstructorParameters<typeof ProfileSeries>[0]) => {
    const series = new ProfileSeries(options);
    const add = series.add.bind(series);
    series.add = (tick) => {
      if (isBad(tick.id)) throw new Error(`no sense in ${tick.id}`);
      add(tick);
    };
    return series;
  };
}

/** What is kept of a kind. */
async function kept<Kind extends MeasureKind>(
  { store, world }: Shards,
  kind: Kind,
  name: string,
  symbol = "AAPL",
): Promise<Measures[Kind][]> {
  await world.journal.flushed();
  const query = { symbol, name, order: "time", limit: 100 } as const;
  return (await store.real.measures(kind, query)).rows;
}

/** The volume at each price of the profile that was told last. */
function told({ world }: Shards, symbol = "AAPL"): Record<string, number> | undefined {
  const session = world.hub.latestOf("profile", symbol)?.payload as SessionProfile | undefined;
  if (session === undefined) return undefined;
  const { first, step, values, width } = session.bins;
  assertEquals(width, 1);
  const bins = Array.from(values, (volume, at) => [((first + at) * step).toFixed(2), volume]);
  return Object.fromEntries(bins.filter(([, volume]) => volume !== 0));
}

const statesOf = ({ world }: Shards, id: string) =>
  world.reports.filter(({ report }) => report.id === id).map(({ report }) => report.status);

Deno.test("what forms is told each second where it is heard, and else when it is asked for, as it then stands", () =>
  inStore(async (store) => {
    const one = new Shards(store, {
      wish: (type, symbol) => type === "flow" && symbol === "AAPL",
    });
    await one.follow("AAPL", "MSFT");
    const say = (price: number) => {
      one.say(["AAPL", "MSFT"].map((symbol) => trade({ symbol, price, size: 10 })));
      one.beat(one.world.clock.now() + SECOND);
    };
    const formed = () =>
      one.events.splice(0).filter(({ conflates }) => conflates)
        .map(({ symbol, type, interval }) => `${symbol} ${type} ${interval ?? ""}`.trim());
    say(100);
    say(100.01);
    const heard = ["AAPL flow 1m", "AAPL flow 5m"];
    assertEquals(formed(), [...heard, ...heard]);
    one.say([trade({ symbol: "MSFT", price: 100.02, size: 5 })]);
    assertEquals(told(one, "MSFT"), { "100.00": 10, "100.01": 10, "100.02": 5 });
    assertEquals(formed(), ["MSFT profile"]);
    const candle = one.world.hub.latestOf("candle", "MSFT 5m trade")?.payload as Candle;
    assertEquals([candle.close, candle.realVolume, candle.status], [100.02, 25, "forming"]);
    assertEquals(formed(), ["MSFT candle 1m", "MSFT candle 5m"]);
    const state = one.world.hub.latestOf("state", "MSFT")?.payload as StateAt;
    assertEquals([state.price, state.time], [100.01, T0 + 2 * SECOND]);
    one.world.hub.refresh((type) => type === "state");
    assertEquals(formed(), ["MSFT state", "AAPL state"]);
    one.world.hub.refresh(() => true);
    assertEquals(formed().toSorted(), [
      "AAPL candle 1m",
      "AAPL candle 5m",
      "AAPL profile",
      "MSFT flow 1m",
      "MSFT flow 5m",
    ]);
    await one.drain();
  }));

Deno.test("profile, order flow and state are told each second, and kept each minute", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    one.say([
      quote({ bid: 99.99, ask: 100.01 }),
      trade({ price: 100.01, size: 30 }),
      trade({ price: 99.99, size: 10 }),
      trade({ price: 99.99, size: 5, flags: FLAGS.outlier }),
      trade({ price: 90, size: 7, flags: FLAGS["volume-only"] }),
      trade({ price: 100, size: 99, flags: FLAGS["no-effect"] }),
    ]);
    one.beat(T0 + SECOND);
    assertEquals(told(one), { "99.99": 10, "100.01": 30 });
    const types = () => one.events.map(({ type, interval }) => `${type} ${interval ?? ""}`.trim());
    const measured = ["profile", "flow 1m", "flow 5m", "state"];
    assertEquals(types().filter((type) => /^(profile|flow|state)/.test(type)), measured);
    one.beat(T0 + 2 * SECOND);
    // Nothing has changed.
    assertEquals(types().filter((type) => /^(profile|flow|state)/.test(type)), measured);
    assertEquals(await kept(one, "profile", "volume"), []);

    one.beat(T0 + MINUTE + 2 * SECOND);
    const [part] = await kept(one, "profile", "volume");
    assertEquals([part!.values, part!.first, part!.unplaced], [[10, 0, 30], 9_999, 7]);
    const [flow] = await kept(one, "flow", "1m");
    const { buyVolume, sellVolume, unknownVolume, cumulative } = flow!;
    assertEquals([buyVolume, sellVolume, unknownVolume, cumulative], [30, 10, 7, 20]);
    assertEquals(
      (await one.kept()).map(({ realVolume }) => realVolume),
      [buyVolume + sellVolume + unknownVolume],
    );
    const last = one.events.filter(({ type }) => type === "flow").at(-1)!.payload;
    assertEquals(last, flow, "the closed bar is told as it is kept");
    const [metrics] = await kept(one, "metrics", "volume");
    assertEquals([metrics!.poc, metrics!.total, metrics!.status], [100.01, 40, "forming"]);
    assertEquals((await kept(one, "state", "")).map(({ regime }) => regime), ["balance"]);
    await one.drain();
  }));

Deno.test("a profile's fault leaves its candles, its order flow and its neighbours untouched, and it comes back", () =>
  inStore(async (store) => {
    const isBad = once(["bad"]);
    const one = new Shards(store, { makeProfile: failingProfile((id) => isBad(trade({ id }))) });
    await one.follow("AAPL", "MSFT");
    one.say([
      trade({ price: 100, size: 1 }),
      trade({ id: "bad", price: 101, size: 2 }),
      trade({ price: 102, size: 3 }),
      trade({ symbol: "MSFT", price: 50, size: 4 }),
    ]);
    one.beat(T0 + SECOND);
    assertEquals([one.state("AAPL"), one.state("MSFT")], ["live", "live"]);
    assertEquals(one.forming("AAPL")[0]!.realVolume, 6);
    assertEquals(told(one, "MSFT"), { "50.00": 4 });
    assertEquals(statesOf(one, "profile of AAPL")[0], "restarting");
    assertEquals([statesOf(one, "candles of AAPL"), statesOf(one, "flow of AAPL")], [[], []]);
    // What comes meanwhile counts once, and so do the one that it failed on and those after it.
    one.say([trade({ price: 100, size: 5 })]);
    await until(() => statesOf(one, "profile of AAPL").at(-1) === "running");
    one.beat(T0 + 2 * SECOND);
    assertEquals(told(one), { "100.00": 6, "101.00": 2, "102.00": 3 });
    await one.drain();
  }));

Deno.test("a profile that keeps failing is given up, and nothing else is", () =>
  inStore(async (store) => {
    const one = new Shards(store, { makeProfile: failingProfile((id) => id === "bad") });
    await one.follow("AAPL");
    one.say([trade({ id: "bad", price: 101, size: 2 })]);
    // Supervision's clock stands still: all faults are within one period.
    await until(() => statesOf(one, "profile of AAPL").at(-1) === "given-up");
    one.say([trade({ price: 102, size: 3 })]);
    one.beat(T0 + MINUTE + 2 * SECOND);
    assertEquals((await one.kept()).map(({ realVolume }) => realVolume), [5]);
    assertEquals((await kept(one, "flow", "1m")).length, 1);
    assertEquals([told(one), await kept(one, "profile", "volume")], [undefined, []]);
    await one.drain();
  }));

Deno.test("after a kill, and after a stop, profile and flow go on from what is stored", () =>
  inStore(async (store) => {
    for (const end of ["kill", "drain"] as const) {
      const symbol = end === "kill" ? "AAPL" : "MSFT";
      const say = (one: Shards, second: number, price: number, size: number) => {
        const time = T0 + second * SECOND;
        one.say([trade({ symbol, time, price, size })]);
        one.beat(time);
      };
      const first = new Shards(store, { epoch: `00000000${end === "kill" ? 1 : 3}` });
      first.world.clock.time = T0;
      await first.follow(symbol);
      say(first, 0, 100, 1);
      say(first, 1, 101, 2);
      say(first, 62, 101, 4);
      say(first, 63, 102, 8);
      await first.world.journal.flushed();
      if (end === "kill") first.kill();
      else await first.drain();

      const second = new Shards(store, { epoch: `00000000${end === "kill" ? 2 : 4}` });
      second.world.clock.time = T0 + 70 * SECOND;
      await second.follow(symbol);
      second.beat(T0 + 71 * SECOND);
      const before = { "100.00": 1, "101.00": 6, "102.00": 8 };
      assertEquals(told(second, symbol), before, end);
      say(second, 72, 101, 16);
      second.beat(T0 + 122 * SECOND);
      assertEquals(told(second, symbol), { ...before, "101.00": 22 });
      // By hand: 1 unknown, then up 2, level 4, up 8, and down 16.
      const flows = await kept(second, "flow", "1m", symbol);
      const sums = flows.map((
        { buyVolume, cumulative, sellVolume, unknownVolume },
      ) => [unknownVolume, buyVolume, sellVolume, cumulative]);
      assertEquals(sums, [[1, 2, 0, 2], [0, 12, 16, -2]]);
      const session = second.world.hub.latestOf("profile", symbol)!.payload as SessionProfile;
      assertEquals([session.status, session.since], ["forming", T0]);
      await second.drain();
    }
  }));

Deno.test("a trade that is taken back leaves the profile and the flow", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    const wrong = trade({ id: "wrong", price: 101, size: 50 });
    one.say([trade({ price: 100, size: 1 }), wrong, trade({ price: 100, size: 2 })]);
    one.beat(T0 + MINUTE + 2 * SECOND);
    const correction = {
      symbol: "AAPL",
      provider: "test",
      id: "wrong",
      receivedAt: T0 + MINUTE + 2 * SECOND,
      replacement: null,
    };
    one.send("routing", { type: "routing.correct", correction } as never);
    await until(() => {
      one.beat(T0 + MINUTE + 3 * SECOND);
      one.world.clock.time += SECOND;
      one.beat();
      return told(one)?.["101.00"] === undefined;
    });
    assertEquals(told(one), { "100.00": 3 });
    const [part] = await kept(one, "profile", "volume");
    assertEquals(part!.values, [3]);
    const [flow] = await kept(one, "flow", "1m");
    // Without it no price has moved: nobody knows who began them.
    assertEquals([flow!.buyVolume, flow!.sellVolume, flow!.unknownVolume], [0, 0, 3]);
    await one.drain();
  }));

Deno.test("a start without the store's word replaces nothing: the profile waits until it can be read", () =>
  inStore(async (store) => {
    const first = new Shards(store, { epoch: "000000001" });
    await first.follow("AAPL");
    first.say([trade({ price: 100, size: 1 })]);
    first.beat();
    await first.drain();

    const second = new Shards(store, { epoch: "000000002" });
    second.world.clock.time = T0 + 20 * SECOND;
    store.unreadable = new Error("away");
    await second.follow("AAPL");
    second.say([trade({ time: T0 + 21 * SECOND, price: 101, size: 2 })]);
    second.beat(T0 + 21 * SECOND);
    assertEquals([second.state("AAPL"), told(second)], ["live", undefined]);
    store.unreadable = null;
    await until(() => second.shard().measured.get("AAPL")!.asked === null);
    second.beat(T0 + 22 * SECOND);
    assertEquals(told(second), { "100.00": 1, "101.00": 2 });
    const session = () => second.world.hub.latestOf("profile", "AAPL")!.payload as SessionProfile;
    assertEquals(session().status, "forming");
    // What nobody heard between the two lives is told at the session's end: 21:00 UTC in winter.
    second.beat(T0 + 7 * 60 * MINUTE);
    assertEquals(session().status, "gapped");
    await second.drain();
  }));

Deno.test("with bins of another width a session begins anew, and says since when", () =>
  inStore(async (store) => {
    const first = new Shards(store, { epoch: "000000001" });
    await first.follow("AAPL");
    first.say([trade({ price: 100, size: 1 })]);
    first.beat(T0 + MINUTE + 2 * SECOND);
    first.say([trade({ time: T0 + MINUTE + 3 * SECOND, price: 100.5, size: 2 })]);
    first.beat(T0 + MINUTE + 3 * SECOND);
    await first.drain();

    const second = new Shards(store, { epoch: "000000002", profile: { bin: 10 } });
    second.world.clock.time = T0 + MINUTE + 10 * SECOND;
    await second.follow("AAPL");
    second.beat();
    const session = second.world.hub.latestOf("profile", "AAPL")!.payload as SessionProfile;
    assertEquals([session.bins.width, Array.from(session.bins.values)], [10, [2]]);
    assertEquals(session.since, T0 + MINUTE);
    await second.drain();
  }));

Deno.test("minutes that are closed on the way to a gap, or to a question, are kept", () =>
  inStore(async (store) => {
    const one = new Shards(store);
    await one.follow("AAPL");
    one.say([trade({ size: 7 })]);
    // Closes the minute; no beat has taken it yet.
    one.say([trade({ time: T0 + MINUTE + 3 * SECOND, size: 8 })]);
    const span = { from: T0 + MINUTE + 4 * SECOND, to: T0 + MINUTE + 5 * SECOND };
    const gap = {
      provider: "test",
      ...span,
      reason: "disconnect",
      status: "open",
      detectedAt: span.to,
    } as const;
    one.tell({ type: "instruments.gap", provider: "test", gap });
    assertEquals((await kept(one, "profile", "volume")).map(({ values }) => values), [[7]]);
    one.say([trade({ time: T0 + 2 * MINUTE + 3 * SECOND, size: 9 })]);
    const types = new Set(["profile", "flow"] as const);
    one.send("shard-1", { type: "shard.tell", symbol: "AAPL", types } as never);
    assertEquals((await kept(one, "profile", "volume")).map(({ values }) => values), [[7], [8]]);
    assertEquals((await kept(one, "flow", "1m")).length, 2);
    await one.drain();
  }));
