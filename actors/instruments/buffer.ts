/**
 * The bounded buffer of one instrument's ticks, where they wait for candles that are being rebuilt.
 *
 * A feed that can wait never fills it. A live one cannot wait: when the buffer is full, what matters
 * least goes first. Books and then quotes are conflated to the latest; only when the buffer holds
 * nothing but trades do the oldest of these go.
 *
 * @module
 */
import type { Tick } from "../../domain/tick.ts";

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
  push(tick: Tick): Tick[] | null {
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

  /** Those of the ticks that it does not hold, and that are not among some others either. */
  lacking(ticks: readonly Tick[], others: readonly Tick[] = []): Tick[] {
    const held = new Set([...this.#ticks, ...others].map(identity));
    return ticks.filter((tick) => !held.has(identity(tick)));
  }

  /** Makes room for a tenth of the capacity at once, so that the cost per tick stays bounded. */
  #shed(): Tick[] {
    const shed: Tick[] = [];
    const room = Math.max(1, Math.floor(this.capacity / 10));
    for (const kind of ["depth", "quote"] as const) {
      if (shed.length >= room) break;
      const latest = this.#ticks.findLastIndex((tick) => tick.kind === kind);
      const kept: Tick[] = [];
      this.#ticks.forEach((tick, at) => {
        (tick.kind === kind && at !== latest ? shed : kept).push(tick);
      });
      this.#ticks = kept;
    }
    if (shed.length < room) shed.push(...this.#ticks.splice(0, room - shed.length));
    return shed;
  }
}

function identity({ kind, time, provider, id }: Tick): string {
  return `${kind} ${time} ${provider} ${id}`;
}
