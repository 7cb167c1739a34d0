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
import { formatTime } from "../domain/time.ts";

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
/** How long a stop waits for a step, in milliseconds. */
const PATIENCE = 1_000;
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
    /** Rows deleted in this round, by table. */
    const round = new Map<string, number>();

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
        const bounds = limits();
        for (const [table, rows] of Object.entries(await store.prune(bounds, STEP))) {
          gone += rows;
          round.set(table, (round.get(table) ?? 0) + rows);
        }
        shared.meters.pruned.inc(gone);
        if (gone < STEP) tellRound(bounds);
      } catch (error) {
        log.warn("old rows stay for the time being: {reason}", { reason: messageOf(error) });
      }
      schedule(gone >= STEP ? pace.pause : pace.round);
    }

    function tellRound(bounds: PruneLimits): void {
      for (const [table, rows] of round) {
        const before = bounds[table as keyof PruneLimits];
        log.info(
          "{rows} rows of {table} from before {before} are deleted (store.retention.{table})",
          {
            rows,
            table,
            before: formatTime(before ?? 0),
          },
        );
      }
      round.clear();
    }

    /** Whoever has an old recording in the store should hear of it before it goes. */
    async function warn(): Promise<void> {
      const { ticks: before } = limits();
      if (before === undefined) return;
      try {
        for (const symbol of await store.symbols()) {
          const span = await store.tickSpan(symbol, before);
          if (span === null) continue;
          log.warn(
            "ticks from before {before} will be deleted, such as those of {symbol} from {first} on; " +
              "to keep them set store.retention.ticks to forever",
            { before: formatTime(before), symbol, first: formatTime(span.first) },
          );
          return;
        }
      } catch (error) {
        log.debug("cannot see what will be deleted: {reason}", { reason: messageOf(error) });
      }
    }

    receive(guard(async (event) => {
      if (event.type !== "drain") return;
      stopped = true;
      clearTimeout(timer);
      // A store that hangs must not keep what is still to be written waiting.
      const patience = Promise.withResolvers<void>();
      const waiting = setTimeout(patience.resolve, PATIENCE);
      await Promise.race([step, patience.promise]);
      clearTimeout(waiting);
      sendBack({ type: "child.drained", id: self.id });
    }));
    // A recording is kept whole: its clock is not the wall's, and a replay is soon over.
    if (!clock.driven) {
      schedule(pace.first);
      guard(warn)();
    }
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  },
);
