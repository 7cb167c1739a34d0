/**
 * Requests on the stream and their answers. An answer does not say what it answers, so requests are
 * made one at a time, each with a deadline.
 *
 * @module
 */
import type { Control } from "./wire.ts";

/** What an exchange works with. */
export interface ExchangeParts {
  send(message: Readonly<Record<string, unknown>>): void;
  /** How long an answer may take, in milliseconds. */
  readonly patienceMs: number;
  /** Told when an answer took longer: it ends the exchange. */
  late(): void;
}

/** Requests and answers. */
export class Exchange {
  readonly #parts: ExchangeParts;
  #waiting: PromiseWithResolvers<Control> | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #end: unknown = null;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /** Whether nothing is answered any more. */
  get isOver(): boolean {
    return this.#end !== null;
  }

  /** Runs one piece of work after another; one that fails does not hold up the next. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  /** Sends a message, if there is one, and waits for the venue's next word about the stream. */
  async ask(message: Readonly<Record<string, unknown>> | null): Promise<Control> {
    if (this.#end !== null) throw this.#end;
    const waiting = Promise.withResolvers<Control>();
    this.#waiting = waiting;
    const timer = setTimeout(() => this.#parts.late(), this.#parts.patienceMs);
    try {
      if (message !== null) this.#parts.send(message);
      return await waiting.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting = null;
    }
  }

  /** Hands the venue's word to whoever waits; `false` where nobody does. */
  answer(control: Control): boolean {
    this.#waiting?.resolve(control);
    return this.#waiting !== null;
  }

  /** Rejects what waits, and whatever is asked later. */
  end(reason: unknown): void {
    this.#end ??= reason;
    this.#waiting?.reject(reason);
  }
}
