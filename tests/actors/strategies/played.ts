/**
 * A made-up market as a recording, and what strategies say of it.
 *
 * @module
 */
import { DrivenClock } from "../../../actors/clock.ts";
import type { Store, StrategyStanding, WriteBatch } from "../../../db/store.ts";
import { Random } from "../../../domain/random.ts";
import type { Signal } from "../../../domain/signal.ts";
import { formatTime, MINUTE, SECOND } from "../../../domain/time.ts";
import { replay } from "../../../providers/replay/provider.ts";
import { testContext } from "../../providers/context.ts";
import { T0, type TestStore, until } from "../fixture.ts";
import { inTree } from "../tree.ts";

/** The opening, on a Monday. */
export const OPEN = T0;

/** All strategies, on two intervals. */
export const STRATEGIES = {
  "auction-market": { AAPL: { interval: "1m", parameters: { confidence: 0 } } },
  "ema-cross": { "*": { interval: "1m", parameters: { fast: 3, slow: 8 } } },
  "rsi-reversal": { AAPL: { interval: "1m", parameters: { period: 5 } } },
  "bollinger-reversion": { AAPL: { interval: "2m", parameters: { period: 8 } } },
};

/** A trade as a row of a recording. */
export interface Row {
  readonly time: number;
  readonly line: string;
}

/** The first line of such a recording. */
export const HEAD = "time,receivedAt,symbol,kind,id,price,size";

/** Trades at random for some minutes; a few come so late that their minute is closed. */
export function market(minutes: number): Row[] {
  const random = new Random("a market for strategies");
  const rows: Row[] = [];
  let cents = 20_000;
  for (let at = OPEN; at < OPEN + minutes * MINUTE;) {
    at += Math.round((1 + random.fraction() * 8) * SECOND);
    cents += Math.round((random.fraction() - 0.5) * 30);
    const late = random.fraction() < 0.03 ? 4 * SECOND : 40_000;
    const [time, received] = [formatTime(at - late), formatTime(at)];
    const size = 100 + random.below(400);
    rows.push({
      time: at,
      line: `${time},${received},AAPL,trade,${rows.length},${cents / 100},${size}`,
    });
  }
  return rows;
}

/** Rows as a file. */
export function csv(rows: readonly Row[]): string {
  return [HEAD, ...rows.map(({ line }) => line), ""].join("\n");
}

/** Plays a file into a store, as a life of the daemon of its own. */
export async function play(
  store: TestStore,
  file: string,
  epoch: string,
  speed: "max" | number = "max",
): Promise<void> {
  const options = replay.options.parse({ files: [file], speed });
  const inspection = await replay.inspect!(options);
  await inTree(store, {
    providers: [replay.create({ ...options, inspection }, testContext(() => 0))],
    said: {
      instruments: ["AAPL"],
      candles: { intervals: ["1m", "2m"] },
      store: { flush: { rows: 1, every: "1ms" } },
      strategies: STRATEGIES,
    },
    clock: new DrivenClock(inspection.first!),
    epoch,
  }, async ({ shared }) => {
    await until(() => shared.directory.all().every(({ state }) => state === "finished"));
  });
}

/** What a store has of the strategies: what they said, and how they stand. */
export async function said({ real }: TestStore): Promise<{
  readonly signals: Signal[];
  readonly standings: (StrategyStanding | undefined)[];
}> {
  const { rows } = await real.signals({ order: "time", limit: 10_000 });
  const standings = await Promise.all(
    Object.keys(STRATEGIES).map(async (name) => {
      const query = { symbol: "AAPL", name, order: "time", limit: 1 } as const;
      return (await real.measures("standing", query)).rows[0];
    }),
  );
  return { signals: rows, standings };
}

/** A store that keeps so many ticks, and then nothing more: as if the daemon had been killed there. */
export function killedAfter(store: Store, ticks: number): Store {
  let left = ticks;
  return new Proxy(store, {
    get(target, name: keyof Store) {
      if (name === "write") {
        return (batch: WriteBatch) => {
          const { candles: { length: candles }, ticks: { length: ticks } } = batch;
          if (left <= 0) return Promise.resolve({ ticks, candles });
          left -= ticks;
          return target.write(batch);
        };
      }
      const value = target[name];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
