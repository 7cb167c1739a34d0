/**
 * Auction market: in balance the edges of value are faded back to the point of control; out of it
 * aggressive flow is followed through them, at low volume nodes.
 *
 * The levels are those of the regular session before, or of the present one where that is not known.
 * The rules follow J. Dalton, "Mind over Markets": a probe beyond value that is not accepted comes
 * back to where most was traded; prices that were passed through fast (low volume nodes) are passed
 * through fast again, or hold.
 *
 * @module
 */
import { z } from "zod";
import { defineStrategy, NO_SIGNALS, type StrategyStep, type StrategyView } from "./contract.ts";
import { ATR, factor, MARGIN, REWARD } from "./parameters.ts";
import { between, bracket, said, share, signOf } from "./prices.ts";
import type { Advice } from "../signal.ts";
import type { Side } from "../tick.ts";

/** What was done in a session: each edge is faded once until the price was at the point of control. */
type Done = {
  /** The session's start. */
  readonly session: number | null;
  /** The side of the fade that goes on. */
  readonly faded: Side | null;
  /** The nodes at which flow was followed. */
  readonly followed: readonly number[];
};

const parameters = z.strictObject({
  confidence: z.number().min(0).max(1).default(0.2)
    .describe("The least confidence in the market's state."),
  pressure: z.number().min(0).max(1).default(0.2)
    .describe("The share by which one side prevails from which on flow is aggressive."),
  near: factor(0.5, "How near a low volume node the price has to come, in average true ranges."),
  atr: ATR,
  margin: MARGIN,
  reward: REWARD,
});

/** What one rule looks at. */
interface Case {
  readonly view: StrategyView;
  readonly said: z.output<typeof parameters>;
  readonly atr: number;
  readonly confidence: number;
  readonly regime: string;
  /** From -1 (all sold) to 1; `null` where who began the trades is not known. */
  readonly pressure: number | null;
  readonly value: { readonly poc: number; readonly vah: number; readonly val: number };
  /** Low volume nodes, ascending. */
  readonly nodes: readonly number[];
}

/** The strategy. */
export const auctionMarket = defineStrategy({
  id: "auction-market",
  title: "Auction market",
  description:
    "In balance it fades probes beyond the edges of value back to the point of control; " +
    "in imbalance it follows aggressive flow through them, where the price holds at a low volume node.",
  intraday: true,
  parameters,
  inputs: ({ atr }) => ({
    indicators: { atr: { name: "atr", parameters: { period: atr } } },
    profile: true,
    flow: true,
    state: true,
  }),
  start: (): Done => ({ session: null, faded: null, followed: [] }),
  next(before: Done, view, said): StrategyStep<Done> {
    const atr = view.indicators["atr"]!.now?.["value"];
    const { flow, previousProfile, profile, state: market } = view;
    const value = previousProfile ?? profile;
    if (atr === undefined || profile === null || value === null || market === null) {
      return { state: before, signals: NO_SIGNALS };
    }
    const done: Done = before.session === profile.start
      ? before
      : { session: profile.start, faded: null, followed: [] };
    const { confidence, regime } = market;
    const pressure = flow?.pressure ?? null;
    const nodes = [...new Set([...profile.lvn, ...value.lvn])].sort((a, b) => a - b);
    const one: Case = { view, said, atr, confidence, regime, pressure, value, nodes };
    if (confidence < said.confidence) return { state: rest(done, one), signals: NO_SIGNALS };
    return regime === "balance" ? fade(rest(done, one), one) : follow(done, one);
  },
});

/** An edge may be faded again once the price was back at the point of control. */
function rest(done: Done, { value: { poc }, view: { candle } }: Case): Done {
  if (done.faded === null) return done;
  const isBack = signOf(done.faded) * (candle.close - poc) >= 0;
  return isBack ? { ...done, faded: null } : done;
}

