/**
 * The journal: how recording stands, and how far it has come. It outlives the recorder.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import type { Run } from "../db/store.ts";
import type { Micros } from "../domain/time.ts";

/**
 * How recording stands: `writing` to the store; `spooling` to the disk, with nothing lost, until the
 * store is back and has it all; `waiting` in memory, within bounds; `shedding` for want of any room.
 */
export type Recording = "writing" | "spooling" | "waiting" | "shedding";

/**
 * What the recorder says of itself, and what others may wait for. It outlives the actor.
 */
export class Journal {
  /** Until when each shard's ticks have all been handed to the outbox. */
  readonly #handed = new Map<string, Micros>();
  readonly #startedAt: Micros;
  #waiting: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  #ask: (() => void) | undefined;
  #closed: { readonly reason: unknown } | null = null;
  /** Why the store cannot be written; `null` while it can. */
  trouble: string | null = null;
  state: Recording = "writing";
  /** What is in the spool, and where that is; `null` without one. */
  spooled: { rows: number; bytes: number; path: string | null } = { rows: 0, bytes: 0, path: null };
  /** Rows that were taken from the outbox, and are in the store or on the disk only after this. */
  inHand = 0;
  /** Ticks and candles that the store took. */
  readonly kept = { ticks: 0, candles: 0 };

  constructor(readonly clock: Clock, readonly epoch: string) {
    this.#startedAt = clock.now();
  }

  /** Says that a shard, from its opening on, has handed over all that it had received by a time. */
  handed(shard: string, until: Micros): void {
    this.#handed.set(shard, until);
  }

  /** The run, as it stands when everything in the outbox has been written. */
  run(clean: boolean): Run {
    const handed = this.#handed.size === 0 ? this.clock.now() : Math.min(...this.#handed.values());
    return {
      epoch: this.epoch,
      startedAt: this.#startedAt,
      aliveUntil: Math.max(handed, this.#startedAt),
      clean,
    };
  }

  /**
   * Waits until everything in the outbox is in the store.
   *
   * @throws what kept it from being written, at the first attempt that fails or once nobody writes
   * any more.
   */
  flushed(): Promise<void> {
    if (this.#closed !== null) return Promise.reject(this.#closed.reason);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ resolve, reject });
    this.#ask?.();
    return promise;
  }

  /** Calls back when somebody waits for a flush. */
  onAsk(ask: () => void): void {
    this.#ask = ask;
    this.#closed = null;
  }

  /** Says that nobody writes any more, and why: whoever waits need not. */
  close(reason: unknown): void {
    this.#ask = undefined;
    this.#closed = { reason };
    for (const one of this.takeWaiting()) one.reject(reason);
  }

  /** Takes those who wait; the recorder settles them after its next flush. */
  takeWaiting(): { resolve: () => void; reject: (error: unknown) => void }[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  /** Whether somebody waits for a flush. */
  get awaited(): boolean {
    return this.#waiting.length > 0;
  }
}
