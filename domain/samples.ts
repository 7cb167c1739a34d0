/**
 * The last so many samples of a figure, of which quantiles are exact: bounded memory, and nothing to
 * do for a sample but to put it down.
 *
 * @module
 */

/** What some samples say, in the samples' own unit. */
export interface Quantiles {
  /** How many they are. */
  readonly samples: number;
  readonly min: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** A figure's last samples. They are held as 32-bit floats: to seven digits or so. */
export class Samples {
  readonly #values: Float32Array;
  #added = 0;

  /** @param capacity samples held; at least 1. */
  constructor(capacity: number) {
    this.#values = new Float32Array(capacity);
  }

  /** Puts a sample in the place of the oldest. */
  add(value: number): void {
    this.#values[this.#added++ % this.#values.length] = value;
  }

  /** What those held say, by nearest rank; `null` without any. */
  quantiles(): Quantiles | null {
    const samples = Math.min(this.#added, this.#values.length);
    if (samples === 0) return null;
    const sorted = this.#values.slice(0, samples).sort();
    const at = (share: number) => sorted[Math.max(0, Math.ceil(share * samples) - 1)]!;
    return {
      samples,
      min: sorted[0]!,
      p50: at(0.5),
      p95: at(0.95),
      p99: at(0.99),
      max: sorted[samples - 1]!,
    };
  }
}
