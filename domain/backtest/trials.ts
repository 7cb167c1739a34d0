/**
 * The trials of one instrument's signals, in one walk along its candles.
 *
 * @module
 */
import { type Outcome, Trial, type TrialCandle, type TrialOptions } from "./trial.ts";
import type { Signal } from "../signal.ts";
import type { Micros } from "../time.ts";

/** Tries signals, candle by candle; what it holds at a time are those that are not over. */
export class Trials {
  readonly #signals: readonly Signal[];
  readonly #horizonOf: (signal: Signal) => Micros;
  readonly #step: number;
  readonly #trials: Trial[] = [];
  #active: Trial[] = [];
  #close: number | null = null;
  #end: Micros = -Infinity;

  /**
   * @param signals ascending by time.
   * @param step the instrument's smallest price step.
   */
  constructor(
    signals: readonly Signal[],
    { horizonOf, step }: Pick<TrialOptions, "step"> & { horizonOf: (signal: Signal) => Micros },
  ) {
    this.#signals = signals;
    this.#horizonOf = horizonOf;
    this.#step = step;
  }

  /** Goes on by a candle; they come ascending. */
  next(candle: TrialCandle): void {
    this.#begin(candle.start);
    for (const trial of this.#active) trial.next(candle);
    this.#active = this.#active.filter(({ isOver }) => !isOver);
    this.#close = candle.close;
    this.#end = candle.end;
  }

  /** How each signal fared, in their order, where the candles end here. */
  finish(): Outcome[] {
    this.#begin(Infinity);
    return this.#trials.map((trial) => trial.finish(this.#end));
  }

  /** Begins the trials of what had been said by then. */
  #begin(time: Micros): void {
    while (true) {
      const signal = this.#signals[this.#trials.length];
      if (signal === undefined || signal.time > time) return;
      const horizon = this.#horizonOf(signal);
      const trial = new Trial(signal, { horizon, step: this.#step, close: this.#close });
      this.#trials.push(trial);
      this.#active.push(trial);
    }
  }
}
