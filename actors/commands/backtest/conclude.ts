/**
 * The end of a backtest: what the strategies said is tried, and written.
 *
 * @module
 */
import { collect } from "./collect.ts";
import type { BacktestPlan } from "./plan.ts";
import { jsonOf } from "./json.ts";
import { textOf } from "./text.ts";
import type { ReportFiles } from "./write.ts";
import type { BacktestArgs, CommandDeps } from "../deps.ts";
import type { Conclude } from "../playing.ts";
import about from "../../../deno.json" with { type: "json" };
import type { Inspection } from "../../../providers/provider.ts";

/**
 * What is to be done when all is played.
 *
 * @param source what was played, in words.
 */
export function concluding(
  { stdout }: Pick<CommandDeps, "stdout">,
  { json }: Pick<BacktestArgs, "json">,
  plan: BacktestPlan,
  files: ReportFiles,
  source: string,
  { first, last }: Inspection,
): Conclude {
  return async ({ shared: { clock, directory } }, store) => {
    const from = first!;
    const to = Math.min(last!, clock.now());
    const played = directory.all().filter(({ canary }) => !canary)
      .map(({ basis, instrument: { step, symbol } }) => ({ basis, step, symbol }));
    const runs = await collect(store, plan, played, from, to);
    const report = { version: about.version, source, from, to, costs: plan.costs, runs };
    await stdout.write(json ? jsonOf(report) : `\n${textOf(report)}`);
    await files.write(report);
  };
}
