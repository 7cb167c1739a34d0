/**
 * Retention: lets go of what is older than it is to be kept, a little at a time, so that recording
 * never waits for it.
 *
 * @module
 */
import { logger } from "./log.ts";
import { createService } from "./service.ts";
import type { SharedInput } from "./shared.ts";
import type { PruneLimits } from "../db/store.ts";
import { messageOf } from "../domain/errors.ts";

/** What retention answers to. */
export type RetentionCommand = { type: "drain" };

/** When it goes to work, in milliseconds. */
export interface RetentionPace {
  /** Before the first round: a start has better things to do. */
  readonly first: number;
  readonly round: number;
  /** Between two steps of a round. */
  readonly pause: number;
}

/** What retention works with. */
export interface RetentionInput extends SharedInput {
  readonly pace?: RetentionPace;
}

const PACE: RetentionPace = { first: 30_000, round: 10 * 60_000, pause: 200 };
/** Rows that go at once. */
const STEP = 5_000;

const log = logger("retention");

/** Retention as an actor. Answers `drain` when no step is under way. */
export const retention = createService<RetentionCommand, RetentionInput>(
  ({ input: { shared, pace = PACE }, receive, self, sendBack, guard }) => {
    const { clock, settings, store } = shared;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let step: Promise<void> = Promise.resolve();
    let stopped = false;

    const limits = (): PruneLimits => {
      const { ticks, books, events, gaps } = settings.store.retention;
      const before = (age: number | null) => age === null ? undefined : clock.now() - age;
      return {
        ticks: before(ticks),
        books: before(books),
        events: before(events),
        gaps: before(gaps),
      };
    };
    const schedule = (delay: number) => {
      if (!stopped) timer = setTimeout(guard(() => step = prune()), delay);
    };

    async function prune(): Promise<void> {
      let gone = 0;
      try {
        gone = await store.prune(limits(), STEP);
        shared.meters.pruned.inc(gone);
      } catch (error) {
        log.warn("old rows stay for the time being: {reason}", { reason: messageOf(error) });
      }
      schedule(gone >= STEP ? pace.pause : pace.round);
    }

    receive(guard(async (event) => {
      if (event.type !== "drain") return;
      stopped = true;
      clearTimeout(timer);
      await step;
      sendBack({ type: "child.drained", id: self.id });
    }));
    // A recording is kept whole: its clock is not the wall's, and a replay is soon over.
    if (!clock.driven) schedule(pace.first);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  },
);
