import { assertEquals } from "@std/assert";
import type { Listing } from "../../../actors/instruments/directory.ts";
import { type Refill, refill, type Refilled } from "../../../actors/instruments/refill.ts";
import { recallMeasures } from "../../../actors/instruments/recallmeasures.ts";
import { remakeAround } from "../../../actors/instruments/remake.ts";
import type { Store } from "../../../db/store.ts";
import type { Basis, Candle } from "../../../domain/candle.ts";
import { FLAGS } from "../../../domain/flags.ts";
import type { Gap } from "../../../domain/gap.ts";
import { parseInterval } from "../../../domain/interval.ts";
import type { Tick, Trade } from "../../../domain/tick.ts";
import { type Micros, MINUTE, SECOND } from "../../../domain/time.ts";
import { instrument } from "../connections/scripted.ts";
import { candle, inStore, trade } from "../fixture.ts";

/** A whole hour: every interval begins there. */
const HOUR = Date.UTC(2026, 2, 2, 15) * 1_000;

const minute = (number: number): Micros => HOUR + number * MINUTE;

/** A trade so many seconds into the hour. */
function at(seconds: number, price: number, size: number, flags = 0): Trade {
  const time = HOUR + seconds * SECOND;
  const id = `v-${seconds}`;
  return trade({
    symbol: "AAPL",
    provider: "test",
    id,
    time,
    receivedAt: time,
    price,
    size,
    flags,
  });
}

function gap(from: Micros, to: Micros, more: Partial<Gap> = {}): Gap {
  const head = { symbol: "AAPL", provider: "test", reason: "disconnect", status: "open" } as const;
  return { ...head, from, to, detectedAt: to, ...more };
}

function kept(interval: string, start: Micros, span: Micros, more: Partial<Candle> = {}): Candle {
  return candle({ symbol: "AAPL", interval, start, end: start + span, ...more });
}

/** Asks what history changes, with everything up to two hours later closed. */
function ask(
  store: Store,
  from: number,
  to: number,
  said: Refill["said"],
  basis: Basis = "trade",
  provider = "test",
): Promise<Refilled> {
  const listing = { instrument: instrument("AAPL"), basis, provider } as Listing;
  const span = { start: minute(from), end: minute(to) };
  return refill(store, {
    listing,
    intervals: ["1m", "5m"].map((name) => parseInterval(name)!),
    sessionAt: () => null,
    closedUntil: HOUR + 120 * MINUTE,
  }, { symbol: "AAPL", provider, span, covered: span, said });
}

async function keep(store: Store, { amendments, candles, gaps, ticks }: Partial<Refilled>) {
  const told = (candles ?? []).map((one) => ({ ...one, epoch: "1", sequence: 1 }));
  await store.write({
    ticks: ticks ?? [],
    candles: told,
    gaps: gaps ?? [],
    events: [],
    amendments,
  });
}

const brief = ({ candles }: Refilled) =>
  candles.map((one) =>
    [
      one.interval,
      (one.start - HOUR) / MINUTE,
      one.status,
      one.revision,
      [one.open, one.high, one.low, one.close].join("/"),
      one.realVolume,
      one.tickVolume,
    ].join(" ")
  );
const states = ({ gaps }: Refilled) =>
  gaps.map(({ from, status, to }) => `${(from - HOUR) / MINUTE}-${(to - HOUR) / MINUTE} ${status}`);

