/**
 * The candle actor: a reducer over the series of one shard's instruments. One instrument's fault is
 * caught here and handed out with the rest; its neighbours never notice.
 *
 * @module
 */
import { fromTransition } from "xstate";
import type { Candle } from "../../domain/candle.ts";
import type { CandleSeries, Kept, Silence, Wanted } from "../../domain/candles.ts";
import type { Tick } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";

/** What the actor made of an event; the sender hands it in empty. */
export interface Made {
  /** Closed or revised. */
  readonly candles: Candle[];
  readonly forming: Candle[];
  /** Closed candles to load for late ticks. */
  readonly wanted: { readonly symbol: string; readonly wanted: Wanted }[];
  readonly faults: { readonly symbol: string; readonly error: unknown }[];
}

/** Nothing made yet. */
export function nothingMade(): Made {
  return { candles: [], forming: [], wanted: [], faults: [] };
}

/** Ticks of one instrument. */
export interface Batch {
  readonly symbol: string;
  readonly ticks: readonly Tick[];
}

/** What the candle actor answers to. */
export type CandlesCommand =
  & { readonly made: Made }
  & (
    | { type: "candles.ticks"; batches: readonly Batch[] }
    | {
      type: "candles.beat";
      now: Micros;
      /** Whether to give the forming candles, too, where they changed. */
      forming: boolean;
    }
    | {
      type: "candles.restore";
      symbol: string;
      series: CandleSeries;
      kept: Kept;
      gaps: readonly Silence[];
      ticks: readonly Tick[];
    }
    | { type: "candles.load"; symbol: string; wanted: Wanted; candle: Candle | null }
    | { type: "candles.gap"; symbol: string; gap: Silence }
    | { type: "candles.outage"; symbol: string; from: Micros | undefined }
    | { type: "candles.finish"; symbol: string; at: Micros }
  );

/** The series of a shard's instruments, by symbol; made by the shard, so that they survive. */
export type SeriesMap = Map<string, CandleSeries>;

/** The candle actor. */
export const candles = fromTransition(
  (series: SeriesMap, event: CandlesCommand) => {
    if (event.type === "candles.beat") {
      for (const [symbol, one] of series) attempt(series, symbol, event, () => beat(one, event));
    } else if (event.type === "candles.ticks") {
      for (const batch of event.batches) {
        attempt(series, batch.symbol, event, () => count(series.get(batch.symbol), batch));
      }
    } else attempt(series, event.symbol, event, () => apply(series, event));
    return series;
  },
  ({ input }: { input: SeriesMap }) => input,
);

function attempt(series: SeriesMap, symbol: string, { made }: CandlesCommand, run: () => void) {
  try {
    run();
    const one = series.get(symbol);
    if (one === undefined) return;
    made.candles.push(...one.takeMade());
    for (const wanted of one.takeWanted()) made.wanted.push({ symbol, wanted });
  } catch (error) {
    const one = series.get(symbol);
    series.delete(symbol);
    made.faults.push({ symbol, error });
    // What was closed before the fault stands: the ticks that revised it are not read again.
    if (one !== undefined) made.candles.push(...one.takeMade());
  }
}

function beat(one: CandleSeries, event: CandlesCommand & { type: "candles.beat" }): void {
  one.advance(event.now);
  if (event.forming) event.made.forming.push(...one.takeForming());
}

function count(one: CandleSeries | undefined, { ticks }: Batch): void {
  if (one !== undefined) { for (const tick of ticks) one.add(tick); }
}

function apply(
  series: SeriesMap,
  event: Exclude<CandlesCommand, { type: "candles.beat" | "candles.ticks" }>,
): void {
  if (event.type === "candles.restore") {
    const one = event.series;
    series.set(event.symbol, one);
    for (const gap of event.gaps) one.addGap(gap);
    one.restore(event.kept);
    // What is due is closed by the next beat: ticks that came meanwhile are counted before.
    for (const tick of event.ticks) one.add(tick);
    return;
  }
  const one = series.get(event.symbol);
  if (one === undefined) return;
  if (event.type === "candles.load") one.load(event.wanted, event.candle);
  else if (event.type === "candles.gap") one.addGap(event.gap);
  else if (event.type === "candles.outage") one.setOutage(event.from);
  else one.finish(event.at);
}
