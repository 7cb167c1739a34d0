/**
 * The recorder: batches everything that must be kept and hands it to the store, one transaction at
 * a time. While the store cannot be written it keeps trying, and the outbox holds what waits.
 *
 * @module
 */
import type { Run, Store } from "../db/store.ts";
import { MarketdError, messageOf } from "../domain/errors.ts";
import { type Micros, MILLISECOND } from "../domain/time.ts";
import type { Clock } from "./clock.ts";
import type { Meters } from "./meters.ts";
import type { Entry, Outbox } from "./outbox.ts";
import { createService } from "./service.ts";
import type { Vitals } from "./vitals.ts";

/** What the recorder works with. */
export interface RecorderInput {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly journal: Journal;
  readonly vitals: Vitals;
  readonly meters: Meters;
  /** Rows that make a flush at once. */
  readonly rows: number;
  /** The longest that a row waits. */
  readonly every: Micros;
}

/** The longest wait between two attempts to write, in milliseconds. */
const MAX_RETRY = 5_000;

/**
 * What the recorder says of itself, and what others may wait for. It outlives the actor.
 */
export class Journal {
  /** Until when each shard's ticks have all been handed to the outbox. */
  readonly #handed = new Map<string, Micros>();
  readonly #startedAt: Micros;
  #waiting: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  #ask: (() => void) | undefined;
  /** Why the store cannot be written; `null` while it can. */
  trouble: string | null = null;
  /** Ticks and candles that the store took. */
  readonly kept = { ticks: 0, candles: 0 };

  constructor(readonly clock: Clock, readonly epoch: string) {
    this.#startedAt = clock.now();
  }

  /** Says that a shard has handed over all that it had received by a time. */
  handed(shard: string, until: Micros): void {
    this.#handed.set(shard, until);
  }

  /** Forgets a shard that is no more. */
  release(shard: string): void {
    this.#handed.delete(shard);
  }

  /** The run, as it stands when everything in the outbox has been written. */
  run(clean: boolean): Run {
    const handed = Math.min(...this.#handed.values());
    return {
      epoch: this.epoch,
      startedAt: this.#startedAt,
      aliveUntil: handed === Infinity ? this.clock.now() : Math.max(handed, this.#startedAt),
      clean,
    };
  }

  /**
   * Waits until everything in the outbox is in the store.
   *
   * @throws what kept it from being written, at the first attempt that fails.
   */
  flushed(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ resolve, reject });
    this.#ask?.();
    return promise;
  }

  /** Calls back when somebody waits for a flush. */
  onAsk(ask: (() => void) | undefined): void {
    this.#ask = ask;
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

/** What the recorder answers to. */
export type RecorderCommand = { type: "drain" };

/** The recorder as an actor. Answers `drain` when the last flush was written, or failed. */
export const recorder = createService<RecorderCommand, RecorderInput>(
  ({ input, receive, self, sendBack, guard }) => {
    const { store, outbox, journal, meters } = input;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let busy = false;
    let draining = false;
    let stopped = false;
    let failures = 0;

    const schedule = (delay: number) => {
      clearTimeout(timer);
      if (!stopped) timer = setTimeout(guard(flush), delay);
    };

    async function flush(): Promise<void> {
      if (busy || stopped) return;
      busy = true;
      const last = draining;
      const waiting = journal.takeWaiting();
      try {
        await empty(last);
        failures = 0;
        journal.trouble = null;
        meters.storeUp.set(1);
        for (const one of waiting) one.resolve();
      } catch (error) {
        failures++;
        journal.trouble = messageOf(error);
        meters.storeUp.set(0);
        meters.storeErrors.inc();
        for (const one of waiting) one.reject(error);
        if (error instanceof MarketdError && error.terminal) throw error;
      } finally {
        busy = false;
      }
      if (last) sendBack({ type: "child.drained", id: self.id });
      else if (draining) schedule(0);
      else if (failures > 0) schedule(Math.min(MAX_RETRY, 100 * 2 ** (failures - 1)));
      else schedule(journal.awaited ? 0 : input.every / MILLISECOND);
    }

    /** Writes all that is in the outbox at this moment, and more while that makes full batches. */
    async function empty(last: boolean): Promise<void> {
      let left = outbox.length;
      const run = journal.run(last);
      do {
        const entries = outbox.take(input.rows);
        left -= entries.length;
        await write(entries, left <= 0 ? run : undefined);
      } while (left > 0 || outbox.rows >= input.rows);
    }

    async function write(entries: readonly Entry[], run: Run | undefined): Promise<void> {
      const began = performance.now();
      try {
        const report = await store.write({
          ticks: entries.flatMap((entry) => entry.ticks),
          candles: entries.flatMap((entry) => entry.candles ?? []),
          gaps: entries.flatMap((entry) => entry.gaps ?? []),
          events: entries.flatMap((entry) => entry.events ?? []),
          ...(run === undefined ? {} : { run }),
        });
        journal.kept.ticks += report.ticks;
        journal.kept.candles += report.candles;
        meters.recordedTicks.inc(report.ticks);
        meters.recordedCandles.inc(report.candles);
      } catch (error) {
        outbox.restore(entries);
        throw error;
      }
      meters.flushSeconds.observe((performance.now() - began) / 1_000);
      for (const entry of entries) {
        entry.credit?.give(entry.ticks.length);
        for (const shard of entry.canaries ?? []) input.vitals.sight("recorder", shard);
      }
    }

    outbox.onAdd(() => {
      if (outbox.rows >= input.rows && !busy && failures === 0) schedule(0);
    });
    journal.onAsk(() => {
      if (!busy) schedule(0);
    });
    receive((event) => {
      if (event.type !== "drain") return;
      draining = true;
      if (!busy) schedule(0);
    });
    schedule(input.every / MILLISECOND);
    return () => {
      stopped = true;
      clearTimeout(timer);
      outbox.onAdd(undefined);
      journal.onAsk(undefined);
    };
  },
);
