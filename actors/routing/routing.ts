/**
 * Routing: takes every batch from the connections through the gate and deals it out to the shards.
 *
 * @module
 */
import { type AnyActorRef, fromTransition } from "xstate";
import { Asks } from "./asks.ts";
import { Batch } from "./batch.ts";
import { alignLines, askRoute, watchRoutes } from "./failover.ts";
import { inspect } from "./gate.ts";
import type { FailoverScope } from "./handover.ts";
import type { InstrumentGate } from "./gates.ts";
import { noteAnswered, watchDemand } from "./subscriptions.ts";
import { tell } from "../addresses.ts";
import { entryOf } from "../instruments/remake.ts";
import type { RoutingCommand, ShardCommand } from "../messages.ts";
import type { Shared, SharedInput } from "../shared.ts";
import { canarySymbol } from "../vitals.ts";
import { sessionAt } from "../../domain/calendar.ts";
import { FLAGS } from "../../domain/flags.ts";
import type { Lane } from "../../domain/gate/lane.ts";
import { type Tick, TICK_KINDS } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";
import type { Correction } from "../../providers/provider.ts";

/** The canaries' provider. */
const CANARY = "canary";

/** Routing as an actor. */
export const routing = fromTransition(
  (shared: Shared, event: RoutingCommand, { self }) => {
    if (event.type === "routing.ticks") deal(shared, self, event);
    else if (event.type === "routing.canary") sendCanaries(shared, self);
    else if (event.type === "routing.beat") beat(shared, self, event.now);
    else if (event.type === "routing.switch") {
      within(shared, self, (scope) => askRoute(scope, event.route, event.provider));
    } else if (event.type === "routing.rules") within(shared, self, alignLines);
    else if (event.type === "routing.settle") reconnect(shared, self, event.provider);
    else if (event.type === "routing.subscribed") {
      const { provider, symbols } = event;
      const now = shared.clock.now();
      within(shared, self, (scope) => noteAnswered(scope, provider, symbols, now));
    } else if (event.type === "routing.status") {
      for (const lane of shared.gates.of(event.provider).lanes(event.symbol)) lane.halt();
    } else if (event.type === "routing.gap") {
      const { symbol, ...gap } = event.gap;
      reconnect(shared, self, event.provider, symbol);
      pass(shared, self, symbol, { type: "shard.told", symbol, gap });
    } else if (event.type === "routing.correct") correct(shared, self, event.correction);
    else if (event.type === "routing.bar") {
      const { bar, provider } = event;
      // Whoever stands by tells another market's bars.
      if (shared.directory.get(bar.symbol)?.provider !== provider) return shared;
      pass(shared, self, bar.symbol, { type: "shard.bar", bar });
    }
    return shared;
  },
  ({ input }: { input: SharedInput }) => input.shared,
);

/** Passes a command on to an instrument's shard; false where nobody follows it. */
function pass(shared: Shared, self: AnyActorRef, symbol: string, command: ShardCommand): boolean {
  const shard = shared.directory.get(symbol)?.shard;
  return shard !== undefined &&
    tell(self, "instruments", { type: "instruments.deliver", shard, command });
}

/** Keeps what a venue says of a trade that it told before, whoever makes something of it. */
function correct(shared: Shared, self: AnyActorRef, correction: Correction): void {
  const { provider, replacement, symbol } = correction;
  // It may be about one that waits.
  settle(shared, self, provider, symbol);
  if (replacement !== null) replacement.flags |= inspect(replacement);
  if (shared.directory.get(symbol)?.line?.amend(correction)) return;
  const isFollowed = pass(shared, self, symbol, { type: "shard.correct", correction });
  if (!isFollowed) shared.outbox.add(entryOf(correction));
}

