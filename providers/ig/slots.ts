/**
 * Which items a stream has, of as many as IG allows. Pure.
 *
 * @module
 */

/** Items that one connection may have: IG's limit of concurrent subscriptions, counted by item. */
export const SLOTS = 40;

/** An item. */
export interface Slot {
  readonly kind: "price" | "candle";
  readonly symbol: string;
}

/** An item's name among the items. */
export function slotKey({ kind, symbol }: Slot): string {
  return `${kind} ${symbol}`;
}

/**
 * The items to have: prices of every instrument first, in order, then candles as far as there is
 * room.
 *
 * @param symbols at most {@link SLOTS}.
 */
export function plan(symbols: readonly string[]): Slot[] {
  const prices = symbols.map((symbol): Slot => ({ kind: "price", symbol }));
  const candles = symbols.map((symbol): Slot => ({ kind: "candle", symbol }));
  return [...prices, ...candles].slice(0, SLOTS);
}
