/**
 * The stream of the made-up markets: paced by the wall clock, held back by credit.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../../domain/errors.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { Random } from "../../domain/random.ts";
import type { Tick } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";
import {
  type ProviderContext,
  ProviderError,
  type Refusal,
  type Stream,
  type StreamSink,
} from "../provider.ts";
import { DemoMarket } from "./market.ts";

/** What fixes the stream's ticks and its pace. */
export interface DemoStreamOptions {
  /** The provider's id. */
  readonly provider: string;
  /** Ticks per second of all instruments together. */
  readonly rate: number;
  readonly seed: number;
}

/** How long the stream sleeps between batches at least, in milliseconds. */
const PACE = 10;

/** No batch is longer. */
const LONGEST_BATCH = 1_000;

/** Ticks of made-up markets. Whose turn it is depends on the seed, and on what is subscribed. */
export class DemoStream implements Stream {
  readonly #options: DemoStreamOptions;
  readonly #context: ProviderContext;
  readonly #sink: StreamSink;
  readonly #closing = new AbortController();
  readonly #markets = new Map<string, DemoMarket>();
  readonly #turns: Random;
  /** Sets this stream's ids apart from those of every other run. */
  readonly #run: string;
  #order: readonly DemoMarket[] = [];
  #count = 0;
  #heard: Micros;
  #running: Promise<void> | null = null;

  constructor(options: DemoStreamOptions, context: ProviderContext, sink: StreamSink) {
    this.#options = options;
    this.#context = context;
    this.#sink = sink;
    this.#turns = new Random(`turns of ${options.seed}`);
    this.#heard = context.now();
    this.#run = this.#heard.toString(36);
  }

  subscribe(instruments: readonly Instrument[]): Promise<readonly Refusal[]> {
    for (const instrument of instruments) {
      if (this.#markets.has(instrument.symbol)) continue;
      this.#markets.set(instrument.symbol, new DemoMarket(instrument, this.#options.seed));
    }
    this.#order = [...this.#markets.values()];
    this.#running ??= this.#play();
    return Promise.resolve([]);
  }

  unsubscribe(symbols: readonly string[]): Promise<void> {
    for (const symbol of symbols) this.#markets.delete(symbol);
    this.#order = [...this.#markets.values()];
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  /** Never rejects: what goes wrong is told to the sink. */
  async #play(): Promise<void> {
    try {
      await this.#pace();
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      const message = `Cannot go on making up ticks: ${messageOf(error)}.`;
      this.#sink.lost(new ProviderError("lost", message, { cause: error }));
    }
  }

  /** Says what is due, again and again. What was due for longer than a second is never said. */
  async #pace(): Promise<void> {
    const { rate } = this.#options;
    const { signal } = this.#closing;
    let due = 0;
    let before = performance.now();
    while (true) {
      await delay(Math.max(PACE, (1 - due) / rate * 1_000), undefined, { signal });
      const now = performance.now();
      due = Math.min(rate, due + (now - before) / 1_000 * rate);
      before = now;
      while (due >= 1) due -= await this.#say(Math.floor(due));
    }
  }

  /** Says at most so many ticks, once there is credit; returns how many are settled. */
  async #say(wanted: number): Promise<number> {
    if (this.#order.length === 0) return wanted;
    const { credit } = this.#sink;
    const { signal } = this.#closing;
    const count = Math.min(wanted, credit.limit, LONGEST_BATCH);
    await credit.reserve(count, signal);
    if (signal.aborted || this.#order.length === 0) {
      credit.give(count);
      signal.throwIfAborted();
      return wanted;
    }
    this.#sink.ticks(this.#batch(count));
    return count;
  }

  /** The next ticks, spread over the time since the last batch. */
  #batch(count: number): Tick[] {
    const receivedAt = this.#context.now();
    const since = Math.min(this.#heard, receivedAt);
    const step = Math.min(receivedAt - since, LONGEST_SPREAD) / count;
    const ticks: Tick[] = [];
    for (let left = count - 1; left >= 0; left--) {
      const market = this.#order[this.#turns.below(this.#order.length)]!;
      ticks.push(market.next({
        provider: this.#options.provider,
        id: `${this.#run}-${this.#count++}`,
        time: receivedAt - Math.floor(left * step),
        receivedAt,
      }));
    }
    this.#heard = receivedAt;
    return ticks;
  }
}

/** A batch's venue times reach back no further than this: a tick is young when it comes. */
const LONGEST_SPREAD: Micros = 100_000;
