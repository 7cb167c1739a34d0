/**
 * The data path as the bench drives it: frame text -> ticks -> gate -> buffer -> candles -> hub ->
 * outbox -> recorder -> a store that keeps nothing, all by the daemon's own actors.
 *
 * @module
 */
import { DiscardingStore } from "./discard.ts";
import { FrameClock } from "./feed.ts";
import { decode, type Frame, FrameMaker } from "./frames.ts";
import { turn } from "./harness.ts";
import { type Place, startPlace, symbolsOf } from "./place.ts";
import type { Micros } from "../../domain/time.ts";

/** A Monday's opening bell in New York. */
const START = Date.UTC(2026, 2, 2, 14, 30) * 1_000;
const PER_FRAME = 100;
const STEP = 10;

/** What a tree is to do, and what it is sent. */
export interface PipeOptions {
  /** The venue's time from one tick to the next; that of a venue which says 100,000 a second. */
  readonly step?: Micros;
  /** Strategies that run on the minutes of every instrument; none unless said. */
  readonly strategies?: readonly string[];
}

/** A tree, and frames to send through it. */
export class Pipe {
  readonly #place: Place;
  readonly #store: DiscardingStore;
  readonly #clock: FrameClock;
  readonly #maker: FrameMaker;

  private constructor(place: Place, store: DiscardingStore, clock: FrameClock, maker: FrameMaker) {
    this.#place = place;
    this.#store = store;
    this.#clock = clock;
    this.#maker = maker;
  }

  /** Starts one with so many instruments. */
  static async start(
    instruments: number,
    { step = STEP, strategies = [] }: PipeOptions = {},
  ): Promise<Pipe> {
    const symbols = symbolsOf(instruments);
    const clock = new FrameClock(START);
    const store = new DiscardingStore();
    const place = await startPlace({ symbols, clock, store, strategies });
    const maker = new FrameMaker({ symbols, perFrame: PER_FRAME, start: START, step });
    return new Pipe(place, store, clock, maker);
  }

  /** The next frames. */
  frames(ticks: number): Frame[] {
    return this.#maker.make(ticks);
  }

  /**
   * Sends frames as a socket would, one per turn of the event loop, and waits until the last tick
   * has come out at the other end.
   *
   * @throws Error where ticks were shed: the figures would flatter.
   */
  async send(frames: readonly Frame[]): Promise<void> {
    const { feed, tree } = this.#place;
    const before = this.#store.taken;
    let sent = 0;
    for (const { text, at } of frames) {
      this.#clock.set(at);
      const ticks = decode(text, at);
      sent += ticks.length;
      feed.say(ticks);
      await turn();
    }
    const { directory, journal, outbox } = tree.shared;
    const shed = () => Object.values(outbox.shed).reduce((sum, one) => sum + one, 0);
    for (let turns = 0; this.#store.taken - before < sent; turns++) {
      if (turns > 1_000 || shed() > 0) {
        const followed = directory.all().length;
        throw new Error(`Of ${sent} ticks for ${followed} instruments some did not come out.`);
      }
      await journal.flushed();
      await turn();
    }
  }
}
