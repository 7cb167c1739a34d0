/**
 * Writes a backtest: to the standard output, and to files.
 *
 * @module
 */
import { pageOf } from "./html/page.tsx";
import { jsonOf } from "./json.ts";
import type { BacktestReport } from "./report.ts";
import { textOf } from "./text.ts";
import type { BacktestArgs, Output } from "../deps.ts";
import { OutFile } from "../outfile.ts";

/**
 * Writes it as it was asked for.
 *
 * @throws MarketdError `unwritable` where a file cannot be written.
 */
export async function writeReport(
  stdout: Output,
  { json, reports }: Pick<BacktestArgs, "json" | "reports">,
  report: BacktestReport,
): Promise<void> {
  await stdout.write(json ? jsonOf(report) : `\n${textOf(report)}`);
  for (const path of reports) {
    const text = /\.html$/i.test(path) ? await pageOf(report) : jsonOf(report);
    const file = await OutFile.create(path);
    try {
      await file.write(text);
      await file.finish();
    } catch (error) {
      await file.discard();
      throw error;
    }
  }
}
