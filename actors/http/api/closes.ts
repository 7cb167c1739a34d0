/**
 * What an instrument's price is compared with, and its last kept price: read from the store once for
 * each day, and then remembered.
 *
 * @module
 */
import type { Listing } from "../../instruments/directory.ts";
import type { Shared } from "../../shared.ts";
import type { KeptCandle } from "../../../db/store.ts";
import { previousSession, sessionAt } from "../../../domain/calendar.ts";
import { BASE_INTERVAL } from "../../../domain/interval.ts";
import type { MarketId } from "../../../domain/market.ts";
import { type Micros, MINUTE } from "../../../domain/time.ts";

const DAILY = "1d";
/** How long what was read is believed: a day that is repaired changes its close. */
const BELIEVED: Micros = 5 * MINUTE;

/** What is kept of an instrument. */
export interface Kept {
  /** The last daily candle before the day that it is; `null` where none is kept. */
  readonly before: KeptCandle | null;
  /** The last candle of a minute; `null` where none is kept. */
  readonly last: KeptCandle | null;
}

interface Entry extends Kept {
  readonly day: Micros;
  readonly readAt: Micros;
}

/** The last closes of the followed instruments. */
export class Closes {
  readonly #entries = new Map<string, Entry>();
  readonly #reading = new Map<string, Promise<Kept>>();

  constructor(private readonly shared: Pick<Shared, "store" | "clock" | "directory">) {}

  /** What was read already; `undefined` where nothing was. */
  known({ instrument: { symbol } }: Listing): Kept | undefined {
    return this.#entries.get(symbol);
  }

  /**
   * What is kept of an instrument.
   *
   * @throws StoreError
   */
  async of(listing: Listing): Promise<Kept> {
    const { symbol, market } = listing.instrument;
    const now = this.shared.clock.now();
    const day = dayStart(market, now);
    const entry = this.#entries.get(symbol);
    if (entry?.day === day && now - entry.readAt < BELIEVED) return entry;
    let reading = this.#reading.get(symbol);
    if (reading === undefined) {
      reading = this.#read(listing, day, now).finally(() => this.#reading.delete(symbol));
      this.#reading.set(symbol, reading);
    }
    return await reading;
  }

  async #read(listing: Listing, day: Micros, now: Micros): Promise<Kept> {
    const { basis, instrument: { symbol } } = listing;
    const newest = async (interval: string, to?: Micros) => {
      const query = { symbol, interval, basis, to, order: "-start", limit: 1 } as const;
      return (await this.shared.store.candles(query)).rows[0] ?? null;
    };
    const [before, last] = await Promise.all([newest(DAILY, day), newest(BASE_INTERVAL.name)]);
    const entry = { before, last, day, readAt: now };
    // One that is not followed any more needs no memory.
    if (this.shared.directory.get(symbol) === listing) this.#entries.set(symbol, entry);
    return entry;
  }
}

/**
 * When the day began that a price of now belongs to: with the extended hours that are, or were last.
 */
export function dayStart(market: MarketId, now: Micros): Micros {
  return (sessionAt(market, now, "extended") ?? previousSession(market, now, "extended")).start;
}
