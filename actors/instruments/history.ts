/**
 * The history actor: reads from the store on its shard's behalf, so that the shard never waits.
 * Answers `drain` when nothing that was asked for is under way any more.
 *
 * @module
 */
import type { Wanted } from "../../domain/candles.ts";
import type { Listing } from "./directory.ts";
import { insist } from "../insist.ts";
import { recall, recallMissed, type RecallRequest } from "./recall.ts";
import { recallMeasures } from "./recallmeasures.ts";
import { recallRun, type RunRequest } from "./recallrun.ts";
import type { HistoryAnswer } from "../messages.ts";
import { createService } from "../service.ts";
import type { SharedInput } from "../shared.ts";
import type { Micros } from "../../domain/time.ts";

/** What the history actor answers to. */
export type HistoryCommand =
  | { type: "history.recall"; request: RecallRequest }
  | {
    type: "history.measure";
    request: RecallRequest;
    /** From when on ticks are counted anew, whatever was made of them. */
    from?: Micros | undefined;
  }
  | { type: "history.run"; request: RunRequest }
  | { type: "history.load"; listing: Listing; wanted: Wanted }
  | { type: "drain" };

/** The history actor. */
export const history = createService<HistoryCommand, SharedInput>(
  ({ input: { shared }, receive, self, sendBack, guard }) => {
    let underWay = 0;
    let draining = false;
    /** Aborts what waits for another attempt. */
    const ending = new AbortController();

    const answer = (reply: HistoryAnswer) => sendBack(reply);
    const settle = () => {
      if (draining && underWay === 0) sendBack({ type: "child.drained", id: self.id });
    };
    const handle = guard(async (event: Exclude<HistoryCommand, { type: "drain" }>) => {
      underWay++;
      if (event.type === "history.recall") await find(event.request);
      else if (event.type === "history.measure") await measure(event.request, event.from);
      else if (event.type === "history.run") await findRun(event.request);
      else await load(event.listing, event.wanted);
      underWay--;
      settle();
    });

    async function find(request: RecallRequest): Promise<void> {
      try {
        // What was handed over before must be in the store, or it would seem never to have come.
        await shared.journal.flushed();
        const measures = request.measuring ? await recallMeasures(shared.store, request) : null;
        const recalled = await recall(shared.store, request);
        answer({ type: "history.recalled", request, recalled, measures, error: undefined });
      } catch (error) {
        answer({ type: "history.recalled", request, recalled: null, measures: null, error });
        if (request.unheard) await findMissed(request);
      }
    }

    /** Finds what was measured before, however long that takes: begun anew it would replace it. */
    async function measure(request: RecallRequest, from: Micros | undefined): Promise<void> {
      await insist(shared.journal, ending.signal, async () => {
        const measures = await recallMeasures(shared.store, request, from);
        answer({ type: "history.measured", request, measures });
      });
    }

    /** Finds what a strategy goes on from, however long that takes: begun anew it would differ. */
    async function findRun(request: RunRequest): Promise<void> {
      await insist(shared.journal, ending.signal, async () => {
        answer({ type: "history.ran", request, run: await recallRun(shared.store, request) });
      });
    }

    /** Finds out what was missed once the store answers again. */
    async function findMissed(request: RecallRequest): Promise<void> {
      await insist(shared.journal, ending.signal, async () => {
        const gap = await recallMissed(shared.store, request);
        if (gap !== null) answer({ type: "history.missed", listing: request.listing, gap });
      });
    }

    /** Loads a candle, however long that takes: without it a late tick must not revise it. */
    async function load(listing: Listing, wanted: Wanted): Promise<void> {
      const { symbol } = listing.instrument;
      const range = { from: wanted.start, to: wanted.start + 1, limit: 1, order: "start" } as const;
      const key = { symbol, interval: wanted.interval, basis: listing.basis };
      await insist(shared.journal, ending.signal, async () => {
        const page = await shared.store.candles({ ...key, ...range });
        answer({ type: "history.loaded", listing, wanted, candle: page.rows[0] ?? null });
      });
    }

    receive((event) => {
      if (event.type === "drain") {
        draining = true;
        ending.abort();
        settle();
      } else handle(event);
    });
    answer({ type: "history.up" });
    return () => ending.abort();
  },
);
