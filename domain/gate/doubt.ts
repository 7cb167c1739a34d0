/**
 * A price in doubt: it is far from where prices usually are, and what follows decides.
 *
 * @module
 */
import type { Micros } from "../time.ts";

/** Later ticks where prices usually are that refute it. */
const REFUTED = 2;

/** How a doubt came out. */
export type Outcome = "open" | "believed" | "refuted";

/** Where prices would be if what is in doubt were true, and what spoke for and against it. */
export class Doubt {
  readonly #confirmations: number;
  #x: number;
  #y: number;
  #votes = 0;
  #refusals = 0;

  /** @param x @param y the prices of the tick in doubt; `NaN` where it has none. */
  constructor(confirmations: number, x: number, y: number) {
    this.#confirmations = confirmations;
    this.#x = x;
    this.#y = y;
  }

  /** The first price. */
  get x(): number {
    return this.#x;
  }

  /** The second price. */
  get y(): number {
    return this.#y;
  }

  /** How it stands. */
  get outcome(): Outcome {
    if (this.#votes >= this.#confirmations) return "believed";
    return this.#refusals >= REFUTED ? "refuted" : "open";
  }

  /**
   * Weighs a later tick.
   *
   * @param usual its distance from where prices usually are; 1 is as far as one may be.
   * @param doubted its distance from the price in doubt, likewise.
   */
  weigh(x: number, y: number, usual: number, doubted: number): Outcome {
    if (usual <= 1 && usual <= doubted) this.#refusals++;
    else if (doubted <= 1) this.#votes++;
    else {
      // Neither here nor there: from now on this one is the question.
      this.#x = x;
      this.#y = y;
      this.#votes = 0;
    }
    return this.outcome;
  }
}

/** Until when a tick may wait: never past the close of its minute, which it would miss. */
export function waitUntil(
  time: Micros,
  receivedAt: Micros,
  hold: Micros,
  closeOf: (time: Micros) => Micros,
): Micros {
  const close = closeOf(time);
  return close > receivedAt ? Math.min(receivedAt + hold, close) : receivedAt + hold;
}
