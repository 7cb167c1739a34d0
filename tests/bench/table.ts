/**
 * The table that the bench prints.
 *
 * @module
 */
import type { Row } from "./harness.ts";

const HEAD = ["what", "goal", "ours", "physical limit", "ratio", "met?"] as const;

/** The rows as a table in Markdown, with the notes below it. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    row.goal,
    row.ours,
    row.limit,
    row.ratio === null ? "-" : `${row.ratio.toFixed(2)} x`,
    row.met === null ? "not measured" : row.met ? "yes" : "NO",
  ]);
  const widths = HEAD.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => row[column]!.length))
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  const notes = rows.flatMap(({ what, notes }) => notes.map((note) => `- ${what}: ${note}`));
  return [line(HEAD), rule, ...cells.map(line), ...(notes.length > 0 ? [""] : []), ...notes]
    .join("\n");
}
