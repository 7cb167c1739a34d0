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
import { addBar, addTick, type Bar, barOf, candleOf, emptyBar, priceOn, UNPRICED } from "./bar.ts";
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
  /** Whether the venue's history has filled it. */
  readonly filled?: boolean;
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
  /**
   * Candles that were closed by the clock, and are built anew all the same: what comes of one is its
   * next revision.
   */
  readonly anew: readonly Candle[];
}

interface Closed {
  readonly bar: Bar;
  revision: number;
  status: CandleStatus;
}

/** Late ticks for a closed bar that is not in memory. */
export interface Late {
  readonly wanted: Wanted;
  readonly ticks: readonly Tick[];
}

interface Pending extends Late {
  readonly ticks: Tick[];
}

interface Frame {
  readonly interval: Interval;
  /** Open bars by start; of the longer intervals only what their closed minutes gave. */
  readonly open: Bar[];
  /** The last few closed ones, oldest first. */
  readonly recent: Closed[];
  /** Candles of bars that were closed before a restart, by start. */
  readonly known: Map<Micros, Candle>;
  /** Candles that are built anew, by start. */
  readonly anew: Map<Micros, Candle>;
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
  readonly #basis: Basis;
  /** The latest open minute, where most ticks fall: at hand, for it is looked at for each. */
  #minute: Bar | undefined;
  readonly #pending = new Map<string, Pending>();
  #since: Micros;
  #gaps: Silence[] = [];
  #nextClose = Infinity;
  /** The latest that the clock has been. */
  #reached = -Infinity;
  #changed = false;
  #made: Candle[] = [];
  #wanted: Wanted[] = [];

  constructor(options: SeriesOptions) {
    this.#options = options;
    this.#basis = options.basis;
    this.#since = options.since;
    this.#base = frame(BASE_INTERVAL);
    this.#longer = options.intervals.filter((one) => one.name !== BASE_INTERVAL.name).map(frame);
  }

  /** The basis its candles are on. */
  get basis(): Basis {
    return this.#basis;
  }

  /** From when on the feed has been watched. */
  get since(): Micros {
    return this.#since;
  }

  /**
   * Counts a tick that the gate let through, after closing what was due when it was received.
   *
   * @returns whether there is something to take.
   */
  add(tick: Tick): boolean {
    // Whatever it is, it says how late it is: so all that is made of ticks is closed by the same one.
    const isDue = tick.receivedAt >= this.#nextClose;
    if (isDue) this.advance(tick.receivedAt);
    const price = this.#price(tick);
    if (Number.isNaN(price)) return isDue;
    const minute = this.#minute;
    if (minute !== undefined && tick.time >= minute.start && tick.time < minute.end) {
      addTick(minute, tick, price);
      this.#changed = true;
      return isDue;
    }
    this.#addElsewhere(tick, price);
    return true;
  }

