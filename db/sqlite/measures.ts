/**
 * Measures: profiles, order flow and states, each kind by the description of its table.
 *
 * @module
 */
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { columnsOf, type MeasureRow, tableOf } from "../measures.ts";
import { ALWAYS, requireLimit, toPage } from "../page.ts";
import type { Measure, MeasureKind, MeasureQuery, Measures, Page } from "../store.ts";
import type { Database } from "./database.ts";
import type { Names } from "./names.ts";

/** Keeps a measure in place of the one of its key. */
export function upsertMeasure(database: Database, symbols: Names, { kind, value }: Measure): void {
  const cells = tableOf(kind).cells(value);
  database.run(upsertOf(kind), symbols.idOf(value.symbol), ...cells);
}

/** Reads a page. */
export function readMeasures(
  database: Database,
  kind: MeasureKind,
  query: MeasureQuery,
): Page<Measures[MeasureKind]> {
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
  const rows = database.all<MeasureRow>(
    `SELECT ?1 AS ${all.join(", ")} FROM ${table.table}
    WHERE symbol = (SELECT id FROM symbols WHERE name = ?1)
      AND ${table.name === null ? "?2 IS NOT NULL" : `${table.name} = ?2`}
      AND ${time ?? "?3"} >= ?3 AND ${time ?? "?3"} < ?4
    ORDER BY ${time ?? "symbol"} ${order === "time" ? "ASC" : "DESC"} LIMIT ?5`,
    symbol,
    name,
    from,
    to,
    limit + 1,
  );
  return toPage(
    rows,
    limit,
    (row) => table.value(row),
    (row) => encodeCursor(of, [row[time!] as number]),
  );
}

const upserts = new Map<MeasureKind, string>();

function upsertOf(kind: MeasureKind): string {
  let sql = upserts.get(kind);
  if (sql === undefined) {
    const table = tableOf(kind);
    const { all, key, rest } = columnsOf(table);
    sql = `INSERT INTO ${table.table} (${all.join(", ")}) VALUES (${all.map(() => "?").join(", ")})
      ON CONFLICT (${key.join(", ")}) DO UPDATE SET
      ${rest.map((column) => `${column} = excluded.${column}`).join(", ")}`;
    upserts.set(kind, sql);
  }
  return sql;
}
