/**
 * How each kind of measure is a row: both stores keep them alike, by these descriptions. The columns
 * have the same names and meanings in each store; times are whole microseconds.
 *
 * @module
 */
import { flowOf } from "../domain/flow/bar.ts";
import type { Basis } from "../domain/candle.ts";
import type { Signal } from "../domain/signal.ts";
import type { MarketState, Regime } from "../domain/state.ts";
import type { StrategyState } from "../domain/strategies/contract.ts";
import type { Side } from "../domain/tick.ts";
import type { ProfileShape } from "../domain/profile/measures.ts";
import type { ProfileStatus } from "../domain/profile/series.ts";
import type { ProfileBasis } from "../domain/profile/profile.ts";
import type { MeasureKind, Measures } from "./store.ts";

/** What a column holds besides the symbol. */
export type ColumnType = "time" | "text" | "double" | "whole" | "flag";
/** A value of a column; a flag is 0 or 1. */
export type Cell = string | number | null;
/** A row by its columns, with its symbol's name put back. */
export type MeasureRow = { readonly symbol: string } & Readonly<Record<string, Cell>>;

/** How a kind of measure is kept. */
export interface MeasureTable<Value> {
  readonly table: string;
  /** In order, but for the symbol, which comes first. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** The columns of the key after the symbol: a name and a time, where there are such. */
  readonly name: string | null;
  readonly time: string | null;
  /** The columns' values, in order, but for the symbol. */
  cells(value: Value): Cell[];
  value(row: MeasureRow): Value;
}

