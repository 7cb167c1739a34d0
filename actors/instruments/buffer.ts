/**
 * The bounded buffer of one instrument's ticks, between the feed and its shard.
 *
 * A feed that can wait never fills it. A live one cannot wait: when the buffer is full, what matters
 * least goes first. Books and then quotes are conflated to the latest; only when the buffer holds
 * nothing but trades do the oldest of these go.
 *
 * @module
 */
import type { Tick, TickKind } from "../../domain/tick.ts";

/** Ticks shed, by kind. */
export type Shed = Record<TickKind, number>;

/** Ticks in the order received, at most `capacity`. */
export class TickBuffer {
  #ticks: Tick[] = [];

  /** @param capacity at least 2. */
  constructor(readonly capacity: number) {}

  /** Ticks held. */
  get length(): number {
    return this.#ticks.length;
  }

  /** Adds a tick; returns what had to be shed for it, if anything. */
  push(tick: Tick): Shed | null {
    const shed = this.#ticks.length >= this.capacity ? this.#shed() : null;
    this.#ticks.push(tick);
    return shed;
  }

  /** Takes all ticks. */
  take(): Tick[] {
    const ticks = this.#ticks;
    this.#ticks = [];
    return ticks;
  }

  /** Those of the ticks that it does not hold. */
  lacking(ticks: readonly Tick[]): Tick[] {
    const held = new Set(this.#ticks.map(identity));
    return ticks.filter((tick) => !held.has(identity(tick)));
  }

  /** Makes room for a tenth of the capacity at once, so that the cost per tick stays bounded. */
  #shed(): Shed {
    const shed: Shed = { trade: 0, quote: 0, depth: 0 };
    const room = Math.max(1, Math.floor(this.capacity / 10));
    const total = () => shed.trade + shed.quote + shed.depth;
    for (const kind of ["depth", "quote"] as const) {
      if (total() >= room) break;
      const latest = this.#ticks.findLastIndex((tick) => tick.kind === kind);
      const kept = this.#ticks.filter((tick, at) => tick.kind !== kind || at === latest);
      shed[kind] = this.#ticks.length - kept.length;
      this.#ticks = kept;
    }
    if (total() < room) {
      for (const tick of this.#ticks.splice(0, room - total())) shed[tick.kind]++;
    }
    return shed;
  }
}

function identity({ kind, time, provider, id }: Tick): string {
  return `${kind} ${time} ${provider} ${id}`;
}
