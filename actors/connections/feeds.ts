/**
 * How the feeds come along: what each could not use of late, and how far one of known length has come.
 *
 * @module
 */
import type { ProviderEvent } from "../../db/store.ts";
import type { Problem } from "../../providers/provider.ts";

/** What is known of one provider's feed. */
export interface FeedReport {
  /** The last few frames or rows that could not be used. */
  readonly lastProblems: readonly Problem[];
  /** The connection's latest changes, newest last. */
  readonly events: readonly ProviderEvent[];
  /** `null` for a feed without an end. */
  readonly progress: { readonly done: number; readonly total: number } | null;
}

/** Problems, and changes, held for whoever asks. */
const HELD = 20;

/** The feeds' reports, by provider. */
export class Feeds {
  readonly #reports = new Map<string, FeedReport>();

  /** The report of a provider's feed. */
  of(provider: string): FeedReport {
    return this.#reports.get(provider) ??
      { lastProblems: [], events: [], progress: null };
  }

  event(event: ProviderEvent): void {
    const report = this.of(event.provider);
    const events = [...report.events, event].slice(-HELD);
    this.#reports.set(event.provider, { ...report, events });
  }

  problem(provider: string, problem: Problem): void {
    const report = this.of(provider);
    this.#reports.set(provider, {
      ...report,
      lastProblems: [...report.lastProblems, problem].slice(-HELD),
    });
  }

  progress(provider: string, done: number, total: number): void {
    this.#reports.set(provider, { ...this.of(provider), progress: { done, total } });
  }
}
