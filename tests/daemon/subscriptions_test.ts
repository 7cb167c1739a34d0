/**
 * Instruments that are subscribed only while something needs them, as the venues and the consumers
 * of the stream see it.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { InstrumentView } from "../../actors/http/api/instrumentview.ts";
import { parseTime } from "../../domain/time.ts";
import { SIM_INSTRUMENTS } from "../simulators/alpaca/market.ts";
import { openStream } from "../sse.ts";
import { type CandleView, type GapView, micros } from "./backfills.ts";
import { pause } from "./daemon.ts";
import { inOpenMarket, type OpenMarket } from "./openmarket.ts";

const DYNAMIC = `
subscriptions: { dynamic: true, idle: 2s }
candles: { intervals: [1m, 2m] }
`;

/** The instruments that are in a frame that asks Alpaca for a change of trades. */
const named = (frames: readonly Readonly<Record<string, unknown>>[]) =>
  frames.flatMap((frame) => frame["trades"] as string[]);

const instrumentOf = (market: OpenMarket, symbol: string) =>
  market.json<InstrumentView>(`/api/v1/instruments/${symbol}`);

const list = async <T>(market: OpenMarket, path: string) =>
  (await market.json<{ data: T[] }>(path)).data;

Deno.test("what nobody consumes is unsubscribed, and its first consumer gets it without a hole", () =>
  inOpenMarket(async (market) => {
    const { alpaca: { seen }, alpaca } = market;
    await market.until("AAPL is unsubscribed", () => named(seen.unsubscribes).includes("AAPL"));
    assertEquals(named(seen.unsubscribes), ["AAPL"], "MSFT is pinned, a strategy runs on SPY");
    const idle = await instrumentOf(market, "AAPL");
    assertEquals([idle.subscribed, idle.consumers], [false, 0]);
    const pinned = await instrumentOf(market, "MSFT");
    assertEquals([pinned.subscribed, pinned.pinned, pinned.idleSince], [true, true, null]);
    const run = await instrumentOf(market, "SPY");
    assertEquals([run.subscribed, run.consumers], [true, 1]);
    const { subscriptions } = await market.json<{ subscriptions: unknown }>("/api/v1/status");
    assertEquals(subscriptions, { dynamic: true, subscribed: 2, idle: 1 });
    const metrics = await (await fetch(`${market.url}/metrics`)).text();
    assertMatch(metrics, /^marketd_subscriptions\{state="idle"\} 1$/m);
    const sent = () => alpaca.sent.get("AAPL t") ?? 0;
    await pause(200);
    const before = sent();
    // Longer than a stream may be silent: that of AAPL is no silence.
    await pause(3_000);
    assertEquals(sent(), before, "the venue says nothing of it");

    const since = new Date(parseTime(idle.idleSince!)! / 1_000 - 60_000).toISOString();
    const path = `/api/v1/stream?symbols=AAPL&since=${since}&types=trade,candle,gap,status`;
    const stream = await openStream(market.url + path);
    const told: { event: string; data: Record<string, unknown> }[] = [];
    const until = (is: (event: string, data: Record<string, unknown>) => boolean) =>
      stream.until((one) => {
        const data = JSON.parse(one.data);
        told.push({ event: one.event, data });
        return is(one.event, data);
      });
    await until((event, { kind, status }) =>
      event === "status" && kind === "subscription" && status === "subscribed"
    );
    assertEquals(named(seen.subscribes).filter((name) => name === "AAPL").length, 2);
    const [gap] = (await list<GapView>(market, "/api/v1/gaps?symbol=AAPL"))
      .filter(({ reason }) => reason === "unsubscribed");
    assertEquals([gap?.status, gap?.from], ["open", idle.idleSince]);
    assertEquals((await instrumentOf(market, "AAPL")).consumers, 1);
    await until((event) => event === "trade");
    await until((event, { reason, status }) =>
      event === "gap" && reason === "unsubscribed" && status === "filled"
    );
    const repaired = told.filter(({ event, data }) =>
      event === "candle" && data["interval"] === "1m" && data["status"] === "repaired"
    );
    assert(repaired.length > 0, "the candle of the minute is told again");

    alpaca.hush();
    await pause(1_000);
    const database = new DatabaseSync(market.database, { readOnly: true });
    const kept = database.prepare(
      "SELECT time, ticks.id FROM ticks JOIN symbols s ON s.id = ticks.symbol " +
        "WHERE kind = 0 AND s.name = 'AAPL' ORDER BY time, ticks.id",
    ).all() as { time: number; id: string }[];
    database.close();
    const traded = alpaca.market.books.get("AAPL")!.trades
      .filter((trade) => micros(trade) >= kept[0]!.time)
      .map((trade) => `${micros(trade)} V-${trade.i}`);
    assertEquals(kept.map(({ time, id }) => `${time} ${id}`).sort(), traded.sort());
    const start = String(repaired.at(-1)!.data["start"]);
    const [candle] = await list<CandleView>(
      market,
      `/api/v1/candles?symbol=AAPL&interval=1m&from=${start}&limit=1&order=asc`,
    );
    const minute = alpaca.market.books.get("AAPL")!.trades.filter((trade) =>
      micros(trade) >= parseTime(start)! && micros(trade) < parseTime(start)! + 60_000_000
    );
    assertEquals(candle?.tickVolume, minute.length);
    assertEquals(market.states("alpaca"), ["live"], "nothing was taken for a fault");

    await stream.close();
    await market.until(
      "it is unsubscribed again",
      () => named(seen.unsubscribes).filter((name) => name === "AAPL").length === 2,
    );
  }, {
    only: "alpaca",
    alpaca: { instruments: SIM_INSTRUMENTS.filter(({ symbol }) => /AAPL|MSFT|SPY/.test(symbol)) },
    rate: 130,
    instruments: "[AAPL, { symbol: MSFT, pinned: true }, SPY]",
    settings: `${DYNAMIC}strategies: { ema-cross: { SPY: { interval: 1m } } }`,
    second: 45,
  }));

