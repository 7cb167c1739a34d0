/**
 * How fresh what is known of an instrument is: whether it is heard, and if not, whose fault that is.
 *
 * @module
 */
import type { MarketId } from "./market.ts";
import { silentSince } from "./silence.ts";
import { type Micros, MINUTE, SECOND } from "./time.ts";

/**
 * `live`: heard just now. `quiet`: its feed speaks, but not of it. `stale`: its feed is silent while
 * the market is open. `wrong`: its feed is down, or nothing can follow it. `halted`: its venue says
 * so. `idle`: nothing needs it, so it is not subscribed to. `waiting`: nothing was heard yet.
 * `closed`: its market is. `ended`: its feed had an end.
 */
export type FreshnessState =
  | "live"
  | "quiet"
  | "stale"
  | "wrong"
  | "halted"
  | "idle"
  | "waiting"
  | "closed"
  | "ended";
/** The states. */
export const FRESHNESS_STATES: readonly FreshnessState[] = [
  "live",
  "quiet",
  "stale",
  "wrong",
  "halted",
  "idle",
  "waiting",
  "closed",
  "ended",
];

/** How fresh an instrument is, and why. */
export interface Freshness {
  readonly state: FreshnessState;
  /** One sentence for people; `null` where there is nothing to say. */
  readonly reason: string | null;
}

/** What it follows from. */
export interface Circumstances {
  readonly market: MarketId;
  /** Whether its feed speaks outside market hours too. */
  readonly alwaysOpen: boolean;
  readonly provider: string;
  /** The state of the provider's connection, and how often it failed since it was live. */
  readonly connection: string;
  readonly failures: number;
  readonly lastError: string | null;
  /** Why the provider does not stream it, and whether it is asked by request; `null`: it does. */
  readonly refusal: { readonly reason: string; readonly polls: boolean } | null;
  /** Why its venue has halted it; `null` while it trades. */
  readonly halt: string | null;
  /** Whether it is subscribed to, as far as its venue gives it. */
  readonly subscribed: boolean;
  /** The state of what follows the instrument, and its fault. */
  readonly following: string;
  readonly fault: string | null;
  /** When the instrument was heard last; `null`: never. */
  readonly heardAt: Micros | null;
  /** When anything of the provider was; `null`: never. */
  readonly providerHeardAt: Micros | null;
}

/** So long a feed may say nothing at all: the fastest venues pause for seconds. */
const SILENT: Micros = 15 * SECOND;
/** So long a feed may say nothing of one instrument until that is told. */
const QUIET: Micros = MINUTE;

/** How fresh an instrument is. */
export function freshnessOf(it: Circumstances, now: Micros): Freshness {
  if (it.following === "finished" || it.connection === "ended") return told("ended");
  const wrong = wrongOf(it);
  if (wrong !== null) return told("wrong", wrong);
  if (!it.subscribed) return told("idle", "Nothing needs it: it is not subscribed to.");
  const since = silentSinceOf(it, it.heardAt ?? -Infinity, now);
  if (since === null) return told("closed");
  if (it.halt !== null) return told("halted", it.halt);
  if (it.connection === "stale") {
    return told("stale", it.lastError ?? `Nothing is heard of ${it.provider}.`);
  }
  if (it.connection === "authenticating" || it.connection === "opening") {
    return told("waiting", `${it.provider} is being connected.`);
  }
  const providerSince = silentSinceOf(it, it.providerHeardAt ?? -Infinity, now)!;
  if (it.providerHeardAt !== null && now - providerSince > SILENT) {
    return told("stale", `Nothing was heard of ${it.provider} for a while.`);
  }
  if (it.heardAt === null) return told("waiting", "Nothing was heard of it yet.");
  const byRequest = it.connection === "polling" || it.refusal !== null
    ? `${it.provider} is asked by request, for want of a stream.`
    : null;
  return told(now - since > QUIET ? "quiet" : "live", byRequest);
}

/** What is wrong; `null` where nothing is. */
function wrongOf(it: Circumstances): string | null {
  if (it.following === "failed" || it.following === "restarting") {
    return it.fault ?? `What follows it is ${it.following}.`;
  }
  const isUp = ["live", "stale", "polling"].includes(it.connection);
  if (isUp) return it.refusal === null || it.refusal.polls ? null : it.refusal.reason;
  const isNew = ["authenticating", "opening"].includes(it.connection) && it.failures === 0;
  if (isNew) return null;
  return `${it.provider} is ${it.connection}${it.lastError === null ? "." : `: ${it.lastError}`}`;
}

function silentSinceOf({ alwaysOpen, market }: Circumstances, heardAt: Micros, now: Micros) {
  return alwaysOpen ? heardAt : silentSince([market], heardAt, now);
}

function told(state: FreshnessState, reason: string | null = null): Freshness {
  return { state, reason };
}