  /** Closes the bars whose end plus grace has been reached. */
  advance(now: Micros): void {
    if (now > this.#reached) this.#reached = now;
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
   * before the feed, `partial`; and `repaired` where history has filled it.
   */
  addGap(gap: Silence): void {
    this.#gaps.push(gap);
    for (const frame of this.#frames()) {
      for (const closed of frame.recent) {
        const status = gap.filled ? "repaired" : gap.before ? "partial" : "gapped";
        const told = closed.status === status || closed.status === "gapped" ||
          (gap.filled && closed.status === "partial");
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
   * Takes up what was kept before a restart; ticks of later minutes follow by {@link add}, but for
   * those that are among the late ones. A candle that is not due yet by the clock must not be in it:
   * it goes on forming.
   *
   * @param late what an earlier series still awaited: it is wanted again.
   * @param now tells which bars are open by the clock.
   */
  restore(kept: Kept, late: readonly Late[], now: Micros): void {
    this.#changed = true;
    for (const candle of kept.longer) {
      this.#frameOf(candle.interval)?.known.set(candle.start, candle);
    }
    for (const candle of kept.anew) {
      this.#frameOf(candle.interval)?.anew.set(candle.start, candle);
    }
    for (const minute of kept.minutes) {
      const { revision, status } = minute;
      remember(this.#base, { bar: barOf(minute), revision, status });
      for (const frame of this.#longer) {
        const bar = this.#openBar(frame, minute.start);
        if (bar !== undefined) addBar(bar, barOf(minute));
      }
    }
    for (const { wanted, ticks } of late) {
      this.#pending.set(keyOf(wanted.interval, wanted.start), { wanted, ticks: [...ticks] });
      this.#wanted.push(wanted);
      if (wanted.interval === BASE_INTERVAL.name) this.#addToOpen(ticks, now);
    }
  }

  /** Adds ticks of a minute that is awaited to the longer bars, which had them while it was not. */
  #addToOpen(ticks: readonly Tick[], now: Micros): void {
    for (const tick of ticks) {
      for (const frame of this.#longer) {
        const span = this.#spanAt(frame, tick.time);
        const isOpen = span !== null && (span.end + this.#options.grace > now ||
          frame.open.some((bar) => bar.start === span.start));
        if (isOpen) addTick(this.#openBar(frame, tick.time)!, tick, this.#price(tick));
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
    if (closed.status === "repaired") {
      remember(frame, closed);
      return;
    }
    for (const tick of pending.ticks) {
      addTick(closed.bar, tick, this.#price(tick));
      closed.revision++;
    }
    if (closed.bar.pricing === UNPRICED) return;
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

  /** The closed candles that were wanted and are not loaded yet, and what is to revise them. */
  awaited(): Late[] {
    return [...this.#pending.values()];
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
    for (const bar of this.#base.open) {
      if (bar.pricing !== UNPRICED) candles.push(this.#candle(this.#base, bar, "forming", 0));
    }
    for (const frame of this.#longer) {
      for (const sealed of frame.open) {
        const bar = this.#withOpenMinutes(sealed);
        if (bar.pricing !== UNPRICED) candles.push(this.#candle(frame, bar, "forming", 0));
      }
    }
    return candles;
  }

  #price(tick: Tick): number {
    return priceOn(tick, this.#basis);
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
    // A clock that was set back opens nothing that is closed.
    const now = Math.max(tick.receivedAt, this.#reached);
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
    // The venue's own bar has it already.
    if (closed?.status === "repaired") return;
    if (pending !== undefined) {
      pending.ticks.push(tick);
    } else if (closed !== undefined) {
      addTick(closed.bar, tick, price);
      this.#tell(frame, closed, ++closed.revision);
    } else {
      const wanted = { interval: frame.interval.name, start: span.start, end: span.end };
      this.#pending.set(key, { wanted, ticks: [tick] });
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
    this.#minute = this.#base.open.at(-1);
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
    this.#minute = this.#base.open.at(-1);
  }

  #close(frame: Frame, bar: Bar, feedEnd: Micros): void {
    if (bar.ticks === 0) return;
    if (frame === this.#base) {
      for (const longer of this.#longer) {
        const sealed = this.#openBar(longer, bar.start);
        if (sealed !== undefined) addBar(sealed, bar);
      }
    }
    if (bar.pricing === UNPRICED) return;
    const known = frame.known.get(bar.start);
    const before = frame.anew.get(bar.start);
    const { revision, status } = known ?? {
      revision: before === undefined ? 0 : before.revision + 1,
      status: this.#statusOf(bar, feedEnd),
    };
    const closed: Closed = { bar, revision, status };
    remember(frame, closed);
    if (known === undefined) this.#tell(frame, closed, revision);
    frame.known.delete(bar.start);
    frame.anew.delete(bar.start);
  }

  #statusOf(bar: Bar, feedEnd: Micros): CandleStatus {
    const all = this.#gaps.filter((gap) => overlaps(gap, bar));
    const silences = all.filter(({ filled }) => !filled);
    if (silences.some((gap) => !gap.before)) return "gapped";
    const partial = silences.length > 0 || this.#since > bar.start || feedEnd < bar.end;
    if (partial) return "partial";
    return all.length > 0 ? "repaired" : "complete";
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
  return { interval, open: [], recent: [], known: new Map(), anew: new Map(), span: null };
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
