/**
 * Runs: a batch put in order by instrument, so that what is known of one is fetched from memory once
 * a batch and not once a tick.
 *
 * @module
 */
import type { Tick } from "../../domain/tick.ts";

/** Where one instrument's ticks are in the batch that is being put in order. */
export class Run {
  /** The place of the first one; -1 between batches. */
  first = -1;
  last = -1;
}

/** Puts batches in order. */
export class Sorter {
  /** By a tick's place the place of the next one of its run. */
  #next = new Uint32Array(1_024);

  /**
   * The ticks run by run, the runs in the order of their first ticks, each in the order received.
   *
   * @param runOf the run of a symbol.
   */
  sort(ticks: readonly Tick[], runOf: (symbol: string) => Run): Tick[] {
    if (ticks.length > this.#next.length) this.#next = new Uint32Array(2 * ticks.length);
    const next = this.#next;
    const runs: Run[] = [];
    let symbol: string | undefined;
    let run!: Run;
    for (let at = 0; at < ticks.length; at++) {
      const tick = ticks[at]!;
      if (tick.symbol !== symbol) {
        symbol = tick.symbol;
        run = runOf(symbol);
      }
      if (run.first >= 0) next[run.last] = at;
      else {
        run.first = at;
        runs.push(run);
      }
      run.last = at;
    }
    const sorted: Tick[] = [];
    for (const run of runs) {
      for (let at = run.first; at !== run.last; at = next[at]!) sorted.push(ticks[at]!);
      sorted.push(ticks[run.last]!);
      run.first = -1;
    }
    return sorted;
  }
}
