/**
 * Brings back to mind the gaps of late that the store knows, so that a restart does not make a feed
 * look complete.
 *
 * @module
 */
import { WINDOW } from "./coverage.ts";
import { insist } from "../insist.ts";
import { createService } from "../service.ts";
import type { SharedInput } from "../shared.ts";

/** Gaps read at once. */
const PAGE = 1_000;

/** Recalls the gaps, and is done. */
export const coverageHistory = createService<{ type: "never" }, SharedInput>(
  ({ input: { shared }, guard }) => {
    const { clock, journal, store, telemetry: { coverage } } = shared;
    const ending = new AbortController();
    const { signal } = ending;

    async function read(): Promise<void> {
      const now = clock.now();
      let cursor: string | undefined;
      do {
        const query = { from: now - WINDOW, to: now, limit: PAGE, cursor };
        const { next, rows } = await store.gaps(query);
        for (const gap of rows) coverage.recall(gap);
        cursor = next ?? undefined;
      } while (cursor !== undefined && !signal.aborted);
    }

    guard(async () => {
      // Whoever writes to the store tells of its trouble.
      await insist(journal, signal, read);
    })();
    return () => ending.abort();
  },
);
