/**
 * The past of what is to be tested on: what was stored before it is laid before a replay, which then
 * begins as a daemon does that is started at that instant. So what is shown to strategies is right
 * from their first candle.
 *
 * @module
 */
import { readAll } from "../../pages.ts";
import type { Measure, MeasureKind, OpenStore, Store, WriteBatch } from "../../../db/store.ts";
import { BASE_INTERVAL } from "../../../domain/interval.ts";
import { DAY, type Micros } from "../../../domain/time.ts";

/** Candles of each interval: more than any indicator of a strategy looks back. */
const CANDLES = 6_000;
const PAGE = 5_000;

/** How far back measures count: a session and the night before it; a few sessions and a holiday. */
const SHORT: Micros = 2 * DAY;
const LONG: Micros = 14 * DAY;

/** What is to be laid before a replay. */
export interface Past {
  readonly symbols: readonly string[];
  /** Up to here, exclusive. */
  readonly to: Micros;
  /** Of the candles that strategies are shown. */
  readonly intervals: readonly string[];
}

/**
 * Copies the past from one store into another, which nobody works with yet.
 *
 * @param from the URL of the store that has it.
 * @param into the URL of a scratch store.
 * @throws StoreError
 */
export async function copyPast(
  open: OpenStore,
  from: string,
  into: string,
  past: Past,
): Promise<void> {
  const source = await open(from, { mode: "read" });
  try {
    const scratch = await open(into, { mode: "write" });
    try {
      for (const symbol of past.symbols) await scratch.write(await pastOf(source, symbol, past));
    } finally {
      await scratch.close();
    }
  } finally {
    await source.close();
  }
}

async function pastOf(
  store: Store,
  symbol: string,
  { intervals, to }: Past,
): Promise<WriteBatch> {
  const candles: WriteBatch["candles"][number][] = [];
  for (const interval of new Set([BASE_INTERVAL.name, ...intervals])) {
    for (const basis of await store.bases(symbol, interval)) {
      const query = { symbol, interval, basis, to, order: "-start", limit: PAGE } as const;
      const found = await readAll((cursor) => store.candles({ ...query, cursor }), CANDLES);
      candles.push(...found.filter(({ end }) => end <= to));
    }
  }
  return {
    ticks: [],
    candles,
    gaps: [],
    events: [],
    measures: await measuresOf(store, symbol, to),
  };
}

async function measuresOf(store: Store, symbol: string, to: Micros): Promise<Measure[]> {
  const read = async <Kind extends MeasureKind>(kind: Kind, name: string, span: Micros) => {
    const query = { symbol, name, from: to - span, to, order: "time", limit: PAGE } as const;
    return await readAll((cursor) => store.measures(kind, { ...query, cursor }));
  };
  const isOver = ({ end }: { readonly end: Micros }) => end <= to;
  const measures: Measure[] = [];
  for (const basis of ["volume", "ticks"] as const) {
    for (const value of (await read("profile", basis, SHORT)).filter(isOver)) {
      measures.push({ kind: "profile", value });
    }
    // What was kept of a session that goes on is of its end: that is not known yet.
    for (const value of (await read("metrics", basis, LONG)).filter(isOver)) {
      measures.push({ kind: "metrics", value });
    }
  }
  for (const value of (await read("flow", BASE_INTERVAL.name, SHORT)).filter(isOver)) {
    measures.push({ kind: "flow", value });
  }
  for (const value of await read("state", "", SHORT)) measures.push({ kind: "state", value });
  return measures;
}
