/**
 * The volume profile of one instrument, session by session.
 *
 * Ticks go into minutes, as with candles; a minute that closes is a part: it is kept, and added to its
 * session's profile. So a session goes on from its kept parts after a restart, and any range of
 * minutes is the sum of its parts. Outside sessions there are stretches, from one session's end to the
 * next one's start, with profiles of their own.
 *
 * @module
 */
import { priceOn } from "../bar.ts";
import type { Silence } from "../candles.ts";
import { FLAGS, REFUSED } from "../flags.ts";
import { BASE_INTERVAL } from "../interval.ts";
import type { Tick } from "../tick.ts";
import type { Micros } from "../time.ts";
import type { Bins } from "./bins.ts";
import { measureProfile, type ProfileMeasures } from "./measures.ts";
import { PLACELESS, type ProfileOptions, type ProfileRecord, VolumeProfile } from "./profile.ts";
import { type PriceRange, TpoProfile, type TpoRecord } from "./tpo.ts";

/** A session, or the stretch between two. */
export interface Stretch {
  /** Inclusive. */
  readonly start: Micros;
  /** Exclusive. */
  readonly end: Micros;
  /** Whether it is the market's session. */
  readonly regular: boolean;
}

/** A minute of a profile, as it is kept; its key is symbol, basis and start. */
export interface ProfilePart extends ProfileRecord {
  /** The prices it was traded in; `null` where no tick had a place by its price. */
  readonly low: number | null;
  readonly high: number | null;
  /** The price of its last tick. */
  readonly close: number | null;
  /** Volume without a place by its price: with `values` it makes up the candle's. */
  readonly unplaced: number;
}

/** How far a profile can be trusted: as a candle. */
export type ProfileStatus = "forming" | "complete" | "partial" | "gapped";

/** A session's profile as it stands. */
export interface SessionProfile extends Stretch {
  readonly symbol: string;
  readonly basis: ProfileOptions["basis"];
  readonly status: ProfileStatus;
  /** From when on it is whole; its start, where it was heard from there. */
  readonly since: Micros;
  /** The end of the last minute of it that is closed; its start before there is one. */
  readonly closedUntil: Micros;
  readonly bins: Bins;
  readonly unplaced: number;
  readonly close: number | null;
  readonly range: PriceRange | null;
  /** The range of a session's first hour. */
  readonly initial: PriceRange | null;
  /** Its profile of time; `null` outside sessions, and where it has more brackets than letters. */
  readonly tpo: TpoRecord | null;
}

/** Of a session as it stands, what the state of the market follows from. */
export interface SessionBrief {
  readonly symbol: string;
  /** The session's start. */
  readonly start: Micros;
  readonly close: number | null;
  readonly range: PriceRange | null;
  /** The range of its first hour. */
  readonly initial: PriceRange | null;
  /** The lowest and the highest price of its value area. */
  readonly value: { readonly val: number; readonly vah: number } | null;
}

/** What the profile of a session says; its key is symbol, basis and start. */
export interface ProfileMetrics extends Stretch, ProfileMeasures {
  readonly symbol: string;
  readonly basis: ProfileOptions["basis"];
  readonly status: ProfileStatus;
  readonly since: Micros;
  readonly unplaced: number;
}

/** Measures a session's profile; `null` where it holds nothing. */
export function metricsOf(session: SessionProfile): ProfileMetrics | null {
  const measures = measureProfile(session.bins);
  if (measures === null) return null;
  const { symbol, basis, start, end, regular, status, since, unplaced } = session;
  return { symbol, basis, start, end, regular, status, since, unplaced, ...measures };
}

/** What a series is told about its instrument. */
export interface ProfileSeriesOptions extends ProfileOptions {
  readonly symbol: string;
  /** How long after a minute's end its ticks may still come. */
  readonly grace: Micros;
  /** The session or stretch that holds an instant. */
  readonly stretchAt: (time: Micros) => Stretch;
  /** From when on the feed is heard. */
  readonly since: Micros;
}

/** Closed minutes kept for late ticks. */
const RECENT = 4;
const UNCOUNTED = REFUSED | FLAGS["no-effect"];

interface Minute {
  readonly start: Micros;
  readonly end: Micros;
  readonly profile: VolumeProfile;
  low: number;
  high: number;
  close: number;
  closeTime: Micros;
  unplaced: number;
}

