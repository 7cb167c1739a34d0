/**
 * The pace of a recording: its clock against the wall's.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { type Micros, MILLISECOND, SECOND } from "../../domain/time.ts";

/** The least and the most that it sleeps at a time, in milliseconds. */
const SHORTEST = 5;
const LONGEST = 1_000;

/** Holds a recording back to a multiple of the speed of life, from the first time asked about on. */
export class Pace {
  readonly #speed: number;
  /** Where it began, in the recording's time and in `performance.now()`. */
  #origin: { readonly clock: Micros; readonly wall: number } | null = null;

  /** @param speed `max`, or how many times as fast as life: above 0. */
  constructor(speed: "max" | number) {
    this.#speed = speed === "max" ? Infinity : speed;
  }

  /** Where the recording should be by the wall's clock; Infinity at `max`. */
  now(): Micros {
    if (this.#origin === null) return Infinity;
    const { clock, wall } = this.#origin;
    return clock + Math.floor((performance.now() - wall) * MILLISECOND * this.#speed);
  }

  /** Whether a clock time of the recording is not due yet. */
  isEarly(clock: Micros): boolean {
    if (this.#speed === Infinity) return false;
    this.#origin ??= { clock, wall: performance.now() };
    return clock > this.now();
  }

  /**
   * Sleeps until a clock time is due, or for a part of that: no longer than to the recording's next
   * whole second.
   */
  async sleep(clock: Micros, signal: AbortSignal): Promise<void> {
    const now = this.now();
    const second = (Math.floor(now / SECOND) + 1) * SECOND;
    const wait = (Math.min(clock, second) - now) / MILLISECOND / this.#speed;
    await delay(Math.min(Math.max(wait, SHORTEST), LONGEST), undefined, { signal });
  }
}
