/**
 * How good the providers of a route are: their connections, their errors, and their silence.
 *
 * @module
 */
import type { Line, Lined } from "./line.ts";
import type { Rule } from "./routes.ts";
import type { Anyone } from "../addresses.ts";
import { type ConnectionRef, reportOf } from "../connections/report.ts";
import { connectionName } from "../connections/names.ts";
import type { Shared } from "../shared.ts";
import { silentSince } from "../../domain/silence.ts";
import { type Micros, SECOND } from "../../domain/time.ts";
import type { Refusal } from "../../providers/provider.ts";

/** A provider's connection, as failover looks at it. */
export interface Look {
  /** `absent` where there is none. */
  readonly state: string;
  /** When it came into that state; `null` where it is not known. */
  readonly changedAt: Micros | null;
  /** Since when it hears nothing, as far as that is known; `null` while all is well. */
  readonly lostAt: Micros | null;
  /** When its stream was heard last, of whatever; `null` without one. */
  readonly heardAt: Micros | null;
  /** Symbols that the venue does not give, by request neither. */
  readonly refused: ReadonlySet<string>;
  /** Symbols that its stream has no room for, unless what may give them some is under way. */
  readonly crowdedOut: ReadonlySet<string>;
  /** Symbols that its stream does not give: they are asked for by request all the time. */
  readonly polled: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

/** What is seen of a provider without a connection. */
export const ABSENT: Look = {
  state: "absent",
  changedAt: null,
  lostAt: null,
  heardAt: null,
  refused: NONE,
  crowdedOut: NONE,
  polled: NONE,
};

/** What is to be judged. */
interface Looked {
  readonly id: string;
  readonly rule: Rule;
  readonly listings: readonly Lined[];
  readonly look: Look;
  readonly now: Micros;
}

/** What is wrong with a provider. */
export interface Cause {
  readonly why: string;
  readonly since: Micros;
}

/** So many usual pauses are a silence, and nothing shorter than so long. */
const PAUSES = 10;
const SHORTEST: Micros = SECOND;
/** A share of refused ticks that no sound feed has. */
const SPOILT = 0.05;

/** Why a provider is not good for a route, and since when; `null` where it is good. */
export function causeOf(shared: Shared, looked: Looked): Cause | null {
  const { id, look: { lostAt, state }, now, rule } = looked;
  if (state !== "live") return { why: `its connection is ${state}`, since: lostAt ?? now };
  const { problems, refused, share } = shared.telemetry.of(id).recent(now);
  const limit = rule.failover!.errors;
  if (problems > limit) {
    return { why: `${problems} of its frames or rows in a minute cannot be used`, since: now };
  }
  if (refused > limit && share > SPOILT) {
    return { why: `${refused} of its ticks in a minute are refused`, since: now };
  }
  return silence(shared, looked, refused > 0);
}

/**
 * The silence of a provider of a route's instruments; `null` unless for the delay and for longer than
 * it often is, while a market of theirs is open and another speaks of the same ones. What comes so
 * much later than usual is a silence, too.
 *
 * @param isRefused whether anything that it said of late was refused.
 */
function silence(
  { providers }: Shared,
  { id, listings, now, rule }: Looked,
  isRefused: boolean,
): Cause | null {
  const shared = listings.filter(({ line }) => line.wanted.has(id));
  if (shared.length === 0) return null;
  const last = (times: (line: Line) => Iterable<Micros>) =>
    shared.reduce((latest, { line }) => Math.max(latest, ...times(line)), -Infinity);
  const own = last(({ begun, heard }) => [heard.get(id)?.upTo ?? begun]);
  const others = last(({ heard }) =>
    [...heard].map(([of, { upTo }]) => of === id ? -Infinity : upTo)
  );
  const isAlwaysOpen = providers.get(id)?.alwaysOpen ?? false;
  const markets = shared.map(({ instrument }) => instrument.market);
  const since = isAlwaysOpen ? own : silentSince(markets, own, now);
  // One that speaks seldom is not mute for being outspoken.
  const usual = Math.min(...shared.map(({ line }) => line.heard.get(id)?.usual ?? 0));
  const limit = Math.max(SHORTEST, rule.failover!.delay, PAUSES * usual);
  if (since === null || others - since < limit) return null;
  const late = last(({ heard }) => [heard.get(id)?.at ?? -Infinity]) - since;
  const why = late >= limit
    ? `what it says comes ${(late / SECOND).toFixed(1)} s late`
    : `it ${isRefused ? "says nothing of use" : "is silent"} while another speaks`;
  return { why, since };
}

/** Looks at a provider's connection. */
export function lookAt(self: Anyone, provider: string): Look {
  const connection = self.system.get(connectionName(provider)) as ConnectionRef | undefined;
  if (connection === undefined) return ABSENT;
  const { changedAt, crowdedOut, heardAt, lostAt, refusals, state } = reportOf(connection);
  const those = (which: (refusal: Refusal) => boolean) =>
    refusals.length === 0 ? NONE : new Set(refusals.filter(which).map(({ symbol }) => symbol));
  return {
    state,
    changedAt,
    lostAt,
    heardAt,
    refused: those(({ polls }) => polls !== true),
    crowdedOut,
    polled: those(({ polls }) => polls === true),
  };
}

/** Whether what a connection's stream says is heard, or would be: one that is told to end is not lost. */
export function isListening({ state }: Look): boolean {
  return LISTENING.has(state);
}

const LISTENING: ReadonlySet<string> = new Set(["live", "stale", "closing", "stopped"]);
