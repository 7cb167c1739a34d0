/**
 * RSI reversal: the relative strength index comes back from an extreme.
 *
 * @module
 */
import { z } from "zod";
import { defineStrategy, NO_SIGNALS } from "./contract.ts";
import { ATR, length, MARGIN, REWARD } from "./parameters.ts";
import { bracket, said, share, signOf } from "./prices.ts";
import type { Side } from "../tick.ts";

/** How far it went, since it went beyond a limit; `null` between the limits. */
type Extreme = {
  /** What its end is a signal for. */
  readonly side: Side;
  /** The index, where it was farthest. */
  readonly rsi: number;
  /** The lowest low, or the highest high. */
  readonly price: number;
} | null;

/** The strategy. */
export const rsiReversal = defineStrategy({
  id: "rsi-reversal",
  title: "RSI reversal",
  description:
    "Buys where the relative strength index rises out of the oversold range, and sells " +
    "where it falls out of the overbought one; the stop lies beyond the extreme between.",
  intraday: false,
  parameters: z.strictObject({
    period: length(14, "Candles of the index (Wilder)."),
    oversold: z.number().min(1).max(50).default(30).describe("Below it the market is oversold."),
    overbought: z.number().min(50).max(99).default(70)
      .describe("Above it the market is overbought."),
    atr: ATR,
    margin: MARGIN,
    reward: REWARD,
  }),
  inputs: ({ atr, period }) => ({
    indicators: {
      rsi: { name: "rsi", parameters: { period } },
      atr: { name: "atr", parameters: { period: atr } },
    },
  }),
  start: (): Extreme => null,
  next(before: Extreme, { candle, indicators, step }, parameters) {
    const rsi = indicators["rsi"]!.now?.["value"];
    const atr = indicators["atr"]!.now?.["value"];
    if (rsi === undefined || atr === undefined) return { state: before, signals: NO_SIGNALS };
    const { margin, overbought, oversold, period, reward } = parameters;
    const side = rsi < oversold ? "buy" : rsi > overbought ? "sell" : null;
    const state = side === null
      ? null
      : widen(before?.side === side ? before : null, side, rsi, candle);
    if (before === null || before.side === side) return { state, signals: NO_SIGNALS };
    const isBuy = before.side === "buy";
    const limit = isBuy ? oversold : overbought;
    const farthest = widen(before, before.side, rsi, candle).price;
    const stop = farthest - signOf(before.side) * margin * atr;
    const risk = signOf(before.side) * (candle.close - stop);
    return {
      state,
      signals: [{
        side: before.side,
        strength: isBuy
          ? share(oversold - before.rsi, oversold)
          : share(before.rsi - overbought, 100 - overbought),
        ...bracket(before.side, candle.close, { risk, reward, step }),
        reasons: [
          `The RSI of ${period} candles came back from ${said(before.rsi)} through ${limit} to ${
            said(rsi)
          }.`,
          `The stop is ${margin} average true ranges (${said(atr)} each) beyond the ${
            isBuy ? "low" : "high"
          } of the move, ${said(farthest)}.`,
        ],
        inputs: {
          close: candle.close,
          rsi,
          extremeRsi: before.rsi,
          extremePrice: farthest,
          atr,
        },
      }],
    };
  },
});

/** How far it went, the present candle included. */
function widen(
  known: Extreme,
  side: Side,
  rsi: number,
  { high, low }: { readonly high: number; readonly low: number },
): NonNullable<Extreme> {
  const farthest = side === "buy" ? Math.min : Math.max;
  const price = side === "buy" ? low : high;
  return {
    side,
    rsi: known === null ? rsi : farthest(known.rsi, rsi),
    price: known === null ? price : farthest(known.price, price),
  };
}
