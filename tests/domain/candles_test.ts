import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { addTick, barOf, emptyBar, priceOn } from "../../domain/bar.ts";
import type { Basis, Candle } from "../../domain/candle.ts";
import { CandleSeries, type SeriesOptions, type Span } from "../../domain/candles.ts";
import { BASE_INTERVAL, parseInterval } from "../../domain/interval.ts";
import type { Quote, Tick, Trade } from "../../domain/tick.ts";
import { HOUR, type Micros, MINUTE, parseTime, SECOND } from "../../domain/time.ts";

const T0 = parseTime("2026-03-02T14:30:00Z")!;
const SESSION: Span = { start: T0, end: T0 + 6.5 * HOUR };

let serial = 0;
function trade(time: Micros, price: number, more: Partial<Trade> = {}): Trade {
  return {
    kind: "trade",
    symbol: "AAPL",
    time,
    receivedAt: time,
    provider: "test",
    id: String(serial++),
    flags: 0,
    price,
    size: 100,
    side: null,
    conditions: null,
    ...more,
  };
}

function quote(time: Micros, bid: number | null, ask: number | null): Quote {
  return {
    kind: "quote",
    symbol: "AAPL",
    time,
    receivedAt: time,
    provider: "test",
    id: String(serial++),
    flags: 0,
    bid,
    bidSize: null,
    ask,
    askSize: null,
  };
}

function series(more: Partial<SeriesOptions> = {}): CandleSeries {
  return new CandleSeries({
    symbol: "AAPL",
    basis: "trade",
    intervals: ["1m", "5m", "1h", "1d"].map((name) => parseInterval(name)!),
    grace: 2 * SECOND,
    sessionAt: (time) => time >= SESSION.start && time < SESSION.end ? SESSION : null,
    since: T0 - HOUR,
    ...more,
  });
}

const of = (candles: readonly Candle[], interval: string) =>
  candles.filter((candle) => candle.interval === interval);

Deno.test("a candle holds the first, highest, lowest and last price, and the volumes", () => {
  const one = series();
  // Volume 100 + 300 + 100 = 500; value 10*100 + 12*300 + 9*100 = 5500; vwap 5500 / 500 = 11.
  one.add(trade(T0 + 1 * SECOND, 10, { side: "buy" }));
  one.add(trade(T0 + 2 * SECOND, 12, { size: 300, side: "sell", provider: "other" }));
  one.add(trade(T0 + 3 * SECOND, 9));
  one.advance(T0 + MINUTE + 2 * SECOND);
  const [candle] = one.takeMade();
  assertEquals(candle, {
    symbol: "AAPL",
    interval: "1m",
    basis: "trade",
    start: T0,
    end: T0 + MINUTE,
    open: 10,
    high: 12,
    low: 9,
    close: 9,
    realVolume: 500,
    tickVolume: 3,
    vwap: 11,
    buyVolume: 100,
    sellVolume: 300,
    status: "complete",
    revision: 0,
    providers: ["other", "test"],
    openTime: T0 + SECOND,
    closeTime: T0 + 3 * SECOND,
  });
});

Deno.test("a candle closes at its end plus the grace, whether or not a tick comes", () => {
  const one = series();
  one.add(trade(T0, 10));
  one.advance(T0 + MINUTE + 2 * SECOND - 1);
  assertEquals(one.takeMade(), []);
  one.advance(T0 + MINUTE + 2 * SECOND);
  assertEquals(of(one.takeMade(), "1m").length, 1);
});

Deno.test("a tick's own reception closes what was due, so batching changes nothing", () => {
  const one = series();
  one.add(trade(T0, 10));
  one.add(trade(T0 + MINUTE + 2 * SECOND, 11));
  const [closed] = one.takeMade();
  assertEquals([closed!.start, closed!.close], [T0, 10]);
});

Deno.test("a tick within the grace counts and leaves no revision", () => {
  const one = series();
  one.add(trade(T0 + 59 * SECOND, 10));
  one.add(trade(T0 + 61 * SECOND, 11));
  one.add(trade(T0 + 59.5 * SECOND, 12, { receivedAt: T0 + 61.5 * SECOND }));
  one.advance(T0 + 62 * SECOND);
  const [first] = one.takeMade();
  assertEquals([first!.tickVolume, first!.close, first!.revision], [2, 12, 0]);
});

