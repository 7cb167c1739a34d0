/**
 * Gathering: under load the frames of a few milliseconds are dealt out together, for much of what it
 * costs to take them through the tree is per batch. The longer a batch takes, the more go into the
 * next; a frame that comes alone does not wait.
 *
 * @module
 */
import type { Tick } from "../../domain/tick.ts";

/** Between two batches under load, in milliseconds: as long as the last one took, within these. */
const LEAST = 2;
const MOST = 10;

/** Gathers ticks, in the order received. */
export class Gatherer {
  #waiting: Tick[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the next batch may go. */
  #next = -Infinity;
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
    const wait = this.#next - performance.now();
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
    const began = performance.now();
    this.#deal(ticks);
    const ended = performance.now();
    this.#next = ended + Math.min(Math.max(ended - began, LEAST), MOST);
  }
}
