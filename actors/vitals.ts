/**
 * The canary's sightings. A canary tick is sent to each shard every second through the very path of
 * a real one; each stage that it passes says so here. A stage that has not seen it lately does not
 * work, whatever else it says: readiness and metrics report nothing but these sightings.
 *
 * @module
 */

/** The stages of the data path, in order. */
export const STAGES = ["gate", "buffer", "candle", "recorder", "hub", "stream"] as const;
/** A stage of the data path. */
export type Stage = typeof STAGES[number];

/** How a stage fares. */
export interface StageReport {
  readonly stage: Stage;
  /** Since the last sighting on the shard that has waited longest, in milliseconds. */
  readonly age: number | null;
  readonly alive: boolean;
}

const PREFIX = "~canary-";

/** The canary's symbol on a shard: no instrument can be named so. */
export function canarySymbol(shard: string): string {
  return PREFIX + shard;
}

/** Whether a symbol is a canary's. */
export function isCanary(symbol: string): boolean {
  return symbol.startsWith(PREFIX);
}

/** Who saw the canary when, by a monotonic clock. */
export class Vitals {
  readonly #seen = new Map<string, Map<Stage, number>>();

  /**
   * @param uptime milliseconds, monotonic.
   * @param limit how old a sighting may be, in milliseconds, before its stage counts as dead.
   */
  constructor(readonly uptime: () => number, readonly limit: number) {}

  /** Expects canaries of a shard from here on. */
  watch(shard: string): void {
    if (!this.#seen.has(shard)) this.#seen.set(shard, new Map());
  }

  /** Says that a stage saw a shard's canary. */
  sight(stage: Stage, shard: string): void {
    this.#seen.get(shard)?.set(stage, this.uptime());
  }

  /** How each stage fares. Without a shard there is no data path, and nothing is amiss. */
  report(): StageReport[] {
    const now = this.uptime();
    return STAGES.map((stage) => {
      let age: number | null = 0;
      for (const sightings of this.#seen.values()) {
        const at = sightings.get(stage);
        age = at === undefined || age === null ? null : Math.max(age, now - at);
      }
      return { stage, age, alive: age !== null && age <= this.limit };
    });
  }
}