/** A session's closed minutes together. */
interface Whole {
  readonly stretch: Stretch;
  readonly profile: VolumeProfile;
  readonly tpo: TpoProfile | null;
  low: number;
  high: number;
  close: number;
  unplaced: number;
  closedUntil: Micros;
  isOver: boolean;
  /** Whether it ended before its time. */
  isCut: boolean;
}

/** The profiles of one instrument. */
export class ProfileSeries {
  readonly #options: ProfileSeriesOptions;
  readonly #byVolume: boolean;
  #open: Minute[] = [];
  readonly #recent: Minute[] = [];
  #whole: Whole | null = null;
  /** The stretch found last: most minutes are in it. */
  #stretch: Stretch | null = null;
  /** Time by price of a session before any minute of it is closed: nothing. */
  #blank: TpoProfile | null = null;
  readonly #gaps: Silence[] = [];
  #nextClose = Infinity;
  /** How far it was advanced: a tick may have waited since it was received. */
  #now = -Infinity;
  /** Counts what changes the present profile; and what it was when that was taken last. */
  #changes = 0;
  #told = 0;
  #looked = 0;
  #lost = 0;
  #parts: ProfilePart[] = [];
  #sessions: SessionProfile[] = [];

  /** @throws RangeError where an option is out of its range. */
  constructor(options: ProfileSeriesOptions) {
    this.#options = options;
    this.#byVolume = options.basis === "volume";
  }

  /** Ticks that came too late for their minute. */
  get lost(): number {
    return this.#lost;
  }

