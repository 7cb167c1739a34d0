/**
 * What a strategy is: a reducer over closed candles and what is measured beside them. It has no clock
 * and no memory but its state, so what it says follows from what it was shown.
 *
 * @module
 */
import type { z } from "zod";
import type { Basis, Candle } from "../candle.ts";
import type { OrderFlow } from "../flow/bar.ts";
import type { IndicatorValues } from "../indicators/input.ts";
import type { ProfileMetrics } from "../profile/series.ts";
import type { Advice } from "../signal.ts";
import type { MarketState } from "../state.ts";

/** What a strategy keeps between two looks: nothing that JSON does not keep. */
export type StrategyState =
  | null
  | boolean
  | number
  | string
  | readonly StrategyState[]
  | { readonly [name: string]: StrategyState };

/** A strategy's parameters, as its schema gives them. */
export type StrategyParameters = Readonly<Record<string, unknown>>;

/** An indicator that a strategy asks for. */
export interface IndicatorWish {
  /** One of `INDICATORS`. */
  readonly name: string;
  /** Those that shall not be as usual. */
  readonly parameters?: Readonly<Record<string, number | string>>;
}

/** What a strategy asks to see. */
export interface StrategyInputs {
  /** By the names under which it finds them. */
  readonly indicators?: Readonly<Record<string, IndicatorWish>>;
  /** How many closed candles it looks back on, the present one included; 1 unless said. */
  readonly candles?: number;
  /** Whether it is shown the session's volume profile, and that of the session before. */
  readonly profile?: boolean;
  /** Whether it is shown the order flow of the candle's time. */
  readonly flow?: boolean;
  /** Whether it is shown the market's state. */
  readonly state?: boolean;
}

/** An indicator at the present candle and at the one before; `null` while it has no values. */
export interface IndicatorReading {
  readonly now: IndicatorValues | null;
  readonly before: IndicatorValues | null;
}

/** What a strategy is shown: what was known when its candle closed, and nothing later. */
export interface StrategyView {
  readonly symbol: string;
  readonly interval: string;
  readonly basis: Basis;
  /** The instrument's smallest price step. */
  readonly step: number;
  /** The candle that has just closed. */
  readonly candle: Candle;
  /** As many as it asked for, where there are that many; oldest first, `candle` last. */
  readonly candles: readonly Candle[];
  readonly indicators: Readonly<Record<string, IndicatorReading>>;
  /** The session so far, or the time since the last one; `null` where not asked for or not known. */
  readonly profile: ProfileMetrics | null;
  /** The regular session before. */
  readonly previousProfile: ProfileMetrics | null;
  /** Of the candle's time. */
  readonly flow: OrderFlow | null;
  readonly state: MarketState | null;
}

/** What follows from a look. */
export interface StrategyStep<State = StrategyState> {
  readonly state: State;
  /** One at most. */
  readonly signals: readonly Advice[];
}

/** A strategy as it is written. */
export interface StrategySpec<Schema extends z.ZodObject, State extends StrategyState> {
  /** Kebab case. */
  readonly id: string;
  /** For people. */
  readonly title: string;
  /** What it does, in a sentence or two. */
  readonly description: string;
  /** Whether it needs candles that are shorter than a session. */
  readonly intraday: boolean;
  /** Every parameter has a default and a description; unknown ones are refused. */
  readonly parameters: Schema;
  inputs(parameters: z.output<Schema>): StrategyInputs;
  /** The state before the first look. */
  start(parameters: z.output<Schema>): State;
  /** Pure: the same for the same, whenever and however often it is asked. */
  next(state: State, view: StrategyView, parameters: z.output<Schema>): StrategyStep<State>;
}

/** A strategy as it is run, whatever its parameters and its state are. */
export type Strategy = StrategySpec<z.ZodObject, StrategyState>;

/** Makes a strategy of what was written. */
export function defineStrategy<Schema extends z.ZodObject, State extends StrategyState>(
  spec: StrategySpec<Schema, State>,
): Strategy {
  return {
    ...spec,
    inputs: (parameters) => spec.inputs(parameters as z.output<Schema>),
    start: (parameters) => spec.start(parameters as z.output<Schema>),
    next: (state, view, parameters) =>
      spec.next(state as State, view, parameters as z.output<Schema>),
  };
}

/** Nothing to say. */
export const NO_SIGNALS: readonly Advice[] = [];
