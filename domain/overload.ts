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
  /**
   * How long all must be well below their limits before a level is left; twice as long, and twice
   * again, up to {@link MOST_RELAPSES} times, where leaving one has just turned out to be too soon.
   */
  readonly recovery: number;
}

/** How it stands. */
export interface OverloadState {
  readonly level: OverloadLevel;
  /** Since when it is at this level. */
  readonly since: number;
  /** Since when all is well below the limits, without a break; `null` while it is not. */
  readonly calmSince: number | null;
  /** How often in a row a level was left too soon. */
  readonly relapses: number;
  /** When a level was left last; `null` before, and once that was too soon. */
  readonly leftAt: number | null;
  /** What was beyond its limit when more was shed for the last time; `null` when all is well. */
  readonly cause: Load | null;
}

/** Well below a limit is below this share of it: what is just under it would be over it again soon. */
export const CALM = 0.8;

/** Relapses that make recovery longer: a load that comes and goes is not followed up and down. */
export const MOST_RELAPSES = 4;

/** All is well. */
export function beginOverload(now: number): OverloadState {
  return { level: "normal", since: now, calmSince: now, relapses: 0, leftAt: null, cause: null };
}

/** Takes in what is measured: one step up or down at a time. */
export function stepOverload(
  before: OverloadState,
  loads: readonly Load[],
  now: number,
  rules: OverloadRules,
): OverloadState {
  const worst = worstOf(loads);
  const share = worst === null ? 0 : shareOf(worst);
  const { level, since } = before;
  const step = LEVELS.indexOf(level);
  if (share >= 1) {
    const isDue = step === 0 || now - since >= rules.patience;
    const more = isDue ? LEVELS[step + 1] : undefined;
    if (more === undefined) return { ...before, calmSince: null };
    const relapses = relapsesOf(before, now, rules);
    return { level: more, since: now, calmSince: null, relapses, leftAt: null, cause: worst };
  }
  if (share >= CALM) return { ...before, calmSince: null };
  const calmSince = before.calmSince ?? now;
  const isOver = now - calmSince >= recoveryOf(before, rules);
  if (step === 0 || !isOver) return { ...before, calmSince };
  const less = LEVELS[step - 1]!;
  // The next is taken back after as long again.
  return {
    level: less,
    since: now,
    calmSince: now,
    relapses: before.relapses,
    leftAt: now,
    cause: less === "normal" ? null : before.cause,
  };
}

/** How long all must be well below the limits now. */
function recoveryOf({ relapses }: OverloadState, { recovery }: OverloadRules): number {
  return recovery * 2 ** relapses;
}

/** The relapses when more is to be shed: one more where less was only just shed. */
function relapsesOf(before: OverloadState, now: number, rules: OverloadRules): number {
  const { leftAt, level, relapses } = before;
  if (leftAt !== null && now - leftAt < recoveryOf(before, rules)) {
    return Math.min(relapses + 1, MOST_RELAPSES);
  }
  return level === "normal" ? 0 : relapses;
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
