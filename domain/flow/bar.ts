/**
 * Order flow in a span of time: running sums from which it is read off, as candles are off bars.
 *
 * Merging bars in the order of time equals building one from all their trades.
 *
 * @module
 */
import type { Side } from "../tick.ts";
import type { Micros } from "../time.ts";

/** Running sums over the trades in `[start, end)`. */
export interface FlowBar {
  readonly start: Micros;
  readonly end: Micros;
  buyVolume: number;
  sellVolume: number;
  /** Volume of trades whose aggressor is not known. */
  unknownVolume: number;
  buys: number;
  sells: number;
  /** Trades whose aggressor is not known. */
  unknowns: number;
  /** The highest and the lowest that the delta was in the bar, from 0 at its start. */
  deltaHigh: number;
  deltaLow: number;
  /** Volume of large trades by their aggressor. */
  largeBuyVolume: number;
  largeSellVolume: number;
  /** Large trades, of either side or neither. */
  larges: number;
  /** The session's delta up to the bar's last trade; what a series makes of it. */
  cumulative: number;
}

/** What the outside sees of a bar; its key is symbol, interval and start. */
export interface OrderFlow extends Readonly<FlowBar> {
  readonly symbol: string;
  /** Such as `1m` or `1d`. */
  readonly interval: string;
  /** Bought less sold volume. */
  readonly delta: number;
  /** Delta over the volume of known side, from -1 (all sold) to 1; `null` without any. */
  readonly pressure: number | null;
  readonly forming: boolean;
  /** 0 when first closed; one more each time a late trade changes it. */
  readonly revision: number;
}

/** A bar without trades. */
export function emptyFlow(start: Micros, end: Micros): FlowBar {
  return {
    start,
    end,
    buyVolume: 0,
    sellVolume: 0,
    unknownVolume: 0,
    buys: 0,
    sells: 0,
    unknowns: 0,
    deltaHigh: 0,
    deltaLow: 0,
    largeBuyVolume: 0,
    largeSellVolume: 0,
    larges: 0,
    cumulative: 0,
  };
}

/** Bought less sold volume. */
export function deltaOf(bar: Pick<FlowBar, "buyVolume" | "sellVolume">): number {
  return bar.buyVolume - bar.sellVolume;
}

/** Whether a bar has no trade. */
export function isQuiet({ buys, sells, unknowns }: FlowBar): boolean {
  return buys + sells + unknowns === 0;
}

/** Counts a trade. */
export function addFlow(bar: FlowBar, side: Side | null, size: number, large: boolean): void {
  if (large) bar.larges++;
  if (side === "buy") {
    bar.buys++;
    bar.buyVolume += size;
    if (large) bar.largeBuyVolume += size;
    const delta = deltaOf(bar);
    if (delta > bar.deltaHigh) bar.deltaHigh = delta;
  } else if (side === "sell") {
    bar.sells++;
    bar.sellVolume += size;
    if (large) bar.largeSellVolume += size;
    const delta = deltaOf(bar);
    if (delta < bar.deltaLow) bar.deltaLow = delta;
  } else {
    bar.unknowns++;
    bar.unknownVolume += size;
  }
}

/** Adds a bar's trades to another that spans it and whose trades came before. */
export function mergeFlow(into: FlowBar, bar: FlowBar): void {
  const delta = deltaOf(into);
  into.deltaHigh = Math.max(into.deltaHigh, delta + bar.deltaHigh);
  into.deltaLow = Math.min(into.deltaLow, delta + bar.deltaLow);
  into.buyVolume += bar.buyVolume;
  into.sellVolume += bar.sellVolume;
  into.unknownVolume += bar.unknownVolume;
  into.buys += bar.buys;
  into.sells += bar.sells;
  into.unknowns += bar.unknowns;
  into.largeBuyVolume += bar.largeBuyVolume;
  into.largeSellVolume += bar.largeSellVolume;
  into.larges += bar.larges;
  into.cumulative = bar.cumulative;
}

/** Reads order flow off a bar. */
export function flowOf(
  bar: FlowBar,
  head: Pick<OrderFlow, "symbol" | "interval" | "forming" | "revision">,
): OrderFlow {
  const delta = deltaOf(bar);
  const known = bar.buyVolume + bar.sellVolume;
  return { ...head, ...bar, delta, pressure: known > 0 ? delta / known : null };
}

/** The bar that kept order flow was read off. */
export function barOfFlow(flow: OrderFlow): FlowBar {
  const bar = emptyFlow(flow.start, flow.end);
  mergeFlow(bar, flow);
  return bar;
}
