/**
 * Credit: how a source that can wait is made to wait. It reserves before it sends, and whoever
 * finishes with a tick (kept, refused or shed) gives it back.
 *
 * @module
 */

/** A count of ticks that may be under way at once. */
export class Credit {
  #available: number;
  readonly #waiting: { count: number; go: () => void }[] = [];

  /** @param limit ticks under way at once, at least 1. */
  constructor(readonly limit: number) {
    this.#available = limit;
  }

  /** Ticks that may be sent now. */
  get available(): number {
    return this.#available;
  }

  /**
   * Waits until `count` ticks may be sent, and takes them. Served in order.
   *
   * @param count at most `limit`.
   * @throws RangeError where `count` could never be had; the signal's reason when it aborts.
   */
  async reserve(count: number, signal: AbortSignal): Promise<void> {
    if (count > this.limit) {
      throw new RangeError(`Cannot reserve ${count} ticks: the limit is ${this.limit}.`);
    }
    signal.throwIfAborted();
    if (this.#waiting.length === 0 && this.#available >= count) {
      this.#available -= count;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const entry = { count, go: resolve };
    this.#waiting.push(entry);
    const abort = () => {
      const index = this.#waiting.indexOf(entry);
      // Served already, in the moment before the caller went on: it has its ticks.
      if (index < 0) return;
      this.#waiting.splice(index, 1);
      reject(signal.reason);
      this.#serve();
    };
    signal.addEventListener("abort", abort, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** Gives `count` ticks back. */
  give(count: number): void {
    this.#available = Math.min(this.limit, this.#available + count);
    this.#serve();
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (next.count > this.#available) return;
      this.#available -= next.count;
      this.#waiting.shift();
      next.go();
    }
  }
}