Deno.test("a later tick revises the closed candle and every longer one it is in", () => {
  const one = series();
  one.add(trade(T0 + 1 * SECOND, 10));
  one.add(trade(T0 + 5 * MINUTE + 30 * SECOND, 11));
  one.takeMade();
  one.add(trade(T0 + 2 * SECOND, 15, { receivedAt: T0 + 5 * MINUTE + 31 * SECOND }));
  const revised = one.takeMade();
  assertEquals(
    revised.map(({ interval, start, high, tickVolume, revision }) => ({
      interval,
      start,
      high,
      tickVolume,
      revision,
    })),
    [
      { interval: "1m", start: T0, high: 15, tickVolume: 2, revision: 1 },
      { interval: "5m", start: T0, high: 15, tickVolume: 2, revision: 1 },
    ],
  );
  const hour = of(one.forming(), "1h")[0]!;
  assertEquals([hour.open, hour.high, hour.close, hour.tickVolume], [10, 15, 11, 3]);
});

Deno.test("a tick for a candle that is no longer in memory waits until that is loaded", () => {
  const one = series();
  const kept: Candle[] = [];
  for (let minute = 0; minute < 10; minute++) {
    one.add(trade(T0 + minute * MINUTE, 10 + minute));
    kept.push(...of(one.takeMade(), "1m"));
  }
  const late = { receivedAt: T0 + 9 * MINUTE + SECOND };
  one.add(trade(T0 + 10 * SECOND, 50, late));
  one.add(trade(T0 + 20 * SECOND, 1, late));
  assertEquals(of(one.takeMade(), "1m"), []);
  const wanted = one.takeWanted().find(({ interval }) => interval === "1m")!;
  assertEquals(wanted, { interval: "1m", start: T0, end: T0 + MINUTE });
  one.load(wanted, kept[0]!);
  const [revised] = one.takeMade();
  // Two late ticks on a candle of one: 10, then 50, then 1.
  assertEquals(
    [revised!.open, revised!.high, revised!.low, revised!.close, revised!.tickVolume],
    [10, 50, 1, 1, 3],
  );
  assertEquals(revised!.revision, 2);
});

Deno.test("a late tick for a minute that had none makes its candle", () => {
  const one = series();
  one.add(trade(T0, 10));
  one.add(trade(T0 + 10 * MINUTE, 11));
  one.takeMade();
  one.add(trade(T0 + 3 * MINUTE, 12, { receivedAt: T0 + 10 * MINUTE }));
  const wanted = one.takeWanted()[0]!;
  one.load(wanted, null);
  const [made] = of(one.takeMade(), "1m");
  assertEquals([made!.start, made!.open, made!.revision], [T0 + 3 * MINUTE, 12, 0]);
});

Deno.test("no tick makes no candle", () => {
  const one = series();
  one.add(trade(T0, 10));
  one.add(trade(T0 + 10 * MINUTE, 11));
  one.advance(T0 + 20 * MINUTE);
  const starts = of(one.takeMade(), "1m").map(({ start }) => (start - T0) / MINUTE);
  assertEquals(starts, [0, 10]);
});

Deno.test("the session candle holds the session's ticks alone", () => {
  const one = series();
  one.add(trade(SESSION.start - MINUTE, 1));
  one.add(trade(SESSION.start, 10));
  one.add(trade(SESSION.end - 1, 11));
  one.add(trade(SESSION.end, 99));
  one.advance(SESSION.end + HOUR);
  const [day] = of(one.takeMade(), "1d");
  assertEquals(
    [day!.start, day!.end, day!.open, day!.high, day!.low, day!.close],
    [SESSION.start, SESSION.end, 10, 11, 10, 11],
  );
});

Deno.test("a candle that was joined late is partial, and so is each longer one", () => {
  const one = series({ since: T0 + 30 * SECOND });
  one.add(trade(T0 + 31 * SECOND, 10));
  one.add(trade(T0 + 61 * SECOND, 10));
  one.advance(T0 + 5 * MINUTE + 2 * SECOND);
  assertEquals(
    one.takeMade().map(({ interval, start, status }) => [interval, (start - T0) / MINUTE, status]),
    [["1m", 0, "partial"], ["1m", 1, "complete"], ["5m", 0, "partial"]],
  );
});

Deno.test("a candle with a known outage inside it is gapped, its neighbours are not", () => {
  const one = series();
  for (let minute = 0; minute < 3; minute++) one.add(trade(T0 + minute * MINUTE, 10));
  one.addGap({ start: T0 + MINUTE + SECOND, end: T0 + MINUTE + 2 * SECOND, before: false });
  one.advance(T0 + 5 * MINUTE + 2 * SECOND);
  const statuses = one.takeMade().filter(({ revision }) => revision === 0)
    .map(({ interval, status }) => `${interval} ${status}`);
  assertEquals(statuses.includes("5m gapped"), true);
  const last = one.takeMade();
  assertEquals(last, []);
});

