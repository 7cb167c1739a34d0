/**
 * Candle building for one instrument on one basis: the rules of a candle's life.
 *
 * Ticks go into the open minutes. A minute that closes is added to the longer bars, so those equal
 * what the ticks would have built, and each tick costs the same however many intervals there are.
 * A bar closes when the clock reaches its end plus the grace; a tick's own `receivedAt` moves that
 * clock too, so what counts does not depend on how ticks were batched. A tick for a bar that is
 * closed revises it: at once where it is among the latest, else when the kept candle was loaded.
 *
 * @module
 */
import { addBar, addTick, type Bar, barOf, candleOf, emptyBar, priceOn } from "./bar.ts";
import type { Basis, Candle, CandleStatus } from "./candle.ts";
import { BASE_INTERVAL, type Interval } from "./interval.ts";
import type { Tick } from "./tick.ts";
import { DAY, type Micros } from "./time.ts";

/** A half-open span of time. */
export interface Span {
  readonly start: Micros;
  readonly end: Micros;
}

/** A span in which the feed was not heard. */
export interface Silence extends Span {
  /** Whether it lies before the feed was first heard, rather than amid it. */
  readonly before: boolean;
}

/** What a series is told about its instrument. */
export interface SeriesOptions {
  readonly symbol: string;
  readonly basis: Basis;
  /** The intervals to build besides the base interval, each once. */
  readonly intervals: readonly Interval[];
  /** How long after a bar's end its ticks may still come. */
  readonly grace: Micros;
  /** The market's regular session that holds an instant; `null` outside of one. */
  readonly sessionAt: (time: Micros) => Span | null;
  /** From when on the feed has been watched. */
  readonly since: Micros;
}

/** A closed bar that must be loaded before it can be revised. */
export interface Wanted extends Span {
  readonly interval: string;
}

/** What was kept before a restart. */
export interface Kept {
  /** Closed minutes, ascending, from the start of the longest bar that may still be open. */
  readonly minutes: readonly Candle[];
  /** Closed candles of the other intervals from then on: they are not told again. */
  readonly longer: readonly Candle[];
}

interface Closed {
  readonly bar: Bar;
  revision: number;
  status: CandleStatus;
}

/** Late ticks for a closed bar that is not in memory. */
interface Pending {
  readonly wanted: Wanted;
  readonly ticks: { tick: Tick; price: number }[];
}

interface Frame {
  readonly interval: Interval;
  /** Open bars by start; of the longer intervals only what their closed minutes gave. */
  readonly open: Bar[];
  /** The last few closed ones, oldest first. */
  readonly recent: Closed[];
  /** Candles of bars that were closed before a restart, by start. */
  readonly known: Map<Micros, Candle>;
  /** The span found last: most ticks fall where the last one did. */
  span: Span | null;
}

/** Closed bars kept in memory for each interval: what a slow feed's stragglers usually hit. */
const RECENT = 4;

/** How long a gap is remembered: longer than the longest bar, a session of 25 hours. */
const GAP_MEMORY: Micros = 2 * DAY;

/** The candles of one instrument on one basis. */
export class CandleSeries {
  readonly #options: SeriesOptions;
  readonly #base: Frame;
  readonly #longer: Frame[];
  readonly #pending = new Map<string, Pending>();
  #since: Micros;
  #gaps: Silence[] = [];
  #nextClose = Infinity;
  #changed = false;
  #made: Candle[] = [];
  #wanted: Wanted[] = [];

  constructor(options: SeriesOptions) {
    this.#options = options;
    this.#since = options.since;
    this.#base = frame(BASE_INTERVAL);
    this.#longer = options.intervals.filter((one) => one.name !== BASE_INTERVAL.name).map(frame);
  }

  /** The basis its candles are on. */
  get basis(): Basis {
    return this.#options.basis;
  }

  /** From when on the feed has been watched. */
  get since(): Micros {
    return this.#since;
  }

