import { assert, assertEquals } from "@std/assert";
import { gunzipSync } from "node:zlib";
import { MINUTE, parseTime } from "../../../domain/time.ts";
import { play, REAL } from "./recordings.ts";

const ignore = REAL === undefined;

Deno.test({
  name: "the real SPY day gives its 250,601 trades (MARKETD_RECORDINGS)",
  ignore,
  fn: async () => {
    const { ticked, problems } = await play([`${REAL}/spy-20131007-trades.csv.gz`]);
    assertEquals(problems, []);
    assertEquals(ticked.length, 250_601);
    assert(ticked.every(({ kind }) => kind === "trade"));
  },
});

Deno.test({
  name: "the real EUR/USD day gives its 51,053 quotes, which make the vendor's own minute bars " +
    "(MARKETD_RECORDINGS)",
  ignore,
  fn: async () => {
    const { ticked, problems } = await play([`${REAL}/eurusd-20140501-quotes.csv.gz`]);
    assertEquals(problems, []);
    assertEquals(ticked.length, 51_053);

    const bars = new Map<number, { bid: number[]; ask: number[] }>();
    for (const tick of ticked) {
      assert(tick.kind === "quote");
      const start = Math.floor(tick.time / MINUTE) * MINUTE;
      let bar = bars.get(start);
      if (bar === undefined) bars.set(start, bar = { bid: [], ask: [] });
      bar.bid.push(tick.bid!);
      bar.ask.push(tick.ask!);
    }
    const ohlc = (prices: readonly number[]) => [
      prices[0]!,
      Math.max(...prices),
      Math.min(...prices),
      prices.at(-1)!,
    ];
    const packed = await Deno.readFile(`${REAL}/eurusd-20140501-minute-bars.csv.gz`);
    const [, ...lines] = gunzipSync(packed).toString().trim().split("\n");
    assertEquals(lines.length, 1_426);
    assertEquals(bars.size, lines.length);
    for (const line of lines) {
      const [start, , ...prices] = line.split(",");
      const { bid, ask } = bars.get(parseTime(start!)!)!;
      assertEquals([...ohlc(bid), ...ohlc(ask)], prices.map(Number), start);
    }
  },
});

Deno.test({
  name: "the real IBM trades and quotes merge into one day in order (MARKETD_RECORDINGS)",
  ignore,
  fn: async () => {
    const files = ["trades", "quotes"].map((kind) => `${REAL}/ibm-20131007-${kind}.csv.gz`);
    const { ticked, problems } = await play(files);
    assertEquals(problems, []);
    assertEquals(ticked.filter(({ kind }) => kind === "trade").length, 24_293);
    assertEquals(ticked.filter(({ kind }) => kind === "quote").length, 109_066);
    for (let i = 1; i < ticked.length; i++) {
      assert(ticked[i]!.receivedAt >= ticked[i - 1]!.receivedAt);
    }
  },
});
