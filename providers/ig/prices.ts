/**
 * An item `PRICE:{account}:{epic}` as ticks. Pure.
 *
 * @module
 */
import type { Depth, Level, Quote, Tick } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";
import { scaled } from "./scale.ts";

/** Fields that every instrument's item is asked for, in this order. */
const BASE_FIELDS = [
  "TIMESTAMP",
  "DLG_FLAG",
  "DELAY",
  "BIDPRICE1",
  "ASKPRICE1",
  "BIDSIZE1",
  "ASKSIZE1",
];
const TIERS = [2, 3, 4, 5];
/** Where the tiers' four fields begin. */
const FIRST_TIER = 3;

/** The fields of an item, in order: those of the first tier, or of all five. */
export function priceFields(level: 1 | 2): string[] {
  if (level === 1) return BASE_FIELDS;
  const deeper = TIERS.flatMap((tier) =>
    ["BIDPRICE", "ASKPRICE", "BIDSIZE", "ASKSIZE"].map((name) => `${name}${tier}`)
  );
  return [...BASE_FIELDS, ...deeper];
}

/** What the item's ticks are of. */
export interface PriceItem {
  readonly provider: string;
  readonly symbol: string;
  /** See `scale.ts`. */
  readonly exponent: number;
  readonly level: 1 | 2;
}

/** What an update said. */
export interface PriceNews {
  /** A quote, a book, both or neither; where nothing in them changed there is none. */
  readonly ticks: Tick[];
  /** The dealing status, where it changed. */
  readonly status: { readonly trading: boolean; readonly reason: string } | null;
  /** When it holds, by the venue's clock. */
  readonly time: Micros;
  /** What could not be used. */
  readonly problems: readonly string[];
}

/**
 * `DLG_FLAG`: whether one may deal, if only by phone or to close. An unknown value is believed to be
 * one of dealing.
 */
const STATUSES: Readonly<Record<string, readonly [trading: boolean, reason: string]>> = {
  DEAL: [true, "open"],
  TRADEABLE: [true, "open"],
  DEALNOEDIT: [true, "open, orders cannot be changed"],
  CALL: [true, "open by phone"],
  CLOSINGSONLY: [true, "open for closing positions only"],
  CLOSED: [false, "closed"],
  EDIT: [false, "closed, orders can be changed"],
  AUCTION: [false, "in auction"],
  AUCTIONNOEDIT: [false, "in auction, orders cannot be changed"],
  SUSPEND: [false, "suspended"],
};

/** The state of one item, from one update to the next. */
export class PriceDecoder {
  #flag: string | null = null;
  #delayed = false;
  #bid: number | null = null;
  #ask: number | null = null;
  #bidSize: number | null = null;
  #askSize: number | null = null;
  /** Every number of the last book, in order: what tells one from the next. */
  #book = "|";
  #problems: string[] = [];

  constructor(private readonly item: PriceItem, private readonly nextId: () => string) {}

  /**
   * Reads an update.
   *
   * @param values of `priceFields(level)`, as they stand after it; `null` where the venue has none.
   */
  decode(values: readonly (string | null)[], receivedAt: Micros): PriceNews {
    this.#problems = [];
    const time = this.#time(values[0] ?? null, receivedAt);
    const status = this.#status(values[1] ?? null);
    this.#delay(values[2] ?? null);
    const ticks: Tick[] = [];
    if (time !== undefined) {
      const quote = this.#quote(values, time, receivedAt);
      if (quote !== null) ticks.push(quote);
      const depth = this.item.level === 2 ? this.#depth(values, time, receivedAt) : null;
      if (depth !== null) ticks.push(depth);
    }
    return { ticks, status, time: time ?? receivedAt, problems: this.#problems };
  }

  /** A market that has not moved since the venue started has no time: it is that of the receipt. */
  #time(text: string | null, receivedAt: Micros): Micros | undefined {
    if (text === null || text === "") return receivedAt;
    const millis = Number(text);
    if (/^\d{10,14}$/.test(text)) return millis * 1_000;
    this.#problems.push(`TIMESTAMP is no time: ${short(text)}`);
    return undefined;
  }

  #status(value: string | null): PriceNews["status"] {
    const flag = value?.trim() ?? "";
    if (flag === "" || flag === this.#flag) return null;
    this.#flag = flag;
    const known = Object.hasOwn(STATUSES, flag) ? STATUSES[flag] : undefined;
    if (known === undefined) this.#problems.push(`DLG_FLAG is unknown: ${short(flag)}`);
    const [trading, reason] = known ?? [true, short(flag)];
    return { trading, reason };
  }

