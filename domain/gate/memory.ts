/**
 * What was heard last of one instrument and kind, to know it again.
 *
 * @module
 */
import { fingerprint } from "../fingerprint.ts";
import { type Micros, SECOND } from "../time.ts";

/** Numbers per tick: its time, the latest time so far, two that it says, and its id's fingerprint. */
const STRIDE = 5;
/** Places at first. */
const FIRST = 16;
/** A memory that holds less than this grows: of a busy instrument it takes more ticks. */
const SPAN: Micros = 10 * SECOND;

/** Whether a tick was heard before. */
export type Recognition = "known" | "unknown" | "older";

/** The last ticks, at most `capacity`. */
export class TickMemory {
  readonly #capacity: number;
  #numbers = new Float64Array(FIRST * STRIDE);
  #size = FIRST;
  #count = 0;
  #next = 0;
  #latest: Micros = -Infinity;
  #hasForgotten = false;
  /** Places that were recognized once, and stand for no other tick. */
  readonly #spent = new Set<number>();

  /** @param capacity at least 1. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    if (capacity < FIRST) this.#size = capacity;
  }

  /** The latest time of all that was ever remembered; -Infinity before the first. */
  get latest(): Micros {
    return this.#latest;
  }

  /** Remembers a tick. @param x @param y what it says. */
  add(time: Micros, id: string, x: number, y: number): void {
    if (this.#next === this.#size) this.#wrap(time);
    if (time > this.#latest) this.#latest = time;
    const at = this.#next;
    const numbers = this.#numbers;
    numbers[at * STRIDE] = time;
    numbers[at * STRIDE + 1] = this.#latest;
    numbers[at * STRIDE + 2] = x;
    numbers[at * STRIDE + 3] = y;
    numbers[at * STRIDE + 4] = fingerprint(id);
    this.#next = at + 1;
    if (this.#count < this.#next) this.#count = this.#next;
  }

  /** Whether the newest is of that time and says the same. */
  isNewest(time: Micros, x: number, y: number): boolean {
    const at = this.#next - 1;
    return at >= 0 && this.#numbers[at * STRIDE] === time && this.#says(at, x, y);
  }

  /** Whether a tick of that time and id is remembered, or it is from before all that are. */
  recall(time: Micros, id: string): Recognition {
    const print = fingerprint(id);
    return this.#find(time, (at) => this.#numbers[at * STRIDE + 4] === print);
  }

  /** Whether one that says the same is remembered, or it is from before all that are. */
  recognize(time: Micros, x: number, y: number): Recognition {
    return this.#find(time, (at) => this.#says(at, x, y));
  }

  /** As {@link recognize}, but each one that is remembered is recognized once until {@link renew}. */
  spend(time: Micros, x: number, y: number): Recognition {
    return this.#find(time, (at) => {
      const isIt = this.#says(at, x, y) && !this.#spent.has(at);
      if (isIt) this.#spent.add(at);
      return isIt;
    });
  }

  /** Lets all that are remembered be recognized again. */
  renew(): void {
    this.#spent.clear();
  }

  #says(at: number, x: number, y: number): boolean {
    const from = at * STRIDE + 2;
    return Object.is(this.#numbers[from], x) && Object.is(this.#numbers[from + 1], y);
  }

  /** Looks back no further than anything of that time can be. */
  #find(time: Micros, isIt: (at: number) => boolean): Recognition {
    const numbers = this.#numbers;
    let at = this.#next;
    for (let seen = 0; seen < this.#count; seen++) {
      at = at === 0 ? this.#size - 1 : at - 1;
      if (numbers[at * STRIDE + 1]! < time) return "unknown";
      if (numbers[at * STRIDE] === time && isIt(at)) return "known";
    }
    return this.#hasForgotten ? "older" : "unknown";
  }

  /** Goes on at the beginning, where the oldest is, or takes more room. */
  #wrap(time: Micros): void {
    if (this.#size === this.#capacity || time - this.#numbers[0]! >= SPAN) {
      this.#next = 0;
      this.#hasForgotten = true;
      return;
    }
    this.#size = Math.min(2 * this.#size, this.#capacity);
    const numbers = new Float64Array(this.#size * STRIDE);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }
}
