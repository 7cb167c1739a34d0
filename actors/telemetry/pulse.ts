/**
 * The pulse of one feed, or of one instrument: how long its ticks are on their way, how many there
 * are, and how many of them cannot be used.
 *
 * @module
 */
import { type Grown, Growth } from "../../domain/growth.ts";
import { type Quantiles, Samples } from "../../domain/samples.ts";
import type { Micros } from "../../domain/time.ts";

/** How long ticks are on their way, in microseconds. */
export interface Latencies {
  /**
   * From the venue's time to their receipt; below 0 where the venue's clock is ahead of ours. `null`
   * before any were heard.
   */
  readonly feed: Quantiles | null;
  /** From their receipt until whoever listens was told. */
  readonly publish: Quantiles | null;
}

/** How large pulses are. */
export interface PulseSize {
  /** Latencies held, and how long lies between two at least: so they reach back for a while. */
  readonly samples: number;
  readonly spacing: Micros;
  /** Between two looks at the counters, and how many of those are kept. */
  readonly every: Micros;
  readonly looks: number;
}

/** A pulse. */
export class Pulse {
  /** Ticks received. */
  ticks = 0;
  /** Ticks of them that the gate refused. */
  refused = 0;
  /** Frames or rows that could not be read. */
  problems = 0;
  readonly #feed: Samples;
  readonly #publish: Samples;
  readonly #growth: Growth;
  readonly #spacing: Micros;
  #feedDue: Micros = -Infinity;
  #publishDue: Micros = -Infinity;

  constructor({ every, looks, samples, spacing }: PulseSize) {
    this.#spacing = spacing;
    this.#feed = new Samples(samples);
    this.#publish = new Samples(samples);
    this.#growth = new Growth(3, every, looks);
  }

  /** Samples a tick that was received; false where another was sampled just before. */
  received(time: Micros, receivedAt: Micros): boolean {
    if (receivedAt < this.#feedDue) return false;
    this.#feedDue = receivedAt + this.#spacing;
    this.#feed.add(receivedAt - time);
    return true;
  }

  /** Samples how long a tick took until it was told. */
  published(took: Micros, now: Micros): void {
    if (now < this.#publishDue) return;
    this.#publishDue = now + this.#spacing;
    // A clock that was set back makes nothing arrive before it was sent.
    this.#publish.add(Math.max(0, took));
  }

  latencies(): Latencies {
    return { feed: this.#feed.quantiles(), publish: this.#publish.quantiles() };
  }

  /** Remembers how it stands, to tell later how that has changed. */
  look(now: Micros): void {
    this.#growth.look(now, this.#counts());
  }

  /** What came of late: ticks, those of them that were refused, and problems. */
  recent(now: Micros): Recent {
    const { counts, span } = this.#growth.since(now, this.#counts());
    const [ticks, refused, problems] = counts as [number, number, number];
    const all = ticks + problems;
    return { span, ticks, refused, problems, share: all === 0 ? 0 : (refused + problems) / all };
  }

  #counts(): number[] {
    return [this.ticks, this.refused, this.problems];
  }
}

/** What came of late. */
export interface Recent {
  readonly span: Grown["span"];
  readonly ticks: number;
  readonly refused: number;
  readonly problems: number;
  /** The share of all that came which was of no use, from 0 to 1. */
  readonly share: number;
}
