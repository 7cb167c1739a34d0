import { assertEquals } from "@std/assert";
import { DrivenClock } from "../../actors/clock.ts";
import type { Candle } from "../../domain/candle.ts";
import { flagNames } from "../../domain/flags.ts";
import { DAY, formatTime, MINUTE, SECOND } from "../../domain/time.ts";
import { replay } from "../../providers/replay/provider.ts";
import { minutes, START, withFiles } from "../providers/replay/recordings.ts";
import { inStore, type TestStore, until } from "./fixture.ts";
import { inTree } from "./tree.ts";
import { testContext } from "../providers/context.ts";

/** Ten rows a second for six and a half minutes. */
const ROWS = 3_900;
const INTERVALS = ["1m", "5m", "1h"];

interface Playing {
  readonly rows?: number;
  readonly speed?: "max" | number;
  readonly epoch?: string;
}

/** Plays files into a store, and gives what it made and what the store took. */
async function play(store: TestStore, files: readonly string[], playing: Playing = {}) {
  const { rows = 5_000, speed = "max", epoch = "000000001" } = playing;
  const options = replay.options.parse({ files, speed });
  const inspection = await replay.inspect!(options);
  const provider = replay.create({ ...options, inspection }, testContext(() => 0));
  const { shared } = await inTree(store, {
    providers: [provider],
    said: {
      instruments: inspection.symbols.map(({ symbol }) => symbol),
      candles: { intervals: INTERVALS },
      store: { flush: { rows, every: "5ms" } },
    },
    clock: new DrivenClock(inspection.first!),
    epoch,
  }, async ({ shared }) => {
    await until(() => shared.directory.all().every(({ state }) => state === "finished"));
  });
  const made: Candle[] = [];
  for (const symbol of ["AAPL", "MSFT"]) {
    for (const interval of INTERVALS) {
      const query = { symbol, interval, basis: "trade", order: "start", limit: 999 } as const;
      const { rows } = await store.real.candles(query);
      made.push(...rows.map((candle) => ({ ...candle, epoch: "", sequence: 0 })));
    }
  }
  const gaps = (await store.real.gaps({ limit: 99 })).rows;
  return { made, gaps, kept: shared.journal.kept, directory: shared.directory.all() };
}

/** A symbol's trades as the recording has them: every fourth row; see `minutes`. */
function tradesOf(first: 0 | 1): { time: number; price: number }[] {
  const trades = [];
  for (let row = first; row < ROWS; row += 4) {
    trades.push({ time: START + row * SECOND / 10, price: 100 + row % 7 });
  }
  return trades;
}

/** Candles in the plainest way: all trades of each span, one after the other. */
function plainly(first: 0 | 1, span: number) {
  const spans = new Map<number, number[]>();
  for (const { time, price } of tradesOf(first)) {
    const start = time - time % span;
    spans.set(start, [...spans.get(start) ?? [], price]);
  }
  return [...spans].map(([start, prices]) => ({
    start,
    open: prices[0]!,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1)!,
    tickVolume: prices.length,
    realVolume: prices.length * 5,
  }));
}

Deno.test("a replay makes of its rows what they say, however it is flushed and however fast", () =>
  withFiles({ "made.csv": minutes(ROWS) }, async (files) => {
    const runs = [{ rows: 1 }, { rows: 7 }, { rows: 5_000 }, { rows: 7, speed: 2_000 }];
    const results: unknown[] = [];
    for (const playing of runs) {
      await inStore(async (store) => {
        const { made, kept, directory } = await play(store, files, playing);
        results.push(made);
        assertEquals(kept.ticks, ROWS);
        assertEquals(directory.map(({ pulse }) => pulse.ticks), [ROWS / 2, ROWS / 2]);
        for (const [symbol, first] of [["AAPL", 0], ["MSFT", 1]] as const) {
          for (const [interval, span] of [["1m", MINUTE], ["5m", 5 * MINUTE]] as const) {
            const found = made.filter((one) => one.symbol === symbol && one.interval === interval)
              .map(({ start, open, high, low, close, tickVolume, realVolume }) => ({
                start,
                open,
                high,
                low,
                close,
                tickVolume,
                realVolume,
              }));
            assertEquals(found, plainly(first, span));
          }
        }
      });
    }
    for (const made of results) assertEquals(made, results[0]);
    const statuses = (results[0] as Candle[]).map(({ interval, status }) =>
      `${interval} ${status}`
    );
    // It begins with the hour, and ends amid a minute.
    assertEquals(statuses.slice(0, statuses.length / 2), [
      ...Array(6).fill("1m complete"),
      "1m partial",
      "5m complete",
      "5m partial",
      "1h partial",
    ]);
  }));

