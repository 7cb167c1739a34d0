/**
 * What a test's actors log.
 *
 * @module
 */
import { configureLogging } from "../../actors/log.ts";

/** Runs with the log's lines at hand. */
export async function logged(work: (lines: string[]) => Promise<void>): Promise<void> {
  const lines: string[] = [];
  configureLogging({ level: "info", format: "text" }, (line) => lines.push(line));
  try {
    await work(lines);
  } finally {
    configureLogging({ level: "error", format: "text" }, () => {});
  }
}
