/**
 * A shard's remakes: one after the other, it finds the trades that venues take back or replace, and
 * makes the candles again that they, or a venue's own bar, change. What is made of one must be kept
 * before the next is looked at, or the later would undo the earlier.
 *
 * Corrections wait for the store as long as it takes; bars only improve what is there, so those that
 * cannot be used when their time has come are let go.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Listing } from "./directory.ts";
import { insist } from "../insist.ts";
import { refill } from "./refill.ts";
import { entryOf, findCorrected, remakeAround, type RemakeRequest, repairBy } from "./remake.ts";
import { logger } from "../log.ts";
import type { MinuteRequest, RefillRequest, RemakesAnswer } from "../messages.ts";
import { createService } from "../service.ts";
import type { SharedInput } from "../shared.ts";
import { messageOf } from "../../domain/errors.ts";
import type { Trade } from "../../domain/tick.ts";
import { type Micros, MILLISECOND, MINUTE, SECOND } from "../../domain/time.ts";
import type { Correction, HistoricalBar } from "../../providers/provider.ts";

/** What the remakes answer to. */
export type RemakesCommand =
  | { type: "remakes.correct"; correction: Correction }
  | { type: "remakes.remake"; asked: MinuteRequest }
  | { type: "remakes.repair"; request: RemakeRequest; bar: HistoricalBar }
  | { type: "remakes.refill"; asked: RefillRequest }
  | { type: "remakes.refresh"; listing: Listing }
  | { type: "drain" };

/** How long after it was due a candle is surely closed. */
const BEAT: Micros = SECOND / 2;
/** Bars that may wait at once: a few minutes' of a shard. */
const BARS = 256;

const log = logger("instruments");

/** The remakes of a shard, as an actor. Answers `drain` when the one under way is done. */
export const remakes = createService<RemakesCommand, SharedInput>(
  ({ input: { shared }, receive, self, sendBack, guard }) => {
    const ending = new AbortController();
    const corrections = new Set<Correction>();
    let bars = 0;
    let chain: Promise<void> = Promise.resolve();

    const answer = (reply: RemakesAnswer) => sendBack(reply);
    const moment = () => ({ closedUntil: shared.clock.now() - shared.settings.candles.grace });

    async function correct(correction: Correction): Promise<void> {
      const isFound = await insisted(async () => {
        const corrected = await findCorrected(shared.store, correction);
        const replacement = inPlaceOf(corrected, correction.replacement);
        answer({ type: "remakes.corrected", corrected, replacement });
      });
      if (isFound) corrections.delete(correction);
    }

    async function remake(asked: MinuteRequest): Promise<void> {
      const { minute, request, watch } = asked;
      // What was changed by now is kept before the store is read.
      watch.changed = false;
      await insisted(async () => {
        const candles = await remakeAround(shared.store, { ...request, ...moment() }, minute);
        answer({ type: "remakes.remade", listing: request.listing, candles, asked });
      });
    }

    async function repair(request: RemakeRequest, bar: HistoricalBar): Promise<void> {
      try {
        await shared.journal.flushed();
        const candles = await repairBy(shared.store, { ...request, ...moment() }, bar);
        if (candles.length === 0) return;
        answer({ type: "remakes.remade", listing: request.listing, candles, asked: null });
      } catch (error) {
        const { symbol } = bar;
        log.debug("a bar of {symbol} is let go: {reason}", { symbol, reason: messageOf(error) });
      }
    }

    /** Finds out what history changes; whoever asked tries again where that cannot be read. */
    async function fill(asked: RefillRequest): Promise<void> {
      try {
        await shared.journal.flushed();
        const { closedUntil = moment().closedUntil } = asked.refill;
        const request = { ...asked.request, closedUntil };
        const refilled = await refill(shared.store, request, asked.refill);
        answer({ type: "remakes.refilled", asked, refilled, error: undefined });
      } catch (error) {
        answer({ type: "remakes.refilled", asked, refilled: null, error });
      }
    }

    /** False where all is about to end before it was done. */
    async function insisted(attempt: () => Promise<void>): Promise<boolean> {
      return !ending.signal.aborted && await insist(shared.journal, ending.signal, attempt);
    }

    const inTurn = (work: () => Promise<void>) => {
      chain = chain.then(work);
      return chain;
    };

    const take = guard(async (event: Exclude<RemakesCommand, { type: "drain" }>) => {
      if (event.type === "remakes.correct") {
        corrections.add(event.correction);
        await inTurn(() => correct(event.correction));
      } else if (event.type === "remakes.remake") {
        await inTurn(() => remake(event.asked));
      } else if (event.type === "remakes.refill") {
        await inTurn(() => fill(event.asked));
      } else if (event.type === "remakes.refresh") {
        const { listing } = event;
        await inTurn(async () => {
          await insisted(() => {
            answer({ type: "remakes.remade", listing, candles: [], asked: null });
            return Promise.resolve();
          });
        });
      } else if (bars < BARS) {
        bars++;
        const closed = event.bar.start + MINUTE + shared.settings.candles.grace + BEAT;
        const wait = Math.max(0, closed - shared.clock.now()) / MILLISECOND;
        await delay(wait, undefined, { signal: ending.signal }).catch(() => {});
        bars--;
        if (!ending.signal.aborted) await inTurn(() => repair(event.request, event.bar));
      }
    });

    /** What could not be looked up is kept for what it says, wherever the trade may lie. */
    function leaveRest(): void {
      for (const one of corrections) shared.outbox.add(entryOf(one));
      corrections.clear();
    }

    const drain = guard(async () => {
      ending.abort();
      await chain;
      leaveRest();
      sendBack({ type: "child.drained", id: self.id });
    });

    receive((event) => {
      if (event.type === "drain") drain();
      else take(event);
    });
    return () => {
      ending.abort();
      leaveRest();
    };
  },
);

/** A replacement at the time of what it replaces: venues name the time at which they said so. */
function inPlaceOf(corrected: Trade | null, replacement: Trade | null): Trade | null {
  if (corrected === null || replacement === null) return replacement;
  return { ...replacement, time: corrected.time };
}
