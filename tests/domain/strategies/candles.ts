/**
 * Candles, and what is measured beside them, for the strategies' tests.
 *
 * @module
 */
import type { Candle } from "../../../domain/candle.ts";
import { Random } from "../../../domain/random.ts";
import type { Setup } from "./setups.ts";
import type { ProfileMetrics } from "../../../domain/profile/series.ts";
import { type RunState, StrategyRun, type Surroundings } from "../../../domain/strategies/run.ts";
import { MINUTE } from "../../../domain/time.ts";

/** A Monday, 2026-03-02T14:30:00Z. */
export const START = 1_772_461_800_000_000;

/** A closed minute; what is not said is plain. */
export function minute(index: number, more: Partial<Candle> = {}): Candle {
  const start = START + index * MINUTE;
  const { close = 100 } = more;
  return {
    symbol: "AAPL",
    interval: "1m",
    basis: "trade",
    start,
    end: start + MINUTE,
    open: close,
    high: close,
    low: close,
    close,
    realVolume: 100,
    tickVolume: 1,
    vwap: close,
    buyVolume: 0,
    sellVolume: 0,
    status: "complete",
    revision: 0,
    providers: ["test"],
    openTime: start,
    closeTime: start,
    ...more,
  };
}

/** A walk in steps of a cent. */
export function walk(seed: string, length: number): Candle[] {
  const random = new Random(seed);
  let cents = 10_000;
  return Array.from({ length }, (_, index) => {
    const open = cents;
    const path = Array.from(
      { length: 6 },
      () => cents += Math.round((random.fraction() - 0.5) * 12),
    );
    const [high, low] = [Math.max(open, ...path), Math.min(open, ...path)];
    return minute(index, {
      open: open / 100,
      high: high / 100,
      low: low / 100,
      close: cents / 100,
      realVolume: 1 + Math.floor(random.fraction() * 500),
    });
  });
}

/** A profile of AAPL; what is not said is plain. */
export function profileOf(more: Partial<ProfileMetrics> = {}): ProfileMetrics {
  return {
    symbol: "AAPL",
    basis: "volume",
    start: START,
    end: START + 390 * MINUTE,
    regular: true,
    status: "forming",
    since: START,
    poc: 100,
    vah: 101,
    val: 99,
    high: 102,
    low: 98,
    total: 1_000,
    unplaced: 0,
    valueShare: 0.7,
    hvn: [100],
    lvn: [],
    shape: "D",
    ...more,
  };
}

/** Nothing known. */
export const NOTHING: Surroundings = {
  profile: null,
  previousProfile: null,
  flow: null,
  market: null,
};

/** A run of a setup on AAPL. */
export function runOf(setup: Setup, kept: RunState | null = null): StrategyRun {
  const options = { ...setup, symbol: "AAPL", basis: "trade", step: 0.01 } as const;
  return new StrategyRun(options, kept, kept?.until ?? -Infinity);
}
