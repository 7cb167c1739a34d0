/**
 * Thinning a line that has more points than a drawing has columns.
 *
 * @module
 */

/**
 * Keeps of each of `columns` equal stretches the first, the least, the most and the last point, so
 * that the line looks the same.
 *
 * @returns the indices of what is kept, ascending.
 */
export function thin(values: readonly number[], columns: number): number[] {
  if (values.length <= 4 * columns) return values.map((_, i) => i);
  const kept = new Set<number>();
  for (let column = 0; column < columns; column++) {
    const from = Math.floor(column * values.length / columns);
    const to = Math.floor((column + 1) * values.length / columns);
    let [least, most] = [from, from];
    for (let i = from; i < to; i++) {
      if (values[i]! < values[least]!) least = i;
      if (values[i]! > values[most]!) most = i;
    }
    for (const i of [from, least, most, to - 1]) kept.add(i);
  }
  return [...kept].sort((a, b) => a - b);
}
