/**
 * Parameters that several strategies have.
 *
 * @module
 */
import { z } from "zod";

/** A number of candles. */
export function length(usual: number, what: string): z.ZodDefault<z.ZodNumber> {
  return z.number().int().min(2).max(400).default(usual).describe(what);
}

/** A number that is more than nothing. */
export function factor(usual: number, what: string, max = 20): z.ZodDefault<z.ZodNumber> {
  return z.number().min(0.1).max(max).default(usual).describe(what);
}

/** What the stop and the target are measured in where the market gives no level. */
export const ATR = length(14, "Candles of the average true range that distances are measured in.");
/** How far the target is. */
export const REWARD = factor(2, "The distance of the target, in distances of the stop.");
/** How far a stop lies beyond what would prove the signal wrong. */
export const MARGIN = factor(
  0.5,
  "How far the stop lies beyond the extreme or the level, in average true ranges.",
);
