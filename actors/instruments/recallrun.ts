/**
 * Recall of a strategy's run: how it stood, and the candles that its indicators have to have seen.
 *
 * @module
 */
import type { Listing } from "./directory.ts";
import type { Shown } from "./strategy.ts";
import { readAll } from "../pages.ts";
import type { Store } from "../../db/store.ts";
import type { RunState } from "../../domain/strategies/run.ts";
import { type Micros, MINUTE, SECOND } from "../../domain/time.ts";

/** What is asked. */
export interface RunRequest {
  readonly listing: Listing;
  /** The strategy's id. */
  readonly strategy: string;
  readonly interval: string;
  /** The setup's revision: a run of another began with other candles. */
  readonly revision: string;
  /** How many candles its indicators need to have seen. */
  readonly reach: number;
  readonly grace: Micros;
  readonly now: Micros;
  /** When it was set up: what closed before that is not looked at. */
  readonly since: Micros;
  /** What this life has kept of it; absent: the store is asked. */
  readonly kept: RunState | null;
}

/** What is known. */
export interface RecalledRun {
  readonly kept: RunState | null;
  /** Closed candles, oldest first. */
  readonly candles: readonly Shown[];
}

const PAGE = 5_000;
/** What a crash may have taken with it: a beat, and a flush. */
const FLUSH: Micros = 5 * SECOND;

/**
 * Reads what the store knows of a run.
 *
 * @throws StoreError
 */
export async function recallRun(store: Store, request: RunRequest): Promise<RecalledRun> {
  const { grace, interval, listing: { basis, instrument }, now, reach, since, strategy } = request;
  const { symbol } = instrument;
  const asked = { symbol, name: strategy, order: "time", limit: 1 } as const;
  const kept = request.kept ?? (await store.measures("standing", asked)).rows[0] ?? null;
  const key = { symbol, interval, basis, to: now } as const;
  const goesOn = kept !== null && kept.revision === request.revision;
  const rows = goesOn
    ? await readAll((cursor) =>
      store.candles({ ...key, from: kept.since, order: "start", limit: PAGE, cursor })
    )
    : (await store.candles({ ...key, order: "-start", limit: reach })).rows.reverse();
  // A crash may have lost what was said of a candle that itself was kept.
  const span = await store.tickSpan(symbol, now + MINUTE);
  const lost = Math.max(kept?.until ?? now, since, (span?.last ?? now) - grace - FLUSH);
  const candles = rows.filter(({ end }) => end <= now).map((candle): Shown => ({
    candle,
    isNew: kept !== null && candle.end > lost && candle.status !== "repaired",
  }));
  return { kept, candles };
}
