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

/** What stop and target are made of where the market itself gives none. */
export const RISK = {
  atr: length(14, "Candles of the average true range that the stop is measured in."),
  stop: factor(2, "The distance of the stop, in average true ranges."),
  reward: factor(2, "The distance of the target, in distances of the stop."),
};
