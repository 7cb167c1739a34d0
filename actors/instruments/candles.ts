/**
 * The candle actor: a reducer over the series of one shard's instruments. One instrument's fault is
 * caught here and handed out with the rest; its neighbours never notice.
 *
 * @module
 */
import { fromTransition } from "xstate";
import type { Candle } from "../../domain/candle.ts";
import type { CandleSeries, Kept, Late, Silence, Wanted } from "../../domain/candles.ts";
import type { Tick } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";

/** What the actor made of an event; the sender hands it in empty. */
export interface Made {
  /** Closed or revised. */
  readonly candles: Candle[];
  readonly forming: Candle[];
  /** Closed candles to load for late ticks. */
  readonly wanted: { readonly symbol: string; readonly wanted: Wanted }[];
  /** What failed, and the late ticks that its successor must take over. */
  readonly faults: {
    readonly symbol: string;
    readonly error: unknown;
    readonly late: readonly Late[];
  }[];
}

/** Nothing made yet. */
export function nothingMade(): Made {
  return { candles: [], forming: [], wanted: [], faults: [] };
}

/** What the candle actor answers to. */
export type CandlesCommand =
  & { readonly made: Made }
  & (
    | {
      type: "candles.ticks";
      ticks: readonly Tick[];
      /** Whose each of them is: looked up once for all who count it. */
      holders: readonly Holder[];
    }
    | {
      type: "candles.beat";
      now: Micros;
      /** Whose bars to close; absent: all. */
      only?: string | undefined;
      /** Whose forming candles to give, too, where they changed. */
      wish: (symbol: string) => boolean;
    }
    | {
      type: "candles.restore";
      symbol: string;
      series: CandleSeries;
      kept: Kept;
      late: readonly Late[];
      now: Micros;
      gaps: readonly Silence[];
      ticks: readonly Tick[];
    }
    /** Gives the forming candles, where they changed. */
    | { type: "candles.tell"; symbol: string }
    | { type: "candles.load"; symbol: string; wanted: Wanted; candle: Candle | null }
    | { type: "candles.gap"; symbol: string; gap: Silence }
    | { type: "candles.outage"; symbol: string; from: Micros | undefined }
    | { type: "candles.finish"; symbol: string; at: Micros }
  );

/** Where an instrument's series is, while it has one; the shard's, so that it survives. */
export interface Holder {
  series: CandleSeries | undefined;
}

/** The instruments of a shard, by symbol. */
export type Holders = ReadonlyMap<string, Holder>;

/** The candle actor. */
export const candles = fromTransition(
  (holders: Holders, event: CandlesCommand) => {
    const { made } = event;
    if (event.type === "candles.ticks") count(event);
    else if (event.type === "candles.beat") {
      for (const [symbol, holder] of holders) {
        if (event.only !== undefined && event.only !== symbol) continue;
        attempt(symbol, holder, made, () => beat(symbol, holder, event));
      }
    } else {
      const holder = holders.get(event.symbol);
      if (holder !== undefined) attempt(event.symbol, holder, made, () => apply(holder, event));
    }
    return holders;
  },
  ({ input }: { input: Holders }) => input,
);

/** Counts ticks; an instrument whose series fails on one takes no more of them. */
function count({ ticks, holders, made }: CandlesCommand & { type: "candles.ticks" }): void {
  for (let at = 0; at < ticks.length; at++) {
    const tick = ticks[at]!;
    const holder = holders[at]!;
    const one = holder.series;
    if (one === undefined) continue;
    try {
      if (one.add(tick)) collect(tick.symbol, one, made);
    } catch (error) {
      fail(tick.symbol, holder, error, made);
    }
  }
}

function attempt(symbol: string, holder: Holder, made: Made, run: () => void): void {
  try {
    run();
    if (holder.series !== undefined) collect(symbol, holder.series, made);
  } catch (error) {
    fail(symbol, holder, error, made);
  }
}

function collect(symbol: string, one: CandleSeries, made: Made): void {
  made.candles.push(...one.takeMade());
  for (const wanted of one.takeWanted()) made.wanted.push({ symbol, wanted });
}

function fail(symbol: string, holder: Holder, error: unknown, made: Made): void {
  const one = holder.series;
  holder.series = undefined;
  made.faults.push({ symbol, error, late: one?.awaited() ?? [] });
  // What was closed before the fault stands: the ticks that revised it are not read again.
  if (one !== undefined) made.candles.push(...one.takeMade());
}

function beat(
  symbol: string,
  { series }: Holder,
  { made, now, wish }: CandlesCommand & { type: "candles.beat" },
): void {
  if (series === undefined) return;
  series.advance(now);
  if (wish(symbol)) made.forming.push(...series.takeForming());
}

function apply(
  holder: Holder,
  event: Exclude<CandlesCommand, { type: "candles.beat" | "candles.ticks" }>,
): void {
  if (event.type === "candles.restore") {
    const one = holder.series = event.series;
    for (const gap of event.gaps) one.addGap(gap);
    one.restore(event.kept, event.late, event.now);
    // What is due is closed by the next beat: ticks that came meanwhile are counted before.
    for (const tick of event.ticks) one.add(tick);
    return;
  }
  const one = holder.series;
  if (one === undefined) return;
  if (event.type === "candles.tell") event.made.forming.push(...one.takeForming());
  else if (event.type === "candles.load") one.load(event.wanted, event.candle);
  else if (event.type === "candles.gap") one.addGap(event.gap);
  else if (event.type === "candles.outage") one.setOutage(event.from);
  else one.finish(event.at);
}
