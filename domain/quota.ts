/**
 * Quotas: what a venue allows, and the ledger of what was spent of it.
 *
 * Windows slide: what was spent counts until the window's length has passed since. A ledger keeps
 * sums by slot, a sixtieth of its window, so that it stays small however much is spent.
 *
 * @module
 */
import { DAY, HOUR, type Micros, MINUTE, SECOND } from "./time.ts";

/** The windows, the shortest first. */
export const QUOTA_WINDOWS = ["second", "minute", "hour", "day", "week"] as const;
/** How long a window is. */
export type QuotaWindow = typeof QUOTA_WINDOWS[number];

/** A window's length. */
export const WINDOW_LENGTH: Readonly<Record<QuotaWindow, Micros>> = {
  second: SECOND,
  minute: MINUTE,
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
};

/** What a request is for; the earlier ones are served first where there is not enough for all. */
export const PURPOSES = ["order", "live", "backfill"] as const;
/** What a request is for. */
export type Purpose = typeof PURPOSES[number];

/** What a venue allows: so much within any window of that length. */
export interface Allowance {
  /** Unique within the venue, such as `requests` or `history`. */
  readonly name: string;
  /** At least 1. */
  readonly limit: number;
  readonly per: QuotaWindow;
}

/** What was spent in one slot of a window. */
export interface Spending {
  /** The slot's start, a multiple of its length. */
  readonly slot: Micros;
  readonly spent: number;
}

/** An allowance, and what was spent of it within its window. */
export interface Quota extends Allowance {
  readonly spent: number;
  /** `limit - spent`, never below 0. */
  readonly left: number;
  /** When all of it is there again if nothing more is spent; `null` where all of it is. */
  readonly resetsAt: Micros | null;
}

/** Slots in a window. */
const SLOTS = 60;

/** What was spent of one allowance. Its clock is the caller's. */
export class Ledger {
  readonly #length: Micros;
  readonly #slot: Micros;
  #spendings: { slot: Micros; spent: number }[];

  /** @param kept what an earlier run spent. */
  constructor(readonly allowance: Allowance, kept: readonly Spending[] = []) {
    this.#length = WINDOW_LENGTH[allowance.per];
    this.#slot = this.#length / SLOTS;
    this.#spendings = kept.map((one) => ({ ...one })).sort((a, b) => a.slot - b.slot);
  }

  /** The sums that still count at `now`, by slot, ascending. */
  spendings(now: Micros): readonly Spending[] {
    // A slot counts until its last instant has left the window.
    this.#spendings = this.#spendings.filter(({ slot }) => this.#freeAt(slot) > now);
    return this.#spendings;
  }

  /** How the allowance stands. */
  at(now: Micros): Quota {
    const counted = this.spendings(now);
    const spent = counted.reduce((sum, one) => sum + one.spent, 0);
    const last = counted.at(-1);
    return {
      ...this.allowance,
      spent,
      left: Math.max(0, this.allowance.limit - spent),
      resetsAt: last === undefined ? null : this.#freeAt(last.slot),
    };
  }

  /**
   * The earliest instant, not before `now`, at which `cost` may be spent if nothing else is;
   * `Infinity` where it is more than the limit.
   */
  readyAt(now: Micros, cost: number): Micros {
    if (cost > this.allowance.limit) return Infinity;
    let over = this.at(now).spent + cost - this.allowance.limit;
    if (over <= 0) return now;
    for (const { slot, spent } of this.#spendings) {
      over -= spent;
      if (over <= 0) return this.#freeAt(slot);
    }
    return now;
  }

  /** Notes that `cost` was spent. */
  spend(now: Micros, cost: number): void {
    const slot = Math.floor(now / this.#slot) * this.#slot;
    const last = this.#spendings.at(-1);
    // A clock that was set back adds to the last slot, so that the order holds.
    if (last !== undefined && last.slot >= slot) last.spent += cost;
    else this.#spendings.push({ slot, spent: cost });
  }

  /**
   * Takes the venue's word for what is left: others may spend of the same allowance. What it says is
   * left beyond our own count is not believed, since requests may be on their way.
   */
  believe(now: Micros, left: number): void {
    const missing = this.at(now).left - Math.max(0, left);
    if (missing > 0) this.spend(now, missing);
  }

  #freeAt(slot: Micros): Micros {
    return slot + this.#slot + this.#length;
  }
}
