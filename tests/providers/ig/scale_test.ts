import { assertEquals } from "@std/assert";
import { resolveInstrument } from "../../../domain/instrument.ts";
import { formatTime, parseTime } from "../../../domain/time.ts";
import { exponentOf, scaled } from "../../../providers/ig/scale.ts";
import { latestTime } from "../../../providers/ig/ukclock.ts";
import type { MarketDetails } from "../../../providers/ig/wire.ts";

function details(type: string, scalingFactor: number, onePipMeans: string | number | null) {
  const epic = "XX.D.TEST.DAILY.IP";
  const instrument = { epic, name: "Test", type, streamingPricesAvailable: true, onePipMeans };
  return { instrument, snapshot: { marketStatus: "TRADEABLE", scalingFactor } } as MarketDetails;
}

/**
 * What is quoted, and what it is in the instrument's currency, calculated by hand: level x
 * scalingFactor points, each worth what onePipMeans says.
 */
const CASES: readonly {
  readonly holds: string;
  readonly symbol: string;
  readonly currency?: string;
  readonly market: MarketDetails;
  readonly level: string;
  readonly price: number;
}[] = [
  {
    // 1.11417 x 10000 = 11141.7 points of 0.0001 = 1.11417.
    holds: "a pair that is quoted in units stays as it is",
    symbol: "EURUSD",
    market: details("CURRENCIES", 10_000, "0.0001 USD/EUR"),
    level: "1.11417",
    price: 1.11417,
  },
  {
    // 10850.3 x 1 points of 0.0001 = 1.08503.
    holds: "a pair that is quoted in points is divided by 10000",
    symbol: "EURUSD",
    market: details("CURRENCIES", 1, "0.0001 USD/EUR"),
    level: "10850.3",
    price: 1.08503,
  },
  {
    holds: "a pair whose point is not named has the usual one",
    symbol: "EURUSD",
    market: details("CURRENCIES", 1, null),
    level: "10850.3",
    price: 1.08503,
  },
  {
    // 15012.3 x 1 points of 0.01 = 150.123.
    holds: "the usual point of a pair to the yen is 0.01",
    symbol: "USDJPY",
    market: details("CURRENCIES", 1, null),
    level: "15012.3",
    price: 150.123,
  },
  {
    // 150.123 x 100 = 15012.3 points of 0.01 = 150.123.
    holds: "a pair to the yen in units stays as it is",
    symbol: "USDJPY",
    market: details("CURRENCIES", 100, "0.01 JPY/USD"),
    level: "150.123",
    price: 150.123,
  },
  {
    holds: "a point that is a bare number is one of a pair",
    symbol: "EURUSD",
    market: details("CURRENCIES", 10_000, 0.0001),
    level: "1.08540",
    price: 1.0854,
  },
  {
    // 73.12 points of a penny = 73.12 pence.
    holds: "a London share in pence stays as it is",
    symbol: "VOD.L",
    market: details("SHARES", 1, null),
    level: "73.12",
    price: 73.12,
  },
  {
    // 73.12 pence = 0.7312 pounds.
    holds: "a London share of an instrument in pounds is divided by 100",
    symbol: "VOD.L",
    currency: "GBP",
    market: details("SHARES", 1, null),
    level: "73.12",
    price: 0.7312,
  },
  {
    // 73.12 points of 0.01 GBP = 0.7312 GBP = 73.12 pence.
    holds: "a London share whose point is named in pounds is in pence",
    symbol: "VOD.L",
    market: details("SHARES", 1, "0.01 GBP"),
    level: "73.12",
    price: 73.12,
  },
  {
    // 13398.0 cents = 133.98 dollars: Apple, as IG's own answer shows it.
    holds: "a US share in cents is divided by 100",
    symbol: "AAPL",
    market: details("SHARES", 1, null),
    level: "13398.0",
    price: 133.98,
  },
  {
    // 133.98 x 100 = 13398 points of a cent = 133.98 dollars.
    holds: "a US share in dollars stays as it is",
    symbol: "AAPL",
    market: details("SHARES", 100, null),
    level: "133.98",
    price: 133.98,
  },
  {
    holds: "an index stays as it is",
    symbol: "^GDAXI",
    market: details("INDICES", 1, "1 Index Point"),
    level: "19300.5",
    price: 19_300.5,
  },
];

for (const { holds, symbol, currency, market, level, price } of CASES) {
  Deno.test(`scale: ${holds}`, () => {
    const instrument = resolveInstrument({ symbol, currency });
    assertEquals(scaled(level, exponentOf(market, instrument)!), price);
  });
}

Deno.test("scale: a unit that is no power of ten is not guessed at", () => {
  const instrument = resolveInstrument({ symbol: "EURUSD" });
  assertEquals(exponentOf(details("CURRENCIES", 3, "0.0001 USD/EUR"), instrument), undefined);
});

Deno.test("scale: what is no number is none", () => {
  assertEquals(
    ["", " 1", "1.", ".5", "1,5", "0x10", "Infinity", "1e", "NaN"].map((text) => scaled(text, 0)),
    Array(9).fill(undefined),
  );
});

Deno.test("a UK time of day is the latest instant that shows it, in summer and in winter", () => {
  const at = (text: string, now: string) => {
    const time = latestTime(text, parseTime(now)!);
    return time === undefined ? undefined : formatTime(time);
  };
  assertEquals(at("12:00:00", "2026-11-18T12:00:05.5Z"), "2026-11-18T12:00:00.000Z");
  // British Summer Time is an hour ahead of UTC.
  assertEquals(at("12:00:00", "2026-07-01T11:00:05Z"), "2026-07-01T11:00:00.000Z");
  assertEquals(at("23:59:58", "2026-11-18T00:00:05Z"), "2026-11-17T23:59:58.000Z");
  // IG's clock may be a little ahead of ours.
  assertEquals(at("12:00:10", "2026-11-18T12:00:05Z"), "2026-11-18T12:00:10.000Z");
  assertEquals(at("24:00:00", "2026-11-18T12:00:05Z"), undefined);
  assertEquals(at("noon", "2026-11-18T12:00:05Z"), undefined);
});
