/**
 * A backtest on stored candles, without a replay.
 *
 * @module
 */
import { type BarSignals, runBars, type Stored } from "./bars.ts";
import { collect } from "./collect.ts";
import { jsonOf } from "./json.ts";
import { type BacktestPlan, requirePlayed } from "./plan.ts";
import { textOf } from "./text.ts";
import type { ReportFiles } from "./write.ts";
import type { CommandDeps, StoredArgs } from "../deps.ts";
import { nearest } from "../../settings/problems.ts";
import type { Settings } from "../../settings/schema.ts";
import about from "../../../deno.json" with { type: "json" };
import type { Store } from "../../../db/store.ts";
import type { Basis } from "../../../domain/candle.ts";
import { MarketdError } from "../../../domain/errors.ts";
import { resolveInstrument } from "../../../domain/instrument.ts";
import { BASE_INTERVAL } from "../../../domain/interval.ts";
import type { Micros } from "../../../domain/time.ts";

/** What is to be tested, and how it is told. */
export interface StoredBacktest {
  readonly settings: Settings;
  readonly stored: StoredArgs;
  readonly basis: Basis | undefined;
  readonly plan: BacktestPlan;
  readonly json: boolean;
  readonly files: ReportFiles;
}

/**
 * Tests strategies on stored candles.
 *
 * @returns 0.
 * @throws MarketdError `unknown-symbol`, `which-basis` or `empty`, terminal; StoreError.
 */
export async function testStored(
  { openStore, stderr, stdout }: CommandDeps,
  { basis, files, json, plan, settings, stored }: StoredBacktest,
): Promise<number> {
  requirePlayed(plan, "what is to be played", stored.symbols);
  const store = await openStore(settings.store.url, { mode: "read" });
  try {
    const instruments: Stored[] = [];
    for (const symbol of plan.symbols ?? stored.symbols) {
      instruments.push(await instrumentOf(store, settings, symbol, basis));
    }
    const span = await spanOf(store, instruments, stored);
    const said = new Map<string, BarSignals>();
    for (const one of instruments) {
      const told = await runBars(store, plan.strategies, one, span.from, span.to);
      for (const [id, fault] of told.faults) {
        await stderr.write(`note: ${id} failed on ${one.symbol}: ${fault}\n`);
      }
      said.set(one.symbol, told);
    }
    const runs = await collect(
      store,
      plan,
      instruments,
      span.from,
      span.to,
      ({ symbol }) => Promise.resolve(said.get(symbol)!.signals),
    );
    const source = `stored candles of ${stored.symbols.join(", ")}`;
    const report = { version: about.version, source, ...span, costs: plan.costs, runs };
    await stdout.write(json ? jsonOf(report) : textOf(report));
    await files.write(report, stderr);
    return 0;
  } finally {
    await store.close();
  }
}

async function instrumentOf(
  store: Store,
  settings: Settings,
  symbol: string,
  basis: Basis | undefined,
): Promise<Stored> {
  const bases = await store.bases(symbol, BASE_INTERVAL.name);
  if (bases.length === 0) {
    const near = nearest(symbol, await store.symbols());
    const hint = near === undefined || near === symbol ? "" : `; did you mean ${near}?`;
    throw failure("unknown-symbol", symbol, `no candles of it are in ${store.label}${hint}`);
  }
  const said = settings.instruments.find((one) => one.symbol.toUpperCase() === symbol);
  const chosen = basis ?? said?.basis ?? (bases.length === 1 ? bases[0]! : undefined);
  if (chosen === undefined || !bases.includes(chosen)) {
    throw failure(
      "which-basis",
      symbol,
      `its candles are stored on ${bases.join(", ")}: name one with --basis`,
    );
  }
  const { market, step } = resolveInstrument(said ?? { symbol });
  return { symbol, market, step, basis: chosen };
}

/** What is asked for or, where that is open, what is stored. */
async function spanOf(
  store: Store,
  instruments: readonly Stored[],
  { from, to }: StoredArgs,
): Promise<{ readonly from: Micros; readonly to: Micros }> {
  const starts: Micros[] = [];
  const ends: Micros[] = [];
  for (const { basis, symbol } of instruments) {
    const query = { symbol, basis, interval: BASE_INTERVAL.name, from, to, limit: 1 } as const;
    starts.push(
      ...(await store.candles({ ...query, order: "start" })).rows.map((one) => one.start),
    );
    ends.push(...(await store.candles({ ...query, order: "-start" })).rows.map((one) => one.end));
  }
  if (starts.length === 0) {
    const symbols = instruments.map(({ symbol }) => symbol).join(", ");
    throw failure("empty", symbols, "no candles are stored in that span");
  }
  return {
    from: from ?? Math.min(...starts),
    to: Math.min(to ?? Infinity, Math.max(...ends)),
  };
}

function failure(code: string, symbol: string, why: string): MarketdError {
  const ended = why.endsWith("?") ? why : `${why}.`;
  return new MarketdError(code, `Cannot test on candles of ${symbol}: ${ended}`, {
    terminal: true,
  });
}
