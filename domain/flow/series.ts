/**
 * Order flow of one instrument, bar by bar.
 *
 * As with candles, trades go into minutes, a minute that closes is added to the longer bars, and a
 * bar closes when the clock, which a trade's own `receivedAt` moves too, reaches its end plus the
 * grace. A later trade revises the bar if it is one of the last few, and is counted as lost to it
 * otherwise. The cumulative delta starts at 0 with each session, and with each stretch outside of
 * one.
 *
 * So that bought, sold and unknown volume make up a candle's, a trade that may move volume alone (its
 * price may be an average, or of another day) counts as unknown unless the venue says who began it,
 * and one that may move nothing is left out.
 *
 * @module
 */
import type { Span } from "../candles.ts";
import { FLAGS, REFUSED } from "../flags.ts";
import { BASE_INTERVAL, type Interval } from "../interval.ts";
import type { Side, Tick } from "../tick.ts";
import type { Micros } from "../time.ts";
import { Aggressor } from "./aggressor.ts";
import {
  addFlow,
  barOfFlow,
  deltaOf,
  emptyFlow,
  type FlowBar,
  flowOf,
  isQuiet,
  mergeFlow,
  type OrderFlow,
} from "./bar.ts";
import { SizeCounts, Sizes, type SizesRecord } from "./sizes.ts";

/** What a series is told about its instrument. */
export interface FlowOptions {
  readonly symbol: string;
  /** The intervals to build besides the base interval, each once. */
  readonly intervals: readonly Interval[];
  /** How long after a bar's end its trades may still come. */
  readonly grace: Micros;
  /** The market's session that holds an instant; `null` outside of one. */
  readonly sessionAt: (time: Micros) => Span | null;
  /** See {@link Aggressor}; none unless said. */
  readonly quoteDelay?: Micros | undefined;
  /** The share of trades that a large one is bigger than; {@link LARGE} unless said. */
  readonly largeQuantile?: number | undefined;
  /** Trades before any is called large; {@link LARGE_AFTER} unless said. */
  readonly largeAfter?: number | undefined;
  /** The sizes that were kept before a restart; none unless said. */
  readonly sizes?: KeptSizes | undefined;
}

/** The sizes of an instrument's trades, as they are kept: one row. */
export interface KeptSizes extends SizesRecord {
  readonly symbol: string;
  /** The end of the last minute whose trades are counted. */
  readonly until: Micros;
}

/** A large trade is bigger than this share of the instrument's trades of the minutes closed before. */
export const LARGE = 0.99;
/** Trades before any is called large. */
export const LARGE_AFTER = 1_000;

/** Closed bars kept for late trades. */
const RECENT = 4;

/** What was refused, and what a venue says again of volume that it has told already. */
const UNCOUNTED = REFUSED | FLAGS["no-effect"];
/** Trades whose price says nothing of who began them. */
const SILENT = UNCOUNTED | FLAGS["volume-only"];

interface Closed {
  readonly bar: FlowBar;
  revision: number;
}

interface Frame {
  readonly interval: Interval;
  /** Open bars by start; of the longer intervals only what their closed minutes gave. */
  open: FlowBar[];
  /** The last few closed ones, oldest first. */
  readonly recent: Closed[];
}

/** The order flow of one instrument. */
export class FlowSeries {
  readonly #options: FlowOptions;
  readonly #aggressor: Aggressor;
  /** The sizes of closed minutes' trades. */
  readonly #sizes: Sizes;
  readonly #largeAfter: number;
  #sizedUntil: Micros;
  #sized = false;
  /** Those of the open minutes', by start; those of the last one found; and some to use again. */
  readonly #pending = new Map<Micros, SizeCounts>();
  #sizedBar: FlowBar | undefined;
  #sizedCounts = new SizeCounts();
  #spare: SizeCounts | undefined = this.#sizedCounts;
  readonly #base: Frame = { interval: BASE_INTERVAL, open: [], recent: [] };
  readonly #longer: readonly Frame[];
  #nextClose = Infinity;
  /** How far it was advanced: a trade may have waited since it was received. */
  #now = -Infinity;
  #session: Micros | null = null;
  #sessionDelta = 0;
  #lost = 0;
  #changed = false;
  #made: OrderFlow[] = [];

  constructor(options: FlowOptions) {
    this.#options = options;
    this.#aggressor = new Aggressor(options.quoteDelay);
    const { largeAfter = LARGE_AFTER, largeQuantile = LARGE, sizes } = options;
    const known = sizes?.quantile === largeQuantile ? sizes : undefined;
    this.#sizes = known === undefined ? new Sizes(largeQuantile) : Sizes.from(known);
    this.#sizedUntil = known?.until ?? -Infinity;
    this.#largeAfter = largeAfter;
    this.#longer = options.intervals
      .filter(({ name }) => name !== BASE_INTERVAL.name)
      .map((interval) => ({ interval, open: [], recent: [] }));
  }

