/**
 * How a signal fared, given the candles that came after it.
 *
 * The rules, for a `buy`; a `sell` is the same upside down:
 *
 * - It is tried from the first candle that begins at its time or later, up to its deadline: its time
 *   and the horizon. Each signal is tried by itself, whatever others are open.
 * - Where the market stands at the entry already (the last close is within a step of it), it is
 *   entered at the next open. Else it waits until the market comes there: at the entry, or at the open
 *   of a candle that jumps past it.
 * - It is `missed` where that does not happen, or where the market is at the stop or the target first.
 * - The stop is left at its price, or at the open of a candle that begins beyond it. The target is left
 *   at its price, also where a candle begins beyond it.
 * - Where one candle has both the stop and the target, the stop came first. In a candle in which it is
 *   entered after the open, the stop counts and the target does not, since the order is not known.
 * - At its deadline it is `expired`, at the last close. Where the candles end before, it is
 *   `undecided`.
 * - The adverse excursion is the furthest that the price may have gone against it while it was open,
 *   the favourable one the furthest that it surely went its way.
 *
 * So what is not known is decided against the signal.
 *
 * @module
 */
import type { Candle } from "../candle.ts";
import { plain } from "../plain.ts";
import type { Signal } from "../signal.ts";
import { signOf } from "../strategies/prices.ts";
import type { Micros } from "../time.ts";

/** How a signal ended. */
export type TrialResult = "target" | "stop" | "expired" | "undecided" | "missed";

/** A price at an instant. */
export interface Fill {
  /** The start of the candle in which it came; of an expiry the end of the last one. */
  readonly time: Micros;
  readonly price: number;
}

/** How a signal fared. */
export interface Outcome {
  readonly signal: Signal;
  readonly result: TrialResult;
  /** `null` where it was not entered. */
  readonly entered: Fill | null;
  /** Where it was left or, undecided, what it stood at last; `null` where it was not entered. */
  readonly left: Fill | null;
  /** The furthest that the price went its way from where it was entered; 0 or more. */
  readonly favourable: number;
  /** The furthest that it may have gone against it; 0 or more. */
  readonly adverse: number;
}

/** What a signal is tried by. */
export interface TrialOptions {
  /** How long after its time it may be entered and left. */
  readonly horizon: Micros;
  /** The instrument's smallest price step. */
  readonly step: number;
  /** The last close known when it was given; `null` where none was. */
  readonly close: number | null;
}

/** What is looked at of a candle. */
export type TrialCandle = Pick<Candle, "start" | "end" | "open" | "high" | "low" | "close">;

/** The prices of a candle by direction: those of a `sell` are negated, so that up is always good. */
interface Path {
  readonly open: number;
  readonly best: number;
  readonly worst: number;
  readonly close: number;
}

/** Tries one signal, candle by candle. */
export class Trial {
  readonly #signal: Signal;
  readonly #options: TrialOptions;
  readonly #sign: 1 | -1;
  readonly #entry: number;
  readonly #stop: number;
  readonly #target: number;
  #result: TrialResult | null = null;
  #entered: Fill | null = null;
  #left: Fill | null = null;
  /** Where it was entered, by direction. */
  #from = NaN;
  #favourable = 0;
  #adverse = 0;
  /** The last close, by direction, and when it was. */
  #last: number;
  #lastEnd: Micros;

  constructor(signal: Signal, options: TrialOptions) {
    this.#signal = signal;
    this.#options = options;
    this.#sign = signOf(signal.side);
    this.#entry = this.#sign * signal.entry;
    this.#stop = this.#sign * signal.stop;
    this.#target = this.#sign * signal.target;
    this.#last = options.close === null ? NaN : this.#sign * options.close;
    this.#lastEnd = signal.time;
  }

  /** Whether nothing that comes can change the outcome. */
  get isOver(): boolean {
    return this.#result !== null;
  }

  /** Goes on by a candle; those before the signal say nothing. They come ascending. */
  next(candle: TrialCandle): void {
    const { time } = this.#signal;
    if (this.isOver || candle.start < time) return;
    if (candle.start >= time + this.#options.horizon) return this.#expire();
    const path = this.#pathOf(candle);
    const isOpenSeen = this.#entered === null ? this.#enter(candle, path) : true;
    if (this.#entered !== null && !this.isOver) this.#hold(candle, path, isOpenSeen);
    this.#last = path.close;
    this.#lastEnd = candle.end;
  }

  /** How it fared, where the candles end here. @param end when they do. */
  finish(end: Micros): Outcome {
    const { horizon } = this.#options;
    if (!this.isOver && end >= this.#signal.time + horizon) this.#expire();
    const isEntered = this.#entered !== null;
    return {
      signal: this.#signal,
      result: this.#result ?? "undecided",
      entered: this.#entered,
      left: this.#left ?? (isEntered ? this.#fill(this.#lastEnd, this.#last) : null),
      favourable: plain(this.#favourable),
      adverse: plain(this.#adverse),
    };
  }

  /** Enters where the market comes to the entry. @returns whether that was at the open. */
  #enter({ start }: TrialCandle, { best, open, worst }: Path): boolean {
    const entry = this.#entry;
    const isThere = Math.abs(this.#last - entry) <= this.#options.step * (1 + 1e-9);
    const isPast = (this.#last - entry) * (open - entry) <= 0;
    if (isThere || isPast || open === entry) {
      if (open <= this.#stop || open >= this.#target) this.#result = "missed";
      else this.#begin(start, open);
      return true;
    }
    if (worst <= entry && best >= entry) this.#begin(start, entry);
    else if (worst <= this.#stop || best >= this.#target) this.#result = "missed";
    return false;
  }

  #begin(time: Micros, price: number): void {
    this.#from = price;
    this.#entered = this.#fill(time, price);
  }

  /** @param isOpenSeen whether it was open from the candle's start. */
  #hold({ start }: TrialCandle, { best, close, open, worst }: Path, isOpenSeen: boolean): void {
    if (isOpenSeen && open <= this.#stop) return this.#leave("stop", start, open);
    if (isOpenSeen) this.#reach(open);
    if (worst <= this.#stop) return this.#leave("stop", start, this.#stop);
    this.#reach(worst);
    if (isOpenSeen && best >= this.#target) return this.#leave("target", start, this.#target);
    this.#reach(isOpenSeen ? best : close);
  }

  #leave(result: "stop" | "target", time: Micros, price: number): void {
    this.#reach(price);
    this.#result = result;
    this.#left = this.#fill(time, price);
  }

  #expire(): void {
    this.#result = this.#entered === null ? "missed" : "expired";
    if (this.#entered !== null) this.#left = this.#fill(this.#lastEnd, this.#last);
  }

  #reach(price: number): void {
    this.#favourable = Math.max(this.#favourable, price - this.#from);
    this.#adverse = Math.max(this.#adverse, this.#from - price);
  }

  #fill(time: Micros, price: number): Fill {
    return { time, price: this.#sign * price };
  }

  #pathOf({ open, high, low, close }: TrialCandle): Path {
    const sign = this.#sign;
    return sign === 1
      ? { open, best: high, worst: low, close }
      : { open: -open, best: -low, worst: -high, close: -close };
  }
}

/** Tries a signal on candles, ascending; what begins before it is passed over. @param end when they end. */
export function tryOut(
  signal: Signal,
  candles: readonly TrialCandle[],
  options: TrialOptions,
  end: Micros,
): Outcome {
  const trial = new Trial(signal, options);
  for (const candle of candles) trial.next(candle);
  return trial.finish(end);
}
