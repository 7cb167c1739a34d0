/**
 * What the market is doing: in balance around a value it accepts, or leaving it for another.
 *
 * The auction's signs as J. Dalton has them ("Mind over Markets", "Markets in Profile"): value that
 * overlaps the last session's and a price inside it speak for balance; value that has moved, a price
 * beyond value, a range that outgrows its first hour and flow to one side speak for imbalance. The
 * weights and limits are ours. Each sign is a number from -1 (down) to 1 (up), their weighted sum is
 * the score, and what is not known counts as 0: so without an earlier profile there is never an
 * imbalance.
 *
 * It is entered at a score of {@link ENTER} and left below {@link LEAVE}, so that a score that moves
 * by less than the difference changes the state once at most.
 *
 * @module
 */
import type { SessionBrief } from "./profile/series.ts";
import type { PriceRange } from "./profile/tpo.ts";
import { type Micros, MINUTE } from "./time.ts";

/** In balance, or out of it upwards or downwards. */
export type Regime = "balance" | "imbalance-up" | "imbalance-down";

/** Value of a session: the levels of its profile. */
export interface Value {
  readonly val: number;
  readonly vah: number;
}

/** What the state follows from; `null` is not known. */
export interface StateInputs {
  readonly price: number;
  /** Value of this session so far. */
  readonly value: Value | null;
  /** Value of the session before, or of several: of their merged profile. */
  readonly previous: Value | null;
  /** What this session has traded in so far. */
  readonly range: PriceRange | null;
  /** The range of its first hour. */
  readonly initial: PriceRange | null;
  /** Volume bought and sold of late: see {@link FLOW_SPAN}. */
  readonly flow: { readonly buyVolume: number; readonly sellVolume: number } | null;
}

/** Volume bought and sold in a span of time. */
export type Flow = NonNullable<StateInputs["flow"]>;

/**
 * What the state follows from: a session in brief, the regular one before it, and flow of late.
 *
 * @returns `null` where the session has no price yet.
 */
export function stateInputs(
  { close: price, initial, range, value }: SessionBrief,
  previous: Value | null,
  flow: Flow | null,
): StateInputs | null {
  return price === null ? null : { price, value, previous, range, initial, flow };
}

/** The state of a market. */
export interface MarketState {
  readonly regime: Regime;
  /** From -1 (down) to 1 (up). */
  readonly score: number;
  /**
   * From 0 to 1: how far the score is from where the regime would change; of a balance, that times
   * the share of the signs that are known.
   */
  readonly confidence: number;
  /** Why, in words: a sentence for each sign, the weightiest first. */
  readonly reasons: readonly string[];
}

/** The state of an instrument's market at an instant. */
export interface StateAt extends MarketState {
  readonly symbol: string;
  readonly time: Micros;
  readonly price: number;
}

/** An imbalance begins at this score. */
export const ENTER = 0.5;
/** It ends below this one. */
export const LEAVE = 0.3;

/** How far back order flow has a say. */
export const FLOW_SPAN: Micros = 30 * MINUTE;

/** The share of known volume by which one side prevails in full. */
const FULL_FLOW = 0.3;

interface Sign {
  readonly weight: number;
  /** From -1 to 1; `null` where it is not known. */
  readonly value: number | null;
  readonly reason: string;
}

/**
 * The state that follows.
 *
 * @param before the state until here; `null` at the start, which counts as balance.
 */
export function nextState(before: MarketState | null, inputs: StateInputs): MarketState {
  const signs = [valueMoved(inputs), priceAgainstValue(inputs), extension(inputs), flow(inputs)];
  const score = signs.reduce((sum, { weight, value }) => sum + weight * (value ?? 0), 0);
  const regime = regimeOf(before?.regime ?? "balance", score);
  const known = signs.reduce((sum, { weight, value }) => sum + (value === null ? 0 : weight), 0);
  const size = Math.abs(score);
  const confidence = regime === "balance"
    ? known * (ENTER - size) / ENTER
    : (size - LEAVE) / (1 - LEAVE);
  const reasons = signs
    .toSorted((a, b) => strength(b) - strength(a))
    .map(({ reason }) => reason);
  return { regime, score, confidence: within(confidence, 0, 1), reasons };
}

