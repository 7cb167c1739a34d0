import { assertEquals } from "@std/assert";
import type { Candle } from "../../domain/candle.ts";
import { FLAGS } from "../../domain/flags.ts";
import type { Gap } from "../../domain/gap.ts";
import {
  CANDLE_HEADER,
  candleRecord,
  candleRow,
  GAP_HEADER,
  gapRecord,
  gapRow,
  tickRecord,
} from "../../domain/tables.ts";
import type { Tick } from "../../domain/tick.ts";
import { MINUTE, SECOND } from "../../domain/time.ts";

const candle: Candle = {
  symbol: "VOD.L",
  interval: "1m",
  basis: "trade",
  start: 2 * MINUTE,
  end: 3 * MINUTE,
  open: 70.1,
  high: 70.5,
  low: 70,
  close: 70.2,
  realVolume: 1_500,
  tickVolume: 3,
  vwap: 70.25,
  buyVolume: 1_000,
  sellVolume: 0,
  status: "gapped",
  revision: 2,
  providers: ["alpaca", "ig"],
  openTime: 2 * MINUTE,
  closeTime: 2 * MINUTE + 1,
};

Deno.test("a candle's CSV has the columns that the design fixes", () => {
  assertEquals(
    CANDLE_HEADER,
    "start,end,symbol,interval,open,high,low,close,realVolume,tickVolume,vwap,basis,status," +
      "revision,providers",
  );
  assertEquals(
    candleRow(candle),
    "1970-01-01T00:02:00.000Z,1970-01-01T00:03:00.000Z,VOD.L,1m,70.1,70.5,70,70.2,1500,3,70.25," +
      "trade,gapped,2,alpaca|ig",
  );
});

Deno.test("a candle without volume has an empty vwap in CSV", () => {
  assertEquals(
    candleRow({ ...candle, vwap: null, providers: [] }).split(",").slice(10),
    ["", "trade", "gapped", "2", ""],
  );
});

Deno.test("a candle's JSON has the fields that the design fixes, in that order", () => {
  assertEquals(
    JSON.stringify(candleRecord(candle)),
    '{"symbol":"VOD.L","interval":"1m","start":"1970-01-01T00:02:00.000Z",' +
      '"end":"1970-01-01T00:03:00.000Z","open":70.1,"high":70.5,"low":70,"close":70.2,' +
      '"realVolume":1500,"tickVolume":3,"vwap":70.25,"buyVolume":1000,"sellVolume":0,' +
      '"basis":"trade","status":"gapped","revision":2,"providers":["alpaca","ig"]}',
  );
});

const shared = {
  symbol: "AAPL",
  time: 90 * SECOND + 1_500,
  receivedAt: 91 * SECOND,
  provider: "alpaca",
  id: 'a"1',
};

Deno.test("a trade's JSON has a trade's fields, and its flags by name", () => {
  const tick: Tick = {
    kind: "trade",
    ...shared,
    flags: FLAGS.duplicate | FLAGS["not-positive"],
    price: -1,
    size: null,
    side: "buy",
    conditions: "@ I",
  };
  assertEquals(tickRecord(tick), {
    symbol: "AAPL",
    kind: "trade",
    time: "1970-01-01T00:01:30.001500Z",
    receivedAt: "1970-01-01T00:01:31.000Z",
    provider: "alpaca",
    id: 'a"1',
    price: -1,
    size: null,
    side: "buy",
    conditions: "@ I",
    flags: ["not-positive", "duplicate"],
  });
});

Deno.test("a quote's JSON has a quote's fields", () => {
  const sides = { bid: null, bidSize: null, ask: 1.5, askSize: 2 };
  assertEquals(tickRecord({ kind: "quote", ...shared, flags: 0, ...sides }), {
    symbol: "AAPL",
    kind: "quote",
    time: "1970-01-01T00:01:30.001500Z",
    receivedAt: "1970-01-01T00:01:31.000Z",
    provider: "alpaca",
    id: 'a"1',
    bid: null,
    bidSize: null,
    ask: 1.5,
    askSize: 2,
    flags: [],
  });
});

Deno.test("a book's JSON has both sides as lists of price and size", () => {
  const record = tickRecord({
    kind: "depth",
    ...shared,
    flags: 0,
    bids: [{ price: 1, size: 2 }],
    asks: [],
  });
  assertEquals(
    JSON.stringify(record),
    '{"symbol":"AAPL","kind":"depth","time":"1970-01-01T00:01:30.001500Z",' +
      '"receivedAt":"1970-01-01T00:01:31.000Z","provider":"alpaca","id":"a\\"1",' +
      '"bids":[{"price":1,"size":2}],"asks":[],"flags":[]}',
  );
});

Deno.test("a price that is no number is null in JSON", () => {
  const record = tickRecord({
    kind: "trade",
    ...shared,
    flags: FLAGS["not-finite"],
    price: NaN,
    size: 1,
    side: null,
    conditions: null,
  });
  assertEquals(record.kind === "trade" && record.price, null);
});

const gap: Gap = {
  symbol: "AAPL",
  provider: "alpaca",
  from: 0,
  to: 90 * SECOND,
  reason: "disconnect",
  status: "filled",
  detectedAt: 91 * SECOND,
};

Deno.test("a gap looks alike in JSON and in CSV", () => {
  assertEquals(gapRecord(gap), {
    symbol: "AAPL",
    provider: "alpaca",
    from: "1970-01-01T00:00:00.000Z",
    to: "1970-01-01T00:01:30.000Z",
    reason: "disconnect",
    status: "filled",
    detectedAt: "1970-01-01T00:01:31.000Z",
  });
  assertEquals(GAP_HEADER, "from,to,symbol,provider,reason,status,detectedAt");
  assertEquals(
    gapRow(gap),
    "1970-01-01T00:00:00.000Z,1970-01-01T00:01:30.000Z,AAPL,alpaca,disconnect,filled," +
      "1970-01-01T00:01:31.000Z",
  );
});
