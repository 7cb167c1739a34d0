/**
 * Failover: which of several providers leads, as they come and go. Pure: times are of any one
 * monotonic clock, in the unit of the rules.
 *
 * @module
 */

/** How patient a route is. */
export interface FailoverRules {
  /** How long the leader must be bad, without a break, before another takes over. */
  readonly delay: number;
  /** How long a preferred one must be good, without a break, before it leads again. */
  readonly failback: number;
}

/** How a provider fares, and since when it has without a break. */
export interface Fare {
  readonly good: boolean;
  readonly since: number;
}

/** Who leads, and how all fare; indices are in order of preference. */
export interface FailoverState {
  readonly lead: number;
  /** Whether a person chose the leader: then a preferred one does not take over for being good. */
  readonly held: boolean;
  readonly fares: readonly Fare[];
}

/** What is seen of a provider: `null` where it is good, or since when it has been bad. */
export type Sighting = number | null;

/** A change of leader, and for how long its cause had lasted. */
export interface Swap {
  readonly from: number;
  readonly to: number;
  readonly why: "failover" | "failback" | "asked";
  /** Since when the one that led is not to be relied upon. */
  readonly since: number;
}

/** What comes of a step. */
export interface Step {
  readonly state: FailoverState;
  readonly swap: Swap | null;
}

/** A route that begins: nobody is good before it was seen to be. */
export function beginFailover(providers: number, now: number, lead = 0): FailoverState {
  const fares = Array.from({ length: providers }, () => ({ good: false, since: now }));
  return { lead, held: false, fares };
}

/** Takes in what is seen of all providers, and decides who leads. */
export function stepFailover(
  before: FailoverState,
  sightings: readonly Sighting[],
  now: number,
  { delay, failback }: FailoverRules,
): Step {
  const fares = before.fares.map((fare, index) => faring(fare, sightings[index] ?? null, now));
  const { lead, held } = before;
  const leader = fares[lead]!;
  if (!leader.good) {
    const next = fares.findIndex(({ good }) => good);
    const isDue = now - leader.since >= delay;
    if (isDue && next >= 0) {
      const swap: Swap = { from: lead, to: next, why: "failover", since: leader.since };
      return { state: { lead: next, held: false, fares }, swap };
    }
  }
  const preferred = fares.findIndex(({ good, since }, index) =>
    index < lead && good && now - since >= failback
  );
  if (held || preferred < 0) return { state: { lead, held, fares }, swap: null };
  const since = leader.good ? now : leader.since;
  return {
    state: { lead: preferred, held: false, fares },
    swap: { from: lead, to: preferred, why: "failback", since },
  };
}

/** Takes in that a provider was away until an instant, and was back before anyone looked. */
export function noteAway(before: FailoverState, provider: number, until: number): FailoverState {
  const fare = before.fares[provider]!;
  if (!fare.good || fare.since >= until) return before;
  return { ...before, fares: before.fares.with(provider, { good: true, since: until }) };
}

/**
 * Has a provider lead because a person says so. It leads until it is bad for the whole delay.
 *
 * @param to `null`: whoever leads goes on, and a preferred one may take over again.
 */
export function askFailover(before: FailoverState, to: number | null, now: number): Step {
  const { fares, lead } = before;
  if (to === null || to === lead) {
    return { state: { ...before, held: to !== null && to !== 0 }, swap: null };
  }
  const leader = fares[lead]!;
  return {
    // Its being bad until now was known to who asked: it is given the delay once more.
    state: {
      lead: to,
      held: to !== 0,
      fares: fares.map((fare, index) =>
        index === to && !fare.good ? { ...fare, since: now } : fare
      ),
    },
    swap: { from: lead, to, why: "asked", since: leader.good ? now : leader.since },
  };
}

function faring(before: Fare, sighting: Sighting, now: number): Fare {
  const good = sighting === null;
  if (good === before.good) return before;
  // What is found out late counts from when it began, but not from before it was good.
  return { good, since: good ? now : Math.min(now, Math.max(sighting, before.since)) };
}
