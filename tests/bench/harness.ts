/**
 * What every measurement shares: the rows it gives, and rounds in which two things take turns.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { median } from "./statistics.ts";

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly goal: string;
  readonly ours: string;
  /** What the machine gives at best, measured in turns with ours. */
  readonly limit: string;
  /** Ours against the limit; `null` where there is none. */
  readonly ratio: number | null;
  /** `null` where it could not be measured. */
  readonly met: boolean | null;
  /** What a reader of the table should know. */
  readonly notes: readonly string[];
  /** All figures, with their units in their names. */
  readonly figures: Readonly<Record<string, number | readonly number[]>>;
}

/** Tells how far a measurement is. */
export type Progress = (text: string) => void;

/** Something that the bench measures. */
export interface Measurement {
  readonly name: string;
  run(progress: Progress): Promise<Row[]>;
}

/** What two things gave that took turns. */
export interface Contest {
  readonly ours: readonly number[];
  readonly limit: readonly number[];
  /** The median of the rounds' ratios, ours against the limit. */
  readonly ratio: number;
}

/**
 * Lets two things take turns: ours first in one round, the limit first in the next, so that neither
 * gains by a machine that gets slower or faster.
 *
 * @param rounds that count; one more comes first, to warm up.
 * @param prepare done before each round; takes no part in it.
 */
export async function alternate(
  rounds: number,
  progress: Progress,
  ours: () => Promise<number>,
  limit: () => Promise<number>,
  prepare: () => unknown = () => {},
): Promise<Contest> {
  const results = { ours: [] as number[], limit: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    progress(round === 0 ? "warming up" : `round ${round} of ${rounds}`);
    await prepare();
    let [a, b] = [0, 0];
    if (round % 2 === 0) {
      a = await ours();
      b = await limit();
    } else {
      b = await limit();
      a = await ours();
    }
    if (round === 0) continue;
    results.ours.push(a);
    results.limit.push(b);
  }
  const ratios = results.ours.map((value, round) => value / results.limit[round]!);
  return { ...results, ratio: median(ratios) };
}

/** Waits some milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Lets everything else that is due have its turn, as between two frames of a socket. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A rate in millions: `1.25 M ticks/s`. */
export function millions(perSecond: number, unit: string): string {
  return `${(perSecond / 1e6).toFixed(2)} M ${unit}/s`;
}
