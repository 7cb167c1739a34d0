/**
 * Pseudo-random numbers that a seed fixes for good, on every machine.
 *
 * @module
 */

const TWO_TO_32 = 2 ** 32;

/** The 32-bit FNV-1a hash of a text's UTF-16 units (of its bytes, where it is ASCII). */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** Spreads every bit of a word over all of it: the finaliser of MurmurHash3. */
function spread(word: number): number {
  let bits = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** The four 32-bit words of a generator, not all zero. */
export type RandomState = readonly [number, number, number, number];

/** A generator: xoshiro128** 1.1 by Blackman and Vigna (https://prng.di.unimi.it). */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed any text, or the state itself. */
  constructor(seed: string | RandomState) {
    const state = typeof seed === "string"
      ? [0, 1, 2, 3].map((word) => spread(fnv1a(`${seed}#${word}`)))
      : seed;
    [this.#a, this.#b, this.#c, this.#d] = state as RandomState;
  }

  /** A whole number from 0 to 2^32 - 1. */
  word(): number {
    const product = Math.imul(this.#b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** A number from 0 (inclusive) to 1 (exclusive). */
  fraction(): number {
    return this.word() / TWO_TO_32;
  }

  /** A whole number from 0 to `count - 1`. */
  below(count: number): number {
    return Math.floor(this.fraction() * count);
  }

  /**
   * A number of mean 0 and variance 1, near enough to normal: the sum of four uniform ones. It never
   * exceeds 3.47, and takes arithmetic only, which gives the same bits everywhere.
   */
  gaussian(): number {
    const sum = this.fraction() + this.fraction() + this.fraction() + this.fraction();
    return (sum - 2) * Math.sqrt(3);
  }
}
