/**
 * The recorder: batches everything that must be kept and hands it to the store, one transaction at
 * a time. While the store cannot be written it keeps trying, and what comes meanwhile is spooled, to
 * be written first and in order when the store is back.
 *
 * @module
 */
import { Keeper, type KeeperInput, LATE } from "./keeper.ts";
import type { Hub } from "./hub.ts";
import { toEvents } from "./instruments/events.ts";
import type { Journal } from "./journal.ts";
import { logger } from "./log.ts";
import type { Entry } from "./outbox.ts";
import { publish, statusEvent } from "./publish.ts";
import { createService } from "./service.ts";
import { StoreError } from "../db/store.ts";
import { MarketdError, messageOf } from "../domain/errors.ts";
import { beginOf, expectedOf, type Experience, experienced } from "../domain/pace.ts";
import { type Micros, MILLISECOND } from "../domain/time.ts";

/** What the recorder works with; `rows` of the keeper make a flush at once. */
export interface RecorderInput extends KeeperInput {
  /** The longest that a row waits from its receipt until it is kept. */
  readonly every: Micros;
  readonly hub: Hub;
}

/** What the recorder answers to. */
export type RecorderCommand = { type: "drain" };

/** The longest wait between two attempts to write, in milliseconds. */
const MAX_RETRY = 5_000;
/** How long a store may be silent before that is told, in milliseconds. */
const SILENT = 1_000;
/** How long nothing may have been shed before shedding counts as over, in milliseconds. */
const CALM = 10_000;
/** How long the last write may take: what it has not written by then waits on disk. */
const DRAIN = 6_000;

const log = logger("recorder");

/**
 * The recorder as an actor. Answers `drain` when all is written or, past a bound, spooled. Without a
 * spool it is given up where trying again is pointless; with one it goes on trying, whatever the
 * store says: what keeps it from being written may be mended there.
 */
