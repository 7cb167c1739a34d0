/**
 * How often may be guessed at the token.
 *
 * @module
 */

/** Wrong tokens that one address may try within the period, and all of them together. */
const MOST = { each: 5, all: 50 };
/** In milliseconds. */
const PERIOD = 60_000;

/** One attempt. */
export interface Attempt {
  readonly from: string;
  readonly at: number;
}

/** Counts wrong attempts. */
export class Attempts {
  #wrong: Attempt[] = [];

  /** @param now milliseconds, monotonic */
  constructor(private readonly now: () => number) {}

  /**
   * How long somebody has to wait before the next attempt.
   *
   * @param from an address
   * @returns whole seconds; 0: they need not
   */
  wait(from: string): number {
    const now = this.now();
    this.#wrong = this.#wrong.filter(({ at }) => now - at < PERIOD);
    const own = this.#wrong.filter((one) => one.from === from);
    const first = Math.max(
      own.length < MOST.each ? -Infinity : own[0]!.at,
      this.#wrong.length < MOST.all ? -Infinity : this.#wrong[0]!.at,
    );
    return first === -Infinity ? 0 : Math.ceil((first + PERIOD - now) / 1_000);
  }

  /** Counts one that is taken for wrong until it is forgiven. */
  begin(from: string): Attempt {
    const attempt = { from, at: this.now() };
    this.#wrong.push(attempt);
    return attempt;
  }

  /** Counts one no more: it was right. */
  forgive(attempt: Attempt): void {
    this.#wrong = this.#wrong.filter((one) => one !== attempt);
  }
}
