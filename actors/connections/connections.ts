/**
 * The connections: one supervised actor per provider.
 *
 * @module
 */
import type { AnyActorRef } from "xstate";
import { connection } from "./connection.ts";
import type { ConnectionEvent, ConnectionInput, ConnectionMemory } from "./context.ts";
import { connectionName } from "./names.ts";
import { isWanted } from "../instruments/directory.ts";
import type { ConnectionsCommand } from "../messages.ts";
import type { Shared } from "../shared.ts";
import { createSupervisor, type Scope, type SupervisorInput } from "../supervision.ts";

/** What the connections' supervisor works with. */
export interface ConnectionsInput extends SupervisorInput {
  readonly shared: Shared;
  /** By provider. */
  readonly memories: Map<string, ConnectionMemory>;
}

/** The connections as an actor. */
export const connections = createSupervisor<ConnectionsInput>({
  children: ({ memories, shared }) =>
    [...shared.providers.values()].map((provider) => ({
      id: connectionName(provider.id),
      logic: connection,
      input: (): ConnectionInput => ({
        shared,
        provider,
        memory: memoryOf(memories, provider.id),
        instruments: () =>
          shared.directory.all()
            .filter((listing) => isWanted(listing, provider.id))
            .map((listing) => listing.instrument),
      }),
      drain: "told",
      giveUp: "tell",
    })),
  receive: (event, scope) => handle(event as ConnectionsCommand, scope),
});

function memoryOf(memories: Map<string, ConnectionMemory>, provider: string): ConnectionMemory {
  const memory = memories.get(provider) ?? { attempt: null, lostAt: null };
  memories.set(provider, memory);
  return memory;
}

function handle(event: ConnectionsCommand, { self }: Scope<ConnectionsInput>): void {
  const send = (provider: string, to: ConnectionEvent) =>
    (self.system.get(connectionName(provider)) as AnyActorRef | undefined)?.send(to);
  if (event.type === "connections.subscribe") {
    send(event.provider, { type: "subscribe", instruments: event.instruments });
  } else if (event.type === "connections.unsubscribe") {
    send(event.provider, { type: "unsubscribe", symbols: event.symbols });
  } else if (event.type === "connections.reset") send(event.provider, { type: "reset" });
}