/** In balance: a probe beyond an edge of value that closes inside. */
function fade(done: Done, one: Case): StrategyStep<Done> {
  const { atr, pressure, said: { margin, pressure: aggressive }, value, view } = one;
  const { candle: { close, high, low }, step } = view;
  const side: Side | null = low <= value.val && close > value.val && close < value.poc
    ? "buy"
    : high >= value.vah && close < value.vah && close > value.poc
    ? "sell"
    : null;
  if (side === null || done.faded === side) return { state: done, signals: NO_SIGNALS };
  const sign = signOf(side);
  // Who pushes it out with force may yet have his way.
  if (pressure !== null && sign * pressure <= -aggressive) {
    return { state: done, signals: NO_SIGNALS };
  }
  const [edge, extreme] = side === "buy" ? [value.val, low] : [value.vah, high];
  const stop = extreme - sign * margin * atr;
  const prices = between(side, { entry: close, stop, target: value.poc }, step);
  return {
    state: { ...done, faded: side },
    signals: [{
      side,
      strength: one.confidence,
      ...prices,
      reasons: [
        `The market is in balance (confidence ${said(one.confidence)}).`,
        `The price probed ${side === "buy" ? "below" : "above"} the edge of value at ${
          said(edge)
        }, to ${said(extreme)}, and closed inside, at ${said(close)}.`,
        words(pressure, sign),
        `The target is the point of control, ${said(value.poc)}.`,
      ],
      inputs: inputsOf(one, { edge, extreme }),
    }],
  };
}

/** In imbalance: aggressive flow beyond an edge, from a low volume node that holds. */
function follow(done: Done, one: Case): StrategyStep<Done> {
  const { atr, nodes, pressure, regime, said: parameters, value, view } = one;
  const { candle: { close, high, low }, step } = view;
  const side: Side = regime === "imbalance-up" ? "buy" : "sell";
  const sign = signOf(side);
  const nothing = { state: done, signals: NO_SIGNALS };
  const edge = side === "buy" ? value.vah : value.val;
  if (sign * (close - edge) <= 0) return nothing;
  if (pressure === null || sign * pressure < parameters.pressure) return nothing;
  const extreme = side === "buy" ? low : high;
  const node = nodes.findLast((price) =>
    sign * (close - price) > 0 && sign * (extreme - price) <= parameters.near * atr &&
    sign * (price - edge) >= -parameters.near * atr
  );
  if (node === undefined || done.followed.includes(node)) return nothing;
  const farthest = sign * Math.min(sign * extreme, sign * node);
  const risk = sign * (close - farthest) + parameters.margin * atr;
  const signal: Advice = {
    side,
    strength: share((one.confidence + sign * pressure) / 2, 1),
    ...bracket(side, close, { risk, reward: parameters.reward, step }),
    reasons: [
      `The market is out of balance ${side === "buy" ? "upwards" : "downwards"} (confidence ${
        said(one.confidence)
      }), and the price is beyond the edge of value at ${said(edge)}.`,
      words(pressure, sign),
      `It held at the low volume node at ${said(node)}, and closed at ${said(close)}.`,
    ],
    inputs: inputsOf(one, { edge, extreme, node }),
  };
  return { state: { ...done, followed: [...done.followed, node].slice(-32) }, signals: [signal] };
}

function words(pressure: number | null, sign: 1 | -1): string {
  if (pressure === null) return "Who began the trades is not known.";
  const percent = Math.round(50 * (1 + sign * pressure));
  return `${sign > 0 ? "Buyers" : "Sellers"} began ${percent} % of the candle's volume.`;
}

function inputsOf(
  { atr, confidence, pressure, regime, value, view }: Case,
  more: Readonly<Record<string, number>>,
): Advice["inputs"] {
  const { close, high, low } = view.candle;
  const { poc, vah, val } = value;
  return { close, high, low, regime, confidence, pressure, poc, vah, val, ...more, atr };
}
