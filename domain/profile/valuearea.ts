/**
 * The point of control and the value area of a profile.
 *
 * As the Market Profile has it (J. P. Steidlmayer; CBOT, "A Six-Part Study Guide to Market
 * Profile"; J. Dalton, "Mind over Markets", appendix 1): the value area holds 70 % of a
 * session. It starts as the point of control, the price with the most; then the two prices above
 * and the two below what it holds are compared, and the two with more are added, until it holds
 * the share.
 *
 * What those leave open is settled as in widely used tools. The point of control, where several
 * prices have the most: the one nearest the middle of the range; of two as near, the one on the
 * side of the middle that holds more; else the lower one (mypivots.com, "Calculating Market Profile
 * Value Area"). Pairs that hold as much: the upper one (the same; linnsoft.com, "Method A"). At the
 * end of the range a pair is what is left of it, and a side with nothing left is not compared.
 *
 * @module
 */

/** The share of a session that its value area holds. */
export const VALUE_SHARE = 0.7;

/** Indices into a profile's bins. */
export interface ValueArea {
  /** The point of control. */
  readonly poc: number;
  /** The lowest bin of the value area. */
  readonly val: number;
  /** Its highest bin. */
  readonly vah: number;
  /** What the value area holds. */
  readonly inside: number;
}

/**
 * Finds the value area.
 *
 * @param values what each bin holds, lowest price first; none below 0.
 * @param share above 0 and at most 1.
 * @param count how many bins there are; what follows them is not looked at.
 * @returns `null` where the bins hold nothing.
 */
export function valueArea(
  values: ArrayLike<number>,
  share = VALUE_SHARE,
  count = values.length,
): ValueArea | null {
  const poc = pointOfControl(values, count);
  const total = sum(values, 0, count);
  if (!(total > 0)) return null;
  let low = poc;
  let high = poc;
  let inside = values[poc]!;
  while (inside < share * total && (low > 0 || high < count - 1)) {
    const above = sum(values, high + 1, Math.min(high + 3, count));
    const below = sum(values, low - 2, low);
    const up = low === 0 || (high < count - 1 && above >= below);
    inside += up ? above : below;
    if (up) high = Math.min(high + 2, count - 1);
    else low = Math.max(low - 2, 0);
  }
  return { poc, val: low, vah: high, inside };
}

function pointOfControl(values: ArrayLike<number>, count: number): number {
  const last = count - 1;
  let best = 0;
  for (let i = 1; i <= last; i++) {
    const more = values[i]! - values[best]!;
    // Twice the distance from the middle, in bins.
    const nearer = Math.abs(2 * best - last) - Math.abs(2 * i - last);
    if (more > 0 || (more === 0 && nearer > 0)) best = i;
    else if (more === 0 && nearer === 0 && leansUp(values, count)) best = i;
  }
  return best;
}

/** Whether the upper half of the range holds more than the lower. */
function leansUp(values: ArrayLike<number>, count: number): boolean {
  const half = Math.floor(count / 2);
  return sum(values, count - half, count) > sum(values, 0, half);
}

/** The sum of the bins from `from`, or the first, up to, not including, `to`. */
function sum(values: ArrayLike<number>, from: number, to: number): number {
  let total = 0;
  for (let i = Math.max(from, 0); i < to; i++) total += values[i]!;
  return total;
}