  /** Counts a tick, after closing what was due when it was received. */
  add(tick: Tick): void {
    // Whatever it is, it says how late it is: so all that is made of ticks is closed by the same one.
    if (tick.receivedAt >= this.#nextClose) this.advance(tick.receivedAt);
    if ((tick.flags & UNCOUNTED) !== 0) return;
    let price: number;
    let amount = 1;
    if (this.#byVolume) {
      if (tick.kind !== "trade") return;
      price = tick.price;
      amount = tick.size ?? 0;
    } else {
      price = priceOn(tick, "mid");
      if (Number.isNaN(price)) return;
    }
    const { time } = tick;
    const last = this.#open[this.#open.length - 1];
    const isLast = last !== undefined && time >= last.start && time < last.end;
    const minute = isLast ? last : this.#elsewhere(time, tick.receivedAt);
    if (minute === undefined) return;
    if ((tick.flags & PLACELESS) !== 0) minute.unplaced += amount;
    else {
      minute.profile.add(price, amount);
      if (price < minute.low) minute.low = price;
      if (price > minute.high) minute.high = price;
      if (time >= minute.closeTime) {
        minute.close = price;
        minute.closeTime = time;
      }
    }
    if (!isLast && !this.#open.includes(minute)) this.#revise(minute, tick, price, amount);
    this.#changes++;
  }

  /** Closes the minutes whose end plus grace has been reached, and the session if it is over. */
  advance(now: Micros): void {
    if (now > this.#now) this.#now = now;
    if (now < this.#nextClose) return;
    this.#closeWhere((end) => end + this.#options.grace <= now);
  }

  /** Closes all because the feed is over: a session that is not ends there. */
  finish(at: Micros): void {
    this.#closeWhere(() => true);
    const whole = this.#whole;
    if (whole === null || at >= whole.stretch.end) return;
    whole.isCut = true;
    this.#sessions.push(this.#read(whole));
  }

  /** Takes note of a time in which the feed was not heard. */
  addGap(gap: Silence): void {
    if (this.#gaps.push(gap) > 64) this.#gaps.shift();
  }

  /**
   * Takes up closed minutes of the session that were kept before a restart, ascending.
   *
   * @param from sessions as they stood at the end of minutes after it are told again.
   */
  restore(parts: readonly ProfilePart[], from: Micros = Infinity): void {
    for (const part of parts) {
      const { start, end, low, high, close, unplaced } = part;
      this.#seal({
        start,
        end,
        profile: VolumeProfile.from(part),
        low: low ?? Infinity,
        high: high ?? -Infinity,
        close: close ?? NaN,
        closeTime: end - 1,
        unplaced,
      });
    }
    this.#parts = [];
    this.#sessions = this.#sessions.filter(({ closedUntil }) => closedUntil > from);
    if (parts.length > 0) this.#changes++;
    this.#schedule();
  }

  /** Takes the minutes that were closed or revised since the last call. */
  takeParts(): readonly ProfilePart[] {
    const parts = this.#parts;
    if (parts.length > 0) this.#parts = [];
    return parts;
  }

  /** Takes the sessions as they stood when minutes of theirs were closed since the last call. */
  takeSessions(): readonly SessionProfile[] {
    const sessions = this.#sessions;
    if (sessions.length > 0) this.#sessions = [];
    return sessions;
  }

  /** The present profile, where it changed since it was last taken. */
  takeForming(): SessionProfile | null {
    if (this.#told === this.#changes) return null;
    this.#told = this.#changes;
    return this.forming();
  }

  /** The present profile in brief, where it changed since that was last taken. */
  takeBrief(): SessionBrief | null {
    if (this.#looked === this.#changes) return null;
    this.#looked = this.#changes;
    return this.brief();
  }

  /** The profile of the present session in brief, which costs little; `null` before the first tick. */
  brief(): SessionBrief | null {
    const stretch = this.#present();
    if (stretch === null) return null;
    const whole = this.#whole?.stretch.start === stretch.start ? this.#whole : null;
    const minutes = this.#open.filter(({ start }) => start >= stretch.start && start < stretch.end);
    const profiles = minutes.map(({ profile }) => profile);
    if (whole !== null) profiles.unshift(whole.profile);
    let { low, high, close } = whole ?? { low: Infinity, high: -Infinity, close: NaN };
    for (const minute of minutes) {
      if (minute.low > minute.high) continue;
      low = Math.min(low, minute.low);
      high = Math.max(high, minute.high);
      close = minute.close;
    }
    return {
      symbol: this.#options.symbol,
      start: stretch.start,
      close: Number.isNaN(close) ? null : close,
      range: low > high ? null : { low, high },
      initial: this.#tpoOf(stretch, whole)?.initialBalance(minutes) ?? null,
      value: VolumeProfile.value(profiles),
    };
  }

  /** The profile of the present session; `null` before the first tick. */
  forming(): SessionProfile | null {
    const stretch = this.#present();
    if (stretch === null) return null;
    const whole = this.#begin(stretch);
    const held = this.#whole?.stretch.start === stretch.start ? this.#whole : null;
    if (held !== null) {
      whole.profile.merge(held.profile);
      if (held.tpo !== null) whole.tpo?.merge(held.tpo);
      Object.assign(whole, {
        low: held.low,
        high: held.high,
        close: held.close,
        unplaced: held.unplaced,
        closedUntil: held.closedUntil,
        isOver: held.isOver,
        isCut: held.isCut,
      });
    }
    for (const minute of this.#open) {
      if (minute.start >= stretch.start && minute.start < stretch.end) this.#include(whole, minute);
    }
    return this.#read(whole);
  }

  /** The stretch that the latest minute is in; `null` before the first. */
  #present(): Stretch | null {
    const last = this.#open.at(-1);
    return last === undefined ? this.#whole?.stretch ?? null : this.#stretchAt(last.start);
  }

  #stretchAt(time: Micros): Stretch {
    const last = this.#stretch;
    if (last !== null && time >= last.start && time < last.end) return last;
    return this.#stretch = this.#options.stretchAt(time);
  }

  #tpoOf(stretch: Stretch, whole: Whole | null): TpoProfile | null {
    if (whole !== null || !stretch.regular) return whole?.tpo ?? null;
    const { start, end } = stretch;
    if (this.#blank?.start === start) return this.#blank;
    return this.#blank = new TpoProfile({ ...this.#options, start, end });
  }

  /** The minute that a time is in, open or closed of late; none where it is too long past. */
  #elsewhere(time: Micros, now: Micros): Minute | undefined {
    const known = this.#open.findLast(({ start, end }) => time >= start && time < end) ??
      this.#recent.findLast(({ start, end }) => time >= start && time < end);
    if (known !== undefined) return known;
    const start = time - time % BASE_INTERVAL.span;
    const end = start + BASE_INTERVAL.span;
    if (end + this.#options.grace <= Math.max(now, this.#now)) {
      this.#lost++;
      return undefined;
    }
    const minute: Minute = {
      start,
      end,
      profile: new VolumeProfile(this.#options),
      low: Infinity,
      high: -Infinity,
      close: NaN,
      closeTime: -Infinity,
      unplaced: 0,
    };
    this.#open.push(minute);
    this.#open.sort((a, b) => a.start - b.start);
    this.#schedule();
    return minute;
  }

  /** Tells a closed minute anew, and brings its session up to it. */
  #revise(minute: Minute, tick: Tick, price: number, amount: number): void {
    this.#parts.push(this.#part(minute));
    const whole = this.#whole;
    if (whole === null || tick.time < whole.stretch.start || tick.time >= whole.stretch.end) return;
    if ((tick.flags & PLACELESS) !== 0) whole.unplaced += amount;
    else {
      whole.profile.add(price, amount);
      whole.tpo?.add(minute.start, price);
      whole.low = Math.min(whole.low, price);
      whole.high = Math.max(whole.high, price);
    }
    this.#sessions.push(this.#read(whole));
  }

  #closeWhere(due: (end: Micros) => boolean): void {
    const minutes = this.#open;
    this.#open = minutes.filter(({ end }) => !due(end));
    for (const minute of minutes) if (due(minute.end)) this.#seal(minute);
    const whole = this.#whole;
    if (whole !== null && !whole.isOver && due(whole.stretch.end)) this.#end(whole);
    this.#schedule();
  }

  #seal(minute: Minute): void {
    const stretch = this.#stretchAt(minute.start);
    if (this.#whole?.stretch.start !== stretch.start) {
      if (this.#whole !== null && !this.#whole.isOver) this.#end(this.#whole);
      this.#whole = this.#begin(stretch);
    }
    this.#include(this.#whole, minute);
    this.#whole.closedUntil = Math.max(this.#whole.closedUntil, minute.end);
    this.#recent.push(minute);
    if (this.#recent.length > RECENT) this.#recent.shift();
    this.#parts.push(this.#part(minute));
    this.#sessions.push(this.#read(this.#whole));
    this.#changes++;
  }

  #end(whole: Whole): void {
    whole.isOver = true;
    this.#sessions.push(this.#read(whole));
    this.#changes++;
  }

  #begin(stretch: Stretch): Whole {
    const { start, end, regular } = stretch;
    return {
      stretch,
      profile: new VolumeProfile(this.#options),
      tpo: regular ? new TpoProfile({ ...this.#options, start, end }) : null,
      low: Infinity,
      high: -Infinity,
      close: NaN,
      unplaced: 0,
      closedUntil: start,
      isOver: false,
      isCut: false,
    };
  }

  #include(whole: Whole, { start, profile, low, high, close, unplaced }: Minute): void {
    whole.profile.merge(profile);
    whole.unplaced += unplaced;
    if (low > high) return;
    whole.tpo?.add(start, low);
    whole.tpo?.add(start, high);
    whole.low = Math.min(whole.low, low);
    whole.high = Math.max(whole.high, high);
    whole.close = close;
  }

  #part(minute: Minute): ProfilePart {
    const { symbol } = this.#options;
    const { start, end, profile, low, high, close, unplaced } = minute;
    const isEmpty = low > high;
    return {
      ...profile.record({ symbol, start, end }),
      low: isEmpty ? null : low,
      high: isEmpty ? null : high,
      close: isEmpty ? null : close,
      unplaced,
    };
  }

  #read(whole: Whole): SessionProfile {
    const { symbol, basis } = this.#options;
    const { stretch, profile, tpo, low, high, close, unplaced } = whole;
    return {
      symbol,
      basis,
      ...stretch,
      status: this.#statusOf(whole),
      since: Math.min(Math.max(stretch.start, this.#options.since), stretch.end),
      closedUntil: whole.closedUntil,
      bins: profile.bins(),
      unplaced,
      close: Number.isNaN(close) ? null : close,
      range: low > high ? null : { low, high },
      initial: tpo?.initialBalance() ?? null,
      tpo: tpo?.record(symbol) ?? null,
    };
  }

  #statusOf({ stretch: { start, end }, isCut, isOver }: Whole): ProfileStatus {
    if (!isOver) return "forming";
    const missed = this.#gaps.filter((gap) => gap.start < end && gap.end > start);
    if (missed.some(({ before }) => !before)) return "gapped";
    return isCut || start < this.#options.since || missed.length > 0 ? "partial" : "complete";
  }

  #schedule(): void {
    const { grace } = this.#options;
    const whole = this.#whole;
    this.#nextClose = whole === null || whole.isOver ? Infinity : whole.stretch.end + grace;
    for (const { end } of this.#open) this.#nextClose = Math.min(this.#nextClose, end + grace);
  }
}
