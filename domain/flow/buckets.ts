/**
 * Counts by the number of a bucket, with room for those between the lowest and the highest that was
 * counted: an instrument's sizes lie close together, and there are many instruments.
 *
 * @module
 */

/** Room is taken for so many at once: as many as a line of the processor's cache holds. */
const STRETCH = 16;

/** Counts by bucket. */
export class Buckets {
  /** The bucket of the first count. */
  #first = 0;
  #counts = new Uint32Array(0);

  /** How many are in a bucket. */
  at(bucket: number): number {
    const at = bucket - this.#first;
    return at >= 0 && at < this.#counts.length ? this.#counts[at]! : 0;
  }

  /** Adds to a bucket, and tells how many were in it before. */
  add(bucket: number, count: number): number {
    let at = bucket - this.#first;
    if (at < 0 || at >= this.#counts.length) at = this.#reach(bucket);
    const before = this.#counts[at]!;
    this.#counts[at] = before + count;
    return before;
  }

  /** Empties a bucket, and tells how many were in it. */
  take(bucket: number): number {
    const count = this.at(bucket);
    if (count > 0) this.#counts[bucket - this.#first] = 0;
    return count;
  }

  /** Shows each bucket that holds any, in order. */
  each(show: (bucket: number, count: number) => void): void {
    this.#counts.forEach((count, at) => {
      if (count > 0) show(this.#first + at, count);
    });
  }

  /** Halves all counts, and rounds down. */
  halve(): void {
    this.#counts.forEach((count, at) => this.#counts[at] = count >>> 1);
  }

  /** Makes room for a bucket; its place. */
  #reach(bucket: number): number {
    const start = bucket - bucket % STRETCH;
    const isFirst = this.#counts.length === 0;
    const first = isFirst ? start : Math.min(start, this.#first);
    const end = Math.max(start + STRETCH, isFirst ? 0 : this.#first + this.#counts.length);
    const counts = new Uint32Array(end - first);
    if (!isFirst) counts.set(this.#counts, this.#first - first);
    this.#counts = counts;
    this.#first = first;
    return bucket - first;
  }
}
