/**
 * Volume by price: what a session or a range of time traded at each price.
 *
 * A profile does not depend on the order of its ticks, and merging the profiles of parts equals
 * building one of the whole (sums of fractions but for rounding).
 *
 * @module
 */
import { priceOn } from "../bar.ts";
import { FLAGS } from "../flags.ts";
import type { Tick } from "../tick.ts";
import type { Micros } from "../time.ts";
import {
  type BinOptions,
  type Bins,
  HALF,
  highestPrice,
  lowestPrice,
  mustBeAlike,
  settleBins,
} from "./bins.ts";
import { VALUE_SHARE, valueArea } from "./valuearea.ts";

/**
 * What is counted: the `volume` of trades or, where a feed has none, the `ticks` of the quotes'
 * middle, each as one.
 */
export type ProfileBasis = "volume" | "ticks";

/** How a profile is built. */
export interface ProfileOptions extends BinOptions {
  readonly basis: ProfileBasis;
}

/** A profile as it is kept: one row. */
export interface ProfileRecord extends ProfileOptions {
  readonly binSteps: number;
  readonly maxBins: number;
  readonly symbol: string;
  /** The session or range that it is of; inclusive. */
  readonly start: Micros;
  /** Exclusive. */
  readonly end: Micros;
  /** Steps in a bin; `binSteps` times a power of two. */
  readonly width: number;
  /** The number of the first bin: it begins at `first * width * step`. 0 where there is none. */
  readonly first: number;
  /** What each bin holds, lowest price first. */
  readonly values: readonly number[];
}

/**
 * The flags of a trade that has no place by its price: by its conditions it may not set a candle's
 * high or low, since it was made at an average or at a price of another time, and the gate does not
 * judge its price.
 */
export const PLACELESS: number = FLAGS["volume-only"] | FLAGS["no-effect"];

const FEWEST = 64;

/** Where the bins of several profiles are added up; what it holds between two sums means nothing. */
let sums = new Float64Array(FEWEST);

/** A growing profile. */
export class VolumeProfile {
  readonly basis: ProfileBasis;
  readonly step: number;
  readonly binSteps: number;
  readonly maxBins: number;
  readonly #perStep: number;
  #width: number;
  #values = new Float64Array(FEWEST);
  /** The bin of `#values[0]`. */
  #origin = 0;
  #low = Infinity;
  #high = -Infinity;
  #total = 0;

  /** @throws RangeError where an option is out of its range. */
  constructor(options: ProfileOptions) {
    const { step, binSteps, maxBins } = settleBins(options);
    this.basis = options.basis;
    this.step = step;
    this.binSteps = binSteps;
    this.maxBins = maxBins;
    this.#perStep = 1 / step;
    this.#width = binSteps;
  }

  /** The sum of all bins. */
  get total(): number {
    return this.#total;
  }

  /**
   * Counts what a tick says on the profile's basis: nothing where it was refused, has no size, or its
   * price is none that the market traded at (see {@link PLACELESS}).
   */
  addTick(tick: Tick): void {
    if ((tick.flags & PLACELESS) !== 0) return;
    if (this.basis === "ticks") this.add(priceOn(tick, "mid"), 1);
    else if (tick.kind === "trade") this.add(priceOn(tick, "trade"), tick.size ?? 0);
  }