for (const status of ["gapped", "repaired"] as const) {
  Deno.test(`a longer candle, ${status}, that lacked a minute has all of them once they are whole`, () =>
    inStore(async ({ store }) => {
      // What was kept before a kill, and what a run without its store made of the second minute alone.
      await keep(store, {
        ticks: [at(10, 100, 10), at(70, 101, 5)],
        gaps: [gap(minute(1), minute(2))],
        candles: [
          kept("1m", minute(0), MINUTE, {
            ...{ open: 100, high: 100, low: 100, close: 100, status: "complete" },
            ...{ realVolume: 10, tickVolume: 1, vwap: 100 },
          }),
          ...(["1m", "5m"] as const).map((name, at) =>
            kept(name, minute(1 - at), [1, 5][at]! * MINUTE, {
              ...{ open: 101, high: 101, low: 101, close: 101 },
              ...{ realVolume: 5, tickVolume: 1, vwap: 101 },
              status: at === 0 ? "gapped" : status,
            })
          ),
        ],
      });
      const trades = [at(70, 101, 5), at(80, 99, 20)];
      assertEquals(brief(await ask(store, 1, 2, { trades })), [
        "1m 1 repaired 1 101/101/99/99 25 2",
        "5m 0 repaired 1 100/101/99/99 35 3",
      ]);
    }));
}

Deno.test("minutes that were missed are made, and the longer candle over them", () =>
  inStore(async ({ store }) => {
    // Heard: 10 at 100 in the first minute. Missed: 20 at 105 and 30 at 95 in the second and third.
    await keep(store, {
      ticks: [at(10, 100, 10)],
      gaps: [gap(minute(1), minute(3))],
      candles: [
        kept("1m", minute(0), MINUTE, {
          ...{ open: 100, high: 100, low: 100, close: 100, status: "complete" },
          ...{ realVolume: 10, tickVolume: 1, vwap: 100 },
        }),
        kept("5m", minute(0), 5 * MINUTE, {
          ...{ open: 100, high: 100, low: 100, close: 100, status: "gapped" },
          ...{ realVolume: 10, tickVolume: 1, vwap: 100 },
        }),
      ],
    });
    const trades = [at(10, 100, 10), at(70, 105, 20), at(130, 95, 30)];
    const done = await ask(store, 0, 4, { trades });
    assertEquals(brief(done), [
      "1m 1 repaired 0 105/105/105/105 20 1",
      "1m 2 repaired 0 95/95/95/95 30 1",
      "5m 0 repaired 1 100/105/95/95 60 3",
    ]);
    assertEquals(states(done), ["1-3 filled"]);
    assertEquals(done.ticks.map(({ id, flags }) => [id, flags]), [
      ["v-70", FLAGS.backfilled],
      ["v-130", FLAGS.backfilled],
    ]);
    await keep(store, done);
    assertEquals(await ask(store, 0, 4, { trades }), {
      ticks: [],
      amendments: [],
      candles: [],
      gaps: [],
    });
  }));

Deno.test("a minute that was heard in part is made of what was heard and what was not, in the venue's order", () =>
  inStore(async ({ store }) => {
    const [first, second, third] = [at(10, 100, 1), at(20, 120, 2), at(20, 110, 4)];
    const same = { ...third, id: "v-20b" };
    await keep(store, {
      ticks: [first, same],
      gaps: [gap(minute(0), minute(0) + 30 * SECOND)],
      candles: [kept("1m", minute(0), MINUTE, { status: "gapped", revision: 2 })],
    });
    // Of one instant the later by the venue's order is the close, though it was heard first.
    const done = await ask(store, 0, 1, { trades: [first, second, same] });
    assertEquals(brief(done)[0], "1m 0 repaired 3 100/120/100/110 7 3");
  }));

Deno.test("a gap that is filled in part goes on where history has come to", () =>
  inStore(async ({ store }) => {
    await keep(store, { gaps: [gap(minute(1), minute(20))] });
    const done = await ask(store, 0, 10, { trades: [at(70, 100, 1)] });
    assertEquals(states(done), ["1-10 filled", "10-20 open"]);
    // 5m at 0 lies before what is open, and is whole.
    assertEquals(brief(done)[1], "5m 0 repaired 0 100/100/100/100 1 1");
  }));

