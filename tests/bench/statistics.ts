/**
 * The few statistics that the bench quotes.
 *
 * @module
 */

/**
 * The middle value; the mean of the two middle ones where their number is even.
 *
 * @throws RangeError without values.
 */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length >>> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The smallest value that at least a share of all values does not exceed (the nearest rank).
 *
 * @param share from 0 to 1: 0.99 for the 99th percentile.
 * @throws RangeError without values.
 */
export function percentile(values: ArrayLike<number>, share: number): number {
  const sorted = ascending(values);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

function ascending(values: ArrayLike<number>): Float64Array {
  if (values.length === 0) throw new RangeError("Cannot rank values: there are none.");
  return Float64Array.from(values).sort();
}
