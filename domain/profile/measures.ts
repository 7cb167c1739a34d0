/**
 * What a profile says: its levels, its nodes and its shape.
 *
 * @module
 */
import { type Bins, highestPrice, lowestPrice, middlePrice } from "./bins.ts";
import { findNodes, type NodeOptions, type Nodes } from "./nodes.ts";
import { VALUE_SHARE, type ValueArea, valueArea } from "./valuearea.ts";

/**
 * The outline of a profile. The names are the trade's (Dalton, "Mind over Markets" and "Markets in
 * Profile"); the limits are ours:
 * - `B`, a double distribution: two high volume nodes a quarter of the range apart or more, the
 *   lesser at least half as high as the greater, and between them a place at most half as high as
 *   the lesser;
 * - `I`, thin and stretched, as on a day of trend: the value area takes 65 % of the range or more
 *   (70 % is what a level profile takes);
 * - `P`: the point of control and the middle of the value area both in the upper 40 % of the range;
 * - `b`: both in the lower 40 %;
 * - `D`: any other.
 */
export type ProfileShape = "P" | "b" | "D" | "B" | "I";

/** Measures of a profile; prices in the instrument's units. */
export interface ProfileMeasures {
  /** The point of control; the middle of its bin. */
  readonly poc: number;
  /** The highest price of the value area. */
  readonly vah: number;
  /** The lowest price of the value area. */
  readonly val: number;
  readonly high: number;
  readonly low: number;
  /** What all bins hold. */
  readonly total: number;
  /** The share of it that the value area holds: 0.7 or more. */
  readonly valueShare: number;
  /** High volume nodes, ascending; the middles of their bins. */
  readonly hvn: readonly number[];
  /** Low volume nodes, ascending; the middles of their bins. */
  readonly lvn: readonly number[];
  /** `null` with fewer than {@link SHAPE_BINS} bins. */
  readonly shape: ProfileShape | null;
}

/** How to measure. */
export interface MeasureOptions extends NodeOptions {
  /** The value area's share; 0.7 unless said. */
  readonly share?: number | undefined;
}

/** Bins below which an outline says nothing. */
export const SHAPE_BINS = 8;

/** Measures a profile of volume or of time; `null` where it holds nothing. */
export function measureProfile(bins: Bins, options: MeasureOptions = {}): ProfileMeasures | null {
  const { values } = bins;
  const area = valueArea(values, options.share ?? VALUE_SHARE);
  if (area === null) return null;
  const nodes = findNodes(values, options);
  const total = Array.from(values).reduce((sum, value) => sum + value, 0);
  return {
    poc: middlePrice(bins, area.poc),
    vah: highestPrice(bins, area.vah),
    val: lowestPrice(bins, area.val),
    high: highestPrice(bins, values.length - 1),
    low: lowestPrice(bins, 0),
    total,
    valueShare: area.inside / total,
    hvn: nodes.high.map((at) => middlePrice(bins, at)),
    lvn: nodes.low.map((at) => middlePrice(bins, at)),
    shape: values.length < SHAPE_BINS ? null : shapeOf(area, nodes),
  };
}

function shapeOf({ poc, val, vah }: ValueArea, nodes: Nodes): ProfileShape {
  const count = nodes.smoothed.length;
  if (isDouble(nodes)) return "B";
  if (vah - val + 1 >= 0.65 * count) return "I";
  const last = count - 1;
  const places = [poc / last, (val + vah) / 2 / last];
  if (places.every((place) => place >= 0.6)) return "P";
  if (places.every((place) => place <= 0.4)) return "b";
  return "D";
}

function isDouble({ high, smoothed }: Nodes): boolean {
  const [first, second] = high.toSorted((a, b) => smoothed[b]! - smoothed[a]!);
  if (first === undefined || second === undefined) return false;
  const lesser = smoothed[second]!;
  const [from, to] = first < second ? [first, second] : [second, first];
  const between = smoothed.subarray(from, to).reduce((least, value) => Math.min(least, value));
  return to - from >= smoothed.length / 4 && lesser >= 0.5 * smoothed[first]! &&
    between <= 0.5 * lesser;
}