function deal(
  shared: Shared,
  self: AnyActorRef,
  { provider, ticks, credit }: RoutingCommand & { type: "routing.ticks" },
): void {
  const { directory, gates, meters, telemetry } = shared;
  const gate = gates.of(provider);
  if (gate.credit !== credit) {
    settle(shared, self, provider);
    gate.credit = credit;
  }
  // Who was judged when it was recorded keeps the verdict: a replay of it does what the live run did.
  const isJudged = shared.providers.get(provider)?.judged ?? false;
  const batch = new Batch(shared, provider);
  let [trades, quotes] = [0, 0];
  let symbol: string | undefined;
  let home: InstrumentGate | undefined;
  let isFree = true;
  for (const tick of gate.sort(ticks, directory)) {
    if (tick.kind === "trade") trades++;
    else if (tick.kind === "quote") quotes++;
    tick.flags |= inspect(tick);
    if (tick.symbol !== symbol) {
      symbol = tick.symbol;
      home = gate.find(symbol, directory);
      batch.turnTo(home);
      isFree = isJudged || home === undefined || home.listing.canary;
      if (home?.listing.canary) shared.vitals.sight("gate", home.listing.shard);
    }
    if ((tick.flags & FLAGS["extended-hours"]) !== 0 && home !== undefined) {
      // Printed late from outside the session, it has no say in the session's prices.
      const { market } = home.listing.instrument;
      if (sessionAt(market, tick.time) !== null) tick.flags |= FLAGS["volume-only"];
    }
    if (!isFree) {
      const lane = home!.lane(tick.kind);
      const isAdmitted = lane.admit(tick);
      if (!isAdmitted && lane.deadline < Infinity) gates.hold(gate, lane);
      if (lane.hasReady) { for (const ready of gate.takeReady([lane])) batch.add(ready); }
      if (!isAdmitted) continue;
    }
    batch.add(tick);
  }
  const counts = { trade: trades, quote: quotes, depth: ticks.length - trades - quotes };
  if (provider !== CANARY) {
    for (const kind of TICK_KINDS) {
      if (counts[kind] > 0) meters.ticks.inc({ provider, kind }, counts[kind]);
    }
    telemetry.received(provider, ticks);
  }
  batch.send(self, credit);
}

/** Hands on what lanes have let go of. */
function release(shared: Shared, self: AnyActorRef, provider: string, lanes: Iterable<Lane>): void {
  const gate = shared.gates.of(provider);
  const ready = gate.takeReady(lanes);
  if (ready.length === 0) return;
  const batch = new Batch(shared, provider);
  for (const tick of ready) {
    batch.turnTo(gate.find(tick.symbol, shared.directory));
    batch.add(tick);
  }
  batch.send(self, gate.credit);
}

/** Gives up waiting for what would confirm a provider's ticks, those of one symbol or all. */
function settle(shared: Shared, self: AnyActorRef, provider: string, symbol?: string): void {
  const gate = shared.gates.of(provider);
  const lanes = new Set(symbol === undefined ? gate.waiting : gate.lanes(symbol));
  for (const lane of lanes) lane.settle();
  release(shared, self, provider, lanes);
}

/** Decides who is heard of what, and has the venues asked for it. */
function within(shared: Shared, self: AnyActorRef, decide: (scope: FailoverScope) => void): void {
  const asks = new Asks();
  decide({
    shared,
    self,
    asks,
    settle: (provider, symbol) => settle(shared, self, provider, symbol),
    reconnect: (provider, symbol) => reconnect(shared, self, provider, symbol),
  });
  asks.send(self);
}

/** Gives up waiting where it is due, and looks after the routes. */
function beat(shared: Shared, self: AnyActorRef, now: Micros): void {
  shared.gates.settleDue(now);
  shared.telemetry.look(now);
  within(shared, self, (scope) => {
    watchRoutes(scope);
    watchDemand(scope, now);
  });
  for (const [provider, gate] of shared.gates.all()) {
    const due = [...gate.waiting].filter((lane) => lane.hasReady);
    if (due.length > 0) release(shared, self, provider, due);
    gate.prune(shared.directory);
  }
}

/** Says of a feed that was lost, or of one symbol's, that it may repeat itself. */
function reconnect(shared: Shared, self: AnyActorRef, provider: string, symbol?: string): void {
  const gate = shared.gates.of(provider);
  settle(shared, self, provider, symbol);
  for (const lane of gate.lanes(symbol)) lane.reconnect();
}

/** Sends a canary to each shard, through the very path of a tick. */
function sendCanaries(shared: Shared, self: AnyActorRef): void {
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
