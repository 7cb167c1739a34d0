/**
 * What the quality gate, or the venue's own conditions, may say of a tick: a bit set in memory and in the store, names joined by
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
  /**
   * Seen already: by the venue's id, by what it says after a reconnect, or as a quote or book that
   * says at the same time what the last one said.
   */
  "duplicate": 8,
  /** A quote or book with nothing on either side. */
  "empty": 16,
  /** A bid above the ask: kept, and counted. */
  "crossed": 32,
  /** A bid equal to the ask: kept, and counted. */
  "locked": 64,
  /** Asked for, not streamed. */
  "polled": 128,
  /** A trade that the venue took back, or replaced. */
  "cancelled": 256,
  /** A trade whose conditions let it move volume alone. */
  "volume-only": 512,
  /** A trade whose conditions let it move volume, high and low, but not open or close. */
  "no-open-close": 1_024,
  /** A trade whose conditions let it move no candle. */
  "no-effect": 2_048,
  /** A trade outside regular hours by its conditions: within them it moves volume alone. */
  "extended-hours": 4_096,
  /** A time far from when it was received: long before, or after it. */
  "absurd-time": 8_192,
  /** A price far from those around it, which what followed did not confirm. */
  "outlier": 16_384,
  /** A bid above the ask by many of the spreads that are usual. */
  "crossed-far": 32_768,
  /** A time before that of an earlier tick: kept, and counted. */
  "out-of-order": 65_536,
  /** A trade that was not heard when it was made: it came from the venue's history. */
  "backfilled": 131_072,
} as const;

/** The name of a flag. */
export type Flag = keyof typeof FLAGS;

/** The flags of a tick that moves nothing: it is stored, and shown to no candle. */
export const REFUSED: number = FLAGS["not-finite"] | FLAGS["not-positive"] |
  FLAGS["unknown-instrument"] | FLAGS["duplicate"] | FLAGS["empty"] | FLAGS["cancelled"] |
  FLAGS["absurd-time"] | FLAGS["outlier"] | FLAGS["crossed-far"];

/** The flags that tell of a tick's quality, rather than of its nature. */
export const QUALITY: number = (REFUSED & ~FLAGS["cancelled"]) | FLAGS["crossed"] |
  FLAGS["locked"] | FLAGS["out-of-order"];

/**
 * The flags of a tick that is wrong by what it says. One that was said before, that was taken back,
 * or that nobody asked for is refused, but no error.
 */
export const WRONG: number = REFUSED &
  ~(FLAGS["duplicate"] | FLAGS["cancelled"] | FLAGS["unknown-instrument"]);

/** The flags of a trade that does not move all of a candle. */
export const LIMITED: number = FLAGS["volume-only"] | FLAGS["no-open-close"] | FLAGS["no-effect"];

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
