/**
 * The instruments: the supervisor of the shards. It deals the instruments out to them, and passes on
 * what concerns all.
 *
 * @module
 */
import type { Listing } from "./directory.ts";
import { ShardMemory } from "./memory.ts";
import { shard } from "./shard.ts";
import { tell, tellShard } from "../addresses.ts";
import type { InstrumentsCommand, ShardCommand } from "../messages.ts";
import type { Shared } from "../shared.ts";
import {
  type Child,
  childrenOf,
  createSupervisor,
  type Scope,
  type SupervisorInput,
} from "../supervision.ts";
import { canarySymbol } from "../vitals.ts";
import type { Instrument } from "../../domain/instrument.ts";

/** Instruments in one shard at most: stopping many children of one parent is worse than linear. */
const SHARD_SIZE = 64;

/** The instruments' memory: which shards there are, and what each holds. */
export class InstrumentsMemory {
  readonly shards = new Map<string, ShardMemory>();
}

/** What the instruments' supervisor works with. */
export interface InstrumentsInput extends SupervisorInput {
  readonly shared: Shared;
  readonly memory: InstrumentsMemory;
}

/** The instruments as an actor. */
export const instruments = createSupervisor<InstrumentsInput>({
  children: (input) => [...input.memory.shards.values()].map((memory) => child(input, memory)),
  receive: (event, scope) => handle(event as InstrumentsCommand, scope),
});

function child({ shared, observe, uptime }: InstrumentsInput, memory: ShardMemory): Child {
  return {
    id: memory.id,
    logic: shard,
    input: () => ({ shared, memory, observe, uptime }),
    drain: "told",
    giveUp: "tell",
  };
}

function handle(event: InstrumentsCommand, scope: Scope<InstrumentsInput>): void {
  if (event.type === "instruments.follow") follow(event, scope);
  else if (event.type === "instruments.leave") leave(event.symbol, scope);
  else if (event.type === "instruments.beat") toAll({ ...event, type: "shard.beat" }, scope);
  else if (event.type === "instruments.outage") toAll({ ...event, type: "shard.outage" }, scope);
  else if (event.type === "instruments.gap") toAll({ ...event, type: "shard.gap" }, scope);
  else if (event.type === "instruments.finish") toAll({ ...event, type: "shard.finish" }, scope);
  else if (event.type === "instruments.deliver") deliver(event.shard, event.command, scope);
}

function toAll(event: ShardCommand, scope: Scope<InstrumentsInput>): void {
  for (const id of scope.input.memory.shards.keys()) deliver(id, event, scope);
}

/** Tells a shard, or leaves it word while it is being restarted. */
function deliver(id: string, event: ShardCommand, { input, self }: Scope<InstrumentsInput>): void {
  // A beat that is missed is made up for by the next.
  if (tellShard(self, id, event) || event.type === "shard.beat") return;
  const isComing = childrenOf(self).some((one) => one.id === id && one.status === "restarting");
  if (isComing) input.memory.shards.get(id)?.inbox.push(event);
  // Without its shard a tick makes no candle, but it is kept all the same.
  else if (event.type === "shard.ticks") input.shared.outbox.add(event);
}

function follow(
  { instrument, provider, origin }: InstrumentsCommand & { type: "instruments.follow" },
  scope: Scope<InstrumentsInput>,
): void {
  const { shared, memory } = scope.input;
  if (shared.directory.find(instrument.symbol) !== undefined) return;
  const source = shared.providers.get(provider);
  const trades = source?.offers(instrument).includes("trades") ?? false;
  const room = [...memory.shards.values()].find((shard) => shard.members.size < SHARD_SIZE);
  const home = room ?? open(scope, instrument);
  home.members.add(instrument.symbol);
  const listing: Listing = {
    instrument,
    provider,
    basis: instrument.basis ?? (trades ? "trade" : "bid"),
    shard: home.id,
    origin,
    alwaysOpen: source?.alwaysOpen ?? false,
    tellsGaps: source?.tellsGaps ?? false,
    canary: false,
    state: "rebuilding",
    fault: null,
    ticks: 0,
    lastTick: null,
  };
  enlist(listing, scope);
}

/** Lists an instrument; its shard hears of it after this event, when it is sure to be up. */
function enlist(listing: Listing, { input, self }: Scope<InstrumentsInput>): void {
  input.shared.directory.add(listing);
  const command: ShardCommand = { type: "shard.follow", listing, unheard: true };
  self.send({ type: "instruments.deliver", shard: listing.shard, command });
}

/** Opens a shard, with its canary in it. */
function open(scope: Scope<InstrumentsInput>, like: Instrument): ShardMemory {
  const { shared, memory } = scope.input;
  const id = `shard-${memory.shards.size + 1}`;
  const opened = new ShardMemory(id);
  memory.shards.set(id, opened);
  shared.vitals.watch(id);
  shared.journal.handed(id, shared.clock.now());
  scope.self.send({ type: "child.add", child: child(scope.input, opened) });
  enlist({
    instrument: { ...like, symbol: canarySymbol(id), basis: "trade" },
    provider: "canary",
    basis: "trade",
    shard: id,
    origin: "configuration",
    alwaysOpen: true,
    tellsGaps: true,
    canary: true,
    state: "rebuilding",
    fault: null,
    ticks: 0,
    lastTick: null,
  }, scope);
  return opened;
}

function leave(symbol: string, scope: Scope<InstrumentsInput>): void {
  const { input, self } = scope;
  const listing = input.shared.directory.get(symbol);
  if (listing === undefined) return;
  deliver(listing.shard, { type: "shard.leave", symbol }, scope);
  input.memory.shards.get(listing.shard)?.members.delete(symbol);
  input.shared.directory.remove(symbol);
  tell(self, "connections", {
    type: "connections.unsubscribe",
    provider: listing.provider,
    symbols: [symbol],
  });
}
