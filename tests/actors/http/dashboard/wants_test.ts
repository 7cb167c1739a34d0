import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isWanted, queryOf } from "../../../../actors/http/dashboard/assets/wants.js";
import { EVENT_TYPES, type EventType } from "../../../../actors/hub.ts";
import { streamQuery, toRequest } from "../../../../actors/http/stream/query.ts";
import { wants } from "../../../../actors/http/stream/subscription.ts";

const SYMBOLS = ["AAPL", "EURUSD", "VOD.L"];
const INTERVALS = ["1m", "5m", "1h"];
const schema = streamQuery({
  intervals: INTERVALS,
  isFollowed: (symbol) => SYMBOLS.includes(symbol),
  symbols: () => SYMBOLS,
});

/** What the daemon makes of a query. */
function subscriptionOf(query: string) {
  return toRequest(
    schema.parse(Object.fromEntries(new URLSearchParams(query))),
    undefined,
    "ndjson",
  )
    .subscription;
}

const want = fc.record({
  symbols: fc.oneof(fc.constant("*" as const), fc.subarray(SYMBOLS)),
  types: fc.subarray([...EVENT_TYPES], { minLength: 1 }),
  intervals: fc.option(fc.subarray(INTERVALS, { minLength: 1 }), { nil: undefined }),
  every: fc.integer({ min: 100, max: 2_000 }),
}).map(({ intervals, ...rest }) => intervals === undefined ? rest : { ...rest, intervals });

Deno.test("one stream carries whatever any part of any tab wants", () => {
  fc.assert(fc.property(fc.array(want, { minLength: 1, maxLength: 4 }), (all) => {
    const subscription = subscriptionOf(queryOf(all));
    assertEquals(subscription.every, 1_000 * Math.min(...all.map(({ every }) => every)));
    for (const type of EVENT_TYPES) {
      const isTimed = type === "candle" || type === "flow";
      for (const symbol of type === "status" ? [null] : SYMBOLS) {
        for (const interval of isTimed ? INTERVALS : [null]) {
          const data = { ...(symbol === null ? {} : { symbol }), interval };
          if (!isWanted(all, { event: type, data })) continue;
          assert(
            wants(subscription, { type: type as EventType, symbol, interval }),
            `${queryOf(all)} lacks ${type} ${symbol} ${interval}`,
          );
        }
      }
    }
  }));
});

Deno.test("an instrument's trades are not asked of all because its page is open beside the overview", () => {
  const query = queryOf([
    { symbols: "*", types: ["candle", "state"], intervals: ["1m"], every: 500 },
    { symbols: ["AAPL"], types: ["candle", "trade"], intervals: ["5m"], every: 250 },
    { symbols: [], types: ["status"], every: 1_000 },
  ]);
  const subscription = subscriptionOf(query);
  const isWantedOf = (type: EventType, symbol: string, interval: string | null = null) =>
    wants(subscription, { type, symbol, interval });
  assert(isWantedOf("trade", "AAPL") && !isWantedOf("trade", "VOD.L"));
  assert(isWantedOf("candle", "VOD.L", "1m") && !isWantedOf("candle", "VOD.L", "5m"));
  assert(isWantedOf("candle", "AAPL", "5m") && isWantedOf("state", "VOD.L"));
});