Deno.test("of gaps that overlap the longest rest is left where they are filled in part", () =>
  inStore(async ({ store }) => {
    await keep(store, {
      gaps: [
        gap(minute(0) + 10 * SECOND, minute(3)),
        gap(minute(0) + 11 * SECOND, minute(2)),
        gap(minute(0) + 12 * SECOND, minute(4), { provider: "other" }),
      ],
    });
    const done = await ask(store, 0, 1, { trades: [at(10, 100, 10)] });
    await keep(store, done);
    const { rows } = await store.gaps({ limit: 9, status: "open" });
    const left = rows.map(({ from, provider, to }) => [provider, from, to]);
    assertEquals(left.sort(), [["other", minute(1), minute(4)], ["test", minute(1), minute(3)]]);
    // A longer one that begins there already is not cut short either.
    await keep(store, {
      gaps: [gap(minute(1), minute(9)), gap(minute(0) + 20 * SECOND, minute(2))],
    });
    await keep(store, await ask(store, 0, 1, { trades: [at(10, 100, 10)] }));
    const after = (await store.gaps({ limit: 9, status: "open" })).rows;
    assertEquals(after.filter(({ provider }) => provider === "test").map(({ to }) => to), [
      minute(9),
    ]);
  }));

Deno.test("a longer candle over another gap stays gapped", () =>
  inStore(async ({ store }) => {
    const gaps = [gap(minute(1), minute(2)), gap(minute(3), minute(4))];
    await keep(store, { gaps });
    const done = await ask(store, 1, 2, { trades: [at(70, 100, 1)] });
    assertEquals(brief(done), [
      "1m 1 repaired 0 100/100/100/100 1 1",
      "5m 0 gapped 0 100/100/100/100 1 1",
    ]);
    assertEquals(states(done), ["1-2 filled"]);
  }));

Deno.test("what moves volume alone makes no minute, and is in the longer candle", () =>
  inStore(async ({ store }) => {
    await keep(store, { gaps: [gap(minute(0), minute(2))] });
    const trades = [at(10, 100, 10), at(70, 300, 7, FLAGS["volume-only"])];
    const done = await ask(store, 0, 2, { trades });
    assertEquals(brief(done), [
      "1m 0 repaired 0 100/100/100/100 10 1",
      "5m 0 repaired 0 100/100/100/100 17 2",
    ]);
  }));

Deno.test("a trade that the venue took back unheard is taken back", () =>
  inStore(async ({ store }) => {
    const wrong = at(10, 900, 1);
    await keep(store, {
      ticks: [wrong, at(20, 100, 2)],
      gaps: [gap(minute(0), minute(1))],
      candles: [kept("1m", minute(0), MINUTE, {
        ...{ open: 900, high: 900, low: 100, close: 100, status: "gapped" },
        ...{ realVolume: 3, tickVolume: 2 },
      })],
    });
    const trades = [{ ...wrong, flags: FLAGS.cancelled }, at(20, 100, 2)];
    const done = await ask(store, 0, 1, { trades });
    assertEquals(brief(done)[0], "1m 0 repaired 1 100/100/100/100 2 1");
    assertEquals(done.amendments.map(({ id, flags }) => [id, flags]), [["v-10", FLAGS.cancelled]]);
    await keep(store, done);
    assertEquals((await ask(store, 0, 1, { trades })).candles, []);
  }));

Deno.test("where there are bars alone, they stand for the minutes that were not wholly heard", () =>
  inStore(async ({ store }) => {
    await keep(store, {
      gaps: [gap(minute(0), minute(2))],
      candles: [
        kept("1m", minute(0), MINUTE, { basis: "bid", status: "gapped" }),
        kept("1m", minute(2), MINUTE, { basis: "bid", status: "complete" }),
      ],
    });
    const bar = (number: number, open: number) => ({
      ...{ symbol: "AAPL", interval: "1m", basis: "bid", start: minute(number) } as const,
      ...{ open, high: open + 3, low: open - 3, close: open + 1 },
      ...{ volume: null, ticks: 5, vwap: null },
    });
    const bars = [bar(0, 100), bar(1, 200), bar(2, 300)];
    const done = await ask(store, 0, 3, { bars }, "bid");
    assertEquals(brief(done).slice(0, 2), [
      "1m 0 repaired 1 100/103/97/101 0 5",
      "1m 1 repaired 0 200/203/197/201 0 5",
    ]);
    await keep(store, done);
    assertEquals((await ask(store, 0, 3, { bars }, "bid")).candles, []);
  }));

