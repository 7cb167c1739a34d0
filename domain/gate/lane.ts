/**
 * The gate of one kind of ticks of one instrument by one provider: what it heard, what it usually
 * hears, and what it is in doubt of.
 *
 * A tick whose price is in doubt waits for those that follow, and they wait behind it: until enough
 * of them confirm it or two refute it, it has waited its time, or its minute closes. So none is
 * refused that turns out to be true, and the order stays.
 *
 * @module
 */
import { Doubt, waitUntil } from "./doubt.ts";
import { TickMemory } from "./memory.ts";
import type { GateRules } from "./rules.ts";
import { UsualSpread } from "./spread.ts";
import { PriceWindow } from "./window.ts";
import { FLAGS, REFUSED } from "../flags.ts";
import type { Depth, Level, Tick } from "../tick.ts";
import { type Micros, MINUTE } from "../time.ts";

/** Ticks that may wait for one verdict. */
const LONGEST_QUEUE = 16;

/** A trade that moves no price says nothing of prices. */
const PRICELESS = FLAGS["volume-only"] | FLAGS["no-effect"];

/** What a lane is told of its instrument. */
export interface LaneOptions {
  readonly rules: GateRules;
  /** The instrument's price step. */
  readonly step: number;
  /** How long after a minute's end its ticks count. */
  readonly grace: Micros;
}

/** One kind of ticks of one instrument by one provider. */
export class Lane {
  readonly #rules: GateRules;
  readonly #closeOf: (time: Micros) => Micros;
  readonly #first: PriceWindow;
  readonly #second: PriceWindow;
  readonly #spread: UsualSpread;
  readonly #memory: TickMemory;
  /** What the last one said that said something, besides what is remembered; -1 for no size. */
  #bidSize = -1;
  #askSize = -1;
  #book: Depth | null = null;
  /** What was heard before a reconnect is known up to here; -Infinity once that is passed. */
  #watermark: Micros = -Infinity;
  /** Whether the feed was found to say again what it said before that. */
  #isRepeating = false;
  /** Whether the venue's ids were found to come again, and so tell what is the same. */
  #knowsByIds = false;
  #believedAt: Micros = -Infinity;
  #halted = false;
  #doubt: Doubt | null = null;
  /** Waiting until the deadline; where there is none, nothing waits. */
  #queue: Tick[] = [];
  #deadline: Micros = Infinity;
  #ready: Tick[] | null = null;

  constructor({ rules, step, grace }: LaneOptions) {
    this.#rules = rules;
    this.#closeOf = (time) => time - time % MINUTE + MINUTE + grace;
    this.#first = new PriceWindow(rules.outlier, step);
    this.#second = new PriceWindow(rules.outlier, step);
    this.#spread = new UsualSpread(rules.crossed.spreads, step);
    this.#memory = new TickMemory(rules.duplicates.memory);
  }

  /** Until when the ticks that wait may do so; Infinity where none does. */
  get deadline(): Micros {
    return this.#deadline;
  }

  /** Whether there are ticks to be taken, which go before any other. */
  get hasReady(): boolean {
    return this.#ready !== null;
  }

  /** Takes the ticks whose wait is over. */
  takeReady(): Tick[] {
    const ready = this.#ready ?? [];
    this.#ready = null;
    return ready;
  }

