/**
 * Prices of a signal: on the instrument's steps, the stop and the target on their sides of the entry.
 *
 * @module
 */
import type { Advice } from "../signal.ts";
import type { Side } from "../tick.ts";

/** The prices of a signal. */
export type Prices = Pick<Advice, "entry" | "stop" | "target">;

/** Up or down: 1 for a `buy`, -1 for a `sell`. */
export function signOf(side: Side): 1 | -1 {
  return side === "buy" ? 1 : -1;
}

/** The price on the instrument's steps that is nearest. */
export function onStep(price: number, step: number): number {
  return Number((Math.round(price / step) * step).toPrecision(12));
}

/**
 * A stop at a distance from the entry, and a target as many times as far to the other side. Each is
 * a step away at least.
 *
 * @param risk the distance of the stop, in the price's units.
 * @param reward how many times as far the target is.
 */
export function bracket(
  side: Side,
  entry: number,
  { risk, reward, step }: { readonly risk: number; readonly reward: number; readonly step: number },
): Prices {
  const sign = signOf(side);
  return between(
    side,
    { entry, stop: entry - sign * risk, target: entry + sign * reward * risk },
    step,
  );
}

/** Prices on the instrument's steps, the stop and the target a step from the entry at least. */
export function between(side: Side, { entry, stop, target }: Prices, step: number): Prices {
  const sign = signOf(side);
  const begin = onStep(entry, step);
  const away = (price: number, direction: number) => {
    const rounded = onStep(price, step);
    const isAway = direction * (rounded - begin) >= step / 2;
    return isAway ? rounded : onStep(begin + direction * step, step);
  };
  return { entry: begin, stop: away(stop, -sign), target: away(target, sign) };
}

/** A share of 1, from 0 to 1. */
export function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(Math.max(part / whole, 0), 1) : 0;
}

/** A number as a sentence shows it: to six digits. */
export function said(value: number): string {
  return String(Number(value.toPrecision(6)));
}
