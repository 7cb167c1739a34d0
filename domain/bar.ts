/**
 * Bars: the running sums from which a candle is read off.
 *
 * The open is the price of the earliest tick by venue time and the close that of the latest, the
 * first and the last received where times are equal. So a bar does not depend on the order in
 * which its ticks came, and merging bars equals building one from all their ticks.
 *
 * Every trade counts as a tick, but its conditions may keep it from moving more than the volume, or
 * from opening and closing (see `flags.ts`). What may not open or close stands in for what may while
 * there is nothing else; a bar without any price is none to show.
 *
 * @module
 */
import type { Basis, Candle } from "./candle.ts";
import { FLAGS, LIMITED, REFUSED } from "./flags.ts";
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
  /** Ticks counted, those without a say in its prices too. */
  ticks: number;
  /** How far its open and close are to be trusted: {@link UNPRICED}, {@link STANDING_IN} or {@link FIRM}. */
  pricing: number;
  buyVolume: number;
  sellVolume: number;
  /** Sorted. */
  providers: readonly string[];
}

/** No tick had a say in its prices: they mean nothing. */
export const UNPRICED = 0;
/** Its open and close are of trades that may not open and close, for want of others. */
export const STANDING_IN = 1;
/** Its prices are of ticks that may set them. */
export const FIRM = 2;

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
    pricing: UNPRICED,
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
  const limits = tick.flags & LIMITED;
  if (limits === 0) move(bar, tick.time, price, FIRM);
  else if (limits === FLAGS["no-open-close"]) move(bar, tick.time, price, STANDING_IN);
  bar.ticks++;
  if (tick.kind === "trade" && tick.size !== null && (limits & FLAGS["no-effect"]) === 0) {
    bar.volume += tick.size;
    bar.notional += price * tick.size;
    if (tick.side === "buy") bar.buyVolume += tick.size;
    else if (tick.side === "sell") bar.sellVolume += tick.size;
  }
  addProvider(bar, tick.provider);
}

/** Moves a bar's prices. @param pricing what the price may do. */
function move(bar: Bar, time: Micros, price: number, pricing: number): void {
  if (bar.pricing === UNPRICED) bar.high = bar.low = price;
  else if (price > bar.high) bar.high = price;
  else if (price < bar.low) bar.low = price;
  if (bar.pricing > pricing) return;
  if (bar.pricing < pricing) {
    bar.open = bar.close = price;
    bar.openTime = bar.closeTime = time;
    bar.pricing = pricing;
    return;
  }
  if (time < bar.openTime) {
    bar.open = price;
    bar.openTime = time;
  }
  if (time >= bar.closeTime) {
    bar.close = price;
    bar.closeTime = time;
  }
}

function addProvider(bar: Bar, provider: string): void {
  const providers = bar.providers;
  if (providers[0] === provider || providers.includes(provider)) return;
  bar.providers = providers.length === 0 ? alone(provider) : [...providers, provider].sort();
}

/** Most bars have one provider: they share its list, which stays in the processor's cache. */
const ALONE = new Map<string, readonly string[]>();

function alone(provider: string): readonly string[] {
  let list = ALONE.get(provider);
  if (list === undefined) ALONE.set(provider, list = [provider]);
  return list;
}

/** Adds a bar's ticks to another that spans it. */
export function addBar(into: Bar, bar: Bar): void {
  if (bar.ticks === 0) return;
  if (bar.pricing !== UNPRICED) addPrices(into, bar);
  into.ticks += bar.ticks;
  into.volume += bar.volume;
  into.notional += bar.notional;
  into.buyVolume += bar.buyVolume;
  into.sellVolume += bar.sellVolume;
  for (const provider of bar.providers) addProvider(into, provider);
}

function addPrices(into: Bar, bar: Bar): void {
  if (into.pricing === UNPRICED || bar.high > into.high) into.high = bar.high;
  if (into.pricing === UNPRICED || bar.low < into.low) into.low = bar.low;
  if (bar.pricing < into.pricing) return;
  const isFirmer = bar.pricing > into.pricing;
  into.pricing = bar.pricing;
  if (isFirmer || bar.openTime < into.openTime) {
    into.open = bar.open;
    into.openTime = bar.openTime;
  }
  if (isFirmer || bar.closeTime >= into.closeTime) {
    into.close = bar.close;
    into.closeTime = bar.closeTime;
  }
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
    pricing: FIRM,
    buyVolume: candle.buyVolume,
    sellVolume: candle.sellVolume,
    providers: [...candle.providers],
  };
}

/** Reads a candle off a bar that has prices. */
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
