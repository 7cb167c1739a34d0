/**
 * The figures of a report in words, alike wherever they are written.
 *
 * @module
 */
import type { SideTally } from "../../../domain/backtest/tally.ts";
import { type Micros, MINUTE } from "../../../domain/time.ts";

/** A column of a tally. */
export interface Figure {
  readonly title: string;
  /** What it means, for people. */
  readonly meaning: string;
  /** Whether it is left out where there is less room, as in a terminal. */
  readonly isMore?: boolean;
  of(tally: SideTally): string;
}

/** What stands for a figure that there is none of. */
export const NONE = "-";

/** A number with digits after the point; {@link NONE} where there is none. */
export function fixed(value: number | null, digits: number): string {
  return value === null ? NONE : withoutZeroSign(value.toFixed(digits));
}

/** A number with its sign. */
export function signed(value: number | null, digits: number): string {
  const text = fixed(value, digits);
  return value !== null && value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** A share in percent. */
export function percent(share: number | null): string {
  return share === null ? NONE : `${(100 * share).toFixed(1)} %`;
}

/** A time span as a person says it, to the minute: `1h 05m`. */
export function span(time: Micros | null): string {
  if (time === null) return NONE;
  const minutes = Math.round(time / MINUTE);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return hours === 0 ? `${rest}m` : `${hours}h ${String(rest).padStart(2, "0")}m`;
}

function withoutZeroSign(text: string): string {
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text;
}

/** The columns of a tally, in order. */
export const FIGURES: readonly Figure[] = [
  { title: "side", meaning: "Of which signals", of: ({ side }) => side ?? "both" },
  { title: "signals", meaning: "All of them", of: ({ signals }) => String(signals) },
  {
    title: "target",
    meaning: "Left at the target",
    of: ({ results }) => String(results.target),
  },
  { title: "stop", meaning: "Left at the stop", of: ({ results }) => String(results.stop) },
  {
    title: "expired",
    meaning: "Left at the end of the horizon",
    of: ({ results }) => String(results.expired),
  },
  {
    title: "missed",
    meaning: "Never entered",
    of: ({ results }) => String(results.missed),
  },
  {
    title: "undecided",
    meaning: "The data ended first",
    of: ({ results }) => String(results.undecided),
  },
  {
    title: "hit rate",
    meaning: "The share of those entered and left that reached the target",
    of: ({ hitRate }) => percent(hitRate),
  },
  {
    title: "MFE",
    meaning: "Mean maximum favourable excursion, in R",
    of: ({ favourable }) => fixed(favourable, 2),
  },
  {
    title: "MAE",
    meaning: "Mean maximum adverse excursion, in R",
    of: ({ adverse }) => fixed(adverse, 2),
  },
  {
    title: "gross bps",
    isMore: true,
    meaning: "Mean return before costs, in basis points",
    of: ({ gross }) => signed(gross, 2),
  },
  {
    title: "net bps",
    meaning: "Mean return after costs, in basis points",
    of: ({ net }) => signed(net, 2),
  },
  {
    title: "net R",
    meaning: "Mean return after costs, in R",
    of: ({ risked }) => signed(risked, 2),
  },
  {
    title: "total bps",
    meaning: "Sum of the returns after costs",
    of: ({ left, total }) => left === 0 ? NONE : signed(total, 1),
  },
  {
    title: "factor",
    meaning: "Profit factor: won over lost, after costs",
    of: ({ profitFactor }) => fixed(profitFactor, 2),
  },
  { title: "held", meaning: "Mean time from entering to leaving", of: ({ held }) => span(held) },
];
