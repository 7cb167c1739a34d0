/**
 * The event loop's lag: how late its timers are. One that is late once may have waited for the
 * collector; most of them are only where there is too much to do.
 *
 * @module
 */

/** Between two timers, in milliseconds. */
export const SAMPLE = 100;
/** The lag is that of so long, in milliseconds. */
const WINDOW = 3_000;

/** Measures it. */
export class LagMeter {
  readonly #uptime: () => number;
  readonly #began: number;
  #last: number;
  #samples: { readonly at: number; readonly lag: number }[] = [];

  /** @param uptime milliseconds, monotonic. */
  constructor(uptime: () => number) {
    this.#uptime = uptime;
    this.#began = this.#last = uptime();
  }

  /** Says that a timer went off, which was set for {@link SAMPLE} after the one before. */
  sample(): void {
    const at = this.#uptime();
    this.#samples.push({ at, lag: Math.max(0, at - this.#last - SAMPLE) });
    this.#last = at;
    while (this.#samples[0]!.at < at - WINDOW) this.#samples.shift();
  }

  /** The median of late, in seconds; 0 before that is known. */
  get seconds(): number {
    if (this.#last - this.#began < WINDOW) return 0;
    const lags = this.#samples.map(({ lag }) => lag).sort((a, b) => a - b);
    return (lags[lags.length >> 1] ?? 0) / 1_000;
  }
}
