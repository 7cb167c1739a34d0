/**
 * The backlog: what is being filled from history, what was asked for by hand, and how it went. It is
 * made by the root, so that a restart of the backfill actor loses nothing.
 *
 * @module
 */
import type { Micros } from "../../../domain/time.ts";

/** A span of an instrument that is to be filled. */
export interface JobSpan {
  readonly symbol: string;
  /** A whole minute. */
  readonly from: Micros;
  /** A whole minute, exclusive. */
  readonly to: Micros;
}

/**
 * How a job stands: `waiting` for its turn or for the venue, `running`, `done`, or `failed` for
 * good.
 */
export type JobState = "waiting" | "running" | "done" | "failed";

/** A span that is filled, was, or will be. */
export interface Job extends JobSpan {
  readonly id: number;
  /** Whether somebody asked for it, rather than a gap. */
  readonly byHand: boolean;
  state: JobState;
  /** Whom it asks; `null` while that is not known. */
  provider: string | null;
  /** Up to where it is filled. */
  doneTo: Micros;
  /** Trades that were not kept before. */
  ticks: number;
  /** Candles made or repaired. */
  candles: number;
  /** What it waits for, or why it failed; `null` where all is well. */
  reason: string | null;
}

/** Jobs by hand that may wait. */
const MOST = 100;
/** Jobs that are over and still shown. */
const SHOWN = 50;

/** The jobs. */
export class Backlog {
  #jobs: Job[] = [];
  #last = 0;
  #wake: () => void = () => {};

  /** Takes up what an earlier actor had under way: what was asked for waits again, gaps come again. */
  resume(): void {
    this.#jobs = this.#jobs.filter(({ byHand, state }) => byHand || state !== "running");
    for (const job of this.#jobs) if (job.state === "running") job.state = "waiting";
  }

  /** Calls back when there may be something to do. */
  onWake(wake: () => void): void {
    this.#wake = wake;
  }

  /** Says that there may be something to do. */
  wake(): void {
    this.#wake();
  }

  /**
   * Adds a job; the same span that somebody asked for and that is not over yet is not added twice.
   *
   * @returns `null` where too many wait already.
   */
  add(span: JobSpan, byHand: boolean): Job | null {
    const same = this.#jobs.find((job) =>
      !isOver(job) && job.byHand && byHand && job.symbol === span.symbol &&
      job.from === span.from && job.to === span.to
    );
    if (same !== undefined) return same;
    if (byHand && this.pending().length >= MOST) return null;
    const job: Job = {
      ...span,
      id: ++this.#last,
      byHand,
      state: "waiting",
      provider: null,
      doneTo: span.from,
      ticks: 0,
      candles: 0,
      reason: null,
    };
    this.#jobs.push(job);
    const over = this.#jobs.filter(isOver);
    const forgotten = new Set(over.slice(0, Math.max(0, over.length - SHOWN)));
    this.#jobs = this.#jobs.filter((one) => !forgotten.has(one));
    if (byHand) this.wake();
    return job;
  }

  /** Jobs by hand that are not over, the oldest first. */
  pending(): Job[] {
    return this.#jobs.filter((job) => job.byHand && !isOver(job));
  }

  /** All that is known, the latest first. */
  list(): Job[] {
    return this.#jobs.toReversed();
  }

  find(id: number): Job | undefined {
    return this.#jobs.find((job) => job.id === id);
  }

  /** Forgets a job of a gap that came to nothing: the gap comes again. */
  drop(job: Job): void {
    this.#jobs = this.#jobs.filter((one) => one !== job);
  }
}

function isOver({ state }: Job): boolean {
  return state === "done" || state === "failed";
}
