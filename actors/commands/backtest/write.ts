/**
 * Writes a backtest: to the standard output, and to files.
 *
 * @module
 */
import { pageOf } from "./html/page.tsx";
import { jsonOf } from "./json.ts";
import type { BacktestReport } from "./report.ts";
import type { Output } from "../deps.ts";
import { OutFile } from "../outfile.ts";

/** The files that a backtest is to be written to: made before it begins, so that none fails after it. */
export class ReportFiles {
  readonly #open: { readonly path: string; readonly file: OutFile }[] = [];

  /**
   * Makes the files.
   *
   * @param paths a page where the name ends in `.html`, else JSON.
   * @throws MarketdError `unwritable` where one cannot be made; none is left then.
   */
  static async create(paths: readonly string[]): Promise<ReportFiles> {
    const files = new ReportFiles();
    try {
      for (const path of paths) files.#open.push({ path, file: await OutFile.create(path) });
      return files;
    } catch (error) {
      await files.discard();
      throw error;
    }
  }

  /**
   * Writes the files whole, and tells each.
   *
   * @throws MarketdError `unwritable` where one cannot be written.
   */
  async write(report: BacktestReport, stderr: Output): Promise<void> {
    for (let next = this.#open[0]; next !== undefined; next = this.#open[0]) {
      const { file, path } = next;
      await file.write(/\.html$/i.test(path) ? await pageOf(report) : jsonOf(report));
      await file.finish();
      await stderr.write(`note: the report is in ${path}\n`);
      this.#open.shift();
    }
  }

  /** Leaves nothing of those that were not written. */
  async discard(): Promise<void> {
    for (const { file } of this.#open.splice(0)) await file.discard();
  }
}
