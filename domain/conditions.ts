/**
 * Sale conditions of the US consolidated tapes: what a trade's codes let it do to a candle. Every
 * trade counts as a tick.
 *
 * Of the CTA (tapes A and B) and UTP (tape C) participant specifications, as data vendors summarise
 * them. Vendors differ on K, L and Z.
 *
 * @module
 */
import { type Flag, FLAGS } from "./flags.ts";

/**
 * What a code lets a trade do: everything; everything in a bar outside regular hours, else volume
 * (form T); volume, high and low; volume; nothing.
 */
export type Effect = "all" | "extended" | "high-low" | "volume" | "none";

/** Effects that hold on every tape, or on tapes A and B (`ab`) and on tape C apart. */
type Row = Effect | { readonly ab?: Effect; readonly c?: Effect };

/** The codes. One that is not here, or not for the trade's tape, restricts nothing. */
export const CONDITIONS: Readonly<Record<string, Row>> = {
  /** Regular. */
  "@": "all",
  /** Regular. */
  " ": "all",
  /** Acquisition. */
  "A": "all",
  /** Average price; on tape C bunched. */
  "B": { ab: "volume", c: "all" },
  /** Cash sale. */
  "C": "volume",
  /** Distribution. */
  "D": { c: "all" },
  /** Automatic execution. */
  "E": { ab: "all" },
  /** Intermarket sweep. */
  "F": "all",
  /** Bunched, sold. */
  "G": { c: "high-low" },
  /** Price variation. */
  "H": "volume",
  /** Odd lot. */
  "I": "volume",
  /** Rule 127 or 155. */
  "K": "all",
  /** Sold last. */
  "L": "all",
  /** Market centre's official close. */
  "M": "none",
  /** Next day. */
  "N": "volume",
  /** Opening print. */
  "O": "all",
  /** Prior reference price. */
  "P": "high-low",
  /** Market centre's official open. */
  "Q": "none",
  /** Seller. */
  "R": "volume",
  /** Split trade. */
  "S": { c: "all" },
  /** Extended hours (form T). */
  "T": "extended",
  /** Extended hours, sold out of sequence. */
  "U": "volume",
  /** Contingent. */
  "V": "volume",
  /** Average price. */
  "W": { c: "volume" },
  /** Cross. */
  "X": "all",
  /** Yellow flag. */
  "Y": { c: "all" },
  /** Sold out of sequence. */
  "Z": "high-low",
  /** Stopped stock. */
  "1": "all",
  /** Derivatively priced. */
  "4": "high-low",
  /** Reopening print. */
  "5": "all",
  /** Closing print. */
  "6": "all",
  /** Qualified contingent. */
  "7": "volume",
  /**
   * Corrected consolidated close: price without volume, which no flag can say. Its volume was
   * counted once already, so it moves nothing.
   */
  "9": "none",
};

const FLAG: Readonly<Record<Exclude<Effect, "all">, Flag>> = {
  "extended": "extended-hours",
  "high-low": "no-open-close",
  "volume": "volume-only",
  "none": "no-effect",
};

const BITS: Readonly<Record<"ab" | "c", ReadonlyMap<string, number>>> = {
  ab: bitsOf("ab"),
  c: bitsOf("c"),
};

function bitsOf(tape: "ab" | "c"): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(CONDITIONS).map(([code, row]) => {
      const effect = typeof row === "string" ? row : row[tape] ?? "all";
      return [code, effect === "all" ? 0 : FLAGS[FLAG[effect]]];
    }),
  );
}

/**
 * The flags of a trade by its sale conditions: the strictest of its codes decides. Neither of
 * `no-open-close` and `extended-hours` is stricter than the other, so a trade may have both.
 *
 * @param conditions the codes, in any order.
 * @param tape `A` or `B`; anything else is read as `C`.
 * @returns a bit set of `FLAGS`; 0 where nothing restricts the trade.
 */
export function tradeFlags(conditions: readonly string[], tape: string): number {
  const bits = tape === "A" || tape === "B" ? BITS.ab : BITS.c;
  let flags = 0;
  for (const code of conditions) flags |= bits.get(code) ?? 0;
  if ((flags & FLAGS["no-effect"]) !== 0) return FLAGS["no-effect"];
  if ((flags & FLAGS["volume-only"]) !== 0) return FLAGS["volume-only"];
  return flags;
}
