/**
 * A batch on its way out of routing: dealt to the shards, and counted by what is wrong with it.
 *
 * @module
 */
import type { AnyActorRef } from "xstate";
import type { InstrumentGate, ProviderGate } from "./gates.ts";
import { closeHole } from "./handover.ts";
import type { Hole, Lined } from "./line.ts";
import { tell, tellShard } from "../addresses.ts";
import { isIdle } from "../instruments/directory.ts";
import type { Shared } from "../shared.ts";
import type { Credit } from "../../domain/credit.ts";
import { flagNames, FLAGS, QUALITY, REFUSED, WRONG } from "../../domain/flags.ts";
import type { Tick } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";

/** One provider's ticks, shard by shard. */
export class Batch {
  readonly #shared: Shared;
  readonly #provider: string;
  readonly #gate: ProviderGate;
  /** By slot; `undefined` where there are none. */
  readonly #shards: (Tick[] | undefined)[] = [];
  readonly #strangers: Tick[] = [];
  /** How many have each set of flags. */
  readonly #flagged = new Map<number, number>();
  #home: Tick[] = this.#strangers;
  /** Whose ticks they are, where more than one provider may feed the instrument. */
  #lined: Lined | null = null;
  /** The newest venue time of what can be used of them; `-Infinity` before there was any. */
  #newest: Micros = -Infinity;
  #standby = 0;
  readonly #ended: { listing: Lined; hole: Hole; at: Micros }[] = [];

  constructor(shared: Shared, provider: string) {
    this.#shared = shared;
    this.#provider = provider;
    this.#gate = shared.gates.of(provider);
  }

  /** Says whose ticks come next; nobody's without a gate. */
  turnTo(gate: InstrumentGate | undefined): void {
    this.#noteHeard();
    this.#home = gate === undefined ? this.#strangers : this.#shards[gate.slot] ??= [];
    this.#lined = gate?.listing.line === undefined ? null : gate.listing as Lined;
  }

  add(tick: Tick): void {
    const isStrange = this.#home === this.#strangers;
    if (isStrange) tick.flags |= FLAGS["unknown-instrument"];
    const { flags } = tick;
    if (flags !== 0) {
      this.#flagged.set(flags, (this.#flagged.get(flags) ?? 0) + 1);
      if ((flags & QUALITY) !== 0) this.#gate.offences.note(tick, !isStrange);
    }
    if (this.#lined === null) this.#home.push(tick);
    else {
      // Who says nothing that can be used is not heard.
      if ((flags & REFUSED) === 0 && tick.time > this.#newest) this.#newest = tick.time;
      this.#arbitrate(tick, this.#lined);
    }
  }

  /** Emits a tick that was added when it was received, and has waited since. */
  emit(tick: Tick): void {
    if (this.#lined !== null) this.#arbitrate(tick, this.#lined);
  }

  /** Notes that the provider spoke of the instrument whose ticks came last. */
  #noteHeard(): void {
    if (this.#newest === -Infinity) return;
    this.#lined?.line.hear(this.#provider, this.#shared.clock.now(), this.#newest);
    this.#newest = -Infinity;
  }

  /** Lets the leader's ticks pass; those of who stands by wait. */
  #arbitrate(tick: Tick, listing: Lined): void {
    const { line } = listing;
    if (listing.provider !== this.#provider) {
      this.#standby++;
      line.keep(tick);
      return;
    }
    if (line.lostAt !== null && line.counts(tick)) this.#bridge(tick, listing, line.lostAt);
    if (line.passes(tick)) {
      // What was under way when it was unsubscribed ends nothing.
      if (line.hole !== null && line.counts(tick) && !isIdle(listing)) {
        const at = Math.min(tick.time, tick.receivedAt);
        this.#ended.push({ listing, hole: line.hole, at });
        line.hole = null;
        line.bridgedAt = this.#shared.clock.now();
      }
      this.#home.push(tick);
    }
  }

  /** Puts what others heard before the tick of a leader that was not heard for a while. */
  #bridge(next: Tick, listing: Lined, lostAt: Micros): void {
    const { line } = listing;
    line.lostAt = null;
    const ticks = line.bridge(this.#provider, lostAt, next.time);
    if (ticks === null) line.hole ??= { from: line.holeFrom(lostAt), provider: this.#provider };
    // They are received when they are counted: their candles may have been closed meanwhile.
    const receivedAt = line.bridgedAt = this.#shared.clock.now();
    for (const tick of ticks ?? []) {
      const told = { ...tick, receivedAt };
      line.passes(told);
      this.#home.push(told);
    }
    line.floor = line.watermark;
  }

  /** Sends it. @param from routing. */
  send(from: AnyActorRef, credit: Credit | undefined): void {
    this.#noteHeard();
    const { meters, outbox, telemetry } = this.#shared;
    const provider = this.#provider;
    for (const { listing, hole, at } of this.#ended) {
      closeHole({ shared: this.#shared, self: from }, listing, hole, at);
    }
    if (this.#standby > 0) meters.standby.inc({ provider }, this.#standby);
    for (const [flags, count] of this.#flagged) {
      if ((flags & WRONG) !== 0) telemetry.refused(provider, count);
      for (const flag of flagNames(flags)) meters.flagged.inc({ provider, flag }, count);
    }
    if (this.#strangers.length > 0) outbox.add({ ticks: this.#strangers, credit });
    for (const [slot, ticks = []] of this.#shards.entries()) {
      if (ticks.length === 0) continue;
      const shard = this.#gate.shards[slot]!;
      const command = { type: "shard.ticks", ticks, credit } as const;
      const isSent = tellShard(from, shard, command) ||
        tell(from, "instruments", { type: "instruments.deliver", shard, command });
      // Without anyone to take it a tick makes no candle, but it is kept all the same.
      if (!isSent) outbox.add({ ticks, credit });
    }
  }
}