/** The tables by the kind of measure. */
export const MEASURE_TABLES: { readonly [Kind in MeasureKind]: MeasureTable<Measures[Kind]> } = {
  profile: {
    table: "volume_profile",
    name: "basis",
    time: "start_time",
    columns: {
      basis: "text",
      start_time: "time",
      end_time: "time",
      step: "double",
      bin_steps: "whole",
      max_bins: "whole",
      width: "whole",
      first_bin: "whole",
      bins: "text",
      low: "double",
      high: "double",
      close: "double",
      unplaced: "double",
    },
    cells: (part) => [
      part.basis,
      part.start,
      part.end,
      part.step,
      part.binSteps,
      part.maxBins,
      part.width,
      part.first,
      JSON.stringify(part.values),
      part.low,
      part.high,
      part.close,
      part.unplaced,
    ],
    value: (row) => ({
      symbol: row.symbol,
      basis: row["basis"] as ProfileBasis,
      start: number(row, "start_time"),
      end: number(row, "end_time"),
      step: number(row, "step"),
      binSteps: number(row, "bin_steps"),
      maxBins: number(row, "max_bins"),
      width: number(row, "width"),
      first: number(row, "first_bin"),
      values: list(row, "bins"),
      low: row["low"] as number | null,
      high: row["high"] as number | null,
      close: row["close"] as number | null,
      unplaced: number(row, "unplaced"),
    }),
  },
  metrics: {
    table: "profile_metrics",
    name: "basis",
    time: "start_time",
    columns: {
      basis: "text",
      start_time: "time",
      end_time: "time",
      regular: "flag",
      status: "text",
      since: "time",
      poc: "double",
      vah: "double",
      val: "double",
      high: "double",
      low: "double",
      total: "double",
      value_share: "double",
      hvn: "text",
      lvn: "text",
      shape: "text",
      unplaced: "double",
    },
    cells: (one) => [
      one.basis,
      one.start,
      one.end,
      one.regular ? 1 : 0,
      one.status,
      one.since,
      one.poc,
      one.vah,
      one.val,
      one.high,
      one.low,
      one.total,
      one.valueShare,
      JSON.stringify(one.hvn),
      JSON.stringify(one.lvn),
      one.shape,
      one.unplaced,
    ],
    value: (row) => ({
      symbol: row.symbol,
      basis: row["basis"] as ProfileBasis,
      start: number(row, "start_time"),
      end: number(row, "end_time"),
      regular: row["regular"] === 1,
      status: row["status"] as ProfileStatus,
      since: number(row, "since"),
      poc: number(row, "poc"),
      vah: number(row, "vah"),
      val: number(row, "val"),
      high: number(row, "high"),
      low: number(row, "low"),
      total: number(row, "total"),
      valueShare: number(row, "value_share"),
      hvn: list(row, "hvn"),
      lvn: list(row, "lvn"),
      shape: row["shape"] as ProfileShape | null,
      unplaced: number(row, "unplaced"),
    }),
  },
  flow: {
    table: "order_flow",
    name: "interval",
    time: "start_time",
    columns: {
      interval: "text",
      start_time: "time",
      end_time: "time",
      buy_volume: "double",
      sell_volume: "double",
      unknown_volume: "double",
      buys: "whole",
      sells: "whole",
      unknowns: "whole",
      delta_high: "double",
      delta_low: "double",
      large_buy_volume: "double",
      large_sell_volume: "double",
      larges: "whole",
      cumulative: "double",
      revision: "whole",
    },
    cells: (flow) => [
      flow.interval,
      flow.start,
      flow.end,
      flow.buyVolume,
      flow.sellVolume,
      flow.unknownVolume,
      flow.buys,
      flow.sells,
      flow.unknowns,
      flow.deltaHigh,
      flow.deltaLow,
      flow.largeBuyVolume,
      flow.largeSellVolume,
      flow.larges,
      flow.cumulative,
      flow.revision,
    ],
    value: (row) =>
      flowOf({
        start: number(row, "start_time"),
        end: number(row, "end_time"),
        buyVolume: number(row, "buy_volume"),
        sellVolume: number(row, "sell_volume"),
        unknownVolume: number(row, "unknown_volume"),
        buys: number(row, "buys"),
        sells: number(row, "sells"),
        unknowns: number(row, "unknowns"),
        deltaHigh: number(row, "delta_high"),
        deltaLow: number(row, "delta_low"),
        largeBuyVolume: number(row, "large_buy_volume"),
        largeSellVolume: number(row, "large_sell_volume"),
        larges: number(row, "larges"),
        cumulative: number(row, "cumulative"),
      }, {
        symbol: row.symbol,
        interval: row["interval"] as string,
        forming: false,
        revision: number(row, "revision"),
      }),
  },
  sizes: {
    table: "trade_sizes",
    name: null,
    time: null,
    columns: { until: "time", quantile: "double", counts: "text" },
    cells: (sizes) => [sizes.until, sizes.quantile, JSON.stringify(sizes.counts)],
    value: (row) => ({
      symbol: row.symbol,
      until: number(row, "until"),
      quantile: number(row, "quantile"),
      counts: list(row, "counts"),
    }),
  },
  state: {
    table: "market_state",
    name: null,
    time: "time",
    columns: {
      time: "time",
      regime: "text",
      score: "double",
      confidence: "double",
      price: "double",
      reasons: "text",
    },
    cells: (state) => [
      state.time,
      state.regime,
      state.score,
      state.confidence,
      state.price,
      JSON.stringify(state.reasons),
    ],
    value: (row) => ({
      symbol: row.symbol,
      time: number(row, "time"),
      regime: row["regime"] as Regime,
      score: number(row, "score"),
      confidence: number(row, "confidence"),
      price: number(row, "price"),
      reasons: list(row, "reasons"),
    }),
  },
  signal: {
    table: "signals",
    name: "strategy",
    time: "time",
    columns: {
      strategy: "text",
      time: "time",
      id: "text",
      interval: "text",
      basis: "text",
      side: "text",
      strength: "double",
      entry: "double",
      stop: "double",
      target: "double",
      reasons: "text",
      inputs: "text",
      revision: "text",
    },
    cells: (signal) => [
      signal.strategy,
      signal.time,
      signal.id,
      signal.interval,
      signal.basis,
      signal.side,
      signal.strength,
      signal.entry,
      signal.stop,
      signal.target,
      JSON.stringify(signal.reasons),
      JSON.stringify(signal.inputs),
      signal.revision,
    ],
    value: (row) => ({
      id: row["id"] as string,
      strategy: row["strategy"] as string,
      symbol: row.symbol,
      interval: row["interval"] as string,
      basis: row["basis"] as Basis,
      time: number(row, "time"),
      side: row["side"] as Side,
      strength: number(row, "strength"),
      entry: number(row, "entry"),
      stop: number(row, "stop"),
      target: number(row, "target"),
      reasons: list(row, "reasons"),
      inputs: JSON.parse(row["inputs"] as string) as Signal["inputs"],
      revision: row["revision"] as string,
    }),
  },
  standing: {
    table: "strategies",
    name: "strategy",
    time: null,
    columns: {
      strategy: "text",
      since: "time",
      until: "time",
      state: "text",
      market: "text",
      revision: "text",
    },
    cells: (standing) => [
      standing.strategy,
      standing.since,
      standing.until,
      JSON.stringify(standing.state),
      JSON.stringify(standing.market),
      standing.revision,
    ],
    value: (row) => ({
      symbol: row.symbol,
      strategy: row["strategy"] as string,
      since: number(row, "since"),
      until: number(row, "until"),
      state: JSON.parse(row["state"] as string) as StrategyState,
      market: JSON.parse(row["market"] as string) as MarketState | null,
      revision: row["revision"] as string,
    }),
  },
};

function number(row: MeasureRow, column: string): number {
  return row[column] as number;
}

function list<Item>(row: MeasureRow, column: string): Item[] {
  return JSON.parse(row[column] as string) as Item[];
}

/** How a kind of measure is kept, whatever its values are. */
export function tableOf(kind: MeasureKind): MeasureTable<Measures[MeasureKind]> {
  return MEASURE_TABLES[kind] as MeasureTable<Measures[MeasureKind]>;
}

/** The columns of a table's key, and the others. */
export function columnsOf(
  { columns, name, time }: Pick<MeasureTable<unknown>, "columns" | "name" | "time">,
): { readonly all: string[]; readonly key: string[]; readonly rest: string[] } {
  const all = ["symbol", ...Object.keys(columns)];
  const key = ["symbol", ...[name, time].filter((column) => column !== null)];
  return { all, key, rest: all.filter((column) => !key.includes(column)) };
}
