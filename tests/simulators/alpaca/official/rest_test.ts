/**
 * Alpaca's own REST client against the simulator: what it understands is what the venue says.
 *
 * @module
 */
import {
  Alpaca,
  AuthError,
  PermissionError,
  RateLimitError,
  TimeFrame,
} from "@alpacahq/alpaca-trade-api";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Nanos } from "../messages.ts";
import { type AlpacaSimulator, SIM_KEYS, start } from "../simulator.ts";

/** The official client; it knows no other hosts than Alpaca's, so its requests are led here. */
function clientOf(simulator: AlpacaSimulator, keys = SIM_KEYS): Alpaca {
  return new Alpaca({
    ...keys,
    paper: true,
    retry: { maxRetries: 0 },
    fetchApi: (url, init) => {
      const { pathname, search } = new URL(url);
      return fetch(`${simulator.endpoints.data}${pathname}${search}`, init);
    },
  });
}

function official(holds: string, run: (simulator: AlpacaSimulator) => Promise<void>): void {
  Deno.test(`the official REST client ${holds}`, async () => {
    const simulator = await start();
    try {
      await run(simulator);
    } finally {
      await simulator.stop();
    }
  });
}

official("reads the account, the clock and the assets", async (simulator) => {
  const { trading } = clientOf(simulator);
  const account = await trading.account.getAccount();
  assertEquals([account.status, account.accountBlocked, account.currency], [
    "ACTIVE",
    false,
    "USD",
  ]);
  const clock = await trading.clock.legacyClock();
  assertEquals([clock.isOpen, clock.nextClose?.toISOString()], [true, "2026-07-01T20:00:00.000Z"]);
  const asset = await trading.assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId: "BRK.B" });
  assertEquals([asset.symbol, asset.tradable, asset._class], ["BRK.B", true, "us_equity"]);
  const assets = await trading.assets.getV2Assets();
  assertEquals(assets.length, simulator.market.books.size);
});

official("reads trades, quotes, bars and snapshots, through its own pages", async (simulator) => {
  const since = BigInt(Date.parse("2026-07-01T13:30:00Z")) * 1_000_000n;
  for (let i = 0; i < 25; i++) {
    const t = new Nanos(since + BigInt(i) * 10_000_000_123n);
    simulator.say(simulator.trade("AAPL", { i, p: 100 + i, s: 10, t }), {
      T: "q",
      S: "AAPL",
      ax: "V",
      ap: 101,
      as: 2,
      bx: "V",
      bp: 100,
      bs: 1,
      c: ["R"],
      t,
      z: "C",
    });
  }
  const { marketData } = clientOf(simulator);
  const span = {
    symbols: ["AAPL"],
    start: new Date("2026-07-01T13:30:00Z"),
    end: new Date("2026-07-01T14:00:00Z"),
    limit: 10,
    feed: "iex" as const,
  };
  const trades = (await marketData.getStockTrades(span))["AAPL"]!;
  assertEquals(trades.length, 25);
  assertEquals(trades.map(({ id }) => id), Array.from({ length: 25 }, (_, i) => i));
  assertEquals(trades[1]!.timestampRaw, "2026-07-01T13:30:10.000000123Z");
  const quotes = (await marketData.getStockQuotes(span))["AAPL"]!;
  assertEquals([quotes.length, quotes[0]!.bidPrice, quotes[0]!.askSize], [25, 100, 2]);
  const bars = (await marketData.getStockBars({ ...span, timeframe: TimeFrame.Minute }))["AAPL"]!;
  // Ten seconds apart: six trades in each of four minutes, and one in the fifth.
  assertEquals(bars.map(({ volume }) => volume), [60, 60, 60, 60, 10]);
  assertEquals([bars[0]!.open, bars[0]!.close, bars[0]!.tradeCount], [100, 105, 6]);
  const snapshots = await marketData.stocks.stockSnapshots({ symbols: "AAPL,IBM", feed: "iex" });
  assertEquals(Object.keys(snapshots), ["AAPL"]);
  assertEquals(snapshots["AAPL"]!.latestTrade?.p, 124);
  const requests = simulator.seen.requests.filter(({ path }) => path === "/v2/stocks/trades");
  assertEquals(requests.length, 3);
});

official("recognises the refusals", async (simulator) => {
  const wrong = clientOf(simulator, { ...SIM_KEYS, secret: "wrong" });
  await assertRejects(() => wrong.trading.account.getAccount(), AuthError);
  const { marketData, trading } = clientOf(simulator);
  await assertRejects(
    () => marketData.stocks.stockSnapshots({ symbols: "AAPL", feed: "sip" }),
    PermissionError,
  );
  simulator.command({ fault: "rate-limit", retryAfter: 3 });
  const [limited] = await Promise.allSettled([trading.account.getAccount()]);
  assert(limited!.status === "rejected" && limited.reason instanceof RateLimitError);
  assertEquals(limited.reason.retryAfterMs, 3_000);
  assertEquals(limited.reason.rateLimit?.limit, 200);
});