Deno.test("a gap that is told after a candle closed revises it as gapped", () => {
  const one = series();
  one.add(trade(T0, 10));
  one.advance(T0 + MINUTE + 2 * SECOND);
  one.takeMade();
  one.addGap({ start: T0 + 30 * SECOND, end: T0 + 90 * SECOND, before: false });
  const [revised] = one.takeMade();
  assertEquals([revised!.status, revised!.revision], ["gapped", 1]);
});

Deno.test("a candle over an outage that history has filled is repaired, unless it lies over another", () => {
  for (const other of [false, true]) {
    const one = series();
    one.addGap({ start: T0 + SECOND, end: T0 + 2 * SECOND, before: false, filled: true });
    if (other) one.addGap({ start: T0 + 3 * SECOND, end: T0 + 4 * SECOND, before: false });
    one.add(trade(T0 + 5 * SECOND, 10));
    one.advance(T0 + MINUTE + 2 * SECOND);
    assertEquals(one.takeMade()[0]!.status, other ? "gapped" : "repaired");
  }
});

Deno.test("a candle that closes during an outage is gapped", () => {
  const one = series();
  one.add(trade(T0, 10));
  one.setOutage(T0 + 10 * SECOND);
  one.advance(T0 + MINUTE + 2 * SECOND);
  assertEquals(one.takeMade()[0]!.status, "gapped");
  one.setOutage(undefined);
  one.add(trade(T0 + 2 * MINUTE, 10));
  one.advance(T0 + 3 * MINUTE + 2 * SECOND);
  assertEquals(of(one.takeMade(), "1m")[0]!.status, "complete");
});

Deno.test("a feed that ends closes what forms, partial where it would have gone on", () => {
  const one = series();
  one.add(trade(T0, 10));
  one.add(trade(T0 + 4 * MINUTE + 59 * SECOND, 11));
  one.finish(T0 + 5 * MINUTE);
  const made = one.takeMade();
  assertEquals(
    made.map(({ interval, status }) => `${interval} ${status}`),
    ["1m complete", "1m complete", "5m complete", "1h partial", "1d partial"],
  );
  assertEquals(one.forming(), []);
});

Deno.test("bases read the side of the quotes they are named for", () => {
  const both = quote(T0, 10, 11);
  const bid = quote(T0, 10, null);
  const prices = (tick: Tick) =>
    (["trade", "bid", "ask", "mid"] as Basis[]).map((basis) => priceOn(tick, basis));
  assertEquals(prices(both), [NaN, 10, 11, 10.5]);
  assertEquals(prices(bid), [NaN, 10, NaN, NaN]);
  assertEquals(prices(trade(T0, 7)), [7, NaN, NaN, NaN]);
  assertEquals(prices(trade(T0, 7, { flags: 1 })), [NaN, NaN, NaN, NaN]);
});

/** Candles built in the plainest way: every tick of the span, by venue time then arrival. */
function bruteForce(ticks: readonly Trade[], spans: readonly (Span & { interval: string })[]) {
  return spans.flatMap(({ interval, start, end }) => {
    const inside = ticks.filter(({ time }) => time >= start && time < end);
    if (inside.length === 0) return [];
    const ordered = inside.toSorted((a, b) => a.time - b.time);
    const prices = inside.map(({ price }) => price);
    return [{
      interval,
      start,
      open: ordered[0]!.price,
      high: Math.max(...prices),
      low: Math.min(...prices),
      close: ordered.at(-1)!.price,
      realVolume: inside.reduce((sum, { size }) => sum + size!, 0),
      tickVolume: inside.length,
    }];
  });
}

const anyTicks = fc.array(
  fc.record({
    offset: fc.integer({ min: 0, max: 20 * 60 * 1_000 }).map((ms) => ms * 1_000),
    delay: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0, max: 3_000_000 }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 900_000_000 }) },
    ),
    price: fc.integer({ min: 1, max: 500 }).map((cents) => cents / 4),
    size: fc.integer({ min: 1, max: 1_000 }),
  }),
  { maxLength: 120 },
).map((rows) =>
  rows.map(({ offset, delay, price, size }) =>
    trade(T0 + offset, price, { size, receivedAt: T0 + offset + delay })
  ).sort((a, b) => a.receivedAt - b.receivedAt)
);

