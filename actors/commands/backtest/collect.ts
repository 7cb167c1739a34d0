/**
 * Reads what strategies said in a replay, and tries it on the candles that came of it.
 *
 * @module
 */
import type { BacktestPlan, PlannedStrategy } from "./plan.ts";
import type { BacktestRun, Close } from "./report.ts";
import { readAll } from "../../pages.ts";
import type { Store } from "../../../db/store.ts";
import { resultOf } from "../../../domain/backtest/tally.ts";
import { Trials } from "../../../domain/backtest/trials.ts";
import type { Basis } from "../../../domain/candle.ts";
import { BASE_INTERVAL } from "../../../domain/interval.ts";
import type { Signal } from "../../../domain/signal.ts";
import type { Micros } from "../../../domain/time.ts";

/** An instrument that was played. */
export interface Played {
  readonly symbol: string;
  readonly basis: Basis;
  readonly step: number;
}

const PAGE = 5_000;

/**
 * Reads the runs of a backtest: of each strategy on each instrument that was played.
 *
 * @param from the first instant that was played.
 * @param to the last one.
 * @param signalsOn what was said of an instrument, ascending by time.
 * @throws StoreError
 */
export async function collect(
  store: Pick<Store, "candles">,
  { costs, strategies, symbols }: BacktestPlan,
  played: readonly Played[],
  from: Micros,
  to: Micros,
  signalsOn: (instrument: Played) => Promise<readonly Signal[]>,
): Promise<BacktestRun[]> {
  const runs: BacktestRun[] = [];
  for (const instrument of played) {
    if (symbols !== null && !symbols.includes(instrument.symbol)) continue;
    const { basis, step, symbol } = instrument;
    const said = await signalsOn(instrument);
    const planOf = new Map(strategies.map((planned) => [planned.strategy.id, planned]));
    const trials = new Trials(said, {
      step,
      horizonOf: ({ strategy }) => planOf.get(strategy)!.horizon,
    });
    const closes = await walk(store, instrument, from, to, trials);
    const results = trials.finish().map((outcome) => resultOf(outcome, costs));
    for (const { horizon, setup, strategy } of strategies) {
      runs.push({
        strategy: strategy.id,
        title: strategy.title,
        symbol,
        interval: setup.interval,
        basis,
        step,
        parameters: setup.parameters,
        horizon,
        results: results.filter(({ signal }) => signal.strategy === strategy.id),
        closes,
      });
    }
  }
  return runs;
}

/** What the strategies of a plan said in a replay, as it is stored; ascending by time. */
export async function storedSignals(
  store: Pick<Store, "signals">,
  { strategies }: Pick<BacktestPlan, "strategies">,
  instrument: Played,
  from: Micros,
  to: Micros,
): Promise<Signal[]> {
  const said: Signal[] = [];
  for (const planned of strategies) {
    said.push(...await signalsOf(store, planned, instrument, from, to));
  }
  return said.sort((a, b) => a.time - b.time);
}

/** A strategy's signals, of the setup that is tested: a store may hold those of others too. */
async function signalsOf(
  store: Pick<Store, "signals">,
  { revision, setup: { interval }, strategy: { id } }: PlannedStrategy,
  { basis, symbol }: Played,
  from: Micros,
  to: Micros,
): Promise<Signal[]> {
  const query = { symbol, strategy: id, from, to: to + 1, limit: PAGE, order: "time" } as const;
  const all = await readAll((cursor) => store.signals({ ...query, cursor }));
  return all.filter((one) =>
    one.revision === revision && one.interval === interval && one.basis === basis
  );
}

/** Leads the trials along the minutes. @returns the minutes' closes. */
async function walk(
  store: Pick<Store, "candles">,
  { basis, symbol }: Played,
  from: Micros,
  to: Micros,
  trials: Trials,
): Promise<Close[]> {
  const { name, span } = BASE_INTERVAL;
  const query = { symbol, basis, interval: name, from: from - span, to: to + span } as const;
  const closes: Close[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.candles({ ...query, order: "start", limit: PAGE, cursor });
    for (const candle of page.rows) {
      trials.next(candle);
      closes.push({ time: candle.start, price: candle.close });
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return closes;
}
