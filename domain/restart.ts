/**
 * When a failed actor may be started again: OTP's restart intensity with a backoff
 * (https://www.erlang.org/doc/system/sup_princ.html#maximum-restart-intensity).
 *
 * @module
 */

/** How often, and how soon, a failed actor is started again. Times are in milliseconds. */
export interface RestartPolicy {
  /** Restarts allowed within `period`; one more and the actor is given up. */
  readonly intensity: number;
  readonly period: number;
  /** The first restart within a period is at once; the next waits this long. */
  readonly initial: number;
  /** By how much each further wait is longer. */
  readonly factor: number;
  /** The longest wait. */
  readonly max: number;
}

/** Five restarts within a minute: at once, then after 0.1, 0.4, 1.6 and 5 seconds. */
export const RESTART_POLICY: RestartPolicy = {
  intensity: 5,
  period: 60_000,
  initial: 100,
  factor: 4,
  max: 5_000,
};

/** What to do about a failure. */
export type RestartDecision =
  | { readonly restart: true; readonly delay: number; readonly failures: readonly number[] }
  | { readonly restart: false; readonly failures: readonly number[] };

/**
 * Decides about a failure at `now`.
 *
 * @param earlier times of the failures before, ascending.
 */
export function decideRestart(
  policy: RestartPolicy,
  earlier: readonly number[],
  now: number,
): RestartDecision {
  const failures = [...earlier.filter((time) => time > now - policy.period), now];
  if (failures.length > policy.intensity) return { restart: false, failures };
  const waits = failures.length - 2;
  const delay = waits < 0 ? 0 : Math.min(policy.max, policy.initial * policy.factor ** waits);
  return { restart: true, delay, failures };
}
