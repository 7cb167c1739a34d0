/**
 * What a daemon kept, read from its store.
 *
 * @module
 */
import { openStore } from "../../db/open.ts";
import type { KeptCandle, Page, Store } from "../../db/store.ts";
import type { Gap } from "../../domain/gap.ts";
import type { Tick } from "../../domain/tick.ts";

/** All of it. */
export interface Kept {
  /** By symbol, in the order of time. */
  readonly ticks: ReadonlyMap<string, readonly Tick[]>;
  readonly candles: readonly KeptCandle[];
  readonly gaps: readonly Gap[];
}

/** Reads a store. */
export async function readKept(url: string, intervals: readonly string[]): Promise<Kept> {
  const store = await openStore(url, { mode: "read" });
  try {
    const ticks = new Map<string, Tick[]>();
    const candles: KeptCandle[] = [];
    for (const symbol of await store.symbols()) {
      ticks.set(symbol, await ticksOf(store, symbol));
      for (const interval of intervals) {
        for (const basis of await store.bases(symbol, interval)) {
          const query = { symbol, interval, basis, order: "start", limit: LIMIT } as const;
          candles.push(...await all((cursor) => store.candles({ ...query, cursor })));
        }
      }
    }
    return { ticks, candles, gaps: await gapsOf(store) };
  } finally {
    await store.close();
  }
}

const LIMIT = 5_000;

function ticksOf(store: Store, symbol: string): Promise<Tick[]> {
  const query = { symbol, order: "time", kinds: ["trade", "quote"], limit: LIMIT } as const;
  return all((cursor) => store.ticks({ ...query, cursor }));
}

function gapsOf(store: Store): Promise<Gap[]> {
  return all((cursor) => store.gaps({ limit: LIMIT, cursor }));
}

async function all<T>(page: (cursor?: string) => Promise<Page<T>>): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    const { rows: more, next } = await page(cursor);
    rows.push(...more);
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return rows;
}
