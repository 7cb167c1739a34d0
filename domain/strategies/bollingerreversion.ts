/**
 * Bollinger reversion: the price comes back between the bands, towards their middle.
 *
 * @module
 */
import { z } from "zod";
import { defineStrategy, NO_SIGNALS } from "./contract.ts";
import { ATR, factor, length, MARGIN } from "./parameters.ts";
import { between, said, share, signOf } from "./prices.ts";
import type { Side } from "../tick.ts";

/** A stay outside of the bands. */
type Outside = {
  /** What its end is a signal for. */
  readonly side: Side;
  /** How far beyond the band a candle closed at most, in half widths of the bands. */
  readonly depth: number;
  /** The lowest low, or the highest high. */
  readonly price: number;
} | null;

/** The strategy. */
export const bollingerReversion = defineStrategy({
  id: "bollinger-reversion",
  title: "Bollinger reversion",
  description:
    "Buys where a candle closes back above the lower Bollinger band, and sells where one " +
    "closes back below the upper; the target is the middle, the stop lies beyond the extreme.",
  intraday: false,
  parameters: z.strictObject({
    period: length(20, "Candles of the bands."),
    deviations: factor(2, "Standard deviations from the middle to a band.", 10),
    atr: ATR,
    margin: MARGIN,
  }),
  inputs: ({ atr, deviations, period }) => ({
    indicators: {
      bands: { name: "bollinger", parameters: { period, deviations } },
      atr: { name: "atr", parameters: { period: atr } },
    },
  }),
  start: (): Outside => null,
  next(before: Outside, { candle, indicators, step }, { margin, period }) {
    const bands = indicators["bands"]!.now;
    const atr = indicators["atr"]!.now?.["value"];
    if (bands === null || atr === undefined) return { state: before, signals: NO_SIGNALS };
    const { close } = candle;
    const [lower, middle, upper] = [bands["lower"]!, bands["middle"]!, bands["upper"]!];
    const side = close < lower ? "buy" : close > upper ? "sell" : null;
    const depth = Math.max(lower - close, close - upper) / Math.max(upper - middle, step);
    const known = before?.side === side ? before : null;
    const state: Outside = side === null ? null : {
      side,
      depth: Math.max(depth, known?.depth ?? 0),
      price: farther(side, candle, known),
    };
    if (before === null || side !== null) return { state, signals: NO_SIGNALS };
    const sign = signOf(before.side);
    const price = farther(before.side, candle, before);
    // Back at the middle there is nothing left to be after.
    if (sign * (middle - close) < step) return { state, signals: NO_SIGNALS };
    const isBuy = before.side === "buy";
    return {
      state,
      signals: [{
        side: before.side,
        strength: share(before.depth, 1),
        ...between(
          before.side,
          { entry: close, stop: price - sign * margin * atr, target: middle },
          step,
        ),
        reasons: [
          `The price closed back ${isBuy ? "above the lower" : "below the upper"} band (${
            said(isBuy ? lower : upper)
          }) of ${period} candles, at ${said(close)}.`,
          `The target is the middle of the bands, ${said(middle)}.`,
          `The stop is ${margin} average true ranges (${said(atr)} each) beyond the ${
            isBuy ? "low" : "high"
          } of the move, ${said(price)}.`,
        ],
        inputs: { close, lower, middle, upper, extremePrice: price, depth: before.depth, atr },
      }],
    };
  },
});

function farther(
  side: Side,
  { high, low }: { readonly high: number; readonly low: number },
  known: Outside,
): number {
  const price = side === "buy" ? low : high;
  if (known === null) return price;
  return side === "buy" ? Math.min(price, known.price) : Math.max(price, known.price);
}
