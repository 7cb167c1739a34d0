/**
 * High and low volume nodes: the hills and valleys of a profile.
 *
 * Definitions of them differ and mostly rest on the eye (Dalton, "Markets in Profile"); this is the
 * rule here. The bins are smoothed by a centred mean. A high volume node is a hill of the smoothed
 * profile whose prominence is at least a given share of the highest: the prominence is how far one
 * must come down from it, on the easier side, before it goes up to a higher one (the usual
 * topographic measure); beyond the range there is nothing, so the ends come down to 0. A low volume
 * node is the lowest place between two neighbouring high ones. A level stretch counts as its middle,
 * the lower of two.
 *
 * @module
 */

/** How nodes are found. */
export interface NodeOptions {
  /** Bins on each side of one that its mean takes in; a fiftieth of the bins unless said. */
  readonly radius?: number | undefined;
  /** The least prominence, from 0 to 1 of the highest smoothed bin; 0.1 unless said. */
  readonly prominence?: number | undefined;
}

/** Nodes as indices into the bins, ascending, with the smoothed profile they were found in. */
export interface Nodes {
  readonly high: readonly number[];
  /** One between each two high ones. */
  readonly low: readonly number[];
  readonly smoothed: Float64Array;
}

/** Finds the nodes. */
export function findNodes(
  values: ArrayLike<number>,
  { radius = Math.round(values.length / 50), prominence = 0.1 }: NodeOptions = {},
): Nodes {
  const smoothed = smooth(values, radius);
  const least = prominence * smoothed.reduce((most, value) => Math.max(most, value), 0);
  const high = hills(smoothed).filter((at) => prominenceOf(smoothed, at) >= least);
  const low = high.slice(1).map((to, i) => lowest(smoothed, high[i]!, to));
  return { high, low, smoothed };
}

/** The mean of each bin and those within a radius; beyond the range there is nothing. */
export function smooth(values: ArrayLike<number>, radius: number): Float64Array {
  const count = values.length;
  /** What the bins before one hold together. */
  const before = new Float64Array(count + 1);
  for (let i = 0; i < count; i++) before[i + 1] = before[i]! + values[i]!;
  return Float64Array.from({ length: count }, (_, i) => {
    const sum = before[Math.min(i + radius + 1, count)]! - before[Math.max(i - radius, 0)]!;
    return sum / (2 * radius + 1);
  });
}

/** The middles of level stretches with lower ground on both sides. */
function hills(values: Float64Array): number[] {
  const found: number[] = [];
  for (let from = 0; from < values.length;) {
    let to = from;
    while (values[to + 1] === values[from]) to++;
    const height = values[from]!;
    if (height > (values[from - 1] ?? 0) && height > (values[to + 1] ?? 0)) {
      found.push(Math.floor((from + to) / 2));
    }
    from = to + 1;
  }
  return found;
}

function prominenceOf(values: Float64Array, at: number): number {
  const height = values[at]!;
  const descend = (by: 1 | -1): number => {
    let least = height;
    for (let i = at + by;; i += by) {
      const value = values[i];
      if (value === undefined) return 0;
      if (value > height) return least;
      least = Math.min(least, value);
    }
  };
  return height - Math.max(descend(-1), descend(1));
}

/** The middle of the first lowest stretch between two bins. */
function lowest(values: Float64Array, from: number, to: number): number {
  let at = from;
  for (let i = from + 1; i < to; i++) if (values[i]! < values[at]!) at = i;
  let end = at;
  while (end + 1 < to && values[end + 1] === values[at]) end++;
  return Math.floor((at + end) / 2);
}
