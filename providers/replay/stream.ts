/**
 * The stream of a recording: what was heard, in the order and, if wanted, at the pace in which it was
 * heard. It drives the clock.
 *
 * @module
 */
import { setImmediate as turn } from "node:timers/promises";
import { messageOf } from "../../domain/errors.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { clockTime, isGap } from "../../domain/recording.ts";
import type { Tick } from "../../domain/tick.ts";
import { type Micros, SECOND } from "../../domain/time.ts";
import {
  type Inspection,
  ProviderError,
  type Refusal,
  type Stream,
  type StreamSink,
} from "../provider.ts";
import { type Entry, isProblem, merge } from "./merge.ts";
import { Pace } from "./pace.ts";

/** What is played, and how. */
export interface ReplayStreamOptions {
  readonly inspection: Inspection;
  /** `max`, or how many times as fast as it was recorded. */
  readonly speed: "max" | number;
  /** Rows from before this clock time are passed over. */
  readonly start: Micros | undefined;
}

/** No batch is longer. */
const LONGEST_BATCH = 1_000;

/** How long it plays before it lets others run, in milliseconds. */
const TURN = 10;

/** How often it says how far it has come, in milliseconds. */
const PROGRESS = 250;

/** Plays a recording once, from the first `subscribe` on. */
export class ReplayStream implements Stream {
  readonly #options: ReplayStreamOptions;
  readonly #sink: StreamSink;
  readonly #closing = new AbortController();
  readonly #recorded: ReadonlySet<string>;
  readonly #wanted = new Set<string>();
  readonly #longest: number;
  readonly #pace: Pace;
  #batch: Tick[] = [];
  /** The clock time of the row at hand; before the first row -Infinity. */
  #clock: Micros = -Infinity;
  /** The last whole second that the sink was told. */
  #second: Micros = -Infinity;
  /** Rows that were passed, and of them those up to the last that was said. */
  #rows = 0;
  #said = 0;
  #turnedAt = 0;
  #progressAt = 0;
  #running: Promise<void> | null = null;

  constructor(options: ReplayStreamOptions, sink: StreamSink) {
    this.#options = options;
    this.#sink = sink;
    this.#recorded = new Set(options.inspection.symbols.map(({ symbol }) => symbol));
    this.#pace = new Pace(options.speed);
    this.#longest = Math.min(LONGEST_BATCH, sink.credit.limit);
  }

  subscribe(instruments: readonly Instrument[]): Promise<readonly Refusal[]> {
    const refused: Refusal[] = [];
    for (const { symbol } of instruments) {
      if (this.#recorded.has(symbol)) this.#wanted.add(symbol);
      else refused.push({ symbol, reason: `The recording has no row of ${symbol}.` });
    }
    this.#running ??= this.#play();
    return Promise.resolve(refused);
  }

  unsubscribe(symbols: readonly string[]): Promise<void> {
    for (const symbol of symbols) this.#wanted.delete(symbol);
    this.#batch = this.#batch.filter(({ symbol }) => this.#wanted.has(symbol));
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  /** Never rejects: what goes wrong is told to the sink. */
  async #play(): Promise<void> {
    try {
      for await (const block of merge(this.#options.inspection.files)) await this.#say(block);
      await this.#flush();
      this.#closing.signal.throwIfAborted();
      if (this.#clock !== -Infinity) this.#sink.time(this.#clock);
      this.#sink.progress(this.#rows, this.#options.inspection.rows);
      this.#sink.ended();
    } catch (error) {
      if (this.#closing.signal.aborted) {
        this.#sink.progress(this.#said, this.#options.inspection.rows);
        return;
      }
      this.#sink.lost(
        error instanceof ProviderError ? error : new ProviderError(
          "lost",
          `Cannot go on playing the recording: ${messageOf(error)}.`,
          { cause: error },
        ),
      );
    }
  }

  async #say(block: readonly Entry[]): Promise<void> {
    const { start = -Infinity } = this.#options;
    for (const entry of block) {
      if (isProblem(entry)) {
        this.#rows++;
        this.#sink.problem(entry);
        continue;
      }
      const clock = Math.max(this.#clock, clockTime(entry));
      if (clock < start) {
        this.#rows++;
        continue;
      }
      if (clock - this.#second >= SECOND || this.#pace.isEarly(clock)) await this.#reach(clock);
      this.#rows++;
      this.#clock = clock;
      if (!this.#wanted.has(entry.symbol)) continue;
      if (isGap(entry)) {
        await this.#flush();
        if (this.#wanted.has(entry.symbol)) this.#sink.gap(entry);
      } else {
        this.#batch.push(entry);
        if (this.#batch.length === this.#longest) await this.#flush();
      }
    }
    await this.#rest();
  }

  /** Says what came before a clock time and, at the pace set, moves the clock to its second. */
  async #reach(clock: Micros): Promise<void> {
    await this.#flush();
    while (this.#pace.isEarly(clock)) {
      await this.#pace.sleep(clock, this.#closing.signal);
      this.#tell(Math.min(clock, this.#pace.now()));
    }
    this.#tell(clock);
  }

  /** Tells the sink the whole second of a clock time, once. */
  #tell(clock: Micros): void {
    const second = Math.floor(clock / SECOND) * SECOND;
    if (second <= this.#second) return;
    this.#second = second;
    this.#sink.time(second);
  }

  /** Says the batch, once there is credit. */
  async #flush(): Promise<void> {
    const reserved = this.#batch.length;
    const rows = this.#rows;
    if (reserved === 0) {
      this.#said = rows;
      return;
    }
    const { credit } = this.#sink;
    await credit.reserve(reserved, this.#closing.signal);
    // While it waited, an unsubscription may have made the batch smaller.
    const batch = this.#batch;
    this.#batch = [];
    const wanted = this.#closing.signal.aborted ? 0 : batch.length;
    if (wanted < reserved) credit.give(reserved - wanted);
    if (wanted > 0) this.#sink.ticks(batch);
    this.#said = rows;
    await this.#rest();
  }

  /** Between batches: stops when closed, says how far it is, lets others run. */
  async #rest(): Promise<void> {
    const { signal } = this.#closing;
    signal.throwIfAborted();
    const now = performance.now();
    if (now - this.#progressAt >= PROGRESS) {
      this.#progressAt = now;
      this.#sink.progress(this.#rows, this.#options.inspection.rows);
    }
    if (now - this.#turnedAt < TURN) return;
    await turn(undefined, { signal });
    this.#turnedAt = performance.now();
  }
}
