/**
 * Who shows the token, and how often may be guessed at it.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";

/** Wrong tokens that one caller may try within the period, and all of them together. */
const MOST = { each: 5, all: 50 };
/** In milliseconds. */
const PERIOD = 60_000;
/** Callers remembered for having shown the right one. */
const KNOWN = 1_000;

/** What came of an attempt: a number is how many whole seconds there are to be none. */
export type Verdict = "right" | "wrong" | number;

/** Tells the right token from others, and refuses even to look where too many were wrong. */
export class Attempts {
  readonly #token: Uint8Array;
  #wrong: { readonly from: string; readonly digest: Uint8Array; readonly at: number }[] = [];
  readonly #known = new Set<string>();

  /**
   * @param token the right one.
   * @param now milliseconds, monotonic.
   */
  constructor(token: string, private readonly now: () => number) {
    this.#token = digestOf(token);
  }

  /**
   * One attempt. The same wrong token again is counted once: it is a program that was not told of a
   * new one, and no guess. Others' guesses hold up nobody who has shown the right one before.
   *
   * @param presented what was shown.
   * @param from the caller's address.
   */
  attempt(presented: string, from: string): Verdict {
    const wait = this.#wait(from);
    if (wait > 0) return wait;
    const digest = digestOf(presented);
    if (timingSafeEqual(digest, this.#token)) {
      this.#remember(from);
      return "right";
    }
    const isAgain = this.#wrong.some((one) =>
      one.from === from && timingSafeEqual(one.digest, digest)
    );
    if (!isAgain) this.#wrong.push({ from, digest, at: this.now() });
    return "wrong";
  }

  #wait(from: string): number {
    if (this.#wrong.length === 0) return 0;
    const now = this.now();
    this.#wrong = this.#wrong.filter(({ at }) => now - at < PERIOD);
    const own = this.#wrong.filter((one) => one.from === from);
    const isHeldUp = this.#wrong.length >= MOST.all && !this.#known.has(from);
    const first = Math.max(
      own.length < MOST.each ? -Infinity : own[0]!.at,
      isHeldUp ? this.#wrong.at(-MOST.all)!.at : -Infinity,
    );
    return first === -Infinity ? 0 : Math.ceil((first + PERIOD - now) / 1_000);
  }

  #remember(from: string): void {
    this.#known.delete(from);
    this.#known.add(from);
    if (this.#known.size > KNOWN) this.#known.delete(this.#known.values().next().value!);
  }
}

/** Of one length whatever the text's, so that comparing tells nothing of it. */
function digestOf(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
