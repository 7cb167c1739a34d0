/**
 * A daemon at a simulated Alpaca that trades one instrument, and what is missed and filled of it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { JobView } from "../../actors/http/api/backfill.ts";
import { sessionAt } from "../../domain/calendar.ts";
import type { MarketId } from "../../domain/market.ts";
import { inFolder } from "../actors/commands/run.ts";
import { SIM_INSTRUMENTS } from "../simulators/alpaca/market.ts";
import type { SimTrade } from "../simulators/alpaca/messages.ts";
import { type AlpacaSimulator, SIM_KEYS, start } from "../simulators/alpaca/simulator.ts";
import { Daemon, eventually, pause } from "./daemon.ts";

/**
 * What a test needs that cuts a feed: while its market is closed nothing is missed, whatever a
 * simulator says. Four minutes are enough for any.
 *
 * @param more milliseconds that it takes beyond them.
 */
export function whileOpen(market: MarketId, more = 0): { readonly ignore: boolean } {
  const now = Date.now() * 1_000;
  const isOpen = [now, now + more * 1_000 + 4 * MINUTE].every((time) =>
    sessionAt(market, time, "extended") !== null
  );
  if (!isOpen) console.warn(`${market} is closed: what is missed and filled is not tested.`);
  return { ignore: !isOpen };
}

/** In microseconds. */
export const MINUTE = 60_000_000;
/** Messages a second of the one instrument; about half are trades. */
const RATE = 400;

/** A gap as the API shows it. */
export interface GapView {
  readonly reason: string;
  readonly status: string;
  readonly from: string;
  readonly to: string;
}

/** A candle as the API shows it. */
export interface CandleView {
  readonly start: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly realVolume: number;
  readonly tickVolume: number;
  readonly status: string;
  readonly revision: number;
}

/** The one instrument. */
export const SYMBOL = "AAPL";

/** Lets a test work with a simulated venue that trades one instrument, and daemons at it. */
export async function atVenue(
  work: (simulator: AlpacaSimulator, begin: () => Promise<Daemon>) => Promise<void>,
  settings: Record<string, unknown> = {},
): Promise<void> {
  const instruments = SIM_INSTRUMENTS.filter(({ symbol }) => symbol === SYMBOL);
  const simulator = await start({ instruments, rate: RATE });
  const { trading, data, stream } = simulator.endpoints;
  const { keyId, secret } = SIM_KEYS;
  const endpoints = { trading, data, stream };
  const yaml = JSON.stringify({
    providers: { alpaca: { keyId, secret, endpoints } },
    instruments: [SYMBOL],
    candles: { intervals: ["1m", "2m"] },
    ...settings,
  });
  try {
    await inFolder({ "marketd.yaml": yaml }, async (folder) => {
      const args = ["--store", "sqlite:test.db"];
      const daemons: Daemon[] = [];
      try {
        await work(simulator, async () => {
          const daemon = await Daemon.start({ folder, args });
          daemons.push(daemon);
          return daemon;
        });
      } finally {
        for (const daemon of daemons) await daemon.stop();
      }
    });
  } finally {
    await simulator.stop();
  }
}

/** Settings of a daemon at the venue, or at whatever leads there. */
export function settingsAt(port: number, keys: typeof SIM_KEYS): string {
  const [trading, stream] = ["http", "ws"].map((scheme) => `${scheme}://127.0.0.1:${port}`);
  return JSON.stringify({
    providers: { alpaca: { ...keys, endpoints: { trading, data: trading, stream } } },
    instruments: [SYMBOL],
    candles: { intervals: ["1m", "2m"] },
  });
}

/** The rows of a resource. */
export async function list<T>(daemon: Daemon, path: string): Promise<T[]> {
  return (await daemon.json<{ data: T[] }>(path)).data;
}

/** Its gaps. */
export const gapsOf = (daemon: Daemon) => list<GapView>(daemon, `/api/v1/gaps?symbol=${SYMBOL}`);
/** Its candles of an interval. */
export const candlesOf = (daemon: Daemon, interval: string) =>
  list<CandleView>(daemon, `/api/v1/candles?symbol=${SYMBOL}&interval=${interval}`);

/** When a trade was made, in microseconds. */
export function micros({ t }: SimTrade): number {
  return Number(t.since1970 / 1_000n);
}

/** Waits for a place in the minute, in seconds, at which there is time for a test to work. */
export async function inMinute(from: number, to: number): Promise<void> {
  const second = () => Date.now() / 1_000 % 60;
  while (second() < from || second() > to) await pause(100);
}

