/**
 * A ring of bounded length: pushing onto a full one lets go of the oldest.
 *
 * @module
 */

/** The last `capacity` values pushed, by index from the oldest. */
export class Ring<T> {
  readonly #slots: T[] = [];
  #head = 0;

  /** @param capacity at least 1. */
  constructor(readonly capacity: number) {
    if (!Number.isSafeInteger(capacity) || capacity < 1) {
      throw new RangeError(
        `Cannot make a ring: its capacity must be at least 1 (was ${capacity}).`,
      );
    }
  }

  /** Values held, at most `capacity`. */
  get length(): number {
    return this.#slots.length;
  }

  /** Adds a value and returns the one that had to go, if any. */
  push(value: T): T | undefined {
    if (this.#slots.length < this.capacity) {
      this.#slots.push(value);
      return undefined;
    }
    const gone = this.#slots[this.#head];
    this.#slots[this.#head] = value;
    this.#head = this.#head + 1 === this.capacity ? 0 : this.#head + 1;
    return gone;
  }

  /** The value at an index from the oldest (0) to the newest (`length - 1`). */
  at(index: number): T | undefined {
    if (index < 0 || index >= this.#slots.length) return undefined;
    const at = this.#head + index;
    return this.#slots[at < this.#slots.length ? at : at - this.#slots.length];
  }

  /**
   * The first index whose value meets a condition that holds from some point on; `length` where
   * none does. Takes log2(length) steps.
   */
  firstWhere(holds: (value: T) => boolean): number {
    let low = 0;
    let high = this.#slots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(this.at(middle)!)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
