/**
 * Bars: the running sums from which a candle is read off.
 *
 * The open is the price of the earliest tick by venue time and the close that of the latest, the
 * first and the last received where times are equal. So a bar does not depend on the order in
 * which its ticks came, and merging bars equals building one from all their ticks.
 *
 * @module
 */
import type { Basis, Candle } from "./candle.ts";
import { REFUSED } from "./flags.ts";
import type { Tick } from "./tick.ts";
import type { Micros } from "./time.ts";

/** Running sums over the ticks in `[start, end)`. */
export interface Bar {
  readonly start: Micros;
  readonly end: Micros;
  open: number;
  high: number;
  low: number;
  close: number;
  openTime: Micros;
  closeTime: Micros;
  /** Sum of sizes. */
  volume: number;
  /** Sum of price times size. */
  notional: number;
  /** Ticks counted; 0 in an empty bar, whose prices mean nothing. */
  ticks: number;
  buyVolume: number;
  sellVolume: number;
  /** Sorted. */
  providers: string[];
}

/** A bar without ticks. */
export function emptyBar(start: Micros, end: Micros): Bar {
  return {
    start,
    end,
    open: 0,
    high: 0,
    low: 0,
    close: 0,
    openTime: 0,
    closeTime: 0,
    volume: 0,
    notional: 0,
    ticks: 0,
    buyVolume: 0,
    sellVolume: 0,
    providers: [],
  };
}

/**
 * The price of a tick on a basis; `NaN` where it says nothing there or was refused by the gate.
 */
export function priceOn(tick: Tick, basis: Basis): number {
  if ((tick.flags & REFUSED) !== 0) return NaN;
  if (tick.kind === "trade") return basis === "trade" ? tick.price : NaN;
  if (tick.kind !== "quote") return NaN;
  if (basis === "bid") return tick.bid ?? NaN;
  if (basis === "ask") return tick.ask ?? NaN;
  if (basis === "mid" && tick.bid !== null && tick.ask !== null) return (tick.bid + tick.ask) / 2;
  return NaN;
}

/** Counts a tick whose price on the bar's basis is `price` (see {@link priceOn}). */
export function addTick(bar: Bar, tick: Tick, price: number): void {
  const time = tick.time;
  if (bar.ticks === 0) {
    bar.open =
      bar.high =
      bar.low =
      bar.close =
        price;
    bar.openTime = bar.closeTime = time;
  } else {
    if (price > bar.high) bar.high = price;
    if (price < bar.low) bar.low = price;
    if (time < bar.openTime) {
      bar.open = price;
      bar.openTime = time;
    }
    if (time >= bar.closeTime) {
      bar.close = price;
      bar.closeTime = time;
    }
  }
  bar.ticks++;
  if (tick.kind === "trade" && tick.size !== null) {
    bar.volume += tick.size;
    bar.notional += price * tick.size;
    if (tick.side === "buy") bar.buyVolume += tick.size;
    else if (tick.side === "sell") bar.sellVolume += tick.size;
  }
  addProvider(bar, tick.provider);
}

function addProvider(bar: Bar, provider: string): void {
  const providers = bar.providers;
  if (providers[0] === provider || providers.includes(provider)) return;
  bar.providers = [...providers, provider].sort();
}

/** Adds a bar's ticks to another that spans it. */
export function addBar(into: Bar, bar: Bar): void {
  if (bar.ticks === 0) return;
  if (into.ticks === 0) {
    into.open = bar.open;
    into.openTime = bar.openTime;
    into.close = bar.close;
    into.closeTime = bar.closeTime;
    into.high = bar.high;
    into.low = bar.low;
  } else {
    if (bar.high > into.high) into.high = bar.high;
    if (bar.low < into.low) into.low = bar.low;
    if (bar.openTime < into.openTime) {
      into.open = bar.open;
      into.openTime = bar.openTime;
    }
    if (bar.closeTime >= into.closeTime) {
      into.close = bar.close;
      into.closeTime = bar.closeTime;
    }
  }
  into.ticks += bar.ticks;
  into.volume += bar.volume;
  into.notional += bar.notional;
  into.buyVolume += bar.buyVolume;
  into.sellVolume += bar.sellVolume;
  for (const provider of bar.providers) addProvider(into, provider);
}

/** The bar that a kept candle was read off. */
export function barOf(candle: Candle): Bar {
  return {
    start: candle.start,
    end: candle.end,
    open: candle.open,
    high: candle.high,
    low: candle.low,
    close: candle.close,
    openTime: candle.openTime,
    closeTime: candle.closeTime,
    volume: candle.realVolume,
    notional: (candle.vwap ?? 0) * candle.realVolume,
    ticks: candle.tickVolume,
    buyVolume: candle.buyVolume,
    sellVolume: candle.sellVolume,
    providers: [...candle.providers],
  };
}

/** Reads a candle off a bar that has ticks. */
export function candleOf(
  bar: Bar,
  head: Pick<Candle, "symbol" | "interval" | "basis" | "status" | "revision">,
): Candle {
  return {
    symbol: head.symbol,
    interval: head.interval,
    basis: head.basis,
    start: bar.start,
    end: bar.end,
    open: bar.open,
    high: bar.high,
    low: bar.low,
    close: bar.close,
    realVolume: bar.volume,
    tickVolume: bar.ticks,
    vwap: bar.volume > 0 ? bar.notional / bar.volume : null,
    buyVolume: bar.buyVolume,
    sellVolume: bar.sellVolume,
    status: head.status,
    revision: head.revision,
    providers: bar.providers,
    openTime: bar.openTime,
    closeTime: bar.closeTime,
  };
}
