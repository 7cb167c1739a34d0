/**
 * Rows on their way to the server, as columns: each is one array in Postgres's own text form
 * (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO), which `unnest` makes rows of. So a
 * statement has the same few parameters however many rows it takes.
 *
 * @module
 */
import { formatLevels } from "../../domain/levels.ts";
import type { Tick } from "../../domain/tick.ts";
import { KIND_CODES } from "../rows.ts";

const SPECIAL = /["\\]/;

/** An array of numbers; what is no number is nothing. */
export function numberArray(values: readonly (number | null)[]): string {
  let text = "";
  for (const value of values) {
    // NaN alone is not itself.
    text += value === null || value !== value ? ",NULL" : `,${value}`;
  }
  return `{${text.slice(1)}}`;
}

/** An array of texts. */
export function textArray(values: readonly (string | null)[]): string {
  let text = "";
  for (const value of values) text += value === null ? ",NULL" : `,"${escaped(value)}"`;
  return `{${text.slice(1)}}`;
}

function escaped(value: string): string {
  return SPECIAL.test(value) ? value.replace(/["\\]/g, "\\$&") : value;
}

/** The numbers that stand for names in the rows. */
export interface Ids {
  readonly symbols: ReadonlyMap<string, number>;
  readonly providers: ReadonlyMap<string, number>;
}

/**
 * Ticks as the parameters of an insertion: symbol, time, provider, kind, id, received, flags; four
 * numbers (a trade's price and size, or a quote's bid, bid size, ask and ask size); side; a text (a
 * trade's conditions, or a book's bids) and a book's asks. A column without values is an empty array,
 * which `unnest` fills up.
 */
export function tickColumns(ticks: readonly Tick[], { symbols, providers }: Ids): string[] {
  let symbol = "", time = "", provider = "", kind = "", id = "", received = "", flags = "";
  const first: (number | null)[] = [];
  const second: (number | null)[] = [];
  const third: (number | null)[] = [];
  const fourth: (number | null)[] = [];
  const side: (string | null)[] = [];
  const text: (string | null)[] = [];
  const asks: (string | null)[] = [];
  for (const tick of ticks) {
    symbol += `,${symbols.get(tick.symbol)}`;
    time += `,${tick.time}`;
    provider += `,${providers.get(tick.provider)}`;
    kind += `,${KIND_CODES[tick.kind]}`;
    id += `,"${escaped(tick.id)}"`;
    received += `,${tick.receivedAt}`;
    flags += `,${tick.flags}`;
    const trade = tick.kind === "trade" ? tick : null;
    const quote = tick.kind === "quote" ? tick : null;
    const depth = tick.kind === "depth" ? tick : null;
    first.push(trade?.price ?? quote?.bid ?? null);
    second.push(trade?.size ?? quote?.bidSize ?? null);
    third.push(quote?.ask ?? null);
    fourth.push(quote?.askSize ?? null);
    side.push(trade?.side ?? null);
    text.push(depth === null ? trade?.conditions ?? null : formatLevels(depth.bids));
    asks.push(depth === null ? null : formatLevels(depth.asks));
  }
  const shared = [symbol, time, provider, kind, id, received, flags];
  return [
    ...shared.map((column) => `{${column.slice(1)}}`),
    ...[first, second, third, fourth].map((column) => sparse(column, numberArray)),
    ...[side, text, asks].map((column) => sparse(column, textArray)),
  ];
}

function sparse<Value>(
  values: readonly (Value | null)[],
  toArray: (values: readonly (Value | null)[]) => string,
): string {
  return values.every((value) => value === null) ? "{}" : toArray(values);
}
