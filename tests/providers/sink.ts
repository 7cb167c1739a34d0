/**
 * A sink that keeps everything it is told, for tests of providers.
 *
 * @module
 */
import { Credit } from "../../domain/credit.ts";
import type { Gap } from "../../domain/gap.ts";
import type { Tick } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";
import type {
  Correction,
  HistoricalBar,
  Problem,
  ProviderError,
  StreamSink,
  TradingStatus,
} from "../../providers/provider.ts";

/** How long a test waits for what must come, before it fails rather than hangs. */
const PATIENCE_MS = 20_000;

/** Keeps everything, in order; gives credit back at once unless told to withhold it. */
export class RecordingSink implements StreamSink {
  readonly credit: Credit;
  /** Everything that was said, in order; progress left out. */
  readonly said: (
    | { readonly what: "ticks"; readonly ticks: readonly Tick[] }
    | { readonly what: "correction"; readonly correction: Correction }
    | { readonly what: "bar"; readonly bar: HistoricalBar }
    | { readonly what: "status"; readonly status: TradingStatus }
    | { readonly what: "mapping"; readonly symbol: string; readonly name: string }
    | { readonly what: "gap"; readonly gap: Gap }
    | { readonly what: "time"; readonly at: Micros }
    | { readonly what: "problem"; readonly problem: Problem }
    | { readonly what: "ended" }
    | { readonly what: "lost"; readonly error: ProviderError }
  )[] = [];
  readonly ticked: Tick[] = [];
  readonly problems: Problem[] = [];
  readonly reached: { readonly done: number; readonly total: number }[] = [];
  /** The most ticks that were under way at once, beside what credit was given back for. */
  mostOutstanding = 0;
  #withholding: boolean;
  #outstanding = 0;
  #calls = 0;
  readonly #waiting = new Set<() => void>();

  constructor(options: { limit?: number; withhold?: boolean } = {}) {
    this.credit = new Credit(options.limit ?? 10_000);
    this.#withholding = options.withhold ?? false;
  }

  /** How often the sink was called, progress included. */
  get calls(): number {
    return this.#calls;
  }

  /** The stream's end, or `undefined` before it. */
  get end(): "ended" | ProviderError | undefined {
    const last = this.said.at(-1);
    if (last?.what === "lost") return last.error;
    return last?.what === "ended" ? "ended" : undefined;
  }

  /** From here on gives credit back at once, that for earlier ticks too. */
  release(): void {
    this.#withholding = false;
    this.#giveBack();
  }

  ticks(ticks: Tick[]): void {
    this.ticked.push(...ticks);
    this.#outstanding += ticks.length;
    this.mostOutstanding = Math.max(this.mostOutstanding, this.#outstanding);
    this.#note({ what: "ticks", ticks });
    if (!this.#withholding) this.#giveBack();
  }

  /** Nothing to keep. */
  heard(): void {}

  correct(correction: Correction): void {
    this.#note({ what: "correction", correction });
  }

  bar(bar: HistoricalBar): void {
    this.#note({ what: "bar", bar });
  }

  status(status: TradingStatus): void {
    this.#note({ what: "status", status });
  }

  mapped(symbol: string, name: string): void {
    this.#note({ what: "mapping", symbol, name });
  }

  gap(gap: Gap): void {
    this.#note({ what: "gap", gap });
  }

  time(at: Micros): void {
    this.#note({ what: "time", at });
  }

  problem(problem: Problem): void {
    this.problems.push(problem);
    this.#note({ what: "problem", problem });
  }

  progress(done: number, total: number): void {
    this.#calls++;
    this.reached.push({ done, total });
  }

  ended(): void {
    this.#note({ what: "ended" });
  }

  lost(error: ProviderError): void {
    this.#note({ what: "lost", error });
  }

  /** Waits until something holds; rejects where the stream was lost or said nothing for too long. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const timer = setTimeout(() => reject(new Error("the stream said too little")), PATIENCE_MS);
      this.#waiting.add(resolve);
      try {
        await promise;
      } finally {
        clearTimeout(timer);
        this.#waiting.delete(resolve);
      }
      const { end } = this;
      if (end !== undefined && !holds()) throw end === "ended" ? new Error("it ended") : end;
    }
  }

  /** Waits for the end, and gives it. */
  async untilEnd(): Promise<"ended" | ProviderError> {
    await this.until(() => this.end !== undefined);
    return this.end!;
  }

  #note(word: RecordingSink["said"][number]): void {
    this.#calls++;
    this.said.push(word);
    for (const resolve of this.#waiting) resolve();
  }

  #giveBack(): void {
    const count = this.#outstanding;
    this.#outstanding = 0;
    if (count > 0) this.credit.give(count);
  }
}

/** Lets everything run that could: for tests that something does not happen. */
export async function quiet(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 100));
}
