/**
 * Time by price (TPO, "time price opportunity"): in how many brackets of a session each price was
 * traded. A bracket, half an hour by the Market Profile's custom, marks every price between its low
 * and its high with its letter (CBOT, "A Six-Part Study Guide to Market Profile"), so a low and a
 * high for each bracket is all that is kept, and the order of the ticks does not matter.
 *
 * @module
 */
import { type Micros, MINUTE } from "../time.ts";
import { type BinOptions, type Bins, HALF, mustBeAlike, priceAt, settleBins } from "./bins.ts";

/** The letters of the brackets: A to Z, then a to z. */
export const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** How a profile of time is built. */
export interface TpoOptions extends BinOptions {
  /** The session's start; inclusive. */
  readonly start: Micros;
  /** Exclusive. */
  readonly end: Micros;
  /** The length of a bracket; half an hour unless said. */
  readonly bracket?: Micros | undefined;
}

/** A profile of time as it is kept: one row. */
export interface TpoRecord extends Required<TpoOptions> {
  readonly symbol: string;
  readonly bracket: Micros;
  /** The lowest and the highest step of each bracket, `null` for one without a tick. */
  readonly brackets: readonly (readonly [low: number, high: number] | null)[];
}

/** The prices of a bracket or of several. */
export interface PriceRange {
  readonly low: number;
  readonly high: number;
}

/** The length of a bracket unless said. */
export const BRACKET: Micros = 30 * MINUTE;

/** Brackets that make the initial balance: the first hour, where a bracket is half of one. */
const INITIAL = 2;

/** A growing profile of time. */
export class TpoProfile {
  readonly start: Micros;
  readonly end: Micros;
  readonly bracket: Micros;
  readonly step: number;
  readonly binSteps: number;
  readonly maxBins: number;
  readonly #perStep: number;
  readonly #lows: Float64Array;
  readonly #highs: Float64Array;

  /**
   * @throws RangeError where an option is out of its range, or the session has more brackets than
   * there are letters.
   */
  constructor(options: TpoOptions) {
    const { start, end, bracket = BRACKET } = options;
    const { step, binSteps, maxBins } = settleBins(options);
    const count = Math.ceil((end - start) / bracket);
    if (!(bracket > 0 && count >= 1 && count <= LETTERS.length)) {
      throw new RangeError(
        `Cannot make a profile of time: it must have 1 to ${LETTERS.length} brackets (was ` +
          `${count}, of ${bracket / MINUTE} minutes); choose another bracket.`,
      );
    }
    this.start = start;
    this.end = end;
    this.bracket = bracket;
    this.step = step;
    this.binSteps = binSteps;
    this.maxBins = maxBins;
    this.#perStep = 1 / step;
    this.#lows = new Float64Array(count).fill(Infinity);
    this.#highs = new Float64Array(count).fill(-Infinity);
  }

  /** Marks a price at a time; nothing where the time is outside the session. */
  add(time: Micros, price: number): void {
    if (!(time >= this.start && time < this.end) || !Number.isFinite(price)) return;
    const at = this.#stepOf(price);
    this.#mark(Math.floor((time - this.start) / this.bracket), at, at);
  }

  /**
   * Adds another profile of the same session and instrument.
   *
   * @throws MarketdError `profile-mismatch`, terminal, where it was built by other options.
   */
  merge(other: TpoProfile): void {
    mustBeAlike<TpoProfile>(this, other, [
      "start",
      "end",
      "bracket",
      "step",
      "binSteps",
      "maxBins",
    ]);
    other.#lows.forEach((low, i) => this.#mark(i, low, other.#highs[i]!));
  }

  /** How many brackets touched each bin. */
  bins(): Bins {
    const { step, maxBins } = this;
    const low = this.#lows.reduce((least, one) => Math.min(least, one));
    const high = this.#highs.reduce((most, one) => Math.max(most, one));
    let width = this.binSteps;
    if (low > high) return { step, width, first: 0, values: [] };
    const binOf = (at: number) => Math.floor(at / width);
    while (binOf(high) - binOf(low) >= maxBins) width *= 2;
    const first = binOf(low);
    const values = new Float64Array(binOf(high) - first + 1);
    this.#lows.forEach((from, i) => {
      const to = binOf(this.#highs[i]!);
      for (let bin = binOf(from); bin <= to; bin++) values[bin - first]!++;
    });
    return { step, width, first, values };
  }

  /** The letters of the brackets that touched a price, in the order of time: a row of the chart. */
  lettersAt(price: number): string {
    const at = this.#stepOf(price);
    const touched = [...LETTERS].filter((_, i) => this.#lows[i]! <= at && at <= this.#highs[i]!);
    return touched.join("");
  }

  /**
   * The range of the session's first hour (Steidlmayer's initial balance: the first two brackets);
   * `null` while nothing was traded in it.
   *
   * @param besides ranges that are not in it yet, each of the bracket that its start is in.
   */
  initialBalance(
    besides: readonly (PriceRange & { readonly start: Micros })[] = [],
  ): PriceRange | null {
    let [low, high] = [Infinity, -Infinity];
    for (let at = 0; at < INITIAL && at < this.#lows.length; at++) {
      low = Math.min(low, this.#lows[at]!);
      high = Math.max(high, this.#highs[at]!);
    }
    for (const one of besides) {
      const isIn = one.low <= one.high && one.start >= this.start && one.start < this.end &&
        one.start < this.start + INITIAL * this.bracket;
      if (!isIn) continue;
      low = Math.min(low, this.#stepOf(one.low));
      high = Math.max(high, this.#stepOf(one.high));
    }
    if (low > high) return null;
    return { low: priceAt(low, this.step), high: priceAt(high, this.step) };
  }

  /** The profile as it is kept. */
  record(symbol: string): TpoRecord {
    const { start, end, bracket, step, binSteps, maxBins } = this;
    const brackets = Array.from(this.#lows, (low, i): [number, number] | null => {
      const high = this.#highs[i]!;
      return low > high ? null : [low, high];
    });
    return { symbol, start, end, bracket, step, binSteps, maxBins, brackets };
  }

  /** The profile that was kept. */
  static from(record: TpoRecord): TpoProfile {
    const profile = new TpoProfile(record);
    record.brackets.forEach((one, i) => {
      if (one !== null) profile.#mark(i, one[0], one[1]);
    });
    return profile;
  }

  #stepOf(price: number): number {
    return Math.floor(price * this.#perStep + HALF);
  }

  #mark(bracket: number, low: number, high: number): void {
    if (low < this.#lows[bracket]!) this.#lows[bracket] = low;
    if (high > this.#highs[bracket]!) this.#highs[bracket] = high;
  }
}
