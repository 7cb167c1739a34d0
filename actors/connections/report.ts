/**
 * A connection as others see it.
 *
 * @module
 */
import type { ActorRefFrom } from "xstate";
import type { connection } from "./connection.ts";
import type { Context } from "./context.ts";
import type { Micros } from "../../domain/time.ts";
import type { Refusal, Session } from "../../providers/provider.ts";

const NONE: ReadonlySet<string> = new Set();

/** A reference to a connection. */
export type ConnectionRef = ActorRefFrom<typeof connection>;

/** A connection as the outside sees it. */
export interface ConnectionReport {
  readonly state: string;
  readonly changedAt: Micros;
  /** Since when nothing is heard, as far as that is known; `null` while all is well. */
  readonly lostAt: Micros | null;
  /** When its stream was heard last; `null` without one. */
  readonly heardAt: Micros | null;
  readonly failures: number;
  readonly lastError: string | null;
  readonly refusals: readonly Refusal[];
  /** Symbols that its stream has no room for, unless what may give them some is under way. */
  readonly crowdedOut: ReadonlySet<string>;
  /** What the venue told when it let us in; none while it has not. */
  readonly words: readonly string[];
}

/** A connection as the outside sees it. */
export function reportOf(ref: ConnectionRef): ConnectionReport {
  const { value, context } = ref.getSnapshot();
  const { attempt, changedAt, failures, lastError, refusals } = context;
  const words = attempt.session?.words ?? [];
  const state = typeof value === "string" ? value : nameOf(value);
  const heardAt = attempt.sink?.heardAt ?? null;
  const lostAt = context.lostAt ?? (state === "stale" ? heardAt : null);
  const crowdedOut = crowdedOutOf(context);
  return { state, changedAt, lostAt, heardAt, failures, lastError, refusals, crowdedOut, words };
}

/** What was refused before room was made says nothing of the room after it. */
function crowdedOutOf(
  { attempt: { asked, leaving }, refusals }: Pick<Context, "attempt" | "refusals">,
): ReadonlySet<string> {
  if (refusals.length === 0 || leaving > 0) return NONE;
  const full = refusals.filter((refusal) => refusal.full === true && !asked.has(refusal.symbol));
  return new Set(full.map(({ symbol }) => symbol));
}

/** The session of a connection that is signed in for good, to ask of its past; `null` without one. */
export function sessionOf(ref: ConnectionRef): Session | null {
  const snapshot = ref.getSnapshot();
  const isIn = snapshot.matches("live") || snapshot.matches("polling");
  return isIn ? snapshot.context.attempt.session : null;
}

/** The name of a state with states in it: a stale stream is told from a live one. */
function nameOf(value: object): string {
  const [[name, within] = ["stopped", ""]] = Object.entries(value);
  return within === "stale" ? within : name;
}
