/**
 * The end of a backtest: what the strategies said is tried, and written.
 *
 * @module
 */
import { collect, storedSignals } from "./collect.ts";
import type { BacktestPlan } from "./plan.ts";
import type { BacktestRun } from "./report.ts";
import { jsonOf } from "./json.ts";
import { textOf } from "./text.ts";
import type { ReportFiles } from "./write.ts";
import type { BacktestArgs, CommandDeps } from "../deps.ts";
import type { Conclude } from "../playing.ts";
import { type Fortune, fortuneKey } from "../../setups.ts";
import about from "../../../deno.json" with { type: "json" };
import type { Inspection } from "../../../providers/provider.ts";

/**
 * What is to be done when all is played.
 *
 * @param source what was played, in words.
 */
export function concluding(
  { stderr, stdout }: Pick<CommandDeps, "stderr" | "stdout">,
  { json }: Pick<BacktestArgs, "json">,
  plan: BacktestPlan,
  files: ReportFiles,
  source: string,
  { first, last }: Inspection,
): Conclude {
  return async ({ shared: { clock, directory, setups } }, store) => {
    const from = first!;
    const to = Math.min(last!, clock.now());
    const played = directory.all().filter(({ canary }) => !canary)
      .map(({ basis, instrument: { step, symbol } }) => ({ basis, step, symbol }));
    const runs = await collect(
      store,
      plan,
      played,
      from,
      to,
      (one) => storedSignals(store, plan, one, from, to),
    );
    const report = { version: about.version, source, from, to, costs: plan.costs, runs };
    for (const note of faultsOf(runs, setups.fortunes)) await stderr.write(`note: ${note}\n`);
    await stdout.write(json ? jsonOf(report) : `\n${textOf(report)}`);
    await files.write(report, stderr);
  };
}

/** Which strategies failed on what, in words: they may have said less than they would have. */
export function faultsOf(
  runs: readonly Pick<BacktestRun, "strategy" | "symbol">[],
  fortunes: ReadonlyMap<string, Pick<Fortune, "fault">>,
): string[] {
  return runs.flatMap(({ strategy, symbol }) => {
    const fault = fortunes.get(fortuneKey(strategy, symbol))?.fault ?? null;
    return fault === null ? [] : [`${strategy} failed on ${symbol}: ${fault}`];
  });
}
