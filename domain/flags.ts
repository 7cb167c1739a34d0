/**
 * What the quality gate may say of a tick: a bit set in memory and in the store, names joined by
 * `|` outside.
 *
 * @module
 */

/** The bit of each flag. Never renumbered: the store keeps them. */
export const FLAGS = {
  /** A price or size that is not a finite number. */
  "not-finite": 1,
  /** A price that is not above zero, or a size below zero. */
  "not-positive": 2,
  /** An instrument that is not configured. */
  "unknown-instrument": 4,
  /** Seen already, by the venue's id. */
  "duplicate": 8,
  /** A quote or book with nothing on either side. */
  "empty": 16,
  /** A bid above the ask: kept, and counted. */
  "crossed": 32,
  /** A bid equal to the ask: kept, and counted. */
  "locked": 64,
} as const;

/** The name of a flag. */
export type Flag = keyof typeof FLAGS;

/** The flags of a tick that moves nothing: it is stored, and shown to no candle. */
export const REFUSED: number = FLAGS["not-finite"] | FLAGS["not-positive"] |
  FLAGS["unknown-instrument"] | FLAGS["duplicate"] | FLAGS["empty"];

const NAMES = Object.keys(FLAGS) as Flag[];

/** The names in a bit set, in the order of their bits. */
export function flagNames(flags: number): Flag[] {
  return flags === 0 ? [] : NAMES.filter((name) => (flags & FLAGS[name]) !== 0);
}

/**
 * Reads names joined by `|`.
 *
 * @returns the bit set, or `undefined` where a name is unknown.
 */
export function parseFlags(text: string): number | undefined {
  let flags = 0;
  for (const name of text === "" ? [] : text.split("|")) {
    if (!Object.hasOwn(FLAGS, name)) return undefined;
    flags |= FLAGS[name as Flag];
  }
  return flags;
}
