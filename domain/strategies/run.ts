/**
 * A strategy's run on one instrument: it is shown each candle as it closes, with its indicators and
 * what was measured by then, and gives its signals.
 *
 * What it gives follows from the candles and the state it was begun with alone. So a run that goes on
 * from its kept state and the kept candles says what one would that had never stopped, and a replay
 * says what the live run did.
 *
 * @module
 */
import type { StrategySetup } from "./config.ts";
import type {
  IndicatorReading,
  Strategy,
  StrategyInputs,
  StrategyState,
  StrategyView,
} from "./contract.ts";
import { signOf } from "./prices.ts";
import type { Basis, Candle } from "../candle.ts";
import type { OrderFlow } from "../flow/bar.ts";
import { createIndicator, type Indicator, type IndicatorInput, inputOf } from "../indicators.ts";
import type { IndicatorValues } from "../indicators/input.ts";
import type { ProfileMetrics } from "../profile/series.ts";
import { type Advice, type Signal, signalId } from "../signal.ts";
import { type MarketState, nextState, type StateInputs } from "../state.ts";
import type { Micros } from "../time.ts";

/** What is measured beside the candles, as of a candle's close; `null` is not known. */
export interface Surroundings {
  readonly profile: ProfileMetrics | null;
  readonly previousProfile: ProfileMetrics | null;
  readonly flow: OrderFlow | null;
  /** What the market's state follows from. */
  readonly market: StateInputs | null;
}

/** What a run keeps between two candles, and over a restart: nothing that JSON does not keep. */
export interface RunState {
  /** The revision of the setup that it was made with. */
  readonly revision: string;
  /** The start of the first candle that its indicators have seen. */
  readonly since: Micros;
  /** The end of the last candle that it looked at. */
  readonly until: Micros;
  /** The strategy's own. */
  readonly state: StrategyState;
  /** The market's state then; `null` before there was one. */
  readonly market: MarketState | null;
}

/** What a run is of. */
export interface RunOptions {
  readonly strategy: Strategy;
  readonly setup: StrategySetup;
  readonly revision: string;
  readonly symbol: string;
  readonly basis: Basis;
  /** The instrument's smallest price step. */
  readonly step: number;
}

/** Candles that an indicator which never forgets has seen, at most. */
const FURTHEST = 5_000;
/** How many more than its indicators need are kept, before the oldest go: an eighth. */
const SLACK = 8;

interface Seen {
  readonly start: Micros;
  readonly input: IndicatorInput;
}

/** A strategy on one instrument. */
export class StrategyRun {
  readonly #options: RunOptions;
  readonly #inputs: StrategyInputs;
  readonly #reach: number;
  readonly #most: number;
  #indicators: Map<string, Indicator>;
  /** Each indicator's values at the candle before the last. */
  #before = new Map<string, IndicatorValues | null>();
  /** What the indicators have seen, oldest first. */
  readonly #seen: Seen[] = [];
  /** The last few candles. */
  readonly #candles: Candle[] = [];
  /** Whether what the indicators have seen is not what they should have. */
  #isStale = false;
  #until: Micros;
  #state: StrategyState;
  #market: MarketState | null;

  /**
   * @param kept what an earlier run of it kept; `null` where there was none.
   * @param from candles that end by then are looked back on, but not looked at.
   * @throws MarketdError where the strategy asks for an indicator that cannot be made.
   */
  constructor(options: RunOptions, kept: RunState | null, from: Micros) {
    const { setup, strategy } = options;
    this.#options = options;
    this.#inputs = strategy.inputs(setup.parameters);
    this.#indicators = this.#makeIndicators();
    this.#reach = reachOf(this.#indicators.values());
    this.#most = this.#reach + Math.ceil(this.#reach / SLACK);
    this.#until = Math.max(kept?.until ?? -Infinity, from);
    this.#state = kept === null ? strategy.start(setup.parameters) : kept.state;
    this.#market = kept?.market ?? null;
  }

  /** How many candles its indicators need to have seen to be right. */
  get reach(): number {
    return this.#reach;
  }

  /** The end of the last candle that it looked at, or is not to look at. */
  get until(): Micros {
    return this.#until;
  }

  /** What to keep of it; `null` before its first candle. */
  get kept(): RunState | null {
    const [first] = this.#seen;
    if (first === undefined) return null;
    const { revision } = this.#options;
    return {
      revision,
      since: first.start,
      until: this.#until,
      state: this.#state,
      market: this.#market,
    };
  }

