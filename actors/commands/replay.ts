/**
 * `replay`: sends recordings, or what is stored, through the very path of a live feed, on the
 * recording's own clock, and says what came of it; strategies too, where they are to be tested.
 *
 * @module
 */
import { basename } from "node:path";
import { assemble } from "../assembly.ts";
import { DrivenClock } from "../clock.ts";
import { noRow } from "../recorded.ts";
import type { Settings } from "../settings/schema.ts";
import { type BacktestPlan, planOf, requirePlayed, testing } from "./backtest/plan.ts";
import { concluding } from "./backtest/conclude.ts";
import { copyPast } from "./backtest/past.ts";
import { testStored } from "./backtest/stored.ts";
import { ReportFiles } from "./backtest/write.ts";
import { requireBasis } from "./basis.ts";
import type { CommandDeps, ReplayArgs, StoredArgs } from "./deps.ts";
import { exportRows } from "./export.ts";
import { play, REPLAY } from "./playing.ts";
import { prepare } from "./prepare.ts";
import { STRATEGIES } from "../../domain/strategies/catalog.ts";
import type { Inspection } from "../../providers/provider.ts";

/**
 * Replays recordings, or what is stored.
 *
 * @returns the exit code.
 * @throws MarketdError where a recording or the store cannot be opened, or what is to be tested is
 * not as it should be.
 */
export async function replay(deps: CommandDeps, args: ReplayArgs): Promise<number> {
  const { backtest, serve, stored } = args;
  // What cannot be tested is told before anything is read.
  const plan = backtest === undefined ? null : planOf(backtest, STRATEGIES);
  const { settings: configured } = await prepare(deps);
  const reports = await ReportFiles.create(backtest?.reports ?? []);
  const scratch = await Deno.makeTempDir({ prefix: "marketd-" });
  try {
    if (plan !== null && stored?.candles === true) {
      const { basis } = args;
      const { json } = backtest!;
      const tested = { settings: configured, stored, basis, plan, json, files: reports };
      return await testStored(deps, tested);
    }
    const files = stored === undefined ? args.files : await unload(deps, stored, scratch);
    const definition = (await deps.sources.catalog.load(REPLAY))!;
    const options = definition.options.parse({ files, speed: args.speed });
    const inspection = await definition.inspect!(options);
    const source = sourceOf(args);
    if (inspection.first === null) throw noRow(source);
    await requireBasis(deps, args.basis, source, inspection);
    if (plan !== null) {
      requirePlayed(plan, source, inspection.symbols.map(({ symbol }) => symbol.toUpperCase()));
    }
    const into = stored === undefined ? args.store : undefined;
    const store = into ?? `sqlite:${scratch}/replay.db`;
    if (plan !== null && stored?.from !== undefined) {
      const intervals = plan.strategies.map(({ setup }) => setup.interval);
      const past = { symbols: stored.symbols, to: stored.from, intervals };
      await copyPast(deps.openStore, configured.store.url, store, past);
    }
    const began = performance.now();
    const provider = { ...options as object, inspection };
    const assembly = await assemble(deps, {
      settings: settingsFor(configured, args, plan, inspection, provider),
      store,
      clock: new DrivenClock(inspection.first),
      serve,
      live: false,
    });
    const conclude = plan === null
      ? null
      : concluding(deps, backtest!, plan, reports, source, inspection);
    const summary = backtest?.json === true ? deps.stderr : deps.stdout;
    const isKept = into !== undefined;
    const ended = { conclude, isKept, serve, source, store, summary };
    return await play(deps, { assembly, began, inspection, ...ended });
  } finally {
    await reports.discard();
    await Deno.remove(scratch, { recursive: true });
  }
}

/** What is played, in words. */
function sourceOf({ files, stored }: ReplayArgs): string {
  if (stored !== undefined) return `what is stored of ${stored.symbols.join(", ")}`;
  return files.map((file) => basename(file)).join(", ");
}

/** Writes what is stored as recordings into a folder. @returns their files. */
async function unload(
  deps: CommandDeps,
  { from, symbols, to }: StoredArgs,
  folder: string,
): Promise<string[]> {
  const files: string[] = [];
  for (const symbol of symbols) {
    const out = `${folder}/${encodeURIComponent(symbol)}.csv`;
    const ticks = { kind: "ticks", interval: "1m", basis: undefined, format: "csv" } as const;
    await exportRows(deps, { ...ticks, symbol, from, to, out });
    files.push(out);
  }
  return files;
}

function settingsFor(
  settings: Settings,
  { basis }: ReplayArgs,
  plan: BacktestPlan | null,
  { symbols }: Inspection,
  options: object,
): Settings {
  const known = new Map(settings.instruments.map((one) => [one.symbol.toUpperCase(), one]));
  const instruments = symbols.map(({ symbol }) => {
    const said = known.get(symbol.toUpperCase()) ?? { symbol };
    return { ...said, ...(basis === undefined ? {} : { basis }) };
  });
  const played = { ...settings, providers: { [REPLAY]: options }, routes: [], instruments };
  return plan === null ? played : testing(played, plan);
}
