/**
 * The connections: one supervised actor per provider.
 *
 * @module
 */
import type { AnyActorRef } from "xstate";
import { connection, type ConnectionEvent, type ConnectionInput } from "./connection.ts";
import type { ConnectionsCommand } from "../messages.ts";
import type { Shared } from "../shared.ts";
import { createSupervisor, type Scope, type SupervisorInput } from "../supervision.ts";

/** What the connections' supervisor works with. */
export interface ConnectionsInput extends SupervisorInput {
  readonly shared: Shared;
}

/** The name of a provider's connection. */
export function connectionName(provider: string): string {
  return `connection-${provider}`;
}

/** The connections as an actor. */
export const connections = createSupervisor<ConnectionsInput>({
  children: ({ shared }) =>
    [...shared.providers.values()].map((provider) => ({
      id: connectionName(provider.id),
      logic: connection,
      input: (): ConnectionInput => ({
        shared,
        provider,
        instruments: () =>
          shared.directory.all().filter((listing) => listing.provider === provider.id)
            .map((listing) => listing.instrument),
      }),
      drain: "told",
      giveUp: "tell",
    })),
  receive: (event, scope) => handle(event as ConnectionsCommand, scope),
});

function handle(event: ConnectionsCommand, { self }: Scope<ConnectionsInput>): void {
  const send = (provider: string, to: ConnectionEvent) =>
    (self.system.get(connectionName(provider)) as AnyActorRef | undefined)?.send(to);
  if (event.type === "connections.subscribe") {
    send(event.provider, { type: "subscribe", instruments: event.instruments });
  } else if (event.type === "connections.unsubscribe") {
    send(event.provider, { type: "unsubscribe", symbols: event.symbols });
  } else if (event.type === "connections.reset") send(event.provider, { type: "reset" });
}