Deno.test("playing a recording twice into one store changes nothing", () =>
  withFiles(
    { "first.csv.gz": minutes(ROWS), "late.csv": delayed(minutes(300)) },
    (files) =>
      inStore(async (store) => {
        const first = await play(store, files);
        const second = await play(store, files, { epoch: "000000002", rows: 7 });
        assertEquals(second.made, first.made);
        assertEquals(second.gaps, first.gaps);
        assertEquals(first.kept.ticks > ROWS, true);
        assertEquals(second.kept, { ticks: 0, candles: 0 });
      }),
  ));

const HEADER = "time,symbol,kind,price\n";
const rowsOf = (symbol: string, seconds: readonly number[]) =>
  seconds.map((second) => `${formatTime(START + second * SECOND)},${symbol},trade,1\n`).join("");

Deno.test("each instrument's candles are partial until its own first row, whatever else was on before", () =>
  withFiles({
    // AAPL is there from the whole minute on; of MSFT the file begins half a minute into another,
    // with a row after it that is late.
    "aapl.csv": HEADER + rowsOf("AAPL", [0, 59, 60, 119, 120, 190]),
    "msft.csv": HEADER + rowsOf("MSFT", [90, 10, 115, 125, 190]),
  }, (files) =>
    inStore(async (store) => {
      const { made, gaps } = await play(store, files);
      const minutes = made.filter(({ interval }) => interval === "1m")
        .map(({ symbol, start, status }) => `${symbol} ${(start - START) / MINUTE} ${status}`);
      // The last minute, the fourth, ends with its feed.
      assertEquals(minutes, [
        "AAPL 0 complete",
        "AAPL 1 complete",
        "AAPL 2 complete",
        "AAPL 3 partial",
        "MSFT 0 partial",
        "MSFT 1 partial",
        "MSFT 2 complete",
        "MSFT 3 partial",
      ]);
      const joined = gaps.filter(({ reason }) => reason === "joined");
      assertEquals(joined.map(({ symbol, to }) => [symbol, (to - START) / SECOND]), [["MSFT", 90]]);
    })));

Deno.test("a row whose time is far from the clock is kept with the reason, and makes no candle", () =>
  withFiles({
    "aapl.csv": HEADER + rowsOf("AAPL", [0, 60, -8 * DAY / SECOND, 400 * DAY / SECOND, 120]),
  }, (files) =>
    inStore(async (store) => {
      const { made } = await play(store, files);
      const starts = made.filter(({ interval }) => interval === "1m").map(({ start }) =>
        (start - START) / MINUTE
      );
      assertEquals(starts, [0, 1, 2]);
      const { rows } = await store.real.ticks({ symbol: "AAPL", order: "arrival", limit: 9 });
      assertEquals(rows.map(({ flags }) => flagNames(flags).join()), [
        "",
        "",
        "absurd-time",
        "absurd-time",
        "",
      ]);
    })));

/** The same rows, each received 80 ms after its time. */
function delayed(text: string): string {
  const [header, ...rows] = text.trimEnd().split("\n");
  return [`receivedAt,${header}`, ...rows.map((row) => `${later(row.split(",")[0]!)},${row}`)]
    .join("\n");
}

function later(time: string): string {
  return new Date(Date.parse(time) + 80).toISOString();
}
