/**
 * The data path, from a frame's text to the recorder, against `JSON.parse` alone.
 *
 * @module
 */
import type { Measurement } from "../harness.ts";
import { measurePath } from "../path.ts";

/** Measures the data path. */
export const pipeline: Measurement = {
  name: "pipeline",
  run: async (progress) => [
    await measurePath({
      what: "pipeline, 100 instruments",
      instruments: 100,
      ticks: 400_000,
      rounds: 9,
    }, progress),
  ],
};
