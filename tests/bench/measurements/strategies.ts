/**
 * The data path with all that marketd makes of ticks: profile, order flow, state, and every strategy
 * on each of a thousand instruments; against `JSON.parse` alone.
 *
 * @module
 */
import { STRATEGIES } from "../../../domain/strategies/catalog.ts";
import type { Measurement } from "../harness.ts";
import { measurePath } from "../path.ts";

/** Measures the data path with strategies. */
export const strategies: Measurement = {
  name: "strategies",
  run: async (progress) => [
    await measurePath({
      what: `pipeline, 1,000 instruments, ${STRATEGIES.size} strategies on each`,
      instruments: 1_000,
      // Each round closes a minute of every instrument, as a venue does that says 10,000 a second.
      step: 100,
      ticks: 600_000,
      rounds: 5,
      strategies: [...STRATEGIES.keys()],
    }, progress),
  ],
};
