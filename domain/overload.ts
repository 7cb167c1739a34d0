/**
 * Overload: when so much waits, or so late, that something must be shed, and when that is over. Pure:
 * times are of any one monotonic clock, in the unit of the rules.
 *
 * @module
 */

/** Something that is measured, against what it may be. */
export interface Load {
  readonly name: string;
  readonly value: number;
  /** More than 0. */
  readonly limit: number;
}

/**
 * How much is shed: nothing; books; books, and of quotes all but the latest of each instrument. Trades
 * never are.
 */
export const LEVELS = ["normal", "sheds-depth", "conflates-quotes"] as const;
/** How much is shed. */
export type OverloadLevel = typeof LEVELS[number];

/** How fast it comes and goes. */
export interface OverloadRules {
  /** How long a level is given to help before the next. */
  readonly patience: number;
  /** How long all must be well below their limits before a level is left. */
  readonly recovery: number;
}

/** How it stands. */
export interface OverloadState {
  readonly level: OverloadLevel;
  /** Since when it is at this level. */
  readonly since: number;
  /** Since when all is well below the limits, without a break; `null` while it is not. */
  readonly calmSince: number | null;
  /** What was beyond its limit when more was shed for the last time; `null` when all is well. */
  readonly cause: Load | null;
}

/** Well below a limit is below this share of it: what is just under it would be over it again soon. */
export const CALM = 0.8;

/** All is well. */
export function beginOverload(now: number): OverloadState {
  return { level: "normal", since: now, calmSince: now, cause: null };
}

/** Takes in what is measured: one step up or down at a time. */
export function stepOverload(
  before: OverloadState,
  loads: readonly Load[],
  now: number,
  { patience, recovery }: OverloadRules,
): OverloadState {
  const worst = worstOf(loads);
  const share = worst === null ? 0 : shareOf(worst);
  const { level, since } = before;
  const step = LEVELS.indexOf(level);
  if (share >= 1) {
    const isDue = step === 0 || now - since >= patience;
    const more = isDue ? LEVELS[step + 1] : undefined;
    return more === undefined
      ? { ...before, calmSince: null }
      : { level: more, since: now, calmSince: null, cause: worst };
  }
  if (share >= CALM) return { ...before, calmSince: null };
  const calmSince = before.calmSince ?? now;
  if (step === 0 || now - calmSince < recovery) return { ...before, calmSince };
  const less = LEVELS[step - 1]!;
  // The next is taken back after as long again.
  return {
    level: less,
    since: now,
    calmSince: now,
    cause: less === "normal" ? null : before.cause,
  };
}

/** The load that is nearest to its limit, or furthest beyond it; `null` without any. */
export function worstOf(loads: readonly Load[]): Load | null {
  let worst: Load | null = null;
  for (const load of loads) {
    if (worst === null || shareOf(load) > shareOf(worst)) worst = load;
  }
  return worst;
}

/** What share of its limit a load is. */
export function shareOf({ limit, value }: Load): number {
  return value / limit;
}
