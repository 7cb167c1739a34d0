/**
 * How long to wait before the next attempt to connect.
 *
 * @module
 */
import { type Micros, MILLISECOND, SECOND } from "./time.ts";

/** The first wait, and the longest. */
export interface Backoff {
  readonly initial: Micros;
  readonly max: Micros;
}

/** From half a second to a minute. */
export const BACKOFF: Backoff = { initial: 500 * MILLISECOND, max: 60 * SECOND };

/**
 * The wait before an attempt: doubled each time up to the maximum, of which a random half is taken
 * off so that many clients do not come back together.
 *
 * @param attempt failures so far, at least 1.
 * @param random in [0, 1).
 * @param floor what the venue asked for (Retry-After), never undercut.
 */
export function backoffDelay(
  attempt: number,
  random: number,
  floor: Micros = 0,
  { initial, max }: Backoff = BACKOFF,
): Micros {
  const full = Math.min(max, initial * 2 ** Math.min(attempt - 1, 52));
  return Math.max(floor, Math.round(full * (1 - random / 2)));
}
