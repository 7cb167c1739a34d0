/**
 * Who can be reached under which name, and what they answer to.
 *
 * @module
 */
import type { AnyActorRef } from "xstate";
import type { ConnectionsCommand } from "./connections/connections.ts";
import type { HubCommand } from "./hub.ts";
import type { InstrumentsCommand } from "./instruments/instruments.ts";
import type { ShardCommand } from "./instruments/shard.ts";
import type { RoutingCommand } from "./routing/routing.ts";
import type { SettingsCommand } from "./settings.ts";
import type { TickerCommand } from "./ticker.ts";

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