  #delay(value: string | null): void {
    const delayed = value === "1";
    if (delayed && !this.#delayed) this.#problems.push("the prices are delayed (DELAY is 1)");
    this.#delayed = delayed;
  }

  #quote(values: readonly (string | null)[], time: Micros, receivedAt: Micros): Quote | null {
    const bid = this.#price(values, FIRST_TIER, "BIDPRICE1");
    const ask = this.#price(values, FIRST_TIER + 1, "ASKPRICE1");
    const bidSize = this.#size(values, FIRST_TIER + 2, "BIDSIZE1");
    const askSize = this.#size(values, FIRST_TIER + 3, "ASKSIZE1");
    // One bad field spoils the quote: half of it would be read as one-sided.
    if (bid === undefined || ask === undefined || bidSize === undefined || askSize === undefined) {
      return null;
    }
    const isSame = bid === this.#bid && ask === this.#ask && bidSize === this.#bidSize &&
      askSize === this.#askSize;
    if (isSame) return null;
    this.#bid = bid;
    this.#ask = ask;
    this.#bidSize = bidSize;
    this.#askSize = askSize;
    const { provider, symbol } = this.item;
    const id = this.nextId();
    return {
      kind: "quote",
      symbol,
      time,
      receivedAt,
      provider,
      id,
      flags: 0,
      bid,
      bidSize,
      ask,
      askSize,
    };
  }

  #depth(values: readonly (string | null)[], time: Micros, receivedAt: Micros): Depth | null {
    const bids = this.#side(values, 0, "BID", -1);
    const asks = this.#side(values, 1, "ASK", 1);
    if (bids === undefined || asks === undefined) return null;
    const book = `${bids.map(levelKey).join()}|${asks.map(levelKey).join()}`;
    if (book === this.#book) return null;
    this.#book = book;
    const { provider, symbol } = this.item;
    const id = this.nextId();
    return { kind: "depth", symbol, time, receivedAt, provider, id, flags: 0, bids, asks };
  }

  /**
   * One side of the ladder as a book. The size of tier n is a threshold: up to it, deals are done at
   * that tier's price. What the tier adds to the one before is the size of its level, so that the
   * sizes down to a level sum up to its threshold. The ladder ends at the first tier without a price
   * or a threshold; one that adds nothing is no level, and one at the same price adds to its level.
   *
   * @returns `undefined` where it cannot be used.
   */
  #side(
    values: readonly (string | null)[],
    offset: 0 | 1,
    name: "BID" | "ASK",
    direction: 1 | -1,
  ): Level[] | undefined {
    const levels: { price: number; size: number }[] = [];
    let dealt = 0;
    for (let tier = 1; tier <= 5; tier++) {
      const at = FIRST_TIER + 4 * (tier - 1) + offset;
      const price = this.#price(values, at, `${name}PRICE${tier}`);
      const threshold = this.#size(values, at + 2, `${name}SIZE${tier}`);
      if (price === undefined || threshold === undefined) return undefined;
      if (price === null || threshold === null) break;
      const size = decimal(threshold - dealt);
      if (size <= 0) continue;
      dealt = threshold;
      const last = levels.at(-1);
      if (last?.price === price) last.size = decimal(last.size + size);
      else if (last === undefined || (price - last.price) * direction > 0) {
        levels.push({ price, size });
      } else {
        this.#problems.push(`${name}PRICE${tier} is better than the tier before: ${price}`);
        return undefined;
      }
    }
    return levels;
  }

  #price(
    values: readonly (string | null)[],
    at: number,
    field: string,
  ): number | null | undefined {
    const text = values[at] ?? "";
    if (text === "") return null;
    const price = scaled(text, this.item.exponent);
    if (price !== undefined && price > 0) return price;
    return this.#unusable(`${field} is no price: ${short(text)}`);
  }

  #size(values: readonly (string | null)[], at: number, field: string): number | null | undefined {
    const text = values[at] ?? "";
    if (text === "") return null;
    const size = scaled(text, 0);
    if (size !== undefined && size >= 0) return size;
    return this.#unusable(`${field} is no size: ${short(text)}`);
  }

  #unusable(what: string): undefined {
    if (!this.#problems.includes(what)) this.#problems.push(what);
  }
}

function levelKey({ price, size }: Level): string {
  return `${price}@${size}`;
}

/** A difference of decimals without the noise of binary fractions. */
function decimal(value: number): number {
  return Number(value.toPrecision(12));
}

/** A value from outside, as much of it as a message may hold. */
function short(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
