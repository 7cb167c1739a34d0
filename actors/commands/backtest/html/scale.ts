/**
 * Scales: from values to places in a drawing, and the values that an axis names.
 *
 * @module
 */

/** The values or the places that a scale goes between. */
export type Extent = readonly [from: number, to: number];

/** Where a value is drawn. */
export type Scale = (value: number) => number;

/** A scale from values to places; one without any width is drawn in the middle. */
export function scaleOf([from, to]: Extent, [start, end]: Extent): Scale {
  const width = to - from;
  return (value) =>
    width === 0 ? (start + end) / 2 : start + (end - start) * (value - from) / width;
}

/** The least and the most of some values; from 0 to 1 where there are none. */
export function extentOf(values: readonly number[]): Extent {
  if (values.length === 0) return [0, 1];
  return values.reduce<Extent>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
}

/** An extent with a share of its width more on both sides; one without any gets some. */
export function padded([from, to]: Extent, share: number): Extent {
  const room = (to - from) * share || Math.abs(from) * 0.001 || 1;
  return [from - room, to + room];
}

/**
 * Round values within an extent: 1, 2 or 5 times a power of ten apart, as many as come next to a
 * count.
 *
 * @example roundValues([0, 9], 4) // [0, 2, 4, 6, 8]
 */
export function roundValues([from, to]: Extent, count: number): number[] {
  const rough = (to - from) / count;
  if (!(rough > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((one) => rough <= one * power * (1 + 1e-9)) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from(
    { length: last - first + 1 },
    (_, i) => Number(((first + i) * step).toPrecision(12)),
  );
}

/** How many digits after the point tell such values apart. */
export function digitsOf(values: readonly number[]): number {
  const least = Math.min(...values.slice(1).map((value, i) => Math.abs(value - values[i]!)));
  return Number.isFinite(least) && least > 0
    ? Math.min(Math.max(-Math.floor(Math.log10(least) + 1e-9), 0), 8)
    : 2;
}

/** A place in a drawing as text: to a tenth of a pixel. */
export function place(value: number): string {
  return String(Math.round(value * 10) / 10);
}
