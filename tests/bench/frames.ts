/**
 * Frames of a venue as text, in the shape of Alpaca's market-data stream: arrays of trades and
 * quotes. And their decoding to ticks.
 *
 * @module
 */
import { Random } from "../../domain/random.ts";
import type { Quote, Tick, Trade } from "../../domain/tick.ts";
import { formatTime, type Micros } from "../../domain/time.ts";
import { timeReader } from "../../domain/timetext.ts";

/** One frame, and the venue's time of its last tick. */
export interface Frame {
  readonly text: string;
  readonly at: Micros;
}

/** What the frames hold. */
export interface FrameOptions {
  /** Each tick is of one of them, as likely as of another. */
  readonly symbols: readonly string[];
  readonly perFrame: number;
  /** The venue's time of the first tick, and from one tick to the next. */
  readonly start: Micros;
  readonly step: Micros;
}

/** The provider that the ticks name. */
export const PROVIDER = "bench";

const VENUES = ["V", "D", "P", "Q", "K"] as const;

/** Makes frames, one after another, each later than the one before: the same ones in every run. */
export class FrameMaker {
  readonly #options: FrameOptions;
  readonly #random = new Random("frames");
  readonly #cents: number[];
  #time: Micros;
  #id = 52_983_525_000_000;

  constructor(options: FrameOptions) {
    this.#options = options;
    this.#time = options.start;
    this.#cents = options.symbols.map(() => 2_000 + this.#random.below(40_000));
  }

  /** Frames with so many ticks in all. */
  make(ticks: number): Frame[] {
    const frames: Frame[] = [];
    for (let left = ticks; left > 0; left -= this.#options.perFrame) {
      frames.push(this.#frame(Math.min(left, this.#options.perFrame)));
    }
    return frames;
  }

  #frame(ticks: number): Frame {
    const messages = Array.from({ length: ticks }, () => this.#message());
    return { text: JSON.stringify(messages), at: this.#time };
  }

  /** Two in five are trades. */
  #message(): WireTrade | WireQuote {
    const { symbols, step } = this.#options;
    const random = this.#random;
    const at = random.below(symbols.length);
    const cents = Math.max(100, this.#cents[at]! + random.below(5) - 2);
    this.#cents[at] = cents;
    this.#time += step;
    const t = formatTime(this.#time);
    const shared = { S: symbols[at]!, t, z: "C" };
    if (random.below(5) < 2) {
      const i = this.#id++;
      const x = VENUES[random.below(VENUES.length)]!;
      const s = 1 + random.below(400);
      return { T: "t", i, x, p: cents / 100, s, c: ["@"], ...shared };
    }
    const bx = VENUES[random.below(VENUES.length)]!;
    const ax = VENUES[random.below(VENUES.length)]!;
    const [bs, as] = [1 + random.below(9), 1 + random.below(9)];
    return { T: "q", bx, bp: (cents - 1) / 100, bs, ax, ap: cents / 100, as, c: ["R"], ...shared };
  }
}

interface WireTrade {
  readonly T: "t";
  readonly S: string;
  readonly i: number;
  readonly x: string;
  readonly p: number;
  readonly s: number;
  readonly t: string;
  readonly c: readonly string[];
  readonly z: string;
}

interface WireQuote {
  readonly T: "q";
  readonly S: string;
  readonly bx: string;
  readonly bp: number;
  readonly bs: number;
  readonly ax: string;
  readonly ap: number;
  readonly as: number;
  readonly t: string;
  readonly c: readonly string[];
  readonly z: string;
}

const readTime = timeReader();
let made = 0;

/** Decodes a frame. */
export function decode(text: string, receivedAt: Micros): Tick[] {
  const messages = JSON.parse(text) as readonly (WireTrade | WireQuote)[];
  const ticks: Tick[] = [];
  for (const message of messages) {
    ticks.push(message.T === "t" ? toTrade(message, receivedAt) : toQuote(message, receivedAt));
  }
  return ticks;
}

function toTrade({ S, i, p, s, t, c }: WireTrade, receivedAt: Micros): Trade {
  return {
    kind: "trade",
    symbol: S,
    time: readTime(t) ?? receivedAt,
    receivedAt,
    provider: PROVIDER,
    id: String(i),
    flags: 0,
    price: p,
    size: s,
    side: null,
    conditions: c.join(" "),
  };
}

/** The venue gives a quote no id, so it gets one. */
function toQuote({ S, bp, bs, ap, as, t }: WireQuote, receivedAt: Micros): Quote {
  return {
    kind: "quote",
    symbol: S,
    time: readTime(t) ?? receivedAt,
    receivedAt,
    provider: PROVIDER,
    id: String(++made),
    flags: 0,
    bid: bp,
    bidSize: bs,
    ask: ap,
    askSize: as,
  };
}