function regimeOf(before: Regime, score: number): Regime {
  if (score >= ENTER) return "imbalance-up";
  if (score <= -ENTER) return "imbalance-down";
  if (before === "imbalance-up" && score >= LEAVE) return before;
  if (before === "imbalance-down" && score <= -LEAVE) return before;
  return "balance";
}

function strength({ weight, value }: Sign): number {
  return value === null ? -1 : weight * Math.abs(value);
}

/** How little of the narrower value area overlaps the other, towards where value went. */
function valueMoved({ value, previous: last }: StateInputs): Sign {
  const weight = 0.3;
  if (value === null || last === null) {
    return { weight, value: null, reason: "There is no earlier value to compare with." };
  }
  const shared = Math.min(value.vah, last.vah) - Math.max(value.val, last.val);
  const narrower = Math.min(value.vah - value.val, last.vah - last.val);
  const inside = narrower > 0 ? within(shared / narrower, 0, 1) : shared >= 0 ? 1 : 0;
  const direction = Math.sign(value.vah + value.val - last.vah - last.val);
  const percent = Math.round(inside * 100);
  const reason = direction === 0 || inside === 1
    ? "Value is where it was in the last session."
    : `Value has moved ${direction > 0 ? "up" : "down"}: ${percent} % of it overlaps the last ` +
      "session's.";
  return { weight, value: direction * (1 - inside), reason };
}

/** How far the price is beyond the last session's value, in widths of it. */
function priceAgainstValue({ price, previous: last }: StateInputs): Sign {
  const weight = 0.3;
  if (last === null) {
    return { weight, value: null, reason: "There is no earlier value to hold the price against." };
  }
  const beyond = price > last.vah ? price - last.vah : price < last.val ? price - last.val : 0;
  if (beyond === 0) {
    return { weight, value: 0, reason: "The price is inside the last session's value." };
  }
  const width = last.vah - last.val;
  const place = beyond > 0 ? "above" : "below";
  return {
    weight,
    value: width > 0 ? within(beyond / width, -1, 1) : Math.sign(beyond),
    reason: `The price is ${place} the last session's value.`,
  };
}

/** How far the range outgrew the first hour's, up less down, in heights of it. */
function extension({ range, initial }: StateInputs): Sign {
  const weight = 0.2;
  if (range === null || initial === null) {
    return { weight, value: null, reason: "The first hour's range is not known." };
  }
  const height = initial.high - initial.low;
  const beyond = Math.max(range.high - initial.high, 0) - Math.max(initial.low - range.low, 0);
  if (beyond === 0) {
    return { weight, value: 0, reason: "The range has not outgrown the first hour's to one side." };
  }
  return {
    weight,
    value: height > 0 ? within(beyond / height, -1, 1) : Math.sign(beyond),
    reason: `The range has outgrown the first hour's, mostly ${
      beyond > 0 ? "upwards" : "downwards"
    }.`,
  };
}

/** The share by which one side prevails. */
function flow({ flow }: StateInputs): Sign {
  const weight = 0.2;
  const known = flow === null ? 0 : flow.buyVolume + flow.sellVolume;
  if (flow === null || !(known > 0)) {
    return { weight, value: null, reason: "Who began the trades is not known." };
  }
  const pressure = (flow.buyVolume - flow.sellVolume) / known;
  const percent = Math.round(100 * flow.buyVolume / known);
  return {
    weight,
    value: within(pressure / FULL_FLOW, -1, 1),
    reason: `Buyers began ${percent} % of the volume whose side is known.`,
  };
}

function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
