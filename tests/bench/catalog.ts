/**
 * What the bench measures, in the order of the table.
 *
 * @module
 */
import type { Measurement } from "./harness.ts";

const CATALOG: Readonly<Record<string, () => Promise<Measurement>>> = {
  pipeline: async () => (await import("./measurements/pipeline.ts")).pipeline,
  strategies: async () => (await import("./measurements/strategies.ts")).strategies,
  fanout: async () => (await import("./measurements/fanout.ts")).fanout,
  latency: async () => (await import("./measurements/latency.ts")).latency,
  recording: async () => (await import("./measurements/recording.ts")).recording,
  scale: async () => (await import("./measurements/scale.ts")).scale,
  start: async () => (await import("./measurements/start.ts")).start,
  memory: async () => (await import("./measurements/memory.ts")).memory,
  dashboard: async () => (await import("./measurements/dashboard.ts")).dashboard,
};

/** The measurements' names. */
export const NAMES: readonly string[] = Object.keys(CATALOG);

/**
 * Loads a measurement.
 *
 * @throws Error for a name that is none of {@link NAMES}.
 */
export function load(name: string): Promise<Measurement> {
  const problem = refuse([name]);
  if (problem !== null) throw new Error(problem);
  return CATALOG[name]!();
}

/** Says what is wrong with a choice of measurements; `null` where nothing is. */
export function refuse(names: readonly string[]): string | null {
  const unknown = names.filter((name) => !NAMES.includes(name));
  if (unknown.length === 0) return null;
  const quoted = unknown.map((name) => `"${name}"`).join(", ");
  return `Cannot measure ${quoted}: choose from ${NAMES.join(", ")}, or name none to measure all.`;
}
