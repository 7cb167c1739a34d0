/**
 * Telemetry: how well the feeds do, by provider and by instrument: their latency, their errors, and
 * how complete they are. It is made by the root, and outlives every actor.
 *
 * @module
 */
import { Coverage } from "./coverage.ts";
import { Pulse, type PulseSize } from "./pulse.ts";
import type { Meters } from "../meters.ts";
import { FLAGS, REFUSED } from "../../domain/flags.ts";
import type { Tick } from "../../domain/tick.ts";
import { type Micros, MILLISECOND, SECOND } from "../../domain/time.ts";

const PROVIDER: PulseSize = {
  samples: 1_024,
  spacing: 100 * MILLISECOND,
  every: SECOND,
  looks: 60,
};
const INSTRUMENT: PulseSize = { samples: 32, spacing: SECOND, every: 10 * SECOND, looks: 6 };

/** What was refused, fetched or asked for says nothing of the way that ticks take. */
const UNTIMED = REFUSED | FLAGS.backfilled | FLAGS.polled;

/** How well the feeds do. */
export class Telemetry {
  readonly coverage = new Coverage();
  readonly #meters: Pick<Meters, "feedLatency" | "feedEarly" | "publishLatency" | "refused">;
  readonly #providers = new Map<string, Pulse>();
  /** When a tick of each provider was last measured. */
  readonly #published = new Map<string, Micros>();

  constructor(meters: Meters) {
    this.#meters = meters;
  }

  /** A provider's pulse. */
  of(provider: string): Pulse {
    let pulse = this.#providers.get(provider);
    if (pulse === undefined) this.#providers.set(provider, pulse = new Pulse(PROVIDER));
    return pulse;
  }

  /** Takes note of a batch that was judged; its first tick stands for all of them. */
  received(provider: string, ticks: readonly Tick[]): void {
    const pulse = this.of(provider);
    pulse.ticks += ticks.length;
    const [tick] = ticks;
    if (tick === undefined || !isTimed(tick)) return;
    const latency = tick.receivedAt - tick.time;
    // A histogram's sum must not shrink: what came before its time is counted beside it.
    if (latency < 0) this.#meters.feedEarly.inc({ provider });
    this.#meters.feedLatency.observe({ provider }, Math.max(0, latency) / SECOND);
    pulse.received(tick.time, tick.receivedAt);
  }

  /** Takes note of ticks that were refused for being wrong. */
  refused(provider: string, count: number): void {
    this.of(provider).refused += count;
    this.#meters.refused.inc({ provider }, count);
  }

  /** Takes note of how long a tick of a batch took from its receipt until it was told. */
  published(provider: string, took: Micros, now: Micros): void {
    // Where many shards have a part of a batch, one of them in a millisecond is enough.
    if (this.#published.get(provider) === now) return;
    this.#published.set(provider, now);
    this.#meters.publishLatency.observe({ provider }, Math.max(0, took) / SECOND);
    this.of(provider).published(took, now);
  }

  /** Takes note of a frame or row that could not be read. */
  problem(provider: string): void {
    this.of(provider).problems++;
  }

  /** Remembers how the providers stand. */
  look(now: Micros): void {
    for (const pulse of this.#providers.values()) pulse.look(now);
  }
}

/** Makes an instrument's pulse. */
export function instrumentPulse(): Pulse {
  return new Pulse(INSTRUMENT);
}

/** Whether a tick says how long it was on its way. */
export function isTimed({ flags }: Tick): boolean {
  return (flags & UNTIMED) === 0;
}