  /** Counts a tick that the gate let through, after closing what was due when it was received. */
  add(tick: Tick): void {
    const price = priceOn(tick, this.#options.basis);
    if (Number.isNaN(price)) return;
    if (tick.receivedAt >= this.#nextClose) this.advance(tick.receivedAt);
    const open = this.#base.open;
    const last = open[open.length - 1];
    if (last !== undefined && tick.time >= last.start && tick.time < last.end) {
      addTick(last, tick, price);
      this.#changed = true;
      return;
    }
    this.#addElsewhere(tick, price);
  }

  /** Closes the bars whose end plus grace has been reached. */
  advance(now: Micros): void {
    if (now < this.#nextClose) return;
    this.#closeWhere((bar) => bar.end + this.#options.grace <= now);
    this.#gaps = this.#gaps.filter((gap) => gap.end > now - GAP_MEMORY);
  }

  /**
   * Closes all bars because the feed is over at `at`: a bar that would have gone on is `partial`.
   */
  finish(at: Micros): void {
    this.#closeWhere(() => true, at);
  }

  /**
   * Says that the feed was not heard in a span: bars that it touches are `gapped` or, where it lies
   * before the feed, `partial`.
   */
  addGap(gap: Silence): void {
    this.#gaps.push(gap);
    for (const frame of this.#frames()) {
      for (const closed of frame.recent) {
        const status = gap.before ? "partial" : "gapped";
        const told = closed.status === status || closed.status === "gapped";
        if (told || !overlaps(gap, closed.bar)) continue;
        closed.status = status;
        this.#tell(frame, closed, ++closed.revision);
      }
    }
  }

  /**
   * Says that the feed has been silent for a known cause since `from`, or (with `undefined`) that
   * it speaks again; the span is then told by {@link addGap}.
   */
  setOutage(from: Micros | undefined): void {
    this.#gaps = this.#gaps.filter((gap) => gap.end !== Infinity);
    if (from !== undefined) this.#gaps.push({ start: from, end: Infinity, before: false });
  }

  /**
   * Takes up what was kept before a restart; ticks of later minutes follow by {@link add}. A candle
   * that is not due yet by the clock must not be in it: it goes on forming.
   */
  restore(kept: Kept): void {
    for (const candle of kept.longer) {
      this.#frameOf(candle.interval)?.known.set(candle.start, candle);
    }
    for (const minute of kept.minutes) {
      const { revision, status } = minute;
      remember(this.#base, { bar: barOf(minute), revision, status });
      for (const frame of this.#longer) {
        const bar = this.#openBar(frame, minute.start);
        if (bar !== undefined) addBar(bar, barOf(minute));
      }
    }
  }

  /** Hands in a closed candle that was wanted; `null` where none is kept. */
  load(wanted: Wanted, candle: Candle | null): void {
    const frame = this.#frameOf(wanted.interval);
    const key = keyOf(wanted.interval, wanted.start);
    const pending = this.#pending.get(key);
    if (frame === undefined || pending === undefined) return;
    this.#pending.delete(key);
    const closed: Closed = candle === null
      ? { bar: emptyBar(wanted.start, wanted.end), revision: -1, status: "complete" }
      : { bar: barOf(candle), revision: candle.revision, status: candle.status };
    if (candle === null) closed.status = this.#statusOf(closed.bar, Infinity);
    for (const { tick, price } of pending.ticks) {
      addTick(closed.bar, tick, price);
      closed.revision++;
    }
    remember(frame, closed);
    this.#tell(frame, closed, closed.revision);
  }

  /** Takes the candles that were closed or revised since the last call, in that order. */
  takeMade(): readonly Candle[] {
    if (this.#made.length === 0) return NONE;
    const made = this.#made;
    this.#made = [];
    return made;
  }

  /** Takes the closed candles that must be loaded for late ticks. */
  takeWanted(): readonly Wanted[] {
    if (this.#wanted.length === 0) return NONE;
    const wanted = this.#wanted;
    this.#wanted = [];
    return wanted;
  }

  /** The closed candles that were wanted and are not loaded yet. */
  awaited(): Wanted[] {
    return [...this.#pending.values()].map(({ wanted }) => wanted);
  }

  /** The forming candles, where any changed since they were last taken. */
  takeForming(): Candle[] {
    if (!this.#changed) return [];
    this.#changed = false;
    return this.forming();
  }

  /** The forming candles as they stand, the base interval's first. */
  forming(): Candle[] {
    const candles: Candle[] = [];
    for (const bar of this.#base.open) candles.push(this.#candle(this.#base, bar, "forming", 0));
    for (const frame of this.#longer) {
      for (const sealed of frame.open) {
        const bar = this.#withOpenMinutes(sealed);
        if (bar.ticks > 0) candles.push(this.#candle(frame, bar, "forming", 0));
      }
    }
    return candles;
  }

  #withOpenMinutes(sealed: Bar): Bar {
    const bar = { ...sealed };
    for (const minute of this.#base.open) {
      if (minute.start >= bar.start && minute.start < bar.end) addBar(bar, minute);
    }
    return bar;
  }

  #addElsewhere(tick: Tick, price: number): void {
    const start = tick.time - tick.time % BASE_INTERVAL.span;
    const now = tick.receivedAt;
    const late = start + BASE_INTERVAL.span + this.#options.grace <= now;
    if (late) this.#revise(this.#base, { start, end: start + BASE_INTERVAL.span }, tick, price);
    else addTick(this.#openBar(this.#base, tick.time)!, tick, price);
    this.#changed ||= !late;
    for (const frame of this.#longer) {
      const span = this.#spanAt(frame, tick.time);
      if (span === null) continue;
      if (span.end + this.#options.grace <= now) this.#revise(frame, span, tick, price);
      else {
        const bar = this.#openBar(frame, tick.time)!;
        if (late) addTick(bar, tick, price);
        this.#changed = true;
      }
    }
  }

  #revise(frame: Frame, span: Span, tick: Tick, price: number): void {
    const closed = frame.recent.find((one) => one.bar.start === span.start);
    const key = keyOf(frame.interval.name, span.start);
    const pending = this.#pending.get(key);
    if (pending !== undefined) {
      pending.ticks.push({ tick, price });
    } else if (closed !== undefined) {
      addTick(closed.bar, tick, price);
      this.#tell(frame, closed, ++closed.revision);
    } else {
      const wanted = { interval: frame.interval.name, start: span.start, end: span.end };
      this.#pending.set(key, { wanted, ticks: [{ tick, price }] });
      this.#wanted.push(wanted);
    }
  }

  /** The open bar that holds an instant, made where there is none; `undefined` outside sessions. */
  #openBar(frame: Frame, time: Micros): Bar | undefined {
    const span = this.#spanAt(frame, time);
    if (span === null) return undefined;
    const open = frame.open;
    let at = open.length;
    while (at > 0 && open[at - 1]!.start > span.start) at--;
    const found = open[at - 1];
    if (found?.start === span.start) return found;
    const bar = emptyBar(span.start, span.end);
    open.splice(at, 0, bar);
    this.#nextClose = Math.min(this.#nextClose, bar.end + this.#options.grace);
    return bar;
  }

  #spanAt(frame: Frame, time: Micros): Span | null {
    const last = frame.span;
    if (last !== null && time >= last.start && time < last.end) return last;
    const { span, session } = frame.interval;
    const start = time - time % span;
    const found = session ? this.#options.sessionAt(time) : { start, end: start + span };
    if (found !== null) frame.span = found;
    return found;
  }

  #closeWhere(due: (bar: Bar) => boolean, feedEnd = Infinity): void {
    this.#nextClose = Infinity;
    for (const frame of this.#frames()) {
      const open = frame.open;
      let kept = 0;
      for (const bar of open) {
        if (due(bar)) this.#close(frame, bar, feedEnd);
        else {
          open[kept++] = bar;
          this.#nextClose = Math.min(this.#nextClose, bar.end + this.#options.grace);
        }
      }
      open.length = kept;
    }
  }

  #close(frame: Frame, bar: Bar, feedEnd: Micros): void {
    if (bar.ticks === 0) return;
    if (frame === this.#base) {
      for (const longer of this.#longer) {
        const sealed = this.#openBar(longer, bar.start);
        if (sealed !== undefined) addBar(sealed, bar);
      }
    }
    const known = frame.known.get(bar.start);
    const { revision, status } = known ?? { revision: 0, status: this.#statusOf(bar, feedEnd) };
    const closed: Closed = { bar, revision, status };
    remember(frame, closed);
    if (known === undefined) this.#tell(frame, closed, revision);
    else frame.known.delete(bar.start);
  }

  #statusOf(bar: Bar, feedEnd: Micros): CandleStatus {
    const silences = this.#gaps.filter((gap) => overlaps(gap, bar));
    if (silences.some((gap) => !gap.before)) return "gapped";
    const partial = silences.length > 0 || this.#since > bar.start || feedEnd < bar.end;
    return partial ? "partial" : "complete";
  }

  #tell(frame: Frame, closed: Closed, revision: number): void {
    this.#made.push(this.#candle(frame, closed.bar, closed.status, revision));
  }

  #candle(frame: Frame, bar: Bar, status: CandleStatus, revision: number): Candle {
    const { symbol, basis } = this.#options;
    return candleOf(bar, { symbol, interval: frame.interval.name, basis, status, revision });
  }

  #frameOf(interval: string): Frame | undefined {
    return this.#frames().find((frame) => frame.interval.name === interval);
  }

  #frames(): Frame[] {
    return [this.#base, ...this.#longer];
  }
}

/** Most times there is nothing to take. */
const NONE: readonly never[] = [];

function frame(interval: Interval): Frame {
  return { interval, open: [], recent: [], known: new Map(), span: null };
}

function remember(frame: Frame, closed: Closed): void {
  const recent = frame.recent;
  const same = recent.findIndex((one) => one.bar.start === closed.bar.start);
  if (same >= 0) recent.splice(same, 1);
  let at = recent.length;
  while (at > 0 && recent[at - 1]!.bar.start > closed.bar.start) at--;
  recent.splice(at, 0, closed);
  if (recent.length > RECENT) recent.shift();
}

function overlaps(a: Span, b: Span): boolean {
  return a.start < b.end && a.end > b.start;
}

function keyOf(interval: string, start: Micros): string {
  return `${interval} ${start}`;
}