  /** Counts an amount at a price; nothing where the amount is not above 0 or the price no number. */
  add(price: number, amount: number): void {
    const at = Math.floor(price * this.#perStep + HALF);
    if (!(amount > 0) || !Number.isFinite(at)) return;
    const bin = this.#width === 1 ? at : Math.floor(at / this.#width);
    this.#put(bin, amount);
  }

  /**
   * Adds another profile of the same instrument.
   *
   * @throws MarketdError `profile-mismatch`, terminal, where it was built by other options.
   */
  merge(other: VolumeProfile): void {
    mustBeAlike<VolumeProfile>(this, other, ["basis", "step", "binSteps", "maxBins"]);
    while (this.#width < other.#width) this.#coarsen();
    for (let from = other.#low; from <= other.#high; from++) {
      const amount = other.#values[from - other.#origin]!;
      if (amount > 0) this.#put(Math.floor(from * other.#width / this.#width), amount);
    }
  }

  /**
   * The lowest and the highest price of the value area of several profiles of one instrument, as if
   * they were merged; `null` where they hold nothing.
   */
  static value(profiles: readonly VolumeProfile[]): { val: number; vah: number } | null {
    let width = 1;
    for (const one of profiles) width = Math.max(width, one.#width);
    const binOf = (one: VolumeProfile, at: number) => Math.floor(at * one.#width / width);
    let [low, high] = [Infinity, -Infinity];
    for (const one of profiles) {
      if (one.#low > one.#high) continue;
      low = Math.min(low, binOf(one, one.#low));
      high = Math.max(high, binOf(one, one.#high));
    }
    const [first] = profiles;
    if (first === undefined || low > high) return null;
    for (; high - low >= first.maxBins; width *= 2) {
      low = Math.floor(low / 2);
      high = Math.floor(high / 2);
    }
    const count = high - low + 1;
    if (count > sums.length) sums = new Float64Array(2 * count);
    sums.fill(0, 0, count);
    for (const one of profiles) {
      for (let at = one.#low; at <= one.#high; at++) {
        sums[binOf(one, at) - low]! += one.#values[at - one.#origin]!;
      }
    }
    const area = valueArea(sums, VALUE_SHARE, count);
    if (area === null) return null;
    const bins = { step: first.step, width, first: low, values: sums };
    return { val: lowestPrice(bins, area.val), vah: highestPrice(bins, area.vah) };
  }

  /** The bins as they stand; they do not change with the profile. */
  bins(): Bins {
    const { step } = this;
    const [from, count] = this.#extent();
    const values = this.#values.slice(from, from + count);
    return { step, width: this.#width, first: count === 0 ? 0 : this.#low, values };
  }

  /** The profile as it is kept. */
  record(of: Pick<ProfileRecord, "symbol" | "start" | "end">): ProfileRecord {
    const { basis, step, binSteps, maxBins } = this;
    const { width, first, values } = this.bins();
    const { symbol, start, end } = of;
    const kept = Array.from(values);
    return { symbol, start, end, basis, step, binSteps, maxBins, width, first, values: kept };
  }

  /** The profile that was kept. */
  static from(record: ProfileRecord): VolumeProfile {
    const profile = new VolumeProfile(record);
    profile.#width = record.width;
    record.values.forEach((amount, i) => {
      if (amount > 0) profile.#put(record.first + i, amount);
    });
    return profile;
  }

  #put(bin: number, amount: number): void {
    const index = bin >= this.#low && bin <= this.#high ? bin - this.#origin : this.#reach(bin);
    this.#values[index]! += amount;
    this.#total += amount;
  }

  /** Where the bins lie in the array, and how many they are. */
  #extent(): [from: number, count: number] {
    return this.#low > this.#high ? [0, 0] : [this.#low - this.#origin, this.#high - this.#low + 1];
  }

  /** Makes room for a bin of the present width, widening the bins where it must; its index. */
  #reach(bin: number): number {
    while (Math.max(this.#high, bin) - Math.min(this.#low, bin) >= this.maxBins) {
      this.#coarsen();
      bin = Math.floor(bin / 2);
    }
    const low = Math.min(this.#low, bin);
    const high = Math.max(this.#high, bin);
    if (low < this.#origin || high >= this.#origin + this.#values.length) {
      const count = high - low + 1;
      const room = Math.max(FEWEST, 2 * count);
      const origin = low - Math.floor((room - count) / 2);
      this.#place(origin, room);
    }
    this.#low = low;
    this.#high = high;
    return bin - this.#origin;
  }

  #place(origin: number, room: number): void {
    const [from, count] = this.#extent();
    const values = new Float64Array(room);
    if (count > 0) values.set(this.#values.subarray(from, from + count), this.#low - origin);
    this.#values = values;
    this.#origin = origin;
  }

  /** Doubles the bins' width. */
  #coarsen(): void {
    const [from, count] = this.#extent();
    const low = Math.floor(this.#low / 2);
    const values = new Float64Array(this.#values.length);
    for (let i = 0; i < count; i++) {
      values[Math.floor((this.#low + i) / 2) - low]! += this.#values[from + i]!;
    }
    this.#width *= 2;
    if (count === 0) return;
    this.#high = Math.floor(this.#high / 2);
    this.#low = this.#origin = low;
    this.#values = values;
  }
}
