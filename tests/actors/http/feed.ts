/**
 * A provider whose feed says what a test tells it to, and drives the clock.
 *
 * @module
 */
import type { Instrument } from "../../../domain/instrument.ts";
import type { Depth, Quote, Tick, Trade } from "../../../domain/tick.ts";
import { type Micros, parseTime } from "../../../domain/time.ts";
import type {
  Capability,
  HistoricalBar,
  Provider,
  StreamSink,
} from "../../../providers/provider.ts";

/** The day of the tests. */
const DAY = "2014-05-01T";

/** A time of that day: `at("13:30:05")`. */
export function at(time: string): Micros {
  return parseTime(`${DAY}${time}Z`)!;
}

/** A provider that a test speaks for. */
export class Feed implements Provider {
  readonly id = "feed";
  readonly alwaysOpen = true;
  readonly clock = "driven";
  /** What signing in fails with, while there is anything. */
  failure: Error | null = null;
  #sink: StreamSink | undefined;
  #ids = 0;

  /** Everything but `NONE`. */
  offers({ symbol, market }: Instrument): readonly Capability[] {
    if (symbol === "NONE") return [];
    return market === "FX" ? ["quotes", "streaming"] : ["trades", "quotes", "streaming"];
  }

  authenticate() {
    if (this.failure !== null) return Promise.reject(this.failure);
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

  /** Says ticks. */
  say(...ticks: Tick[]): void {
    this.#sink!.ticks(ticks);
  }

  /** Says how late it is; bars close, and what was said before is taken up. */
  reach(time: string): void {
    this.#sink!.time(at(time));
  }

  /** Takes a trade back, or replaces it. */
  correct(trade: Trade, replacement: Trade | null, receivedAt: Micros): void {
    const { id, provider, symbol } = trade;
    this.#sink!.correct({ id, provider, symbol, replacement, receivedAt });
  }

  /** Tells the venue's own bar. */
  bar(bar: HistoricalBar): void {
    this.#sink!.bar(bar);
  }

  /** Breaks the stream. */
  lose(error: Parameters<StreamSink["lost"]>[0]): void {
    this.#sink!.lost(error);
  }

  trade(symbol: string, time: string, price: number, size: number): Trade {
    return {
      kind: "trade",
      ...this.#common(symbol, time),
      price,
      size,
      side: null,
      conditions: null,
    };
  }

  quote(symbol: string, time: string, bid: number, ask: number): Quote {
    return { kind: "quote", ...this.#common(symbol, time), bid, bidSize: 1, ask, askSize: 1 };
  }

  /** A book of pairs of price and size. */
  depth(
    symbol: string,
    time: string,
    bids: readonly (readonly [number, number])[],
    asks: readonly (readonly [number, number])[],
  ): Depth {
    const level = ([price, size]: readonly [number, number]) => ({ price, size });
    return {
      kind: "depth",
      ...this.#common(symbol, time),
      bids: bids.map(level),
      asks: asks.map(level),
    };
  }

  #common(symbol: string, time: string) {
    const id = String(++this.#ids);
    return { symbol, time: at(time), receivedAt: at(time), provider: this.id, id, flags: 0 };
  }
}