Deno.test("whatever the delays and the batching, the last revisions equal the ticks' own candles", () => {
  fc.assert(fc.property(anyTicks, fc.integer({ min: 1, max: 50 }), (ticks, batch) => {
    const one = series();
    const kept = new Map<string, Candle>();
    const collect = () => {
      for (const candle of one.takeMade()) {
        const key = `${candle.interval} ${candle.start}`;
        const before = kept.get(key);
        assert(before === undefined || candle.revision > before.revision, "revisions rise");
        kept.set(key, candle);
      }
      for (const wanted of one.takeWanted()) {
        one.load(wanted, kept.get(`${wanted.interval} ${wanted.start}`) ?? null);
        for (const candle of one.takeMade()) {
          kept.set(`${candle.interval} ${candle.start}`, candle);
        }
      }
    };
    ticks.forEach((tick, at) => {
      one.add(tick);
      if (at % batch === 0) collect();
    });
    one.finish(Infinity);
    collect();
    const spans = ["1m", "5m", "1h"].flatMap((interval) => {
      const { span } = parseInterval(interval)!;
      const from = T0 - T0 % span;
      return Array.from({ length: Math.ceil(2 * HOUR / span) }, (_, at) => ({
        interval,
        start: from + at * span,
        end: from + (at + 1) * span,
      }));
    });
    const expected = bruteForce(ticks, [...spans, { interval: "1d", ...SESSION }]);
    const actual = [...kept.values()].map((candle) => ({
      interval: candle.interval,
      start: candle.start,
      open: candle.open,
      high: candle.high,
      low: candle.low,
      close: candle.close,
      realVolume: candle.realVolume,
      tickVolume: candle.tickVolume,
    }));
    const order = (a: { interval: string; start: Micros }, b: typeof a) =>
      a.interval < b.interval ? -1 : a.interval > b.interval ? 1 : a.start - b.start;
    assertEquals(actual.sort(order), expected.sort(order));
  }));
});

Deno.test("a restart from kept minutes and ticks goes on as if nothing had happened", () => {
  const ordered = anyTicks.map((ticks) =>
    ticks.map((tick) => ({ ...tick, receivedAt: tick.time })).sort((a, b) => a.time - b.time)
  );
  fc.assert(fc.property(ordered, fc.double({ min: 0, max: 1, noNaN: true }), (ticks, share) => {
    const run = (one: CandleSeries, some: readonly Tick[]) => {
      for (const tick of some) one.add(tick);
      return [...one.takeMade()];
    };
    const straight = series();
    const expected = [...run(straight, ticks), ...(straight.finish(Infinity), straight.takeMade())];

    const cut = Math.floor(ticks.length * share);
    const now = (ticks[cut]?.time ?? T0 + HOUR) - 1;
    const first = series();
    const before = run(first, ticks.slice(0, cut));
    first.advance(now);
    before.push(...first.takeMade());
    const minutes = of(before, BASE_INTERVAL.name);
    const longer = before.filter(({ interval }) => interval !== BASE_INTERVAL.name);
    const second = series();
    second.restore({ minutes, longer, anew: [] }, [], now);
    const tail = minutes.at(-1)?.end ?? -Infinity;
    const after = run(second, ticks.slice(0, cut).filter(({ time }) => time >= tail));
    after.push(...run(second, ticks.slice(cut)));
    second.finish(Infinity);
    after.push(...second.takeMade());
    const plain = (candles: Candle[]) =>
      candles.map(({ vwap: _, ...rest }) => rest).sort((a, b) =>
        a.interval < b.interval ? -1 : a.interval > b.interval ? 1 : a.start - b.start
      );
    assertEquals(plain([...before, ...after]), plain(expected));
  }));
});

Deno.test("bars merged from parts equal one built from all ticks", () => {
  const prices = [5, 9, 2, 7, 7, 3];
  const whole = emptyBar(T0, T0 + MINUTE);
  const ticks = prices.map((price, at) => trade(T0 + at * SECOND, price));
  for (const tick of ticks) addTick(whole, tick, tick.price);
  const one = series();
  for (const tick of ticks) one.add(tick);
  one.advance(T0 + MINUTE + 2 * SECOND);
  assertEquals(barOf(one.takeMade()[0]!), whole);
});

Deno.test("a clock that is set back does not close a minute twice", () => {
  const one = series({ intervals: ["1m", "1h"].map((name) => parseInterval(name)!) });
  // Our clock is 30 s ahead of the venue's: the minute closes early, and is revised by what comes.
  one.add(trade(T0 + 20 * SECOND, 100, { receivedAt: T0 + 50 * SECOND }));
  one.advance(T0 + MINUTE + 2 * SECOND);
  assertEquals(
    one.takeMade().map(({ interval, tickVolume, revision }) => [interval, tickVolume, revision]),
    [["1m", 1, 0]],
  );
  // It is set right.
  one.add(trade(T0 + 40 * SECOND, 200, { receivedAt: T0 + 40 * SECOND }));
  one.advance(T0 + MINUTE + 2 * SECOND);
  const [made] = one.takeMade();
  assertEquals([made!.open, made!.tickVolume, made!.revision], [100, 2, 1]);
});
