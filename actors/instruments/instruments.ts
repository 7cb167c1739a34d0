/**
 * The instruments: the supervisor of the shards. It deals the instruments out to them, and passes on
 * what concerns all.
 *
 * @module
 */
import type { Listing } from "./directory.ts";
import { holdAll, keepHeld } from "./holding.ts";
import { ShardMemory } from "./memory.ts";
import { shard } from "./shard.ts";
import { tell, tellShard } from "../addresses.ts";
import type { InstrumentsCommand, ShardCommand } from "../messages.ts";
import { lineOf } from "../routing/handover.ts";
import type { Shared } from "../shared.ts";
import { instrumentPulse } from "../telemetry/telemetry.ts";
import {
  type Child,
  childrenOf,
  type ChildReport,
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

  /** Ticks that wait for candles. */
  get buffered(): number {
    let ticks = 0;
    for (const { waiting } of this.shards.values()) {
      for (const { buffer } of waiting) ticks += buffer.length;
    }
    return ticks;
  }
}

/** What the instruments' supervisor works with. */
export interface InstrumentsInput extends SupervisorInput {
  readonly shared: Shared;
  readonly memory: InstrumentsMemory;
}

/** The instruments as an actor. */
export const instruments = createSupervisor<InstrumentsInput>({
  children: (input) => [...input.memory.shards.values()].map((memory) => child(input, memory)),
  draining: ({ input: { memory, shared }, self }) => {
    for (const [id, shard] of memory.shards) {
      if (self.system.get(id) === undefined) keepHeld(shared, shard);
    }
  },
  receive: (event, scope) => handle(event as InstrumentsCommand, scope),
  observed: (report, { input }) => {
    if (report.status === "given-up") giveUp(input, report);
  },
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
  else if (event.type === "instruments.setups") toAll({ type: "shard.setups" }, scope);
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
  const shard = input.memory.shards.get(id);
  if (event.type !== "shard.ticks") {
    if (isComing) shard?.inbox.push(event);
  } else if (isComing && shard !== undefined) holdAll(input.shared, shard, event);
  // Without its shard a tick makes no candle, but it is kept all the same.
  else input.shared.outbox.add(event);
}

function follow(
  { feeding, instrument, provider, origin }: InstrumentsCommand & { type: "instruments.follow" },
  scope: Scope<InstrumentsInput>,
): void {
  const { shared, memory } = scope.input;
  if (shared.directory.find(instrument.symbol) !== undefined) return;
  const source = shared.providers.get(provider);
  const trades = source?.offers(instrument).includes("trades") ?? false;
  const room = [...memory.shards.values()]
    .find(({ givenUp, members }) => !givenUp && members.size < SHARD_SIZE);
  const home = room ?? open(scope, instrument);
  home.members.add(instrument.symbol);
  const listing: Listing = {
    instrument,
    provider,
    line: feeding === undefined || feeding.candidates.length < 2
      ? undefined
      : lineOf(shared, feeding),
    basis: feeding?.basis ?? instrument.basis ?? (trades ? "trade" : "bid"),
    shard: home.id,
    origin,
    alwaysOpen: source?.alwaysOpen ?? false,
    tellsGaps: source?.tellsGaps ?? false,
    begins: source?.begins?.(instrument),
    canary: false,
    state: "rebuilding",
    fault: null,
    heardAt: -Infinity,
    pulse: instrumentPulse(),
  };
  enlist(listing, scope);
}

/** Lists an instrument; its shard hears of it after this event, when it is sure to be up. */
function enlist(listing: Listing, { input, self }: Scope<InstrumentsInput>): void {
  input.shared.directory.add(listing);
  const command: ShardCommand = { type: "shard.follow", listing, unheard: true };
  self.send({ type: "instruments.deliver", shard: listing.shard, command });
}

/** Says of the instruments of a shard that failed too often that nothing follows them. */
function giveUp({ memory, shared }: InstrumentsInput, { id, lastError }: ChildReport): void {
  const shard = memory.shards.get(id);
  if (shard === undefined) return;
  shard.givenUp = true;
  keepHeld(shared, shard);
  for (const symbol of shard.members) {
    const listing = shared.directory.get(symbol);
    if (listing === undefined || listing.state === "finished") continue;
    listing.state = "failed";
    listing.fault = `${symbol} is not followed: ${id} failed too often (last: ${lastError}). ` +
      `Its ticks are kept, but neither told nor made candles of; restart marketd.`;
  }
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
    heardAt: -Infinity,
    pulse: instrumentPulse(),
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
  for (const provider of listing.line?.wanted ?? [listing.provider]) {
    tell(self, "connections", {
      type: "connections.unsubscribe",
      provider,
      symbols: [symbol],
    });
  }
}
