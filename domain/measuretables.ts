/**
 * How profiles, order flow and market states look outside: records of JSON and rows of CSV. Times are
 * RFC 3339 in UTC.
 *
 * @module
 */
import { csvRow } from "./csv.ts";
import type { OrderFlow } from "./flow/bar.ts";
import { lowestPrice } from "./profile/bins.ts";
import type { ProfileMeasures } from "./profile/measures.ts";
import type { ProfileBasis } from "./profile/profile.ts";
import { metricsOf, type ProfileStatus, type SessionProfile } from "./profile/series.ts";
import { type TpoView, tpoView } from "./profile/tpoview.ts";
import type { StateAt } from "./state.ts";
import { formatTime } from "./time.ts";

/** A profile as JSON. */
export interface ProfileView extends ProfileMeasures {
  readonly symbol: string;
  readonly start: string;
  readonly end: string;
  readonly regular: boolean;
  readonly basis: ProfileBasis;
  readonly status: ProfileStatus;
  readonly since: string;
  readonly unplaced: number;
  /** Time by price; `null` outside sessions. */
  readonly tpo: TpoView | null;
  readonly binSize: number;
  /** Those that hold anything, lowest first. */
  readonly bins: readonly { readonly price: number; readonly volume: number }[];
}

/** A profile as a record of JSON; `null` where it holds nothing. */
export function profileView(session: SessionProfile): ProfileView | null {
  const metrics = metricsOf(session);
  if (metrics === null) return null;
  const { bins } = session;
  const filled: { price: number; volume: number }[] = [];
  for (let at = 0; at < bins.values.length; at++) {
    const volume = bins.values[at]!;
    if (volume > 0) filled.push({ price: lowestPrice(bins, at), volume });
  }
  return {
    symbol: metrics.symbol,
    start: formatTime(metrics.start),
    end: formatTime(metrics.end),
    regular: metrics.regular,
    basis: metrics.basis,
    status: metrics.status,
    since: formatTime(metrics.since),
    poc: metrics.poc,
    vah: metrics.vah,
    val: metrics.val,
    high: metrics.high,
    low: metrics.low,
    total: metrics.total,
    unplaced: metrics.unplaced,
    valueShare: metrics.valueShare,
    hvn: metrics.hvn,
    lvn: metrics.lvn,
    shape: metrics.shape,
    tpo: session.tpo === null ? null : tpoView(session.tpo),
    binSize: Number((bins.width * bins.step).toPrecision(12)),
    bins: filled,
  };
}

/** The first line of a profile as CSV. */
export const PROFILE_HEADER = "symbol,start,end,basis,status,price,binSize,volume,area";

/** A profile as rows of CSV, one for each bin; `area` is `poc`, `value` or nothing. */
export function profileRows(view: ProfileView): string {
  const { symbol, start, end, basis, status, binSize } = view;
  const area = (price: number) => {
    // It is the middle of a bin's prices, so less than half of one above the lowest.
    if (Math.abs(view.poc - price) < binSize / 2) return "poc";
    return price >= view.val && price <= view.vah ? "value" : "";
  };
  return view.bins.map(({ price, volume }) =>
    csvRow([symbol, start, end, basis, status, price, binSize, volume, area(price)])
  ).join("\n");
}

const FLOW_FIELDS = [
  "buyVolume",
  "sellVolume",
  "unknownVolume",
  "delta",
  "pressure",
  "cumulative",
  "deltaHigh",
  "deltaLow",
  "buys",
  "sells",
  "unknowns",
  "largeBuyVolume",
  "largeSellVolume",
  "larges",
  "forming",
  "revision",
] as const satisfies readonly (keyof OrderFlow)[];

/** Order flow as JSON. */
export type FlowRecord =
  & Pick<OrderFlow, "symbol" | "interval" | (typeof FLOW_FIELDS)[number]>
  & { readonly start: string; readonly end: string };

/** Order flow as a record of JSON. */
export function flowRecord(flow: OrderFlow): FlowRecord {
  const { start, end, symbol, interval } = flow;
  const fields = Object.fromEntries(FLOW_FIELDS.map((name) => [name, flow[name]])) as Pick<
    OrderFlow,
    (typeof FLOW_FIELDS)[number]
  >;
  return { symbol, interval, start: formatTime(start), end: formatTime(end), ...fields };
}

/** The first line of order flow as CSV. */
export const FLOW_HEADER = ["start", "end", "symbol", "interval", ...FLOW_FIELDS].join();

/** Order flow as a row of CSV. */
export function flowRow(flow: OrderFlow): string {
  const { start, end, symbol, interval } = flow;
  const cells = FLOW_FIELDS.map((name) => name === "forming" ? String(flow.forming) : flow[name]);
  return csvRow([formatTime(start), formatTime(end), symbol, interval, ...cells as number[]]);
}

/** A state as JSON. */
export type StateRecord = Omit<StateAt, "time"> & { readonly time: string };

/** A state as a record of JSON. */
export function stateRecord(state: StateAt): StateRecord {
  const { symbol, time, regime, score, confidence, price, reasons } = state;
  return { symbol, time: formatTime(time), regime, score, confidence, price, reasons };
}

/** The first line of states as CSV. */
export const STATE_HEADER = "time,symbol,regime,score,confidence,price,reasons";

/** A state as a row of CSV; the reasons are one text. */
export function stateRow({ time, symbol, regime, score, confidence, price, reasons }: StateAt) {
  return csvRow([formatTime(time), symbol, regime, score, confidence, price, reasons.join(" ")]);
}
