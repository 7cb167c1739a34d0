/**
 * What a connection knows: what it is given, what it is told, and what it remembers of both.
 *
 * @module
 */
import { type Attempt, leave, newAttempt } from "./attempt.ts";
import type { SinkEvent } from "./sink.ts";
import type { WatchEvent } from "./watch.ts";
import type { Shared } from "../shared.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Micros } from "../../domain/time.ts";
import type { Provider, Refusal } from "../../providers/provider.ts";

/** What a connection answers to. */
export type ConnectionEvent =
  | { type: "subscribe"; instruments: readonly Instrument[] }
  | { type: "unsubscribe"; symbols: readonly string[] }
  | { type: "refused"; asked: readonly Instrument[]; refusals: readonly Refusal[] }
  | { type: "reset" }
  | { type: "drain" }
  | SinkEvent
  | WatchEvent;

/** What a connection works with. */
export interface ConnectionInput {
  readonly shared: Shared;
  readonly provider: Provider;
  /** Those of the instruments that are its to stream. */
  readonly instruments: () => readonly Instrument[];
  /** Its own, made by its parent: what a connection that fails leaves to the next one. */
  readonly memory: ConnectionMemory;
}

/** What outlives a connection that fails. */
export interface ConnectionMemory {
  /** What may have to be given back to the venue. */
  attempt: Attempt | null;
  /** Since when nothing is heard; `null` while it is live. */
  lostAt: Micros | null;
}

/** What a connection remembers. */
export interface Context extends ConnectionInput {
  readonly attempt: Attempt;
  /** Failures since it was last live for a while. */
  readonly failures: number;
  /** Of them, those in a row in which it was signed in, but no stream could be opened. */
  readonly unopened: number;
  readonly lastError: string | null;
  /** When it went to where it is, by the injected clock. */
  readonly changedAt: Micros;
  /** Since when nothing is heard; `null` while it is live, and subscribed. */
  readonly lostAt: Micros | null;
  /** Instruments that the venue does not give, and why. */
  readonly refusals: readonly Refusal[];
  readonly retryAfter: Micros;
}

/** What a connection begins with: after one that failed, with what that left behind. */
export function beginning(input: ConnectionInput): Context {
  const now = input.shared.clock.now();
  return {
    ...input,
    ...left(input.memory, now),
    attempt: newAttempt(),
    unopened: 0,
    lastError: null,
    changedAt: now,
    refusals: [],
    retryAfter: 0,
  };
}

/** What an earlier connection left, which is given back to the venue. */
function left(
  { attempt, lostAt }: ConnectionMemory,
  now: Micros,
): Pick<Context, "failures" | "lostAt"> {
  if (attempt === null) return { failures: 0, lostAt: now };
  leave(attempt).catch(() => {});
  return { failures: 1, lostAt: lostAt ?? attempt.sink?.heardAt ?? now };
}
