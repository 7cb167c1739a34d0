/**
 * Growth: how much counters that only grow did so of late. They are looked at every so often, so
 * that counting itself costs nothing more.
 *
 * @module
 */
import type { Micros } from "./time.ts";

/** How much some counters grew, and within what time. */
export interface Grown {
  /** From the look that it is counted from until now. */
  readonly span: Micros;
  /** By counter, in the order in which they are given. */
  readonly counts: readonly number[];
}

/** The growth of some counters that begin at 0. */
export class Growth {
  readonly #every: Micros;
  readonly #looks: number;
  readonly #width: number;
  /** A look after the other: its time, and what each counter said. */
  readonly #marks: Float64Array;
  #taken = 0;

  /**
   * @param counters how many.
   * @param every how long at least lies between two looks that are kept.
   * @param looks how many are kept: growth is counted over `every * looks`, or somewhat more.
   */
  constructor(counters: number, every: Micros, looks: number) {
    this.#every = every;
    this.#looks = looks;
    this.#width = counters + 1;
    this.#marks = new Float64Array(this.#width * looks);
  }

  /** Looks at the counters, unless the last look is too young. */
  look(now: Micros, counts: readonly number[]): void {
    if (this.#taken > 0 && now - this.#time(this.#taken - 1) < this.#every) return;
    const at = this.#place(this.#taken++);
    this.#marks[at] = now;
    for (let index = 0; index < counts.length; index++) {
      this.#marks[at + 1 + index] = counts[index]!;
    }
  }

  /**
   * How much they have grown since the oldest look that is kept; in all, as long as none had to give
   * way to another.
   */
  since(now: Micros, counts: readonly number[]): Grown {
    if (this.#taken === 0) return { span: 0, counts: [...counts] };
    const oldest = Math.max(0, this.#taken - this.#looks);
    const span = now - this.#time(oldest);
    if (oldest === 0) return { span, counts: [...counts] };
    const at = this.#place(oldest);
    return { span, counts: counts.map((count, index) => count - this.#marks[at + 1 + index]!) };
  }

  #time(look: number): Micros {
    return this.#marks[this.#place(look)]!;
  }

  #place(look: number): number {
    return (look % this.#looks) * this.#width;
  }
}
