/**
 * How the feeds come along: what each could not use, and how far one of known length has come.
 *
 * @module
 */
import type { ProviderEvent } from "../../db/store.ts";
import { type Micros, MINUTE, SECOND } from "../../domain/time.ts";
import type { Problem } from "../../providers/provider.ts";

/** What is known of one provider's feed. */
export interface FeedReport {
  readonly problems: number;
  /** The last few. */
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

  /** How many problems there were, second by second. */
  readonly #marks = new Map<string, { readonly at: Micros; readonly problems: number }[]>();

  /** The report of a provider's feed. */
  of(provider: string): FeedReport {
    return this.#reports.get(provider) ??
      { problems: 0, lastProblems: [], events: [], progress: null };
  }

  event(event: ProviderEvent): void {
    const report = this.of(event.provider);
    const events = [...report.events, event].slice(-HELD);
    this.#reports.set(event.provider, { ...report, events });
  }

  /** How many problems a feed had of late: within the last minute or so, while it is asked often. */
  recent(provider: string, now: Micros): number {
    const { problems } = this.of(provider);
    let marks = this.#marks.get(provider);
    if (marks === undefined) this.#marks.set(provider, marks = [{ at: now, problems }]);
    if (now - marks.at(-1)!.at >= SECOND) marks.push({ at: now, problems });
    while (marks.length > 1 && marks[1]!.at <= now - MINUTE) marks.shift();
    return problems - marks[0]!.problems;
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