export const recorder = createService<RecorderCommand, RecorderInput>(
  ({ input, receive, self, sendBack, guard }) => {
    const { outbox, journal, meters, spool } = input;
    const every = input.every / MILLISECOND;
    const keeper = new Keeper(input);
    let timer: ReturnType<typeof setTimeout> | undefined;
    let deadline: ReturnType<typeof setTimeout> | undefined;
    /** The attempt under way, and who waits for it. */
    let attempt: { waiting: ReturnType<Journal["takeWaiting"]> } | null = null;
    let draining = false;
    let stopped = false;
    let failures = 0;
    /** What the last attempt failed with. */
    let failure: unknown;
    let experience: Experience | null = null;
    // By `performance.now()`: when the store may be tried again, when rows were moved last, and since
    // when the oldest of what waits has been here.
    let retryAt = 0;
    let last = performance.now();
    let oldest: number | null = outbox.length > 0 ? last : null;
    let fault: unknown = new MarketdError("stopped", "Cannot keep anything: recording has ended.");

    const arm = () => {
      clearTimeout(timer);
      const now = performance.now();
      const at = due(now);
      if (!stopped && at < Infinity) timer = setTimeout(guard(turn), Math.max(0, at - now));
    };

    /** When rows are to be moved next. */
    function due(now: number): number {
      const paced = beginOf({ every, last, oldest, expected: expectedOf(experience) });
      if (attempt !== null) {
        return spool === null ? Infinity : Math.min(paced, last + LATE);
      }
      if (draining) return now;
      if (failures > 0 && spool === null) return retryAt;
      if (keeper.isFull && (failures === 0 || keeper.roomy)) return now;
      if (failures === 0 && journal.awaited) return now;
      return paced;
    }

    async function turn(): Promise<void> {
      last = performance.now();
      oldest = null;
      if (attempt === null && (last >= retryAt || draining)) {
        const writing = write();
        arm();
        await writing;
        return;
      }
      if (attempt === null) reject(journal.takeWaiting(), failure);
      const isLate = attempt !== null && keeper.unanswered >= Math.min(every, LATE);
      const isSilent = attempt !== null && keeper.unanswered >= SILENT;
      if (isSilent && attempt !== null) {
        reject([...attempt.waiting, ...journal.takeWaiting()], silence());
        attempt.waiting = [];
      }
      if (attempt === null || isLate || keeper.isCatchingUp) await keeper.save();
      if (isSilent) tell(silence().message);
      else if (journal.trouble !== null) tell(journal.trouble);
      arm();
    }

    /** Tries to write everything. */
    async function write(): Promise<void> {
      const closing = draining;
      const began = performance.now();
      const mine = attempt = { waiting: journal.takeWaiting() };
      if (closing || failures === 0) tellLosses(closing);
      try {
        const writes = await keeper.empty(closing);
        experience = experienced(experience, (performance.now() - began) / Math.max(1, writes));
        failures = 0;
        retryAt = 0;
        tell(null);
        for (const { resolve } of mine.waiting) resolve();
      } catch (error) {
        failures++;
        failure = error;
        // A full disk is worth a look each time: room that comes must go to the store first.
        const isFull = error instanceof StoreError && error.code === "full";
        const wait = isFull ? 0 : Math.min(MAX_RETRY, 100 * 2 ** (failures - 1));
        retryAt = performance.now() + wait;
        meters.storeErrors.inc();
        reject(mine.waiting, error);
        await keeper.save();
        tell(messageOf(error));
        if (spool === null && error instanceof MarketdError && error.terminal) {
          fault = error;
          throw error;
        }
      } finally {
        attempt = null;
      }
      if (closing) sendBack({ type: "child.drained", id: self.id });
      else arm();
    }

    /** Tells what was shed as gaps: once for each time that it came to that. */
    function tellLosses(atOnce: boolean): void {
      if (!atOnce && performance.now() - keeper.shedAt < CALM) return;
      if (spool !== null) outbox.losses.takeFrom(spool.losses);
      const gaps = outbox.losses.take(journal.clock.now());
      if (gaps.length === 0) return;
      meters.gaps.inc({ reason: "shed" }, gaps.length);
      outbox.add({ ticks: [], gaps });
      publish(input.hub, self, toEvents([], [], [], gaps));
    }

    const silence = () => {
      const seconds = (keeper.unanswered / 1_000).toFixed(0);
      return new StoreError(
        "unreachable",
        `Cannot write to ${input.store.label}: it has not answered for ${seconds} s.`,
      );
    };

    /** Says how recording stands. */
    function tell(trouble: string | null): void {
      const state = stateOf(trouble);
      if (state !== journal.state) {
        const fields = { state, reason: trouble ?? "", rows: journal.spooled.rows };
        if (state === "writing") log.info("the store is written again", fields);
        else if (state === "shedding") log.error("rows are shed: {reason}", fields);
        else log.warn("the store cannot be written, rows are {state}: {reason}", fields);
        const status = { kind: "store", id: "store", status: state, reason: trouble } as const;
        publish(input.hub, self, [statusEvent(status)]);
      }
      journal.state = state;
      journal.trouble = trouble;
      meters.storeUp.set(trouble === null ? 1 : 0);
    }

    function stateOf(trouble: string | null): Journal["state"] {
      if (trouble === null) return "writing";
      if (spool === null) return "waiting";
      if (performance.now() - keeper.shedAt < CALM) return "shedding";
      return keeper.roomy ? "spooling" : "waiting";
    }

    /** How long an entry's first tick has been on its way, in milliseconds. */
    function lagOf({ ticks }: Entry): number {
      const { clock } = journal;
      if (clock.driven || ticks[0] === undefined) return 0;
      return Math.min(every / 2, Math.max(0, (clock.now() - ticks[0].receivedAt) / MILLISECOND));
    }

    outbox.onAdd((entry) => {
      if (oldest === null) {
        oldest = performance.now() - lagOf(entry);
        arm();
      } else if (attempt === null && keeper.isFull && keeper.roomy) arm();
    });
    journal.onAsk(() => {
      if (attempt === null) {
        clearTimeout(timer);
        timer = setTimeout(guard(turn), 0);
      }
    });
    receive((event) => {
      if (event.type !== "drain") return;
      draining = true;
      // Without a spool nothing is better than to go on: the parent has a bound of its own.
      if (spool !== null) deadline = setTimeout(guard(giveUp), DRAIN);
      arm();
    });

    /** Ends though the store has not answered, with everything on disk that finds room there. */
    async function giveUp(): Promise<void> {
      keeper.end();
      await keeper.save();
      const isSilent = keeper.unanswered >= SILENT;
      tell(isSilent ? silence().message : "The store could not take all of it in time.");
      sendBack({ type: "child.drained", id: self.id });
    }

    arm();
    return () => {
      stopped = true;
      keeper.end();
      clearTimeout(timer);
      clearTimeout(deadline);
      outbox.onAdd(undefined);
      journal.close(fault);
      if (attempt !== null) {
        journal.trouble ??= "The last write was still under way when recording was stopped.";
      }
    };
  },
);

function reject(waiting: ReturnType<Journal["takeWaiting"]>, reason: unknown): void {
  for (const one of waiting) one.reject(reason);
}
