/**
 * Signals of any instrument and strategy, and what was said of strategies.
 *
 * @module
 */
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { columnsOf, MEASURE_TABLES, type MeasureRow } from "../measures.ts";
import { ALWAYS, requireLimit, toPage } from "../page.ts";
import type { Page, SignalQuery, StrategyChange } from "../store.ts";
import type { Runner } from "./link.ts";
import { timestamp } from "./time.ts";
import type { Signal } from "../../domain/signal.ts";

const TABLE = MEASURE_TABLES.signal;
const COLUMNS = columnsOf(TABLE).rest.map((column) => `g.${column}`).join(", ");

/**
 * From $1 to before $2, of the symbol $3 or any and the strategy $4 or any, after or (with `<`) before
 * ($5, $6, $7), where there is one.
 */
const SIGNALS = (compare: ">" | "<") => `
  SELECT s.name AS symbol, g.strategy, g.time, ${COLUMNS}
  FROM signals g JOIN symbols s ON s.id = g.symbol
  WHERE g.time >= $1 AND g.time < $2
    AND ($3::text IS NULL OR s.name = $3) AND ($4::text IS NULL OR g.strategy = $4)
    AND ($5::timestamptz IS NULL
      OR (g.time, s.name COLLATE "C", g.strategy) ${compare} ($5, $6::text, $7::text))`;
const FORWARD = `${SIGNALS(">")} ORDER BY g.time, s.name COLLATE "C", g.strategy LIMIT $8`;
const BACKWARD = `${
  SIGNALS("<")
} ORDER BY g.time DESC, s.name COLLATE "C" DESC, g.strategy DESC LIMIT $8`;

/** Reads a page of signals. */
export async function readSignals(runner: Runner, query: SignalQuery): Promise<Page<Signal>> {
  requireLimit(query.limit);
  const { from = ALWAYS.from, to = ALWAYS.to, symbol = null, strategy = null, order } = query;
  const of = `signals/${order}/${symbol ?? ""}/${strategy ?? ""}`;
  const [time, name, by] = query.cursor === undefined
    ? [null, null, null]
    : decodeCursor(query.cursor, of, ["number", "string", "string"]);
  const { rows } = await runner.query<MeasureRow>(order === "time" ? FORWARD : BACKWARD, [
    timestamp(from),
    timestamp(to),
    symbol,
    strategy,
    time === null ? null : timestamp(time),
    name,
    by,
    query.limit + 1,
  ]);
  return toPage(
    rows,
    query.limit,
    (row) => TABLE.value(row),
    (row) => encodeCursor(of, [row["time"] as number, row.symbol, row["strategy"] as string]),
  );
}

/** Reads all that was said of strategies, the oldest first. */
export async function readStrategyChanges(runner: Runner): Promise<StrategyChange[]> {
  const { rows } = await runner.query<
    {
      strategy: string;
      symbol: string;
      spec: StrategyChange["spec"];
      changed_at: number;
      changed_by: string;
    }
  >("SELECT strategy, symbol, spec, changed_at, changed_by FROM strategy_configs ORDER BY seq");
  return rows.map(({ strategy, symbol, spec, changed_at, changed_by }) => ({
    strategy,
    symbol,
    spec,
    changedAt: changed_at,
    changedBy: changed_by,
  }));
}

/** Keeps what was said of a strategy, after all that was said before. */
export async function changeStrategy(
  runner: Runner,
  { strategy, symbol, spec, changedAt, changedBy }: StrategyChange,
): Promise<void> {
  await runner.query(
    `INSERT INTO strategy_configs (strategy, symbol, spec, changed_at, changed_by)
    VALUES ($1, $2, $3::text::jsonb, $4, $5)`,
    [
      strategy,
      symbol,
      spec === null ? null : JSON.stringify(spec),
      timestamp(changedAt),
      changedBy,
    ],
  );
}
