/**
 * Ticks on their way to the writer's thread, as columns: typed arrays change hands without being
 * copied, and one long text is cloned faster than thousands of short ones. It costs the sender a
 * tenth of posting the ticks themselves.
 *
 * @module
 */
import type { Tick } from "../../domain/tick.ts";
import { formatLevels } from "../../domain/levels.ts";
import { KIND_CODES } from "../rows.ts";

/** Numbers per tick: time, receivedAt, flags, and up to four of its kind. */
export const STRIDE = 7;

/** The sides of a trade by their code in {@link TickColumns}. */
export const SIDES = [null, "buy", "sell"] as const;

/** A batch of ticks. Row `i` of every column belongs to tick `i`. */
export interface TickColumns {
  readonly length: number;
  /** The symbols and providers that occur, each once. */
  readonly symbolNames: readonly string[];
  readonly providerNames: readonly string[];
  /** Indexes into the names. */
  readonly symbols: Uint32Array<ArrayBuffer>;
  readonly providers: Uint32Array<ArrayBuffer>;
  /** As in {@link KIND_CODES}. */
  readonly kinds: Uint8Array<ArrayBuffer>;
  /** As in {@link SIDES}. */
  readonly sides: Uint8Array<ArrayBuffer>;
  /**
   * {@link STRIDE} per tick; from the fourth on a trade's price and size, or a quote's bid, bid
   * size, ask and ask size. `NaN` where there is none.
   */
  readonly numbers: Float64Array<ArrayBuffer>;
  /** All ids in a row, and the length of each. */
  readonly ids: string;
  readonly idLengths: Uint32Array<ArrayBuffer>;
  /** A trade's conditions, or a book's bids. */
  readonly texts: readonly (string | null)[];
  /** A book's asks. */
  readonly asks: readonly (string | null)[];
}

/** Turns ticks into columns. */
export function toColumns(ticks: readonly Tick[]): TickColumns {
  const { length } = ticks;
  const symbolNames = new Names();
  const providerNames = new Names();
  const symbols = new Uint32Array(length);
  const providers = new Uint32Array(length);
  const kinds = new Uint8Array(length);
  const sides = new Uint8Array(length);
  const numbers = new Float64Array(length * STRIDE).fill(NaN);
  const idLengths = new Uint32Array(length);
  const texts = new Array<string | null>(length).fill(null);
  const asks = new Array<string | null>(length).fill(null);
  let ids = "";
  ticks.forEach((tick, index) => {
    symbols[index] = symbolNames.indexOf(tick.symbol);
    providers[index] = providerNames.indexOf(tick.provider);
    kinds[index] = KIND_CODES[tick.kind];
    ids += tick.id;
    idLengths[index] = tick.id.length;
    const at = index * STRIDE;
    numbers[at] = tick.time;
    numbers[at + 1] = tick.receivedAt;
    numbers[at + 2] = tick.flags;
    if (tick.kind === "trade") {
      numbers[at + 3] = tick.price;
      numbers[at + 4] = tick.size ?? NaN;
      sides[index] = SIDES.indexOf(tick.side);
      texts[index] = tick.conditions;
    } else if (tick.kind === "quote") {
      numbers[at + 3] = tick.bid ?? NaN;
      numbers[at + 4] = tick.bidSize ?? NaN;
      numbers[at + 5] = tick.ask ?? NaN;
      numbers[at + 6] = tick.askSize ?? NaN;
    } else {
      texts[index] = formatLevels(tick.bids);
      asks[index] = formatLevels(tick.asks);
    }
  });
  return {
    length,
    symbolNames: symbolNames.all,
    providerNames: providerNames.all,
    symbols,
    providers,
    kinds,
    sides,
    numbers,
    ids,
    idLengths,
    texts,
    asks,
  };
}

/** What of the columns may change hands instead of being copied. */
export function transferable(columns: TickColumns): ArrayBuffer[] {
  const { symbols, providers, kinds, sides, numbers, idLengths } = columns;
  return [symbols, providers, kinds, sides, numbers, idLengths].map(({ buffer }) => buffer);
}

/** Distinct names in the order of their first sight. */
class Names {
  readonly all: string[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf(name: string): number {
    let index = this.#indexes.get(name);
    if (index === undefined) {
      index = this.all.push(name) - 1;
      this.#indexes.set(name, index);
    }
    return index;
  }
}