Deno.test("a request is a need, too; at IG items are dropped and asked for again", () =>
  inOpenMarket(async (market) => {
    const { ig } = market;
    const done = (what: string, epic: string) =>
      ig.diary.filter((one) => one.startsWith(`${what} PRICE:`) && one.includes(epic)).length;
    const vodafone = "KA.D.VOD.DAILY.IP";
    await market.until("VOD.L is unsubscribed", () => done("unsubscribe", vodafone) === 1);
    await market.until("EURUSD is, too", () => done("unsubscribe", "EURUSD") === 1);
    await pause(2_500);
    await list(market, "/api/v1/book?symbol=VOD.L");
    await market.until("VOD.L is subscribed", () => done("subscribe", vodafone) === 2);
    await market.until(
      "the gap is told",
      async () =>
        (await list<GapView>(market, "/api/v1/gaps?symbol=VOD.L"))
          .some(({ reason }) => reason === "unsubscribed"),
    );
    assertEquals((await instrumentOf(market, "EURUSD")).subscribed, false);
    await market.until("it is left again", () => done("unsubscribe", vodafone) === 2);
    assertEquals(market.states("ig"), ["live"], "nothing was taken for a fault");
  }, { only: "ig", rate: 50, settings: DYNAMIC }));

Deno.test("what nothing needs makes room for what something does", () =>
  inOpenMarket(async (market) => {
    const { alpaca: { seen } } = market;
    const refused = async () => (await market.provider("alpaca")).refusals;
    await market.until("one has no room", async () => (await refused()).length === 1);
    const { symbol, reason } = (await refused())[0]!;
    assertMatch(reason, /405/);
    assertEquals(named(seen.unsubscribes), []);
    const stream = await openStream(`${market.url}/api/v1/stream?symbols=${symbol}&types=trade`);
    await market.until("it has room", async () => (await refused()).length === 0);
    // An hour is not over: it is unsubscribed for the room it takes.
    assertEquals(named(seen.unsubscribes).length, 1);
    await stream.until(({ event }) => event === "trade");
    await stream.close();
  }, {
    only: "alpaca",
    alpaca: { symbolLimit: 2 },
    instruments: "[AAPL, MSFT, SPY]",
    settings: "subscriptions: { dynamic: true, idle: 1h }",
  }));
