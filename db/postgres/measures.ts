/**
 * Measures: profiles, order flow and states, each kind by the description of its table.
 *
 * @module
 */
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { columnsOf, type ColumnType, type MeasureRow, tableOf } from "../measures.ts";
import { ALWAYS, requireLimit, toPage } from "../page.ts";
import type { Measure, MeasureKind, MeasureQuery, Measures, Page } from "../store.ts";
import { numberArray, textArray } from "./columns.ts";
import type { Parameter, Runner } from "./link.ts";
import { fromMicros, timestamp } from "./time.ts";

const TYPES: Readonly<Record<ColumnType, string>> = {
  time: "bigint",
  text: "text",
  double: "float8",
  whole: "bigint",
  flag: "smallint",
};

/** The statements that keep measures in place of those of their keys. */
export function measureUpserts(
  measures: readonly Measure[],
  symbols: ReadonlyMap<string, number>,
): (readonly [sql: string, parameters: readonly Parameter[]])[] {
  const kinds = new Map<MeasureKind, Map<string, Measures[MeasureKind]>>();
  for (const { kind, value } of measures) {
    const table = tableOf(kind);
    const { columns, name, time } = table;
    const names = Object.keys(columns);
    const cells = table.cells(value);
    const cell = (column: string | null) => column === null ? "" : cells[names.indexOf(column)];
    let rows = kinds.get(kind);
    if (rows === undefined) kinds.set(kind, rows = new Map());
    // A statement may change a row once: of those with one key the last.
    rows.set(JSON.stringify([value.symbol, cell(name), cell(time)]), value);
  }
  return [...kinds].map(([kind, rows]) => {
    const table = tableOf(kind);
    const values = [...rows.values()];
    const cells = values.map((value) => table.cells(value));
    const columns = Object.values(table.columns).map((type, at) => {
      const column = cells.map((row) => row[at]!);
      return type === "text"
        ? textArray(column as (string | null)[])
        : numberArray(column as (number | null)[]);
    });
    const ids = numberArray(values.map(({ symbol }) => symbols.get(symbol)!));
    return [upsertOf(kind), [ids, ...columns]] as const;
  });
}

/** Reads a page. */
export async function readMeasures<Kind extends MeasureKind>(
  runner: Runner,
  kind: Kind,
  query: MeasureQuery,
): Promise<Page<Measures[Kind]>> {
  requireLimit(query.limit);
  const { symbol, name, order, limit } = query;
  const table = tableOf(kind);
  const of = `${kind}/${order}/${symbol}/${name}`;
  let { from = ALWAYS.from, to = ALWAYS.to } = query;
  if (query.cursor !== undefined) {
    const [time] = decodeCursor(query.cursor, of, ["number"]);
    if (order === "time") from = Math.max(from, time + 1);
    else to = Math.min(to, time);
  }
  const { all } = columnsOf(table);
  const { time } = table;
  const { rows } = await runner.query<MeasureRow>(
    `SELECT $1::text AS ${all.join(", ")} FROM ${table.table}
    WHERE symbol = (SELECT id FROM symbols WHERE name = $1::text)
      AND ${table.name === null ? "$2::text IS NOT NULL" : `${table.name} = $2`}
      AND ${time ?? "$3::timestamptz"} >= $3 AND ${time ?? "$3"} < $4
    ORDER BY ${time ?? "symbol"} ${order === "time" ? "ASC" : "DESC"} LIMIT $5`,
    [symbol, name, timestamp(from), timestamp(to), limit + 1],
  );
  const page = toPage(
    rows,
    limit,
    (row) => table.value(row),
    (row) => encodeCursor(of, [row[time!] as number]),
  );
  return page as Page<Measures[Kind]>;
}

function upsertOf(kind: MeasureKind): string {
  const table = tableOf(kind);
  const { all, key, rest } = columnsOf(table);
  const types = Object.entries(table.columns);
  const arrays = ["integer", ...types.map(([, type]) => TYPES[type])];
  const values = types.map(([column, type]) =>
    type === "time" ? fromMicros(`row.${column}`) : `row.${column}`
  );
  return `INSERT INTO ${table.table} (${all.join(", ")})
    SELECT row.symbol, ${values.join(", ")}
    FROM unnest(${arrays.map((type, at) => `$${at + 1}::${type}[]`).join(", ")})
      AS row (${all.join(", ")})
    ON CONFLICT (${key.join(", ")}) DO UPDATE SET
    ${rest.map((column) => `${column} = excluded.${column}`).join(", ")}`;
}
