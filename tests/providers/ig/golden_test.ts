import { assertEquals } from "@std/assert";
import { closedBar } from "../../../providers/ig/candles.ts";
import { PriceDecoder, priceFields } from "../../../providers/ig/prices.ts";
import { assertWellFormed } from "../contract.ts";

interface PriceCase {
  readonly holds: string;
  readonly item: { readonly symbol: string; readonly exponent: number; readonly level: 1 | 2 };
  readonly frames: readonly {
    /** What an update changes: MERGE, so that the other fields stay. */
    readonly U: Readonly<Record<string, string | null>>;
    readonly ticks: readonly object[];
    readonly status?: { readonly trading: boolean; readonly reason: string };
    readonly problems?: readonly string[];
  }[];
}

interface CandleCase {
  readonly holds: string;
  readonly exponent: number;
  readonly values: readonly (string | null)[];
  readonly bar: unknown;
}

async function golden<T>(name: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(new URL(`golden/${name}.json`, import.meta.url)));
}

/** When the updates of these tests are received. */
const RECEIVED_AT = 42;

for (const { holds, item, frames } of await golden<PriceCase[]>("prices")) {
  Deno.test(`prices: ${holds}`, () => {
    let count = 0;
    const decoder = new PriceDecoder({ provider: "ig", ...item }, () => `id${count++}`);
    const state: Record<string, string | null> = {};
    frames.forEach(({ U, ticks, status, problems }, i) => {
      Object.assign(state, U);
      const values = priceFields(item.level).map((field) => state[field] ?? null);
      const news = decoder.decode(values, RECEIVED_AT);
      for (const tick of news.ticks) assertWellFormed(tick);
      const first = count - news.ticks.length;
      const shared = { symbol: item.symbol, provider: "ig", receivedAt: RECEIVED_AT, flags: 0 };
      const expected = ticks.map((tick, j) => ({ ...shared, id: `id${first + j}`, ...tick }));
      assertEquals(news.ticks as unknown[], expected, `update ${i}`);
      assertEquals(news.status, status ?? null, `update ${i}`);
      assertEquals(news.problems, problems ?? [], `update ${i}`);
    });
  });
}

for (const { holds, exponent, values, bar } of await golden<CandleCase[]>("candles")) {
  Deno.test(`candles: ${holds}`, () => {
    assertEquals(closedBar(values, { symbol: "EURUSD", exponent }) as unknown, bar);
  });
}
