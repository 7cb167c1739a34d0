/**
 * A provider whose feed is the bench itself, and a clock that goes with it.
 *
 * @module
 */
import { PROVIDER } from "./frames.ts";
import type { Clock } from "../../actors/clock.ts";
import type { Tick } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";
import type { Capability, Provider, Session, StreamSink } from "../../providers/provider.ts";

/** A live feed: it cannot wait. */
export class BenchFeed implements Provider {
  readonly id = PROVIDER;
  readonly alwaysOpen = true;
  readonly clock = "wall";
  #sink: StreamSink | undefined;

  offers(): readonly Capability[] {
    return ["trades", "quotes", "streaming"];
  }

  authenticate(): Promise<Session> {
    return Promise.resolve({
      openStream: (sink: StreamSink) => {
        this.#sink = sink;
        return Promise.resolve({
          subscribe: () => Promise.resolve([]),
          unsubscribe: () => Promise.resolve(),
          close: () => Promise.resolve(),
        });
      },
      logOut: () => Promise.resolve(),
    });
  }

  /** Whether its stream is open. */
  get open(): boolean {
    return this.#sink !== undefined;
  }

  /** Hands in decoded ticks, as a provider does on a frame. */
  say(ticks: Tick[]): void {
    this.#sink!.ticks(ticks);
  }
}

/** The wall's clock as it would be if the frames came live: it stands where the last frame is. */
export class FrameClock implements Clock {
  readonly driven = false;

  constructor(private at: Micros) {}

  now(): Micros {
    return this.at;
  }

  set(at: Micros): void {
    this.at = at;
  }
}