Deno.test("a trade that is taken back leaves a minute that was filled with trades", () =>
  inStore(async ({ store }) => {
    await keep(store, { gaps: [gap(minute(0), minute(1))] });
    await keep(store, await ask(store, 0, 1, { trades: [at(10, 900, 1), at(20, 100, 2)] }));
    const wrong = { symbol: "AAPL", provider: "test", id: "v-10", flags: FLAGS.cancelled };
    await keep(store, { amendments: [{ ...wrong, from: minute(0), to: minute(1) }] });
    const listing = { instrument: instrument("AAPL"), basis: "trade", provider: "test" } as Listing;
    const intervals = [parseInterval("1m")!];
    const closedUntil = minute(120);
    const request = { listing, intervals, sessionAt: () => null, closedUntil };
    const candles = await remakeAround(store, request, minute(0));
    const done = { ticks: [], amendments: [], gaps: [], candles };
    assertEquals(brief(done), ["1m 0 repaired 1 100/100/100/100 2 1"]);
  }));

/** The volume of the hour's first minute by its candle, its profile, its flow, and if made again. */
async function volumes(store: Store) {
  const head = { basis: "trade", provider: "test", heardAt: 0 } as const;
  const listing = { instrument: instrument("AAPL"), ...head } as Listing;
  const request = { listing, intervals: [parseInterval("1m")!], sessionAt: () => null };
  const query = { symbol: "AAPL", interval: "1m", basis: "trade", order: "start" } as const;
  const [kept] = (await store.candles({ ...query, limit: 1 })).rows;
  const now = minute(120);
  const moment = { now, grace: 2 * SECOND, unheard: false, epoch: "1" };
  const measures = await recallMeasures(store, { ...request, ...moment }, minute(0));
  const [again] = await remakeAround(store, { ...request, closedUntil: now }, minute(0));
  const sum = (ticks: readonly Tick[]) =>
    ticks.reduce((total, tick) => total + (tick.kind === "trade" ? tick.size ?? 0 : 0), 0);
  const { flowTicks, profileTicks } = measures;
  return [kept!.realVolume, sum(profileTicks), sum(flowTicks), again!.realVolume];
}

Deno.test("a minute heard of one provider and filled of another is counted once, as often as it is filled", () =>
  inStore(async ({ store }) => {
    const of = (provider: string, ...seconds: number[]) =>
      seconds.map((second) => ({ ...at(second, 100, 10), id: `${provider}-${second}`, provider }));
    const filled = async (provider: string, when: Micros, trades: readonly Trade[]) => {
      const done = await ask(store, 0, 1, { trades }, "trade", provider);
      await keep(store, {
        ...done,
        ticks: done.ticks.map((trade) => ({ ...trade, receivedAt: when })),
      });
    };
    const heard = of("test", 10, 20, 30);
    await keep(store, { ticks: heard, gaps: [gap(minute(0) + 40 * SECOND, minute(1))] });
    await filled("other", minute(2), of("other", 10, 20, 30, 50));
    assertEquals(await volumes(store), [40, 40, 40, 40]);
    // Its history has two more of the minute than were heard.
    await keep(store, { gaps: [gap(minute(0) + 40 * SECOND, minute(1))] });
    await filled("test", minute(3), [...heard, ...of("test", 45, 50)]);
    assertEquals(await volumes(store), [50, 50, 50, 50]);
  }));
