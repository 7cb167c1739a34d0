/**
 * The injected clock of the data plane: the wall's in a live run, the recording's in a replay.
 *
 * @module
 */
import { type Micros, MILLISECOND } from "../domain/time.ts";

/** Says what time it is for the data. */
export interface Clock {
  now(): Micros;
  /** Whether the feed itself moves it, by {@link DrivenClock.set}. */
  readonly driven: boolean;
}

/** The wall's clock, to the millisecond. */
export const wallClock: Clock = { now: () => Date.now() * MILLISECOND, driven: false };

/** A clock that stands still until it is set, and never goes back. */
export class DrivenClock implements Clock {
  readonly driven = true;
  #now: Micros;

  constructor(start: Micros) {
    this.#now = start;
  }

  now(): Micros {
    return this.#now;
  }

  set(time: Micros): void {
    if (time > this.#now) this.#now = time;
  }
}
