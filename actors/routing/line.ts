/**
 * A line: one instrument that more than one provider may feed. One leads; what the others say waits
 * here for a while, to be emitted from the watermark on where one of them takes over.
 *
 * @module
 */
import type { Listing } from "../instruments/directory.ts";
import { FLAGS, REFUSED } from "../../domain/flags.ts";
import type { GapReason } from "../../domain/gap.ts";
import type { Tick, Trade } from "../../domain/tick.ts";
import { type Micros, MINUTE, SECOND } from "../../domain/time.ts";
import type { Correction } from "../../providers/provider.ts";

/** Ticks of one provider that wait at most, whatever their age. */
export const WAITING = 8_192;

/** How long what was under way when a connection broke may have taken, a beat included. */
export const UNDER_WAY: Micros = SECOND;

/** A span that nobody covered, which ends with the leader's next tick. */
export interface Hole {
  readonly from: Micros;
  /** Who should have covered it. */
  readonly provider: string;
  /** Why nobody did, unless they were lost. */
  readonly reason?: GapReason;
}

/** What one provider said of late. */
class Ring {
  #ticks: Tick[] = [];
  #head = 0;
  /** When the first tick was received since when nothing was missed; `null` before one was. */
  since: Micros | null = null;
  /** When the last tick was received that has waited too long. */
  pruned: Micros = -Infinity;

  push(tick: Tick, span: Micros): void {
    this.since ??= tick.receivedAt;
    this.#ticks.push(tick);
    this.prune(tick.receivedAt - span);
    if (this.#ticks.length - this.#head > WAITING) {
      // Too many for their age: it is known no longer from when on they are whole.
      this.since = this.#ticks[++this.#head]!.receivedAt;
    }
  }

  prune(oldest: Micros): void {
    while (this.#head < this.#ticks.length && this.#ticks[this.#head]!.receivedAt < oldest) {
      this.pruned = this.#ticks[this.#head++]!.receivedAt;
    }
    if (this.#head * 2 < this.#ticks.length) return;
    this.#ticks = this.#ticks.slice(this.#head);
    this.#head = 0;
  }

  amend(id: string, replacement: Trade | null): boolean {
    const at = this.#ticks.findLastIndex((tick, index) =>
      index >= this.#head && tick.kind === "trade" && tick.id === id
    );
    if (at < 0) return false;
    this.#ticks.splice(at, 1, ...replacement === null ? [] : [replacement]);
    return true;
  }

  take(): Tick[] {
    const ticks = this.peek();
    this.clear();
    return ticks;
  }

  peek(): Tick[] {
    return this.#ticks.slice(this.#head);
  }

  clear(): void {
    this.#ticks = [];
    this.#head = 0;
    this.since = null;
  }
}

/** When a provider was heard of an instrument. */
export interface Heard {
  /** Last, by our clock. */
  at: Micros;
  /**
   * Up to when, by our clock, it has told what there was: when it was heard last, or sooner where its
   * words come later than they usually do.
   */
  upTo: Micros;
  /** How long it usually is from one word to the next; 0 before that is known. */
  usual: Micros;
  /** The venue time of the newest of its words. */
  newest: Micros;
  /** How late its words usually are; a delayed feed's by minutes. */
  lag: Micros;
}

/** A longer pause says nothing of how often a provider speaks: it was away, or the market closed. */
const LONGEST_PAUSE: Micros = MINUTE;
/** What each pause weighs in the usual one, and each lag that is shorter than usual in that. */
const WEIGHT = 1 / 8;
/** So much of the time that passes the usual lag grows by at most: one that grows is not yet usual. */
const GROWTH = 1 / 1_000;

/** An instrument that more than one provider may feed. */
export type Lined = Listing & { readonly line: Line };

/** A line. */
export class Line {
  /** The venue time up to which the instrument's ticks were emitted. */
  watermark: Micros = -Infinity;
  /** The same of those that were streamed: what is asked for now and then covers nothing. */
  streamed: Micros = -Infinity;
  /** What whoever leads says of this time and before was said by another: it is dropped. */
  floor: Micros = -Infinity;
  hole: Hole | null = null;
  /** Since when who leads is not heard; what others hear meanwhile may yet be told. */
  lostAt: Micros | null = null;
  /** When it was last put in what others had heard, or said that nobody had. */
  bridgedAt: Micros = -Infinity;
  /** Who is subscribed to it. */
  wanted: ReadonlySet<string> = new Set();
  /** By provider. */
  readonly heard = new Map<string, Heard>();
  /** Whose venue refuses the instrument. */
  refused: ReadonlySet<string> = new Set();
  /** Whose venue gives it by request alone, all the time. */
  polled: ReadonlySet<string> = new Set();
  /** When the stream of each provider was heard last, of whatever, as of the last beat. */
  readonly alive = new Map<string, Micros>();
  readonly #rings = new Map<string, Ring>();

  /**
   * @param route the name of its route.
   * @param candidates who may feed it, in order of preference.
   * @param span how long a tick may wait.
   * @param begun since when it is followed.
   */
  constructor(
    public route: string,
    public candidates: readonly string[],
    public span: Micros,
    public begun: Micros,
  ) {}

