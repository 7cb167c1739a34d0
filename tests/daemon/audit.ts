/**
 * An audit of what a daemon kept against what the simulated venues' markets made: nothing is
 * doubled, and what is missing lies inside a gap that was told.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { FLAGS } from "../../domain/flags.ts";
import { formatTime, type Micros, SECOND } from "../../domain/time.ts";
import { EPICS, type OpenMarket } from "./openmarket.ts";

/** What an audit came to. */
export interface Audit {
  readonly made: number;
  readonly kept: number;
  readonly missing: number;
  /** Missing ticks that no gap tells of, by a second either way. */
  readonly untold: readonly string[];
  /** Ticks that are kept more often than they were made. */
  readonly doubled: readonly string[];
  /** The gaps of that provider that were told for a disconnection, one instrument's after another's. */
  readonly gaps: readonly Gap[];
  /**
   * How far the gaps that something is missing in reach beyond that, on either side, at most, in
   * seconds.
   */
  readonly slack: number;
}

interface Gap {
  readonly symbol: string;
  readonly from: Micros;
  readonly to: Micros;
}

interface Row {
  readonly symbol: string;
  readonly kind: number;
  readonly time: Micros;
  readonly id: string;
  readonly flags: number;
}

/** Audits one venue's ticks, from each instrument's first to its last that was kept. */
export function audit(market: OpenMarket, provider: "alpaca" | "ig"): Audit {
  const { rows, gaps } = readDatabase(market.database, provider);
  const made = provider === "alpaca" ? madeByAlpaca(market) : madeByIg(market);
  const streamed = rows.filter(({ kind, flags }) =>
    kind !== 2 && (flags & (FLAGS.polled | FLAGS.duplicate)) === 0
  );
  const spans = new Map<string, { first: Micros; last: Micros }>();
  for (const { symbol, time } of streamed) {
    const { first = time, last = time } = spans.get(symbol) ?? {};
    spans.set(symbol, { first: Math.min(first, time), last: Math.max(last, time) });
  }
  const counts = countBy(streamed.map((row) => keyOf(row, provider)));
  const wanted = countBy(made.map((row) => keyOf(row, provider)));
  const doubled = [...counts].filter(([key, count]) => count > (wanted.get(key) ?? 0))
    .map(([key]) => key);
  const missing: Row[] = [];
  for (const row of made) {
    const span = spans.get(row.symbol);
    const key = keyOf(row, provider);
    const left = counts.get(key) ?? 0;
    if (left > 0) counts.set(key, left - 1);
    else if (span !== undefined && row.time > span.first && row.time < span.last) missing.push(row);
  }
  const covers = (gap: Gap, { symbol, time }: Row) =>
    gap.symbol === symbol && time >= gap.from - SECOND && time < gap.to + SECOND;
  const untold = missing.filter((row) => !gaps.some((gap) => covers(gap, row)))
    .map(({ symbol, time }) => `${symbol} ${formatTime(time)}`);
  const slack = gaps.flatMap((gap) => {
    const times = missing.filter((row) => covers(gap, row)).map(({ time }) => time).sort();
    if (times.length === 0) return [];
    return [times[0]! - gap.from, gap.to - times.at(-1)!];
  });
  return {
    made: made.length,
    kept: streamed.length,
    missing: missing.length,
    untold,
    doubled,
    gaps,
    slack: Math.max(0, ...slack) / SECOND,
  };
}

/** Alpaca's trades have ids, and its quotes times of their own; IG's quotes share theirs. */
function keyOf({ symbol, kind, time, id }: Row, provider: string): string {
  return provider === "alpaca" && kind === 0 ? `${symbol} ${id}` : `${symbol} ${kind} ${time}`;
}

function madeByAlpaca({ alpaca }: OpenMarket): Row[] {
  return ["AAPL", "MSFT"].flatMap((symbol) => {
    const { trades, quotes } = alpaca.market.books.get(symbol)!;
    const row = (kind: number, t: { since1970: bigint }, id: string) => {
      return { symbol, kind, time: Number(t.since1970 / 1_000n), id, flags: 0 };
    };
    return [
      ...trades.map(({ i, t, x }) => row(0, t, `${x}-${i}`)),
      ...quotes.map(({ t }) => row(1, t, "")),
    ];
  });
}

function madeByIg({ igMade }: OpenMarket): Row[] {
  const symbols = new Map<string, string>(
    Object.entries(EPICS).map(([symbol, epic]) => [epic, symbol]),
  );
  return igMade.map((text) => {
    const [epic = "", time] = text.split(" ");
    return { symbol: symbols.get(epic)!, kind: 1, time: Number(time) * 1_000, id: "", flags: 0 };
  });
}

function countBy(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function readDatabase(path: string, provider: string): { rows: Row[]; gaps: Gap[] } {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const rows = database.prepare(
      "SELECT s.name AS symbol, t.kind, t.time, t.id, t.flags FROM ticks t " +
        "JOIN symbols s ON s.id = t.symbol JOIN providers p ON p.id = t.provider " +
        "WHERE p.name = ? ORDER BY t.seq",
    ).all(provider) as unknown as Row[];
    const gaps = database.prepare(
      "SELECT s.name AS symbol, g.from_time AS 'from', g.to_time AS 'to' FROM gaps g " +
        "JOIN symbols s ON s.id = g.symbol JOIN providers p ON p.id = g.provider " +
        "WHERE p.name = ? AND g.reason = 'disconnect' ORDER BY g.from_time",
    ).all(provider) as unknown as Gap[];
    return { rows, gaps };
  } finally {
    database.close();
  }
}
