import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FLAGS } from "../../domain/flags.ts";
import { type Gap, GAP_REASONS } from "../../domain/gap.ts";
import { formatRow, RECORDING_COLUMNS, RECORDING_HEADER } from "../../domain/recording.ts";
import { RecordingReader, RowProblem } from "../../domain/recordingreader.ts";
import type { Tick } from "../../domain/tick.ts";
import { parseTime, SECOND } from "../../domain/time.ts";

// 2014-05-01 is 16,191 days after the epoch: 44 years, 11 leap days (1972 to 2012) and 120 days.
const MAY_DAY_2014 = (44 * 365 + 11 + 31 + 28 + 31 + 30) * 86_400 * SECOND;

const PLAIN = "time,symbol,kind,price,size,bid,bidSize,ask,askSize";

/** Reads one row under a header. */
function read(header: string, record: string) {
  return new RecordingReader(header, "day.csv").read(record, 7);
}

/** What is wrong with a row. */
function problem(header: string, record: string): string {
  const row = read(header, record);
  assert(row instanceof RowProblem, `it was read: ${JSON.stringify(row)}`);
  return row.what;
}

Deno.test("a plain quote becomes a tick known by its file and line", () => {
  assertEquals(read(PLAIN, "2014-05-01T00:00:01.787Z,EURUSD,quote,,,1.38727,,1.38729,"), {
    kind: "quote",
    symbol: "EURUSD",
    time: MAY_DAY_2014 + 1_787_000,
    receivedAt: MAY_DAY_2014 + 1_787_000,
    provider: "replay",
    id: "day.csv#7",
    flags: 0,
    bid: 1.38727,
    bidSize: null,
    ask: 1.38729,
    askSize: null,
  });
});

Deno.test("a plain trade becomes a tick without a side or conditions", () => {
  assertEquals(read(PLAIN, "2014-05-01T00:00:02Z,SPY,trade,167.41,100,,,,"), {
    kind: "trade",
    symbol: "SPY",
    time: MAY_DAY_2014 + 2 * SECOND,
    receivedAt: MAY_DAY_2014 + 2 * SECOND,
    provider: "replay",
    id: "day.csv#7",
    flags: 0,
    price: 167.41,
    size: 100,
    side: null,
    conditions: null,
  });
});

Deno.test("columns stand in any order, and each is read", () => {
  const header = "kind,flags,conditions,side,size,price,provider,id,symbol,receivedAt,time";
  const record = 'trade,duplicate|locked,"@,I",sell,3,70.5,ig,x-1,VOD.L,' +
    "2014-05-01T00:00:00.250001Z,2014-05-01T00:00:00Z";
  assertEquals(read(header, record), {
    kind: "trade",
    symbol: "VOD.L",
    time: MAY_DAY_2014,
    receivedAt: MAY_DAY_2014 + 250_001,
    provider: "ig",
    id: "x-1",
    flags: FLAGS.duplicate | FLAGS.locked,
    price: 70.5,
    size: 3,
    side: "sell",
    conditions: "@,I",
  });
});

Deno.test("a book is read from price@size pairs, and an empty side is an empty list", () => {
  const row = read("time,symbol,kind,bids,asks", "2014-05-01T00:00:00Z,AAPL,depth,9.5@3|9@1e3,");
  assertEquals(row, {
    kind: "depth",
    symbol: "AAPL",
    time: MAY_DAY_2014,
    receivedAt: MAY_DAY_2014,
    provider: "replay",
    id: "day.csv#7",
    flags: 0,
    bids: [{ price: 9.5, size: 3 }, { price: 9, size: 1_000 }],
    asks: [],
  });
});

Deno.test("a gap begins at its time, and was found when it was received", () => {
  const header = "time,receivedAt,symbol,kind,provider,to,reason";
  const record = "2014-05-01T00:00:00Z,2014-05-01T00:00:09Z,AAPL,gap,ig,2014-05-01T00:00:08Z,shed";
  assertEquals(read(header, record), {
    symbol: "AAPL",
    provider: "ig",
    from: MAY_DAY_2014,
    to: MAY_DAY_2014 + 8 * SECOND,
    reason: "shed",
    status: "open",
    detectedAt: MAY_DAY_2014 + 9 * SECOND,
  });
});

Deno.test("an empty id or receivedAt is as good as none", () => {
  const row = read("time,receivedAt,symbol,kind,id,price", "2014-05-01,,AAPL,trade,,1") as Tick;
  assertEquals(row.receivedAt, MAY_DAY_2014);
  assertEquals(row.id, "day.csv#7");
});