  /**
   * Flags a tick for what is wrong with it.
   *
   * @param tick with the flags that its fields earn it.
   * @returns whether it goes on its way, behind those that are ready; else it waits, or is among these.
   */
  admit(tick: Tick): boolean {
    if (tick.receivedAt >= this.#deadline) this.settle();
    // What a recording has of a venue's history was no news when it came.
    if ((tick.flags & (REFUSED | FLAGS.backfilled)) !== 0) return true;
    const { time } = tick;
    const rules = this.#rules;
    const age = tick.receivedAt - time;
    if (age > rules.time.past || -age > rules.time.future) {
      tick.flags |= FLAGS["absurd-time"];
      return true;
    }
    let x: number, y: number, says: number;
    if (tick.kind === "trade") {
      x = tick.price;
      y = NaN;
      says = tick.size ?? NaN;
    } else {
      const isQuote = tick.kind === "quote";
      x = (isQuote ? tick.bid : tick.bids[0]?.price) ?? NaN;
      says = y = (isQuote ? tick.ask : tick.asks[0]?.price) ?? NaN;
    }
    const { latest } = this.#memory;
    if (time <= latest && this.#isDuplicate(tick, x, says)) {
      tick.flags |= FLAGS.duplicate;
      return true;
    }
    if (time < latest) tick.flags |= FLAGS["out-of-order"];
    else if (time > this.#watermark) this.#watermark = -Infinity;
    this.#memory.add(time, tick.id, x, says);
    if (tick.kind === "quote") {
      this.#bidSize = tick.bidSize ?? -1;
      this.#askSize = tick.askSize ?? -1;
    } else if (tick.kind === "depth") this.#book = tick;
    if ((tick.flags & FLAGS.crossed) !== 0 && this.#spread.isFar(x, y)) {
      tick.flags |= FLAGS["crossed-far"];
      return true;
    }
    if ((tick.flags & PRICELESS) !== 0) return true;
    if (this.#deadline < Infinity) return this.#join(tick, x, y);
    if (latest - time >= rules.outlier.pause) return this.#admitOld(tick, x, y);
    if (!this.#first.fits(x) || (y === y && !this.#second.fits(y))) {
      return this.#suspect(tick, x, y);
    }
    if (this.#doubt !== null) this.#weigh(this.#doubt, x, y);
    this.#believe(tick, x, y);
    return true;
  }

  /** Says that the feed was lost, and may say again what it said already. */
  reconnect(): void {
    this.settle();
    this.#watermark = this.#memory.latest;
    this.#isRepeating = false;
    this.#memory.renew();
  }

  /** Says that trading was halted, or goes on: the price may be elsewhere. */
  halt(): void {
    this.#halted = true;
  }

  /** Gives up waiting: what was not confirmed is refused, and may be believed by later ones yet. */
  settle(): void {
    this.#release((tick, x, y) => {
      if (this.#first.fits(x) && this.#second.fits(y)) this.#believe(tick, x, y);
      else tick.flags |= FLAGS.outlier;
    });
    if (this.#doubt?.outcome === "refuted") this.#doubt = null;
  }

  #isDuplicate(tick: Tick, x: number, says: number): boolean {
    const byId = this.#memory.recall(tick.time, tick.id);
    if (byId === "known") return this.#knowsByIds = true;
    if (this.#isSaidLast(tick, x, says)) return true;
    if (tick.time > this.#watermark) return false;
    if (tick.time < this.#watermark) {
      if (this.#knowsByIds) return byId === "older";
      const isAgain = this.#memory.recognize(tick.time, x, says) !== "unknown";
      if (isAgain) this.#isRepeating = true;
      return isAgain;
    }
    // Of the last moment before a quote is said again, whatever was asked for meanwhile.
    if (tick.kind === "quote") return this.#memory.recognize(tick.time, x, says) === "known";
    // Of trades others may follow that say the same: each was said once.
    return !this.#knowsByIds && this.#isRepeating &&
      this.#memory.spend(tick.time, x, says) === "known";
  }

  /** Whether a quote or a book says at the same time what the last one said. */
  #isSaidLast(tick: Tick, x: number, says: number): boolean {
    if (tick.kind === "trade" || !this.#memory.isNewest(tick.time, x, says)) return false;
    if (tick.kind === "quote") {
      return this.#bidSize === (tick.bidSize ?? -1) && this.#askSize === (tick.askSize ?? -1);
    }
    const book = this.#book!;
    return areSame(book.bids, tick.bids) && areSame(book.asks, tick.asks);
  }

  /** One from before a pause is held against what may change in one; no later one tells more of it. */
  #admitOld(tick: Tick, x: number, y: number): boolean {
    if (!this.#first.isPlausible(x) || !this.#second.isPlausible(y)) tick.flags |= FLAGS.outlier;
    return true;
  }

  #suspect(tick: Tick, x: number, y: number): boolean {
    const { confirmations, hold, pause } = this.#rules.outlier;
    const isReopening = this.#halted || tick.receivedAt - this.#believedAt >= pause;
    if (isReopening && this.#first.isPlausible(x) && this.#second.isPlausible(y)) {
      this.#moveTo(x, y);
      this.#believe(tick, x, y);
      return true;
    }
    if (this.#doubt === null) this.#doubt = new Doubt(confirmations, x, y);
    else if (this.#weigh(this.#doubt, x, y) === "believed") {
      this.#moveTo(x, y);
      this.#believe(tick, x, y);
      return true;
    }
    this.#queue.push(tick);
    this.#deadline = waitUntil(tick.time, tick.receivedAt, hold, this.#closeOf);
    return false;
  }

  /** Lets a tick wait behind one in doubt, of which it may be the last word. */
  #join(tick: Tick, x: number, y: number): boolean {
    this.#queue.push(tick);
    const until = waitUntil(tick.time, tick.receivedAt, Infinity, this.#closeOf);
    if (until < this.#deadline) this.#deadline = until;
    const doubt = this.#doubt!;
    const outcome = this.#weigh(doubt, x, y);
    if (outcome === "believed") this.#acknowledge(doubt);
    else if (outcome === "refuted" || this.#queue.length >= LONGEST_QUEUE) this.settle();
    return false;
  }

  #weigh(doubt: Doubt, x: number, y: number) {
    const usual = Math.max(this.#first.distance(x), this.#second.distance(y));
    const doubted = Math.max(
      this.#first.distance(x, doubt.x),
      this.#second.distance(y, doubt.y),
    );
    const outcome = doubt.weigh(x, y, usual, doubted);
    if (outcome === "refuted" && this.#queue.length === 0) this.#doubt = null;
    return outcome;
  }

  /** Believes what was in doubt. What was heard meanwhile from where prices used to be counts too. */
  #acknowledge(doubt: Doubt): void {
    const usual = new Set(this.#queue.filter((tick) => {
      const [x, y] = pricesOf(tick);
      return this.#first.fits(x) && this.#second.fits(y);
    }));
    this.#moveTo(doubt.x, doubt.y);
    this.#release((tick, x, y) => {
      if (this.#first.fits(x) && this.#second.fits(y)) this.#believe(tick, x, y);
      else if (!usual.has(tick)) tick.flags |= FLAGS.outlier;
    });
  }

  #release(each: (tick: Tick, x: number, y: number) => void): void {
    if (this.#queue.length === 0) return;
    const ready = this.#ready ??= [];
    for (const tick of this.#queue) {
      each(tick, ...pricesOf(tick));
      ready.push(tick);
    }
    this.#queue = [];
    this.#deadline = Infinity;
  }

  #moveTo(x: number, y: number): void {
    this.#first.moveTo(x);
    this.#second.moveTo(y);
    this.#doubt = null;
  }

  #believe(tick: Tick, x: number, y: number): void {
    this.#first.take(x);
    if (tick.kind !== "trade") {
      this.#second.take(y);
      this.#spread.take(x, y);
    }
    this.#believedAt = tick.receivedAt;
    this.#halted = false;
  }
}

/** What a tick says of prices: a trade's, or the best bid and ask; `NaN` for none. */
function pricesOf(tick: Tick): [number, number] {
  if (tick.kind === "trade") return [tick.price, NaN];
  if (tick.kind === "quote") return [tick.bid ?? NaN, tick.ask ?? NaN];
  return [tick.bids[0]?.price ?? NaN, tick.asks[0]?.price ?? NaN];
}

function areSame(a: readonly Level[], b: readonly Level[]): boolean {
  return a.length === b.length &&
    a.every(({ price, size }, at) => price === b[at]!.price && size === b[at]!.size);
}
