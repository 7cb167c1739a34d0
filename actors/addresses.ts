/**
 * Who can be reached under which name, and what they answer to.
 *
 * @module
 */
import type { AnyActorRef } from "xstate";

import type {
  ConnectionsCommand,
  HubCommand,
  InstrumentsCommand,
  RoutingCommand,
  SettingsCommand,
  ShardCommand,
  TickerCommand,
} from "./messages.ts";

/** The well-known actors; a shard is found under the name in its directory entry. */
export interface Addresses {
  hub: HubCommand;
  ticker: TickerCommand;
  routing: RoutingCommand;
  instruments: InstrumentsCommand;
  connections: ConnectionsCommand;
  settings: SettingsCommand;
}

/** Anyone in the tree. */
export type Anyone = Pick<AnyActorRef, "system">;

/**
 * Sends to a well-known actor.
 *
 * @returns whether it is there; while it is being restarted it is not, and nothing was sent.
 */
export function tell<K extends keyof Addresses>(
  from: Anyone,
  to: K,
  event: Addresses[K],
): boolean {
  return send(from, to, event);
}

/** Sends to a shard; as {@link tell}. */
export function tellShard(from: Anyone, shard: string, event: ShardCommand): boolean {
  return send(from, shard, event);
}

function send(from: Anyone, to: string, event: { type: string }): boolean {
  const actor = from.system.get(to) as AnyActorRef | undefined;
  actor?.send(event);
  return actor !== undefined;
}
