/**
 * The market stream: connected, authenticated, subscribed, data (alpaca.md).
 *
 * @module
 */
import type { Instrument } from "../../domain/instrument.ts";
import type { Tick } from "../../domain/tick.ts";
import type { ProviderContext, ProviderError, Refusal, Stream, StreamSink } from "../provider.ts";
import { Exchange } from "./exchange.ts";
import type { Failures } from "./failures.ts";
import type { AlpacaOptions } from "./options.ts";
import { Socket } from "./socket.ts";
import { Subscriptions } from "./subscriptions.ts";
import { type Control, Decoder, parseLossless, type Word } from "./wire.ts";

/** What a stream works with. */
export interface StreamParts {
  readonly options: AlpacaOptions;
  readonly context: ProviderContext;
  readonly failures: Failures;
  /** The feed's address. */
  readonly url: string;
  readonly sink: StreamSink;
  /** How long the venue may take to answer, in milliseconds; 10 s unless said. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 10_000;

/** Errors that end a stream whenever they come. */
const ENDS: ReadonlySet<number> = new Set([401, 402, 404, 406, 407, 408, 411]);

/** One stream. */
export class AlpacaStream implements Stream {
  readonly #parts: StreamParts;
  readonly #socket: Socket;
  readonly #exchange: Exchange;
  readonly #subscriptions: Subscriptions;
  readonly #decoder: Decoder;
  #attempt: string;
  #isOpen = false;
  /** Why it is over; `null` while it is not. */
  #over: ProviderError | null = null;
  #frames = 0;

  private constructor(parts: StreamParts) {
    const { context, failures, options: { feed }, patienceMs = PATIENCE_MS, url } = parts;
    this.#parts = parts;
    this.#attempt = `open Alpaca's ${feed} stream`;
    const lost = (what: string) => this.#lose(failures.lost(this.#attempt, what));
    this.#exchange = new Exchange({
      send: (message) => this.#socket.send(message),
      patienceMs,
      late: () => lost(`the venue did not answer within ${patienceMs / 1_000} s`),
    });
    this.#subscriptions = new Subscriptions({
      feed,
      exchange: this.#exchange,
      quote: (words) => failures.quote(words),
      problem: (what) => this.#problem(what),
      lose: (answer) => this.#lose(this.#meaning(answer)),
    });
    this.#decoder = new Decoder(this.#subscriptions.names, context.now().toString(36));
    this.#socket = Socket.connect(url, {
      frame: (text) => this.#hear(text),
      binary: (length) => this.#problem(`${length} bytes that are no text`),
      closed: (why) => void lost(`the venue closed it (${why})`),
    });
  }

  /**
   * Connects and signs in.
   *
   * @throws ProviderError; the signal's reason.
   */
  static async open(parts: StreamParts, signal: AbortSignal): Promise<AlpacaStream> {
    signal.throwIfAborted();
    const stream = new AlpacaStream(parts);
    const abort = () => stream.#exchange.end(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await stream.#logIn();
      signal.throwIfAborted();
      if (stream.#over !== null) throw stream.#over;
    } catch (error) {
      await stream.close();
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
    stream.#isOpen = true;
    stream.#attempt = `go on with Alpaca's ${parts.options.feed} stream`;
    return stream;
  }

  subscribe(instruments: readonly Instrument[]): Promise<readonly Refusal[]> {
    return this.#subscriptions.add(instruments);
  }

  unsubscribe(symbols: readonly string[]): Promise<void> {
    return this.#subscriptions.remove(symbols);
  }

  async close(): Promise<void> {
    this.#over ??= this.#parts.failures.lost(this.#attempt, "it was closed");
    this.#exchange.end(this.#over);
    await this.#socket.close();
  }

  async #logIn(): Promise<void> {
    const { keyId, secret } = this.#parts.options;
    await this.#success("connected", null);
    await this.#success("authenticated", { action: "auth", key: keyId, secret });
  }

  async #success(
    words: string,
    message: Readonly<Record<string, unknown>> | null,
  ): Promise<void> {
    const answer = await this.#exchange.ask(message);
    if (answer.kind !== "success" || answer.words !== words) throw this.#meaning(answer);
  }

  #hear(text: string): void {
    const { context, failures, sink } = this.#parts;
    const receivedAt = context.now();
    this.#frames++;
    sink.heard();
    let frame: unknown;
    try {
      frame = parseLossless(text);
    } catch {
      return this.#problem(`${failures.quote(text)} is no JSON`);
    }
    if (!Array.isArray(frame)) return this.#problem(`${failures.quote(text)} is no list`);
    let ticks: Tick[] = [];
    for (const message of frame) {
      const word = this.#decoder.message(message, receivedAt);
      if (word.kind === "quote" || word.kind === "trade") {
        ticks.push(word);
        continue;
      }
      if (word.kind === "nothing") continue;
      // What is not a tick is told in its place among them.
      this.#tell(ticks);
      ticks = [];
      this.#say(word);
    }
    this.#tell(ticks);
  }

  #tell(ticks: Tick[]): void {
    if (ticks.length > 0 && this.#over === null) this.#parts.sink.ticks(ticks);
  }

  #say(word: Exclude<Word, Tick>): void {
    const { sink } = this.#parts;
    if (this.#over !== null) return;
    switch (word.kind) {
      case "bar":
        return sink.bar(word.bar);
      case "correction":
        return sink.correct(word.correction);
      case "status":
        return sink.status(word.status);
      case "unusable":
        return this.#problem(word.what);
      case "success":
      case "error":
      case "subscription":
        return this.#control(word);
    }
  }

  /** A word about the stream: the answer to a request, or the venue's own. */
  #control(control: Control): void {
    const ends = control.kind === "error" && (ENDS.has(control.code) || !this.#isOpen);
    if (ends) this.#lose(this.#meaning(control));
    else if (!this.#exchange.answer(control)) this.#problem(this.#meaning(control).message);
  }

  /** What a word about the stream means that is not the one wanted. */
  #meaning(control: Control): ProviderError {
    const { failures } = this.#parts;
    if (control.kind === "error") {
      return failures.ofStream(this.#attempt, control.code, control.words);
    }
    return failures.lost(this.#attempt, `the venue says "${control.kind}" out of turn`);
  }

  #problem(what: string): void {
    if (this.#over !== null) return;
    const { options: { feed }, sink } = this.#parts;
    sink.problem({ where: `frame ${this.#frames} of Alpaca's ${feed} stream`, what });
  }

  /** The stream is of no more use: told once to the sink, or to whoever opens it. */
  #lose(error: ProviderError): ProviderError {
    if (this.#over !== null) return this.#over;
    this.#over = error;
    this.#exchange.end(error);
    if (this.#isOpen) this.#parts.sink.lost(error);
    // It never rejects, and whoever closes the stream waits for it.
    void this.#socket.close();
    return error;
  }
}
