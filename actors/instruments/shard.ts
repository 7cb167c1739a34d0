/**
 * A shard: at most 64 instruments whose ticks are handed, batch by batch, to the actors that make
 * something of them. What it does with each event is in `desk.ts`.
 *
 * @module
 */
import type { AnyActorRef } from "xstate";
import { candles } from "./candles.ts";
import { Desk, type DeskInput } from "./desk.ts";
import { flow } from "./flow.ts";
import { history } from "./history.ts";
import { profile } from "./profile.ts";
import { remakes } from "./remakes.ts";
import { strategy } from "./strategy.ts";
import type { ShardCommand } from "../messages.ts";
import { createSupervisor, type Scope, type SupervisorInput } from "../supervision.ts";

/** What a shard works with. */
export interface ShardInput extends SupervisorInput, DeskInput {}

/** Each shard's, for as long as it lives. */
const desks = new WeakMap<AnyActorRef, Desk>();

function deskOf({ input, self }: Scope<ShardInput>): Desk {
  let desk = desks.get(self);
  if (desk === undefined) desks.set(self, desk = new Desk(input, self));
  return desk;
}

/** The shard as an actor: the supervisor of its candle, profile, flow, strategy and history actors. */
export const shard = createSupervisor<ShardInput>({
  children: ({ shared, memory }) => [
    { id: `${memory.id}-candles`, logic: candles, input: () => memory.feeds },
    { id: `${memory.id}-profile`, logic: profile, input: () => memory.profiles },
    { id: `${memory.id}-flow`, logic: flow, input: () => memory.flows },
    { id: `${memory.id}-strategy`, logic: strategy, input: () => memory.running },
    { id: `${memory.id}-history`, logic: history, input: () => ({ shared }), drain: "told" },
    { id: `${memory.id}-remakes`, logic: remakes, input: () => ({ shared }), drain: "told" },
  ],
  started: (scope) => deskOf(scope).resume(),
  receive: (event, scope) => deskOf(scope).handle(event as ShardCommand),
  draining: (scope) => deskOf(scope).end(),
});
