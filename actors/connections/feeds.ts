/**
 * How the feeds come along: what each could not use, and how far one of known length has come.
 *
 * @module
 */
import type { Problem } from "../../providers/provider.ts";

/** What is known of one provider's feed. */
export interface FeedReport {
  readonly problems: number;
  /** The last few. */
  readonly lastProblems: readonly Problem[];
  /** `null` for a feed without an end. */
  readonly progress: { readonly done: number; readonly total: number } | null;
}

/** Problems held for whoever asks. */
const HELD = 20;

/** The feeds' reports, by provider. */
export class Feeds {
  readonly #reports = new Map<string, FeedReport>();

  /** The report of a provider's feed. */
  of(provider: string): FeedReport {
    return this.#reports.get(provider) ?? { problems: 0, lastProblems: [], progress: null };
  }

  problem(provider: string, problem: Problem): void {
    const report = this.of(provider);
    this.#reports.set(provider, {
      ...report,
      problems: report.problems + 1,
      lastProblems: [...report.lastProblems, problem].slice(-HELD),
    });
  }

  progress(provider: string, done: number, total: number): void {
    this.#reports.set(provider, { ...this.of(provider), progress: { done, total } });
  }
}
