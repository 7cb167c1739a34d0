/**
 * Numbers without the last digits, which binary fractions make up (IEEE 754).
 *
 * @module
 */

/**
 * A number to twelve digits.
 *
 * @example plain(100.4 - 100) // 0.4, not 0.4000000000000057
 */
export function plain(value: number): number {
  return Number(value.toPrecision(12));
}