/** The trades that are kept and counted, by time, each as `time id price size`. */
function kept(daemon: Daemon): string[] {
  const database = new DatabaseSync(`${daemon.folder}/test.db`, { readOnly: true });
  try {
    const rows = database.prepare(
      "SELECT time, id, price, size FROM ticks WHERE kind = 0 ORDER BY time, id",
    ).all() as { time: number; id: string; price: number; size: number }[];
    return rows.map(({ time, id, price, size }) => `${time} ${id} ${price} ${size}`);
  } finally {
    database.close();
  }
}

/** What the venue traded from an instant on, in the same words. */
function traded(simulator: AlpacaSimulator, from: number): string[] {
  return simulator.market.books.get(SYMBOL)!.trades.filter((trade) => micros(trade) >= from)
    .map((trade) => `${micros(trade)} V-${trade.i} ${trade.p} ${trade.s}`).sort((a, b) =>
      Number(a.split(" ")[0]) - Number(b.split(" ")[0])
    );
}

/**
 * The venue's bar of a span, built here of its trades: an odd lot moves the volume alone (the tapes'
 * condition `I`).
 */
function barOf(simulator: AlpacaSimulator, start: number, length: number) {
  const all = simulator.market.books.get(SYMBOL)!.trades
    .filter((trade) => micros(trade) >= start && micros(trade) < start + length);
  const priced = all.filter(({ c }) => !c.includes("I")).map(({ p }) => p);
  return {
    open: priced[0],
    high: Math.max(...priced),
    low: Math.min(...priced),
    close: priced.at(-1),
    realVolume: all.reduce((sum, { s }) => sum + s, 0),
    tickVolume: all.length,
  };
}

/** Holds everything that is kept against what the venue traded. */
export async function assertWhole(daemon: Daemon, simulator: AlpacaSimulator): Promise<void> {
  const ticks = kept(daemon);
  const first = Number(ticks[0]!.split(" ")[0]);
  assertEquals(ticks, traded(simulator, first));
  for (const [interval, length] of [["1m", MINUTE], ["2m", 2 * MINUTE]] as const) {
    for (const candle of await candlesOf(daemon, interval)) {
      const start = Date.parse(candle.start) * 1_000;
      if (candle.status === "forming" || start < first) continue;
      const { open, high, low, close, realVolume, tickVolume } = candle;
      assertEquals(
        { open, high, low, close, realVolume, tickVolume },
        barOf(simulator, start, length),
        `${interval} of ${candle.start}`,
      );
    }
  }
}

/** Waits until ticks come. */
export async function live(daemon: Daemon): Promise<void> {
  await eventually("ticks come", async () => {
    const ticks = await list<unknown>(daemon, `/api/v1/ticks?symbol=${SYMBOL}&limit=100`);
    return ticks.length === 100;
  });
}

/** Has the stream refused for some seconds, while the venue goes on trading. */
export async function breakOff(daemon: Daemon, simulator: AlpacaSimulator, seconds: number) {
  simulator.command({ fault: "refuse" });
  simulator.command({ fault: "drop" });
  await pause(seconds * 1_000);
  simulator.command({ fault: "none" });
  await eventually(
    "the gap is told",
    async () => (await gapsOf(daemon)).some(({ reason }) => reason === "disconnect"),
  );
}

/** Waits until something holds that waits for the end of a minute itself. */
export async function atLast(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 3 && !(await holds()); tries++) {
    await eventually(what, holds).catch(() => {});
  }
  assert(await holds(), `It never came true that ${what}.`);
}

/** Waits until all that can be filled is. */
export function untilFilled(daemon: Daemon): Promise<void> {
  return atLast(
    "gaps are filled",
    async () =>
      (await gapsOf(daemon)).every(({ reason, status }) =>
        reason === "joined" || status === "filled"
      ),
  );
}

/** A time as the API takes it. */
export function iso(time: number): string {
  return new Date(time / 1_000).toISOString();
}

/** Asks for a span by hand, and waits for its end. */
export async function fill(daemon: Daemon, from: number, to: number): Promise<JobView> {
  const token = (await Deno.readTextFile(`${daemon.folder}/test.db.token`)).trim();
  const response = await fetch(`${daemon.url}/api/v1/backfill`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({
      symbol: SYMBOL,
      from: iso(from),
      to: iso(to),
    }),
  });
  const text = await response.text();
  assertEquals(response.status, 202, text);
  const { id } = JSON.parse(text) as JobView;
  const job = async () =>
    (await list<JobView>(daemon, "/api/v1/backfill")).find((one) => one.id === id)!;
  await eventually("it is over", async () => ["done", "failed"].includes((await job()).state));
  return await job();
}

/** Everything that is kept but when it was told: what a repetition must not change. */
export function stored(daemon: Daemon): unknown[] {
  const database = new DatabaseSync(`${daemon.folder}/test.db`, { readOnly: true });
  try {
    return ["ticks", "candles", "gaps"].map((table) =>
      database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3, 4, 5`).all()
    );
  } finally {
    database.close();
  }
}