  /** The values of its indicators at the last candle, by the names that the strategy gave them. */
  values(): Readonly<Record<string, IndicatorValues | null>> {
    this.#refresh();
    return Object.fromEntries([...this.#indicators].map(([name, { values }]) => [name, values]));
  }

  /**
   * Takes note of a closed candle without looking at it: one from before, or one that was revised.
   *
   * @param session the start of the candle's session; `null` outside of one.
   */
  learn(candle: Candle, session: Micros | null): void {
    const seen = { start: candle.start, input: inputOf(candle, session) };
    const last = this.#seen.at(-1);
    if (last === undefined || candle.start > last.start) this.#append(seen);
    else this.#insert(seen);
    this.#recollect(candle);
  }

  /**
   * Looks at a candle that has just closed.
   *
   * @returns the signals it gives; none at a candle that it has looked at already.
   * @throws what the strategy throws, or RangeError where what it says makes no sense; the run is of
   * no use any more then.
   */
  look(candle: Candle, session: Micros | null, around: Surroundings): Signal[] {
    this.learn(candle, session);
    if (candle.end <= this.#until) return [];
    this.#refresh();
    this.#until = candle.end;
    const { setup, strategy } = this.#options;
    const { state, signals } = strategy.next(
      this.#state,
      this.#view(candle, around),
      setup.parameters,
    );
    this.#state = state;
    if (signals.length > 1) {
      const { id } = strategy;
      throw new RangeError(`Cannot take ${signals.length} signals of ${id} at once: give one.`);
    }
    return signals.map((advice) => this.#signal(candle, advice));
  }

  #view(candle: Candle, around: Surroundings): StrategyView {
    const { setup, symbol, basis, step } = this.#options;
    const { candles = 1, flow = false, profile = false, state = false } = this.#inputs;
    const indicators: Record<string, IndicatorReading> = {};
    for (const [name, { values }] of this.#indicators) {
      indicators[name] = { now: values, before: this.#before.get(name) ?? null };
    }
    if (state && around.market !== null) this.#market = nextState(this.#market, around.market);
    return {
      symbol,
      interval: setup.interval,
      basis,
      step,
      candle,
      candles: this.#candles.slice(-candles),
      indicators,
      profile: profile ? around.profile : null,
      previousProfile: profile ? around.previousProfile : null,
      flow: flow ? around.flow : null,
      state: state ? this.#market : null,
    };
  }

  #signal(candle: Candle, advice: Advice): Signal {
    const { setup: { interval }, strategy: { id }, symbol, basis, revision } = this.#options;
    const problem = problemOf(advice);
    if (problem !== undefined) {
      throw new RangeError(`Cannot take a signal of ${id} on ${symbol}: ${problem}.`);
    }
    const key = { strategy: id, symbol, interval, basis, time: candle.end, side: advice.side };
    return { id: signalId(key), ...key, ...advice, revision };
  }

  #append(seen: Seen): void {
    this.#seen.push(seen);
    if (this.#seen.length > this.#most) {
      this.#seen.splice(0, this.#seen.length - this.#reach);
      this.#isStale = true;
    }
    if (!this.#isStale) this.#feed(seen.input);
  }

  /** Puts a candle where it belongs, in the place of what it revises. */
  #insert(seen: Seen): void {
    const { start, input } = seen;
    const at = this.#seen.findLastIndex((one) => one.start <= start);
    const known = this.#seen[at];
    if (known?.start === start) {
      if (isSame(known.input, input)) return;
      this.#seen[at] = seen;
    } else if (at >= 0) this.#seen.splice(at + 1, 0, seen);
    else return;
    this.#isStale = true;
  }

  /** Keeps the last few candles as they stand. */
  #recollect(candle: Candle): void {
    const { candles = 1 } = this.#inputs;
    const at = this.#candles.findLastIndex(({ start }) => start <= candle.start);
    if (this.#candles[at]?.start === candle.start) this.#candles[at] = candle;
    else this.#candles.splice(at + 1, 0, candle);
    if (this.#candles.length > candles) this.#candles.shift();
  }

  #feed(input: IndicatorInput): void {
    for (const [name, indicator] of this.#indicators) {
      this.#before.set(name, indicator.values);
      indicator.close(input);
    }
  }

  /** Has the indicators see all anew where something of it has changed. */
  #refresh(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    this.#before.clear();
    this.#indicators = this.#makeIndicators();
    for (const { input } of this.#seen) this.#feed(input);
  }

  #makeIndicators(): Map<string, Indicator> {
    const wishes = Object.entries(this.#inputs.indicators ?? {});
    return new Map(
      wishes.map(([name, wish]) => [name, createIndicator(wish.name, wish.parameters)]),
    );
  }
}

/** How many candles a strategy's indicators need to have seen to be right. */
export function reachOf(indicators: Iterable<Pick<Indicator, "memory">>): number {
  let reach = 2;
  for (const { memory } of indicators) reach = Math.max(reach, Math.min(memory, FURTHEST) + 1);
  return Math.ceil(reach);
}

function isSame(a: IndicatorInput, b: IndicatorInput): boolean {
  return a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close &&
    a.volume === b.volume && a.vwap === b.vwap && a.session === b.session;
}

/** What makes no sense in a strategy's advice, continuing a sentence. */
function problemOf({ entry, side, stop, strength, target }: Advice): string | undefined {
  const sign = signOf(side);
  if (!(strength >= 0 && strength <= 1)) {
    return `its strength must be from 0 to 1 (was ${strength})`;
  }
  if (![entry, stop, target].every(Number.isFinite)) {
    return `its prices must be numbers (were ${entry}, ${stop} and ${target})`;
  }
  if (sign * (entry - stop) > 0 && sign * (target - entry) > 0) return undefined;
  return `a ${side} must lie between its stop and its target (was ${entry}, with ${stop} and ${target})`;
}