  /** Begins anew: it was subscribed to just now, and what was heard before says nothing of that. */
  begin(now: Micros): void {
    this.begun = now;
    this.lostAt = null;
    this.heard.clear();
    for (const ring of this.#rings.values()) ring.clear();
  }

  /**
   * Notes that a provider spoke.
   *
   * @param time the newest venue time of what it said.
   */
  hear(provider: string, now: Micros, time: Micros): void {
    const last = this.heard.get(provider);
    if (last === undefined) {
      const lag = Math.max(0, now - time);
      this.heard.set(provider, { at: now, upTo: now, usual: 0, newest: time, lag });
      return;
    }
    const pause = Math.max(0, Math.min(now - last.at, LONGEST_PAUSE));
    last.usual += (pause - last.usual) * WEIGHT;
    last.at = now;
    // A trade that is printed late does not make the quotes beside it late.
    last.newest = Math.max(last.newest, time);
    const more = Math.max(0, now - last.newest) - last.lag;
    last.upTo = more > UNDER_WAY ? now - more : now;
    last.lag += more < 0 ? more * WEIGHT : Math.min(more, pause * GROWTH);
  }

  /** Those who may feed it and are not refused; all of them where all are. */
  get able(): readonly string[] {
    if (this.refused.size === 0) return this.candidates;
    const able = this.candidates.filter((id) => !this.refused.has(id));
    return able.length === 0 ? this.candidates : able;
  }

  /** From when on nobody covered it, where who led is not to be relied upon since an instant. */
  holeFrom(lostAt: Micros): Micros {
    return Math.max(this.streamed, lostAt - UNDER_WAY, this.begun);
  }

  /** Keeps a tick of a provider that does not lead. */
  keep(tick: Tick): void {
    this.#ring(tick.provider).push(tick, this.span);
  }

  /** Whether a tick of the leader is to be emitted; it moves the watermark where it is. */
  passes(tick: Tick): boolean {
    const { flags, receivedAt, time } = tick;
    if ((flags & REFUSED) !== 0) return true;
    if (time <= this.floor) return false;
    // A clock that runs ahead must not keep back what another says on time.
    const told = Math.min(time, receivedAt);
    if (told > this.watermark) this.watermark = told;
    if (told > this.streamed && this.counts(tick)) this.streamed = told;
    return true;
  }

  /** Whether a tick shows that its provider is heard again: it was not merely asked for. */
  counts({ flags, provider }: Tick): boolean {
    if ((flags & REFUSED) !== 0) return false;
    return (flags & FLAGS.polled) === 0 || this.polled.has(provider);
  }

  /** Whether a provider that does not lead has been listened to, without a break, since an instant. */
  covers(provider: string, since: Micros): boolean {
    const ring = this.#rings.get(provider);
    return ring !== undefined && ring.since !== null && ring.since <= since && ring.pruned < since;
  }

  /** Whether a provider was heard since: one that has said nothing of anything may be mute. */
  isProved(provider: string, since: Micros): boolean {
    return this.#heardAt(provider) > since;
  }

  /** When a provider's stream was heard last, of whatever; now where it never was. */
  heardUntil(provider: string, now: Micros): Micros {
    const at = this.#heardAt(provider);
    return at === -Infinity ? now : Math.min(at, now);
  }

  #heardAt(provider: string): Micros {
    const heard = this.heard.get(provider)?.at ?? -Infinity;
    return Math.max(heard, this.alive.get(provider) ?? -Infinity);
  }

  /**
   * What others heard of the time since what was streamed last until an instant, in which who leads was not
   * heard; `null` where nobody has listened all along.
   */
  bridge(leader: string, since: Micros, to: Micros): readonly Tick[] | null {
    const other = this.candidates.find((id) =>
      id !== leader && this.covers(id, since) && this.isProved(id, since)
    );
    if (other === undefined) return null;
    return this.#ring(other).peek().filter(({ flags, time }) =>
      (flags & REFUSED) === 0 && time > this.streamed && time < to
    );
  }

  /** Whether anyone who does not lead is listened to. */
  get covered(): boolean {
    return [...this.#rings.values()].some(({ since }) => since !== null);
  }

  /** Takes back or replaces a trade that waits; false where it is none of those. */
  amend({ id, provider, replacement }: Correction): boolean {
    return this.#rings.get(provider)?.amend(id, replacement) ?? false;
  }

  /** Takes what waits of a provider, and is newer than what was emitted. */
  take(provider: string): Tick[] {
    return this.#ring(provider).take().filter(({ time }) => time > this.floor);
  }

  /** Says that a provider is not listened to: what comes later does not follow on what waits. */
  cut(provider: string): void {
    this.#rings.get(provider)?.clear();
  }

  /** Lets go of what has waited long enough. */
  prune(now: Micros): void {
    for (const ring of this.#rings.values()) ring.prune(now - this.span);
  }

  #ring(provider: string): Ring {
    let ring = this.#rings.get(provider);
    if (ring === undefined) this.#rings.set(provider, ring = new Ring());
    return ring;
  }
}
