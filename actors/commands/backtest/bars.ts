/**
 * What strategies say of stored candles: they are shown what they would be shown live, by the same
 * code, and faster than the ticks could be played; also where the ticks are gone, or never were.
 *
 * @module
 */
import type { Played } from "./collect.ts";
import type { PlannedStrategy } from "./plan.ts";
import { stretchAt } from "../../instruments/stretches.ts";
import { readAll } from "../../pages.ts";
import type { MeasureKind, Store } from "../../../db/store.ts";
import { sessionAt } from "../../../domain/calendar.ts";
import { type Candle } from "../../../domain/candle.ts";
import { messageOf } from "../../../domain/errors.ts";
import { BASE_INTERVAL, parseInterval } from "../../../domain/interval.ts";
import type { MarketId } from "../../../domain/market.ts";
import type { ProfileBasis } from "../../../domain/profile/profile.ts";
import { type ProfilePart, ProfileSeries } from "../../../domain/profile/series.ts";
import type { Signal } from "../../../domain/signal.ts";
import { Closings } from "../../../domain/strategies/closings.ts";
import { StrategyRun } from "../../../domain/strategies/run.ts";
import { DAY, type Micros } from "../../../domain/time.ts";

/** What is read. */
export type BarStore = Pick<Store, "candles" | "measures">;

/** An instrument whose candles are stored. */
export interface Stored extends Played {
  readonly market: MarketId;
}

/** What strategies said. */
export interface BarSignals {
  /** By their time. */
  readonly signals: readonly Signal[];
  /** What each failed on, by its id; it said no more then. */
  readonly faults: ReadonlyMap<string, string>;
}

const PAGE = 5_000;
/** How far before the first candle what was measured counts: a session, and the night before it. */
const BEFORE: Micros = 2 * DAY;
/** Sessions and stretches looked back at for the last session. */
const BACK = 16;

/**
 * Shows an instrument's stored candles to strategies, day by day.
 *
 * @param from candles that end by then only warm them.
 * @param to exclusive.
 * @throws StoreError
 */
export async function runBars(
  store: BarStore,
  strategies: readonly PlannedStrategy[],
  instrument: Stored,
  from: Micros,
  to: Micros,
): Promise<BarSignals> {
  const bars = new Bars(store, instrument);
  const signals: Signal[] = [];
  const faults = new Map<string, string>();
  const { basis, step, symbol } = instrument;
  const running = new Map(strategies.map((planned) => {
    const { revision, setup, strategy } = planned;
    return [
      planned,
      new StrategyRun({ strategy, setup, revision, symbol, basis, step }, null, from),
    ];
  }));
  for (const [{ setup }, run] of running) await bars.warm(run, setup.interval, from);
  const first = from - from % DAY - BEFORE;
  await bars.begin(first);
  for (let day = first; day < to; day += DAY) {
    const end = Math.min(day + DAY, to);
    const intervals = [...running.keys()].map(({ setup }) => setup.interval);
    await bars.measure(day, end, intervals);
    for (const [planned, run] of running) {
      try {
        await bars.show(run, planned.setup.interval, Math.max(day, from), end, signals);
      } catch (error) {
        if (!(error instanceof StrategyFault)) throw error;
        faults.set(planned.strategy.id, error.message);
        running.delete(planned);
      }
    }
    bars.prune(day);
  }
  return { signals: signals.sort((a, b) => a.time - b.time), faults };
}

/** A strategy threw. */
class StrategyFault extends Error {}

/** An instrument's stored candles, and what was measured beside them. */
class Bars {
  readonly #store: BarStore;
  readonly #instrument: Stored;
  readonly #profile: ProfileBasis;
  readonly #closings = new Closings();
  #series: ProfileSeries | null = null;
  #alike: Pick<ProfilePart, "step" | "binSteps" | "maxBins"> | null = null;

  constructor(store: BarStore, instrument: Stored) {
    this.#store = store;
    this.#instrument = instrument;
    this.#profile = instrument.basis === "trade" ? "volume" : "ticks";
  }

  /** Lets a run learn the candles before an instant. */
  async warm(run: StrategyRun, interval: string, to: Micros): Promise<void> {
    const { basis, symbol } = this.#instrument;
    const query = { symbol, interval, basis, to, order: "-start", limit: run.reach } as const;
    for (const candle of (await this.#store.candles(query)).rows.reverse()) {
      if (candle.end <= to) run.learn(candle, this.#sessionOf(candle));
    }
  }

  /** Takes up the last session before an instant. */
  async begin(to: Micros): Promise<void> {
    const query = { symbol: this.#instrument.symbol, name: this.#profile, to } as const;
    const { rows } = await this.#store.measures("metrics", {
      ...query,
      order: "-time",
      limit: BACK,
    });
    this.#closings.begin(rows.find(({ end, regular }) => regular && end <= to) ?? null);
  }

  /** Takes note of what was measured in a span. */
  async measure(from: Micros, to: Micros, intervals: readonly string[]): Promise<void> {
    const read = async <Kind extends MeasureKind>(kind: Kind, name: string) => {
      const query = { symbol: this.#instrument.symbol, name, from, to, limit: PAGE } as const;
      return await readAll((cursor) =>
        this.#store.measures(kind, { ...query, order: "time", cursor })
      );
    };
    for (const part of await read("profile", this.#profile)) this.#addPart(part);
    for (const interval of new Set([BASE_INTERVAL.name, ...intervals])) {
      for (const flow of await read("flow", interval)) this.#closings.noteFlow(flow);
    }
  }

  /**
   * Shows a run the candles that end within a span.
   *
   * @param from exclusive.
   * @param to inclusive.
   * @param signals what it says is added to them, candle by candle: what it said before it failed, too.
   * @throws StrategyFault
   */
  async show(
    run: StrategyRun,
    name: string,
    from: Micros,
    to: Micros,
    signals: Signal[],
  ): Promise<void> {
    const { basis, symbol } = this.#instrument;
    const { span } = parseInterval(name)!;
    const query = { symbol, interval: name, basis, from: from - span, to } as const;
    const candles = await readAll((cursor) =>
      this.#store.candles({ ...query, order: "start", limit: PAGE, cursor })
    );
    const within = candles.filter(({ end }) => end > from && end <= to);
    try {
      for (const candle of within) {
        signals.push(...run.look(candle, this.#sessionOf(candle), this.#closings.at(candle)));
      }
    } catch (error) {
      throw new StrategyFault(messageOf(error));
    }
  }

  /** Forgets what only candles that end before an instant are shown. */
  prune(before: Micros): void {
    this.#closings.prune(before);
  }

  #addPart(part: ProfilePart): void {
    const { binSteps, maxBins, step } = part;
    const before = this.#alike;
    // Kept with other bins it cannot be added: the session begins anew with it.
    const isAlike = before !== null && before.step === step && before.binSteps === binSteps &&
      before.maxBins === maxBins;
    if (!isAlike) {
      this.#alike = { step, binSteps, maxBins };
      this.#series = this.#newSeries(part);
    }
    this.#series!.restore([part], -Infinity);
    for (const session of this.#series!.takeSessions()) this.#closings.noteSession(session);
  }

  #newSeries({ basis, binSteps, maxBins, start, step, symbol }: ProfilePart): ProfileSeries {
    const { market } = this.#instrument;
    return new ProfileSeries({
      symbol,
      basis,
      step,
      binSteps,
      maxBins,
      grace: 0,
      stretchAt: (time) => stretchAt(market, time),
      since: start,
    });
  }

  #sessionOf({ start }: Candle): Micros | null {
    return sessionAt(this.#instrument.market, start)?.start ?? null;
  }
}
