/**
 * Tables: a page of rows as JSON, CSV or one JSON object a line.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { acceptedOf } from "../accept.ts";

/** How rows are written. */
export interface Table<T> {
  /** The first line of CSV. */
  readonly header: string;
  /** A row of CSV, without a line break at its end. */
  row(value: T): string;
  record(value: T): unknown;
}

/** How an answer is written. */
export type TableFormat = "json" | "csv" | "ndjson";

const TYPES: Readonly<Record<TableFormat, string>> = {
  json: "application/json",
  csv: "text/csv",
  ndjson: "application/x-ndjson",
};
const FORMATS = Object.keys(TYPES) as TableFormat[];

/** What a table's route answers, for the description. */
export function tableContent(record: z.ZodType) {
  return {
    "application/json": {
      schema: z.object({
        data: z.array(record),
        next: z.string().nullable().openapi({
          description: "The cursor of the page that follows; null where there is none.",
        }),
      }),
    },
    "text/csv": { schema: z.string() },
    "application/x-ndjson": { schema: z.string() },
  };
}

/**
 * The format asked for: by `format`, else by the Accept header, else JSON.
 *
 * @throws ProblemError 406 where only others would do.
 */
export function formatOf(c: Context, said: TableFormat | undefined): TableFormat {
  if (said !== undefined) return said;
  const type = acceptedOf(c, [TYPES.json, TYPES.csv, TYPES.ndjson]);
  return FORMATS.find((format) => TYPES[format] === type)!;
}

/** Answers with a page of rows; the cursor of the one that follows is in a Link header too. */
export function answerTable<T>(
  c: Context,
  table: Table<T>,
  format: TableFormat,
  rows: readonly T[],
  next: string | null,
): Response {
  const headers = new Headers({ "content-type": contentType(format), "vary": "Accept" });
  if (next !== null) {
    const query = new URLSearchParams(new URL(c.req.url).search);
    query.set("cursor", next);
    headers.set("link", `<${c.req.path}?${query}>; rel="next"`);
  }
  return new Response(write(table, format, rows, next), { headers });
}

function contentType(format: TableFormat): string {
  return format === "csv" ? "text/csv; charset=utf-8; header=present" : TYPES[format];
}

function write<T>(
  table: Table<T>,
  format: TableFormat,
  rows: readonly T[],
  next: string | null,
): string {
  if (format === "json") {
    return JSON.stringify({ data: rows.map((row) => table.record(row)), next });
  }
  const lines = format === "csv"
    ? [table.header, ...rows.map((row) => table.row(row))]
    : rows.map((row) => JSON.stringify(table.record(row)));
  return lines.map((line) => `${line}\n`).join("");
}
