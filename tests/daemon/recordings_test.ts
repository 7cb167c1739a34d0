/**
 * Recorded market days through the command line, held against the vendor's own bars and against
 * sums over the recording itself.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { marketd } from "../actors/commands/run.ts";
import { parseCsv, type Row } from "./csv.ts";
import { Daemon, eventually, RECORDINGS } from "./daemon.ts";
import { onEachStore } from "./stores.ts";

const ignore = RECORDINGS === undefined;
const EURUSD = `${RECORDINGS}/eurusd-20140501-quotes.csv.gz`;
const SPY = `${RECORDINGS}/spy-20131007-trades.csv.gz`;
const DAY = ["--from", "2014-05-01", "--to", "2014-05-02"];

async function gunzip(path: string): Promise<string> {
  const file = await Deno.open(path);
  return await new Response(file.readable.pipeThrough(new DecompressionStream("gzip"))).text();
}

type Prices = [start: string, open: number, high: number, low: number, close: number];

/** The vendor's own bars of one side. */
async function vendorBars(side: "bid" | "ask"): Promise<Prices[]> {
  const rows = parseCsv(await gunzip(`${RECORDINGS}/eurusd-20140501-minute-bars.csv.gz`));
  const names = ["Open", "High", "Low", "Close"].map((name) => side + name);
  return rows.map((row) => [row["start"]!, ...names.map((name) => Number(row[name]))] as Prices);
}

function prices(rows: readonly Record<string, unknown>[]): Prices[] {
  return rows.map((row) =>
    [
      String(row["start"]),
      ...["open", "high", "low", "close"].map((name) => Number(row[name])),
    ] as Prices
  );
}

/** The prices of the quotes themselves in each slice of the UTC clock. */
async function slices(side: "bid" | "ask", minutes: number): Promise<Prices[]> {
  const found = new Map<number, number[]>();
  for (const row of parseCsv(await gunzip(EURUSD))) {
    const slice = Math.floor(Date.parse(row["time"]!) / (minutes * 60_000));
    if (!found.has(slice)) found.set(slice, []);
    found.get(slice)!.push(Number(row[side]));
  }
  return [...found].map(([slice, values]) => [
    new Date(slice * minutes * 60_000).toISOString(),
    values[0]!,
    Math.max(...values),
    Math.min(...values),
    values.at(-1)!,
  ]);
}

async function run(folder: string, ...args: string[]): Promise<string> {
  const ended = await marketd(folder, args, { MARKETD_LOG_LEVEL: "error" });
  assertEquals([ended.code, ended.stderr], [0, ""]);
  return ended.stdout;
}

onEachStore(
  "the minutes of a replayed EUR/USD day equal the vendor's own, bid and ask, 1,426 of 1,426" +
    " (needs MARKETD_RECORDINGS)",
  { ignore },
  async ({ folder, store: newStore }) => {
    for (const side of ["bid", "ask"] as const) {
      const store = ["--store", await newStore()];
      await run(folder, "replay", EURUSD, "--basis", side, ...store);
      const candles = ["export", "candles", "EURUSD", "--format", "csv", ...DAY, ...store];
      const first = await run(folder, ...candles, "--interval", "1m");
      const bars = await vendorBars(side);
      assertEquals(bars.length, 1_426);
      assertEquals(prices(parseCsv(first)), bars);
      await run(folder, "replay", EURUSD, "--basis", side, ...store);
      assertEquals(await run(folder, ...candles, "--interval", "1m"), first);
    }
  },
);