  /** The minutes that are open: they go on to change. */
  get open(): readonly FlowBar[] {
    return this.#base.open;
  }

  /** Trades that came too late for their minute. */
  get lost(): number {
    return this.#lost;
  }

  /**
   * Takes note of ticks from before the first that is counted, so that its side is known as it would
   * be had the series gone on.
   */
  warm(ticks: readonly Tick[]): void {
    for (const tick of ticks) {
      if (tick.kind === "quote") this.#aggressor.quote(tick);
      else if (tick.kind === "trade" && (tick.flags & SILENT) === 0) this.#aggressor.side(tick);
    }
  }

  /** Takes note of a quote or counts a trade, after closing what was due when it was received. */
  add(tick: Tick): void {
    // Whatever it is, it says how late it is: so all that is made of ticks is closed by the same one.
    if (tick.receivedAt >= this.#nextClose) this.advance(tick.receivedAt);
    if ((tick.flags & UNCOUNTED) !== 0) return;
    if (tick.kind === "quote") this.#aggressor.quote(tick);
    if (tick.kind !== "trade") return;
    const isPriced = (tick.flags & FLAGS["volume-only"]) === 0;
    const side = isPriced ? this.#aggressor.side(tick) : tick.side;
    const size = tick.size ?? 0;
    const isSized = isPriced && size > 0;
    const large = isSized && this.#sizes.count >= this.#largeAfter && this.#sizes.reaches(size);
    const open = this.#base.open;
    const last = open[open.length - 1];
    if (last !== undefined && tick.time >= last.start && tick.time < last.end) {
      addFlow(last, side, size, large);
      this.#changed = true;
      if (isSized) this.#noteSize(last, size);
      return;
    }
    this.#addElsewhere(tick.time, tick.receivedAt, side, size, large);
    if (!isSized) return;
    const minute = open.findLast(({ end, start }) => tick.time >= start && tick.time < end);
    if (minute === undefined) this.#sizes.add(size);
    else this.#noteSize(minute, size);
  }

  /** Closes the bars whose end plus grace has been reached. */
  advance(now: Micros): void {
    if (now > this.#now) this.#now = now;
    if (now < this.#nextClose) return;
    this.#closeWhere(({ end }) => end + this.#options.grace <= now);
  }

  /** Closes all bars because the feed is over. */
  finish(): void {
    this.#closeWhere(() => true);
  }

  /**
   * Takes up closed minutes that were kept before a restart, ascending, from the start of the
   * longest bar that may still be open. Bars that were due at `now` are not told again.
   */
  restore(minutes: readonly OrderFlow[], now: Micros): void {
    for (const minute of minutes) this.#seal(barOfFlow(minute), minute.revision);
    for (const frame of this.#longer) {
      frame.open = frame.open.filter(({ end }) => end + this.#options.grace > now);
    }
    this.#made = [];
    this.#schedule();
  }

  /** The sizes to keep, where a minute was closed since they were last taken. */
  takeSizes(): KeptSizes | null {
    if (!this.#sized) return null;
    this.#sized = false;
    const { symbol } = this.#options;
    return { symbol, until: this.#sizedUntil, ...this.#sizes.record() };
  }

  /** Takes what was closed or revised since the last call, in that order. */
  takeMade(): readonly OrderFlow[] {
    const made = this.#made;
    if (made.length > 0) this.#made = [];
    return made;
  }

  /** The forming bars, where any changed since they were last taken. */
  takeForming(): OrderFlow[] {
    if (!this.#changed) return [];
    this.#changed = false;
    return this.forming();
  }

  /** The forming bars as they stand, the base interval's first. */
  forming(): OrderFlow[] {
    let session = this.#session;
    let delta = this.#sessionDelta;
    const minutes = this.#base.open.map((minute) => {
      const own = this.#sessionOf(minute.start);
      delta = (own === session ? delta : 0) + deltaOf(minute);
      session = own;
      return { ...minute, cumulative: delta };
    });
    const forming = minutes.map((bar) => this.#flow(this.#base, bar, true, 0));
    for (const frame of this.#longer) {
      const bars = frame.open.map((bar) => ({ ...bar }));
      for (const minute of minutes) {
        const bar = this.#barAt(frame, bars, minute.start);
        if (bar !== undefined) mergeFlow(bar, minute);
      }
      for (const bar of bars) {
        if (!isQuiet(bar)) forming.push(this.#flow(frame, bar, true, 0));
      }
    }
    return forming;
  }

  #addElsewhere(time: Micros, now: Micros, side: Side | null, size: number, large: boolean): void {
    const start = time - time % BASE_INTERVAL.span;
    if (start + BASE_INTERVAL.span + this.#options.grace > Math.max(now, this.#now)) {
      addFlow(this.#barAt(this.#base, this.#base.open, time)!, side, size, large);
      for (const frame of this.#longer) this.#barAt(frame, frame.open, time);
      this.#schedule();
      this.#changed = true;
      return;
    }
    if (this.#sessionOf(time) === this.#session) {
      this.#sessionDelta += side === "buy" ? size : side === "sell" ? -size : 0;
    }
    for (const frame of [this.#base, ...this.#longer]) {
      const within = (bar: FlowBar) => time >= bar.start && time < bar.end;
      const open = frame.open.find(within);
      const closed = frame.recent.find(({ bar }) => within(bar));
      const bar = open ?? closed?.bar;
      if (bar === undefined) {
        if (frame === this.#base) this.#lost++;
        continue;
      }
      addFlow(bar, side, size, large);
      if (open !== undefined) this.#changed = true;
      else this.#made.push(this.#flow(frame, bar, false, ++closed!.revision));
    }
  }

  /** Takes note of a size: it counts once its minute is closed. */
  #noteSize(minute: FlowBar, size: number): void {
    if (minute !== this.#sizedBar) {
      let counts = this.#pending.get(minute.start);
      if (counts === undefined) {
        counts = this.#spare ?? new SizeCounts();
        this.#spare = undefined;
        this.#pending.set(minute.start, counts);
      }
      this.#sizedBar = minute;
      this.#sizedCounts = counts;
    }
    this.#sizedCounts.add(size);
  }

  /**
   * Counts the sizes of a minute that is closed, but for one that is closed before its time, and one
   * that was counted before a restart.
   */
  #countSizes(minute: FlowBar): void {
    const { end, start } = minute;
    const counts = this.#pending.get(start);
    if (counts === undefined) return;
    this.#pending.delete(start);
    if (minute === this.#sizedBar) this.#sizedBar = undefined;
    this.#spare = counts;
    if (end <= this.#sizedUntil || end + this.#options.grace > this.#now) {
      counts.empty(() => {});
      return;
    }
    this.#sizes.take(counts);
    this.#sizedUntil = end;
    this.#sized = true;
  }

  /** The bar among `open` that holds an instant, made where there is none; none outside sessions. */
  #barAt(frame: Frame, open: FlowBar[], time: Micros): FlowBar | undefined {
    const known = open.findLast((bar) => time >= bar.start && time < bar.end);
    if (known !== undefined) return known;
    const { span, session } = frame.interval;
    const start = time - time % span;
    const held = session ? this.#options.sessionAt(time) : { start, end: start + span };
    if (held === null) return undefined;
    const bar = emptyFlow(held.start, held.end);
    open.push(bar);
    open.sort((a, b) => a.start - b.start);
    return bar;
  }

  /** Closes due minutes and, once all of theirs are in, the longer bars. */
  #closeWhere(due: (bar: FlowBar) => boolean): void {
    const minutes = this.#base.open;
    this.#base.open = minutes.filter((bar) => !due(bar));
    for (const minute of minutes) if (due(minute)) this.#seal(minute);
    for (const frame of this.#longer) {
      const bars = frame.open;
      frame.open = bars.filter((bar) => !due(bar));
      for (const bar of bars) if (due(bar) && !isQuiet(bar)) this.#close(frame, bar);
    }
    this.#schedule();
  }

  /** Closes a minute: it goes on the session's delta, and into the longer bars. */
  #seal(minute: FlowBar, revision = 0): void {
    const session = this.#sessionOf(minute.start);
    if (session !== this.#session) this.#sessionDelta = 0;
    this.#session = session;
    minute.cumulative = this.#sessionDelta += deltaOf(minute);
    this.#close(this.#base, minute, revision);
    this.#countSizes(minute);
    for (const frame of this.#longer) {
      const bar = this.#barAt(frame, frame.open, minute.start);
      if (bar !== undefined) mergeFlow(bar, minute);
    }
  }

  #close(frame: Frame, bar: FlowBar, revision = 0): void {
    frame.recent.push({ bar, revision });
    if (frame.recent.length > RECENT) frame.recent.shift();
    this.#made.push(this.#flow(frame, bar, false, revision));
  }

  #schedule(): void {
    this.#nextClose = Infinity;
    for (const { open } of [this.#base, ...this.#longer]) {
      for (const { end } of open) {
        this.#nextClose = Math.min(this.#nextClose, end + this.#options.grace);
      }
    }
  }

  #sessionOf(time: Micros): Micros | null {
    return this.#options.sessionAt(time)?.start ?? null;
  }

  #flow(frame: Frame, bar: FlowBar, forming: boolean, revision: number): OrderFlow {
    const { symbol } = this.#options;
    return flowOf(bar, { symbol, interval: frame.interval.name, forming, revision });
  }
}
