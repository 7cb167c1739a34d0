/**
 * Routing: takes every batch from the connections through the gate and deals it out to the shards.
 *
 * @module
 */
import { type AnyActorRef, fromTransition } from "xstate";
import { inspect } from "./gate.ts";
import { tell, tellShard } from "../addresses.ts";
import type { RoutingCommand } from "../messages.ts";
import type { Shared, SharedInput } from "../shared.ts";
import { canarySymbol } from "../vitals.ts";
import { flagNames, FLAGS } from "../../domain/flags.ts";
import type { Tick } from "../../domain/tick.ts";

/** The canaries' provider. */
const CANARY = "canary";

/** Routing as an actor. */
export const routing = fromTransition(
  (shared: Shared, event: RoutingCommand, { self }) => {
    if (event.type === "routing.ticks") deal(shared, self, event);
    else if (event.type === "routing.canary") release(shared, self);
    else if (event.type === "routing.gap") {
      const { symbol, ...gap } = event.gap;
      const shard = shared.directory.get(symbol)?.shard;
      const command = { type: "shard.told", symbol, gap } as const;
      if (shard !== undefined) {
        tell(self, "instruments", { type: "instruments.deliver", shard, command });
      }
    }
    return shared;
  },
  ({ input }: { input: SharedInput }) => input.shared,
);

function deal(
  shared: Shared,
  self: AnyActorRef,
  { provider, ticks, credit }: RoutingCommand & { type: "routing.ticks" },
): void {
  const { directory, meters, outbox } = shared;
  const shards = new Map<string, Tick[]>();
  const strangers: Tick[] = [];
  const kinds = { trade: 0, quote: 0, depth: 0 };
  let symbol: string | undefined;
  let home: Tick[] = strangers;
  for (const tick of ticks) {
    kinds[tick.kind]++;
    tick.flags |= inspect(tick);
    if (tick.symbol !== symbol) {
      symbol = tick.symbol;
      const listing = directory.find(symbol);
      if (listing === undefined) home = strangers;
      else {
        const known = shards.get(listing.shard);
        if (known === undefined) shards.set(listing.shard, home = []);
        else home = known;
        if (listing.canary) shared.vitals.sight("gate", listing.shard);
      }
    }
    if (home === strangers) tick.flags |= FLAGS["unknown-instrument"];
    if (tick.flags !== 0) {
      for (const flag of flagNames(tick.flags)) meters.flagged.inc({ provider, flag });
    }
    home.push(tick);
  }
  for (const kind of provider === CANARY ? [] : ["trade", "quote", "depth"] as const) {
    if (kinds[kind] > 0) meters.ticks.inc({ provider, kind }, kinds[kind]);
  }
  if (strangers.length > 0) outbox.add({ ticks: strangers, credit });
  for (const [shard, mine] of shards) {
    const command = { type: "shard.ticks", ticks: mine, credit } as const;
    const isSent = tellShard(self, shard, command) ||
      tell(self, "instruments", { type: "instruments.deliver", shard, command });
    // Without anyone to take it a tick makes no candle, but it is kept all the same.
    if (!isSent) outbox.add({ ticks: mine, credit });
  }
}

/** Sends a canary to each shard, through the very path of a tick. */
function release(shared: Shared, self: AnyActorRef): void {
  const now = shared.clock.now();
  const ticks = shared.directory.shards().map((shard): Tick => ({
    kind: "trade",
    symbol: canarySymbol(shard),
    time: now,
    receivedAt: now,
    provider: CANARY,
    id: "",
    flags: 0,
    price: 1,
    size: 1,
    side: null,
    conditions: null,
  }));
  tell(self, "routing", { type: "routing.ticks", provider: CANARY, ticks, credit: undefined });
}
