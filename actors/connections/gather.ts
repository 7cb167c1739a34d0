/**
 * Gathering: under load the frames of a few milliseconds are dealt out together, for what it costs
 * to take them through the tree is per batch. A frame that comes alone does not wait.
 *
 * @module
 */
import type { Tick } from "../../domain/tick.ts";

/** Between two batches under load, in milliseconds. */
const PACE = 2;

/** Gathers ticks, in the order received. */
export class Gatherer {
  #waiting: Tick[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = -Infinity;
  readonly #deal: (ticks: Tick[]) => void;

  /** @param deal takes each batch; must not throw. */
  constructor(deal: (ticks: Tick[]) => void) {
    this.#deal = deal;
  }

  /** Takes a frame's ticks. */
  add(ticks: Tick[]): void {
    if (this.#waiting.length > 0) {
      for (const tick of ticks) this.#waiting.push(tick);
      return;
    }
    const wait = this.#last + PACE - performance.now();
    this.#waiting = ticks;
    if (wait <= 0) this.flush();
    else this.#timer = setTimeout(() => this.flush(), wait);
  }

  /** Deals out what waits: before anything else is said of the feed. */
  flush(): void {
    clearTimeout(this.#timer);
    if (this.#waiting.length === 0) return;
    const ticks = this.#waiting;
    this.#waiting = [];
    this.#deal(ticks);
    this.#last = performance.now();
  }
}
