/**
 * The distribution of an instrument's trade sizes, and which of them are large.
 *
 * Sizes are counted in buckets, sixteen to an octave, so that a quantile is right to 1/16 of its
 * value, in bounded memory, whatever the distribution (log-linear buckets: HdrHistogram,
 * G. Tene; the guarantee of relative error: DDSketch, Masson, Rim and Lee, VLDB 2019). The quantile
 * is kept at hand: a size that is counted moves it by a bucket or none, mostly. P-squared (Jain and
 * Chlamtac, 1985) is smaller, but has no bound on its error, and trade sizes, mostly one round lot,
 * are what it is bad at.
 *
 * Each time a million sizes are counted, all counts are halved: what was long ago weighs less and
 * less, and no count grows without bound. Until then the order does not matter, and merging the
 * counts of parts equals counting the whole.
 *
 * @module
 */
import { Buckets } from "./buckets.ts";

/** Sizes from 2^-20 (a millionth) to 2^40 (a million million); beyond, the first and last bucket. */
const LOWEST_EXPONENT = -20;
const EXPONENTS = 60;
const PER_OCTAVE = 16;
const BUCKETS = EXPONENTS * PER_OCTAVE;
/** Sizes at which all counts are halved. */
const FORGET = 1_000_000;
/** The number of the first bucket, as the top bits of a double have it (the exponent's bias is 1,023). */
const BASE = (1_023 + LOWEST_EXPONENT) * PER_OCTAVE;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** Which of the two words holds the exponent. */
const TOP = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

/** Sizes counted so far, as they are kept. */
export interface SizesRecord {
  readonly quantile: number;
  /** The buckets that hold anything, and how many sizes each. */
  readonly counts: readonly (readonly [bucket: number, count: number])[];
}

/** Counts of sizes that have no say yet. */
export class SizeCounts {
  readonly #counts = new Buckets();
  /** The buckets that hold anything. */
  readonly #filled: number[] = [];

  /** Counts a size above 0. */
  add(size: number): void {
    const bucket = bucketOf(size);
    if (this.#counts.add(bucket, 1) === 0) this.#filled.push(bucket);
  }

  /** Hands over what was counted, and begins anew. */
  empty(into: (bucket: number, count: number) => void): void {
    for (const bucket of this.#filled) into(bucket, this.#counts.take(bucket));
    this.#filled.length = 0;
  }
}

/** Counts sizes, and tells a quantile of them. */
export class Sizes {
  readonly #quantile: number;
  readonly #counts = new Buckets();
  #count = 0;
  /** The least bucket with at most `1 - quantile` of the sizes above it. */
  #mark = 0;
  #above = 0;

  /**
   * @param quantile above 0 and below 1.
   * @throws RangeError where it is not.
   */
  constructor(quantile: number) {
    if (!(quantile > 0 && quantile < 1)) {
      throw new RangeError(
        `Cannot count sizes: the quantile must be between 0 and 1 (was ${quantile}).`,
      );
    }
    this.#quantile = quantile;
  }

  /** Sizes counted, halved as the counts are. */
  get count(): number {
    return this.#count;
  }

  /**
   * What the quantile's share of all sizes is below: the quantile, or up to 1/16 of it more. 0 where
   * none is counted.
   */
  get threshold(): number {
    if (this.#count === 0) return 0;
    const octave = Math.floor(this.#mark / PER_OCTAVE);
    const part = this.#mark % PER_OCTAVE + 1;
    return 2 ** (octave + LOWEST_EXPONENT) * (1 + part / PER_OCTAVE);
  }

  /** Whether a size above 0 is at the threshold or beyond it. */
  reaches(size: number): boolean {
    return this.#count > 0 && bucketOf(size) > this.#mark;
  }

  /** Counts a size above 0. */
  add(size: number): void {
    this.#put(bucketOf(size), 1);
    this.#settle();
  }

  /** Takes what was counted; nothing is left of it there. */
  take(counts: SizeCounts): void {
    counts.empty((bucket, count) => this.#put(bucket, count));
    this.#settle();
  }

  /** Counts the sizes that another one counted. */
  merge(other: Sizes): void {
    other.#counts.each((bucket, count) => this.#put(bucket, count));
    this.#settle();
  }

  /** The counts as they are kept. */
  record(): SizesRecord {
    const counts: [number, number][] = [];
    this.#counts.each((bucket, count) => counts.push([bucket, count]));
    return { quantile: this.#quantile, counts };
  }

  /** The counts that were kept. */
  static from({ quantile, counts }: SizesRecord): Sizes {
    const sizes = new Sizes(quantile);
    for (const [bucket, count] of counts) sizes.#put(bucket, count);
    sizes.#settle();
    return sizes;
  }

  #put(bucket: number, count: number): void {
    this.#counts.add(bucket, count);
    this.#count += count;
    if (bucket > this.#mark) this.#above += count;
  }

  /** Moves the mark to where it belongs. */
  #settle(): void {
    while (this.#count >= FORGET) this.#halve();
    const most = (1 - this.#quantile) * this.#count;
    while (this.#above > most) this.#above -= this.#counts.at(++this.#mark);
    while (this.#mark > 0 && this.#above + this.#counts.at(this.#mark) <= most) {
      this.#above += this.#counts.at(this.#mark--);
    }
  }

  #halve(): void {
    this.#count = this.#above = 0;
    this.#counts.halve();
    this.#counts.each((bucket, count) => {
      this.#count += count;
      if (bucket > this.#mark) this.#above += count;
    });
  }
}

/** The exponent and the first four bits after it, which are the top bits of a double. */
function bucketOf(size: number): number {
  double[0] = size;
  return Math.min(Math.max((words[TOP]! >>> 16) - BASE, 0), BUCKETS - 1);
}
