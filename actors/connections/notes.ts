/**
 * Notes: how a change of a connection's state is told, once each, to everyone who may ask.
 *
 * @module
 */
import type { Anyone } from "../addresses.ts";
import { logger } from "../log.ts";
import { publish, statusEvent } from "../publish.ts";
import type { Shared } from "../shared.ts";

/** A change of state. */
export interface Note {
  readonly provider: string;
  readonly state: string;
  readonly reason: string | null;
  /** Ties together what belongs to one attempt. */
  readonly correlation: string;
}

/** States in which something is amiss. */
const AMISS = new Set(["backoff", "faulted", "stale", "polling"]);

const log = logger("connections");

/** Tells a change of state to the log, the metrics, the stream, the store and whoever asks. */
export function tellState(shared: Shared, from: Anyone, note: Note): void {
  const { correlation, provider, reason, state } = note;
  const fields = { provider, state, correlation };
  if (reason === null) log.info("{provider} is {state}", fields);
  else if (AMISS.has(state)) log.warn("{provider} is {state}: {reason}", { ...fields, reason });
  else log.info("{provider} is {state}: {reason}", { ...fields, reason });
  shared.meters.connectionUp.set({ provider }, state === "live" || state === "stale" ? 1 : 0);
  shared.meters.connectionChanges.inc({ provider, state });
  const time = shared.clock.now();
  const event = { provider, time, event: state, reason: reason ?? "", correlation };
  shared.feeds.event(event);
  shared.outbox.add({ ticks: [], events: [event] });
  const status = { kind: "provider", id: provider, status: state, reason } as const;
  publish(shared.hub, from, [statusEvent(status)]);
}
