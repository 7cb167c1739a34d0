/**
 * How the hub is told: of events, and of a part of the daemon whose fortune changed.
 *
 * @module
 */
import { type Anyone, tell } from "./addresses.ts";
import type { Hub, HubEvent, Status } from "./hub.ts";

/**
 * Publishes events. Numbered and held they are even while nobody is there to deliver them: the store
 * keeps candles by their numbers, and clients resume by them.
 *
 * @param from anyone in the hub's tree.
 */
export function publish(hub: Hub, from: Anyone, events: readonly HubEvent[]): void {
  if (events.length > 0 && !tell(from, "hub", { type: "hub.publish", events })) hub.hold(events);
}

/** The event of a change; a later one of the same thing stands for it. */
export function statusEvent(status: Status): HubEvent {
  const { id, kind } = status;
  return {
    type: "status",
    symbol: kind === "instrument" || kind === "subscription" ? id : null,
    interval: null,
    subject: `${kind} ${id}`,
    conflates: false,
    payload: status,
    sequence: 0,
    json: null,
  };
}