for (
  const [header, named] of [
    ["time,symbol,kind,prize", /day\.csv.*unknown column "prize".*price, size/],
    ["time,kind,price", /lacks symbol/],
    ["symbol,kind,price", /lacks time/],
    ["time,symbol,price", /lacks kind/],
    ["time,symbol,kind,time", /names time twice/],
    ["", /unknown column ""/],
  ] as const
) {
  Deno.test(`the header "${header}" is refused with what is wrong with it`, () => {
    assertThrows(() => new RecordingReader(header, "day.csv"), {
      code: "bad-recording",
      terminal: true,
      message: named,
    });
  });
}

Deno.test("a byte order mark before the header is passed over", () => {
  const row = read("\uFEFFtime,symbol,kind,price", "2014-05-01,SPY,trade,1");
  assert(!(row instanceof RowProblem));
});

for (
  const [record, what] of [
    ["yesterday,SPY,trade,1,1,,,,", /^time is "yesterday"/],
    ["2014-02-30T00:00:00.000Z,SPY,trade,1,1,,,,", /^time is "2014-02-30/],
    [",SPY,trade,1,1,,,,", /^time is ""/],
    ["2014-05-01,,trade,1,1,,,,", /^symbol is ""/],
    ["2014-05-01,SPY,Trade,1,1,,,,", /^kind is "Trade".*trade, quote, depth, gap/],
    ["2014-05-01,SPY,trade,abc,1,,,,", /^price is "abc"/],
    ["2014-05-01,SPY,trade,,1,,,,", /^price is ""/],
    ["2014-05-01,SPY,trade,NaN,1,,,,", /^price is "NaN"/],
    ["2014-05-01,SPY,trade,1,Infinity,,,,", /^size is "Infinity"/],
    ["2014-05-01,SPY,trade,0x10,1,,,,", /^price is "0x10"/],
    ["2014-05-01,SPY,trade, 1,1,,,,", /^price is " 1"/],
    ["2014-05-01,SPY,trade,1 ,1,,,,", /^price is "1 "/],
    ["2014-05-01,SPY,trade,+1,1,,,,", /^price is "\+1"/],
    ["2014-05-01,SPY,trade,1_000,1,,,,", /^price is "1_000"/],
    ["2014-05-01,SPY,quote,,,1.5,x,1.6,", /^bidSize is "x"/],
    ["2014-05-01,SPY,trade,1,1", /5 fields where the header names 9/],
    ["2014-05-01,SPY,trade,1,1,,,,,", /10 fields where the header names 9/],
    ['2014-05-01,"SPY,trade,1,1,,,,', /quoted field is not closed/],
  ] as const
) {
  Deno.test(`the row "${record}" is a problem`, () => {
    assert(what.test(problem(PLAIN, record)), problem(PLAIN, record));
  });
}

for (
  const [header, record, what] of [
    ["time,symbol,kind,price,side", "2014-05-01,A,trade,1,BUY", /^side is "BUY"/],
    ["time,symbol,kind,price,flags", "2014-05-01,A,trade,1,odd", /^flags is "odd".*duplicate/],
    ["time,symbol,kind,price,receivedAt", "2014-05-01,A,trade,1,12:00", /^receivedAt is "12:00"/],
    ["time,symbol,kind,bids", "2014-05-01,A,depth,1@2|3", /^bids is "1@2\|3"/],
    ["time,symbol,kind,bids", "2014-05-01,A,depth,@2", /^bids is "@2"/],
    ["time,symbol,kind,to,reason", "2014-05-01,A,gap,,shed", /^to is ""/],
    ["time,symbol,kind,to,reason", "2014-05-01,A,gap,2014-05-02,bored", /^reason is "bored"/],
    [
      "time,symbol,kind,to,reason,status",
      "2014-05-01,A,gap,2014-05-02,shed,shut",
      /^status is "shut"/,
    ],
  ] as const
) {
  Deno.test(`under "${header}" the row "${record}" is a problem`, () => {
    assert(what.test(problem(header, record)), problem(header, record));
  });
}

Deno.test("numbers that are none are read only where the gate flagged the row for it", () => {
  const header = "time,symbol,kind,price,size,flags";
  const row = read(header, "2014-05-01,A,trade,NaN,Infinity,not-finite") as Tick;
  assert(row.kind === "trade" && Number.isNaN(row.price) && row.size === Infinity);
  const lost = read(header, "2014-05-01,A,trade,,,not-finite") as Tick;
  assert(lost.kind === "trade" && Number.isNaN(lost.price) && lost.size === null);
});

Deno.test("a glance tells a row's symbol, kind and clock time without reading the rest", () => {
  const reader = new RecordingReader("time,receivedAt,symbol,kind,price", "day.csv");
  assertEquals(reader.glance("2014-05-01,2014-05-01T00:00:01Z,SPY,trade,?"), {
    symbol: "SPY",
    kind: "trade",
    clock: MAY_DAY_2014 + SECOND,
  });
  assertEquals(reader.glance("2014-05-01,,SPY,gap,")?.clock, MAY_DAY_2014);
  assertEquals(reader.glance("2014-05-01,,SPY,news,"), undefined);
  assertEquals(reader.glance("2014-05-01,,SPY"), undefined);
});

const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
  // CSV has one zero.
  .map((value) => value === 0 ? 0 : value);
const micros = fc.integer({
  min: parseTime("0001-01-01T00:00:00Z")!,
  max: parseTime("2255-01-01T00:00:00Z")!,
});
const text = fc.string({ minLength: 1, unit: "binary" })
  // What is not well formed cannot be written as UTF-8 and come back.
  .filter((value) => value.isWellFormed());
const size = fc.option(finite);
const levels = fc.array(fc.record({ price: finite, size: finite }), { maxLength: 5 });
/** Instruments have their symbols in capitals. */
const symbol = text.map((value) => value.toUpperCase());
const base = {
  symbol,
  time: micros,
  receivedAt: micros,
  provider: text,
  id: text,
  flags: fc.subarray(Object.values(FLAGS)).map((bits) => bits.reduce((sum, bit) => sum | bit, 0)),
};
const tick: fc.Arbitrary<Tick> = fc.oneof(
  fc.record({
    kind: fc.constant("trade" as const),
    ...base,
    price: finite,
    size,
    side: fc.constantFrom("buy" as const, "sell" as const, null),
    conditions: fc.option(text),
  }),
  fc.record({
    kind: fc.constant("quote" as const),
    ...base,
    bid: size,
    bidSize: size,
    ask: size,
    askSize: size,
  }),
  fc.record({ kind: fc.constant("depth" as const), ...base, bids: levels, asks: levels }),
);
const gap: fc.Arbitrary<Gap> = fc.record({
  symbol,
  provider: text,
  from: micros,
  to: micros,
  reason: fc.constantFrom(...GAP_REASONS),
  status: fc.constantFrom("open", "filled", "unfillable"),
  detectedAt: micros,
});

Deno.test("a tick or gap that was written is read as an equal one, field for field", () => {
  const reader = new RecordingReader(RECORDING_HEADER, "day.csv");
  fc.assert(fc.property(fc.oneof(tick, gap), (row) => {
    const back = reader.read(formatRow(row), 2);
    // Records made by fast-check have no prototype; only the fields count here.
    assertEquals({ ...back }, { ...row, ...levelsOf(row) });
  }));
});

function levelsOf(row: Tick | Gap) {
  if (!("kind" in row) || row.kind !== "depth") return {};
  const plain = (list: typeof row.bids) => list.map((level) => ({ ...level }));
  return { bids: plain(row.bids), asks: plain(row.asks) };
}

Deno.test("a written row has a field for each column of the header", () => {
  fc.assert(fc.property(fc.oneof(tick, gap), (row) => {
    const quiet = { ...row, symbol: "A", provider: "p", id: "i", conditions: null };
    assertEquals(formatRow(quiet as Tick | Gap).split(",").length, RECORDING_COLUMNS.length);
  }));
  assertEquals(
    RECORDING_HEADER,
    "time,receivedAt,symbol,kind,id,provider,price,size,side,conditions,bid,bidSize,ask,askSize," +
      "bids,asks,flags,to,reason,status",
  );
});

Deno.test("a number that is none survives the way through a recording with its flag", () => {
  const reader = new RecordingReader(RECORDING_HEADER, "day.csv");
  const refused: Tick = {
    kind: "quote",
    symbol: "A",
    time: 0,
    receivedAt: 1,
    provider: "p",
    id: "1",
    flags: FLAGS["not-finite"],
    bid: NaN,
    bidSize: null,
    ask: -Infinity,
    askSize: 1,
  };
  assertEquals(reader.read(formatRow(refused), 2), refused);
});