onEachStore(
  "longer candles equal what the recording's own ticks give (needs MARKETD_RECORDINGS)",
  { ignore },
  async ({ folder, store: newStore }) => {
    const store = ["--store", await newStore()];
    await run(folder, "replay", EURUSD, ...store);
    for (const [interval, minutes] of [["5m", 5], ["15m", 15], ["1h", 60]] as const) {
      const csv = await run(
        folder,
        "export",
        "candles",
        "EURUSD",
        "--interval",
        interval,
        ...store,
      );
      assertEquals(prices(parseCsv(csv)), await slices("bid", minutes));
    }
    // The FX day ends at 17:00 in New York, which was 21:00 UTC.
    const csv = await run(folder, "export", "candles", "EURUSD", "--interval", "1d", ...store);
    const hours = await slices("bid", 60);
    const day = (start: string, from: number, to: number): Prices => {
      const some = hours.slice(from, to);
      const highs = some.map(([, , high]) => high);
      const lows = some.map(([, , , low]) => low);
      return [start, some[0]![1], Math.max(...highs), Math.min(...lows), some.at(-1)![4]];
    };
    assertEquals(prices(parseCsv(csv)), [
      day("2014-04-30T21:00:00.000Z", 0, 21),
      day("2014-05-01T21:00:00.000Z", 21, 24),
    ]);
  },
);

onEachStore(
  "any speed and any size of a flush give the same candles, over HTTP too" +
    " (needs MARKETD_RECORDINGS)",
  { ignore },
  async ({ folder, store: newStore }) => {
    const bars = await vendorBars("bid");
    // A day at 20,000 times its pace takes four seconds.
    const store = ["--store", await newStore()];
    const args = ["replay", EURUSD, "--basis", "bid", "--speed", "20000", "--serve", ...store];
    const env = { MARKETD_STORE_FLUSH_ROWS: "17", MARKETD_STORE_FLUSH_EVERY: "1ms" };
    const daemon = await Daemon.start({ folder, args, env });
    try {
      await eventually(
        "all of it was played",
        () => Promise.resolve(/^serving/m.test(daemon.stdout)),
      );
      const range = "from=2014-05-01&to=2014-05-02&limit=10000";
      const path = `/api/v1/candles?symbol=EURUSD&interval=1m&${range}`;
      const { data, next } = await daemon.json<{ data: Row[]; next: string | null }>(path);
      assertEquals(next, null);
      assertEquals(prices(data), bars);
      const csv = await daemon.get(path, { accept: "text/csv" });
      assertEquals(prices(parseCsv(await csv.text())), bars);
    } finally {
      assertEquals(await daemon.stop("SIGINT"), 0);
    }
  },
);

onEachStore(
  "every SPY trade is kept once, none is flagged, and the volumes add up" +
    " (needs MARKETD_RECORDINGS)",
  { ignore },
  async ({ folder, store: newStore }) => {
    const store = ["--store", await newStore()];
    await run(folder, "replay", SPY, ...store);
    const recorded = parseCsv(await gunzip(SPY));
    assertEquals(recorded.length, 250_601);
    const rows = parseCsv(await run(folder, "export", "ticks", "SPY", ...store));
    const kept = rows.filter(({ kind }) => kind !== "gap");
    const plain = (row: Row) => [row["time"], Number(row["price"]), Number(row["size"])];
    assertEquals(kept.map(plain), recorded.map(plain));
    assert(kept.every((row) => row["flags"] === ""));
    const candles = parseCsv(await run(folder, "export", "candles", "SPY", ...store));
    const sum = (rows: Row[], name: string) =>
      rows.reduce((total, row) => total + Number(row[name]), 0);
    assertEquals(sum(candles, "realVolume"), sum(recorded, "size"));
    assertEquals(sum(candles, "tickVolume"), 250_601);
  },
);

onEachStore(
  "a replay of its own export gives the same candles (needs MARKETD_RECORDINGS)",
  { ignore },
  async ({ folder, store: newStore }) => {
    const [a, b] = [await newStore(), await newStore()];
    await run(folder, "replay", EURUSD, "--store", a);
    await run(folder, "export", "ticks", "EURUSD", "--out", "a.csv.gz", "--store", a);
    await run(folder, "replay", "a.csv.gz", "--store", b);
    for (const interval of ["1m", "5m", "15m", "1h", "1d"]) {
      const of = (store: string) =>
        run(folder, "export", "candles", "EURUSD", "--interval", interval, "--store", store);
      assertEquals(await of(b), await of(a));
    }
  },
);
