/**
 * EMA cross: the faster of two exponential moving averages crosses the slower.
 *
 * @module
 */
import { z } from "zod";
import { defineStrategy, NO_SIGNALS } from "./contract.ts";
import { ATR, factor, length, REWARD } from "./parameters.ts";
import { bracket, said, share } from "./prices.ts";

/** The strategy. */
export const emaCross = defineStrategy({
  id: "ema-cross",
  title: "EMA cross",
  description: "Buys where the fast exponential moving average crosses above the slow one, and " +
    "sells where it crosses below.",
  intraday: false,
  parameters: z.strictObject({
    fast: length(9, "Candles of the fast average; fewer than of the slow one."),
    slow: length(21, "Candles of the slow average."),
    atr: ATR,
    stop: factor(2, "The distance of the stop, in average true ranges."),
    reward: REWARD,
  }).refine(({ fast, slow }) => fast < slow, {
    path: ["fast"],
    error: "must be less than slow",
  }),
  inputs: ({ atr, fast, slow }) => ({
    indicators: {
      fast: { name: "ema", parameters: { period: fast } },
      slow: { name: "ema", parameters: { period: slow } },
      atr: { name: "atr", parameters: { period: atr } },
    },
  }),
  /** Which side the fast average was on when they last differed. */
  start: (): Side => null,
  next(before: Side, { candle, indicators, step }, parameters) {
    const fast = indicators["fast"]!;
    const slow = indicators["slow"]!;
    const atr = indicators["atr"]!.now?.["value"];
    if (fast.now === null || slow.now === null) return { state: before, signals: NO_SIGNALS };
    const last = before ?? sideOf(fast.before?.["value"], slow.before?.["value"]);
    const values = { fast: fast.now["value"]!, slow: slow.now["value"]! };
    const state = sideOf(values.fast, values.slow) ?? last;
    const isCross = last !== null && state !== null && state !== last;
    if (!isCross || atr === undefined) return { state, signals: NO_SIGNALS };
    const side = state === "above" ? "buy" : "sell";
    const moved = Math.abs(values.fast - fast.before!["value"]!);
    const risk = parameters.stop * atr;
    return {
      state,
      signals: [{
        side,
        strength: share(moved, atr),
        ...bracket(side, candle.close, { risk, reward: parameters.reward, step }),
        reasons: [
          `The average of ${parameters.fast} candles (${
            said(values.fast)
          }) crossed ${state} that ` +
          `of ${parameters.slow} (${said(values.slow)}).`,
          `The stop is ${parameters.stop} average true ranges (${said(atr)} each) away.`,
        ],
        inputs: { close: candle.close, ...values, atr },
      }],
    };
  },
});

type Side = "above" | "below" | null;

function sideOf(fast: number | undefined, slow: number | undefined): Side {
  if (fast === undefined || slow === undefined || fast === slow) return null;
  return fast > slow ? "above" : "below";
}
