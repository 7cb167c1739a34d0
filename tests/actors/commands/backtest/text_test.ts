import { assertEquals } from "@std/assert";
import { faultsOf } from "../../../../actors/commands/backtest/conclude.ts";
import { jsonOf } from "../../../../actors/commands/backtest/json.ts";
import { textOf } from "../../../../actors/commands/backtest/text.ts";
import { fortuneKey } from "../../../../actors/setups.ts";
import { reportOf, runOf } from "./report.ts";

Deno.test("a backtest as text has a block for each strategy and instrument", () => {
  // By hand: entered at 100, left at 104: 400 bps less 20 of costs; the risk of 2 is 200 bps.
  assertEquals(textOf(reportOf(runOf())).split("\n"), [
    "costs: a spread of 10 bps, a commission of 5 bps a side",
    "",
    "ema-cross on AAPL, candles of 1m (trade), horizon 1h: fast=9 slow=21",
    "  side  signals  target  stop  expired  missed  undecided  hit rate   MFE   MAE  " +
    "net bps  net R  total bps  factor  held",
    "  both        2       1     0        0       0          1   100.0 %  2.00  0.50  " +
    "+380.00  +1.90     +380.0       -    1m",
    "  buy         1       1     0        0       0          0   100.0 %  2.00  0.50  " +
    "+380.00  +1.90     +380.0       -    1m",
    "  sell        1       0     0        0       0          1         -     -     -  " +
    "      -      -          -       -     -",
    "",
  ]);
});

Deno.test("a strategy that had nothing to say is shown as that", () => {
  const [, , head, , both] = textOf(reportOf(runOf({ results: [] }))).split("\n");
  assertEquals(head!.startsWith("ema-cross on AAPL"), true);
  assertEquals(both!.trim().split(/\s+/).slice(0, 3), ["both", "0", "0"]);
});

Deno.test("a backtest as JSON has every signal with how it fared", () => {
  const { runs, ...rest } = JSON.parse(jsonOf(reportOf(runOf())));
  assertEquals(rest, {
    marketd: "1.2.3",
    source: "day.csv",
    from: "2014-05-01T13:30:00.000Z",
    to: "2014-05-01T13:33:00.000Z",
    costs: { spread: 10, commission: 5 },
  });
  const [{ signals, tally, ...run }] = runs;
  assertEquals(run, {
    strategy: "ema-cross",
    symbol: "AAPL",
    interval: "1m",
    basis: "trade",
    parameters: { fast: 9, slow: 21 },
    horizon: "1h",
  });
  assertEquals([tally.both.signals, tally.buy.hitRate, tally.sell.left], [2, 1, 0]);
  assertEquals(tally.both.held, 60);
  const [buy, sell] = signals;
  const { entered, gross, id, left, reasons, result, time } = buy;
  assertEquals([id, time, result, gross], [
    "ema-cross.AAPL.1m.trade.2014-05-01T13:30:00.000Z.buy",
    "2014-05-01T13:30:00.000Z",
    "target",
    400,
  ]);
  assertEquals(reasons, ["It rose <fast> & far."]);
  assertEquals([entered, left], [
    { time: "2014-05-01T13:30:00.000Z", price: 100 },
    { time: "2014-05-01T13:31:00.000Z", price: 104 },
  ]);
  assertEquals([sell.result, sell.left.price], ["undecided", 98]);
});

Deno.test("a strategy that failed is told, with what it failed on", () => {
  const fortunes = new Map([
    [fortuneKey("ema-cross", "AAPL"), { fault: "it ran out" }],
    [fortuneKey("ema-cross", "MSFT"), { fault: null }],
  ]);
  const runs = ["AAPL", "MSFT", "SPY"].map((symbol) => ({ strategy: "ema-cross", symbol }));
  assertEquals(faultsOf(runs, fortunes), ["ema-cross failed on AAPL: it ran out"]);
});
