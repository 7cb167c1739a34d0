/**
 * The plan of faults: what goes wrong, when and for how long, made of a seed and nothing else.
 *
 * @module
 */
import { Random } from "../../domain/random.ts";

/** What goes wrong at a venue. */
export type VenueFault =
  | "drop"
  | "mute"
  | "half-open"
  | "garbage"
  | "truncated"
  | "duplicate"
  | "reorder"
  | "slow"
  | "expire"
  | "rate-limit"
  | "refuse"
  | "maintenance"
  | "broken"
  | "forget";

/** Something that goes wrong. Times are in milliseconds of simulated time, from the start. */
export type Happening =
  & { readonly at: number; readonly lasts: number }
  & (
    | { readonly target: "alpaca" | "ig"; readonly fault: VenueFault; readonly by: number }
    | { readonly target: "daemon"; readonly fault: "kill" }
    | { readonly target: "store"; readonly fault: "cut" | "hang" }
  );

/** What may go wrong with one thing. */
interface Trouble {
  /** How long it lasts, at least and at most, in milliseconds. */
  readonly lasts: readonly [number, number];
  /** How often it comes, beside the others. */
  readonly weight: number;
}

const MOMENT = [0, 0] as const;
const SPELL = [2_000, 10_000] as const;
const LONG = [3_000, 25_000] as const;

const ALPACA: Readonly<Partial<Record<VenueFault, Trouble>>> = {
  drop: { lasts: MOMENT, weight: 3 },
  mute: { lasts: SPELL, weight: 2 },
  "half-open": { lasts: SPELL, weight: 2 },
  garbage: { lasts: MOMENT, weight: 1 },
  truncated: { lasts: MOMENT, weight: 2 },
  duplicate: { lasts: SPELL, weight: 1 },
  reorder: { lasts: SPELL, weight: 1 },
  slow: { lasts: SPELL, weight: 2 },
  expire: { lasts: SPELL, weight: 1 },
  "rate-limit": { lasts: LONG, weight: 1 },
  refuse: { lasts: LONG, weight: 2 },
  maintenance: { lasts: LONG, weight: 2 },
  broken: { lasts: LONG, weight: 1 },
};

const IG: Readonly<Partial<Record<VenueFault, Trouble>>> = {
  drop: { lasts: MOMENT, weight: 2 },
  forget: { lasts: MOMENT, weight: 3 },
  mute: { lasts: SPELL, weight: 2 },
  "half-open": { lasts: LONG, weight: 2 },
  garbage: { lasts: MOMENT, weight: 1 },
  truncated: { lasts: MOMENT, weight: 1 },
  duplicate: { lasts: SPELL, weight: 1 },
  slow: { lasts: SPELL, weight: 1 },
  expire: { lasts: MOMENT, weight: 1 },
  "rate-limit": { lasts: SPELL, weight: 1 },
  refuse: { lasts: LONG, weight: 2 },
  maintenance: { lasts: LONG, weight: 2 },
};

/** Peace between two faults of one thing, at least and at most. */
const PEACE = {
  venue: [4_000, 20_000],
  daemon: [30_000, 100_000],
  store: [20_000, 60_000],
} as const;
/** Nothing goes wrong before this: whoever is to suffer must be there. */
const FIRST = 5_000;

/** The plan of a seed for so many minutes, in the order of time. */
export function planOf(seed: number, minutes: number): Happening[] {
  const end = minutes * 60_000;
  const plan: Happening[] = [];
  for (const [target, troubles] of [["alpaca", ALPACA], ["ig", IG]] as const) {
    const random = new Random(`chaos ${seed} ${target}`);
    const all = Object.entries(troubles) as [VenueFault, Trouble][];
    const bag = all.flatMap(([fault, { weight }]) => Array.from({ length: weight }, () => fault));
    for (const [at, fault, lasts] of course(random, PEACE.venue, end, bag, troubles)) {
      plan.push({ at, target, fault, lasts, by: between(random, [200, 3_000]) });
    }
  }
  const random = new Random(`chaos ${seed} machine`);
  const kill = { kill: { lasts: [0, 6_000], weight: 1 } } as const;
  for (const [at, fault, lasts] of course(random, PEACE.daemon, end, ["kill"] as const, kill)) {
    plan.push({ at, target: "daemon", fault, lasts });
  }
  const away = { cut: { lasts: LONG, weight: 1 }, hang: { lasts: LONG, weight: 1 } } as const;
  const bag = ["cut", "hang"] as const;
  for (const [at, fault, lasts] of course(random, PEACE.store, end, bag, away)) {
    plan.push({ at, target: "store", fault, lasts });
  }
  return plan.sort((a, b) => a.at - b.at);
}

/** One thing's faults, one after the other: when, which, and for how long. */
function* course<Name extends string>(
  random: Random,
  peace: readonly [number, number],
  end: number,
  bag: readonly Name[],
  troubles: Readonly<Partial<Record<Name, Trouble>>>,
): Generator<[at: number, fault: Name, lasts: number]> {
  for (let at = FIRST + random.below(peace[1]); at < end;) {
    const fault = bag[random.below(bag.length)]!;
    const lasts = Math.min(end - at, between(random, troubles[fault]!.lasts));
    yield [at, fault, lasts];
    at += lasts + between(random, peace);
  }
}

function between(random: Random, [least, most]: readonly [number, number]): number {
  return least + (most > least ? random.below(most - least) : 0);
}
