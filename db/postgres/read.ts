/**
 * Reading: one page or one fact at a time, each by one statement (ticks in the order of arrival need
 * two).
 *
 * @module
 */
import { BASES, type Basis } from "../../domain/candle.ts";
import type { Gap } from "../../domain/gap.ts";
import type { InstrumentSpec } from "../../domain/instrument.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { ALWAYS, requireLimit, toPage } from "../page.ts";
import {
  type BookRow,
  type CandleRow,
  type GapRow,
  type ProviderEventRow,
  type QuotaRow,
  type RunRow,
  toBook,
  toCandle,
  toGap,
  toProviderEvent,
  toQuota,
  toRun,
} from "../rows.ts";
import type {
  BookQuery,
  BookSnapshot,
  CandleQuery,
  GapQuery,
  InstrumentChange,
  KeptCandle,
  KeptQuota,
  Mapping,
  Page,
  ProviderEvent,
  RouteChange,
  Run,
  TickSpan,
  ToldCandleQuery,
} from "../store.ts";
import { textArray } from "./columns.ts";
import type { Runner } from "./link.ts";
import { timestamp } from "./time.ts";

const SYMBOL_ID = "(SELECT id FROM symbols WHERE name = $1::text)";

const CANDLE_COLUMNS = `
  c.interval, c.basis, c.start_time, c.end_time, c.open, c.high, c.low, c.close, c.real_volume,
  c.tick_volume, c.vwap, c.buy_volume, c.sell_volume, c.status, c.revision, c.provider_source,
  c.open_time, c.close_time, c.epoch, c.sequence`;

const CANDLES = `
  SELECT $1::text AS symbol, ${CANDLE_COLUMNS} FROM candles c
  WHERE c.symbol = ${SYMBOL_ID} AND c.interval = $2 AND c.basis = $3
    AND c.start_time >= $4 AND c.start_time < $5`;

/**
 * Told after ($1, $2, and among equals the key $3 to $6), up to ($7, $8), of the symbols $9 and the
 * intervals $10, each NULL for any. The plain bounds of the epoch are for what is compressed.
 */
const TOLD = `
  SELECT s.name AS symbol, c.symbol AS symbol_id, ${CANDLE_COLUMNS} FROM candles c
  JOIN symbols s ON s.id = c.symbol
  WHERE c.epoch >= $1 AND c.epoch <= $7
    AND (c.epoch, c.sequence, c.symbol, c.interval, c.basis, c.start_time)
      > ($1, $2, $3::integer, $4, $5, $6::timestamptz)
    AND (c.epoch, c.sequence) <= ($7, $8)
    AND ($9::text[] IS NULL OR s.name = ANY ($9))
    AND ($10::text[] IS NULL OR c.interval = ANY ($10))
  ORDER BY c.epoch, c.sequence, c.symbol, c.interval, c.basis, c.start_time LIMIT $11`;

/** No symbol has so great a number. */
const NO_SYMBOL = 2 ** 31 - 1;

/**
 * With a part between $1 and $2, of the symbol $3 or of any, of the status $7 or any, after or (with
 * `<`) before ($4, $5, $6), where there is one.
 */
const GAPS = (compare: ">" | "<") => `
  SELECT s.name AS symbol, p.name AS provider, g.from_time, g.to_time, g.reason, g.status,
    g.detected_at
  FROM gaps g JOIN symbols s ON s.id = g.symbol JOIN providers p ON p.id = g.provider
  WHERE g.from_time < $2::timestamptz
    AND (g.to_time > $1::timestamptz OR g.from_time >= $1::timestamptz)
    AND ($3::text IS NULL OR s.name = $3) AND ($7::text IS NULL OR g.status = $7)
    AND ($4::timestamptz IS NULL OR (g.from_time, s.name, p.name) ${compare} ($4, $5, $6))`;
const GAPS_FORWARD = `${GAPS(">")} ORDER BY g.from_time, s.name, p.name LIMIT $8`;
const GAPS_BACKWARD = `${GAPS("<")} ORDER BY g.from_time DESC, s.name DESC, p.name DESC LIMIT $8`;

/** Of the symbol $1 from $2 to before $3, after or (with `<`) before ($4, $5), where there is one. */
const BOOKS = (compare: ">" | "<") => `
  SELECT $1::text AS symbol, p.name AS provider, b.time, b.bids, b.asks, m.mid, m.spread, m.imbalance
  FROM order_book b
  JOIN market_depth m ON m.symbol = b.symbol AND m.time = b.time AND m.provider = b.provider
  JOIN providers p ON p.id = b.provider
  WHERE b.symbol = ${SYMBOL_ID} AND b.time >= $2 AND b.time < $3
    AND ($4::timestamptz IS NULL OR (b.time, p.name) ${compare} ($4, $5))`;
const BOOKS_FORWARD = `${BOOKS(">")} ORDER BY b.time, p.name LIMIT $6`;
const BOOKS_BACKWARD = `${BOOKS("<")} ORDER BY b.time DESC, p.name DESC LIMIT $6`;

const EVENTS = `
  SELECT $1::text AS provider, time, event, reason, correlation FROM provider_events
  WHERE provider = (SELECT id FROM providers WHERE name = $1)
  ORDER BY time DESC, id DESC LIMIT $2`;

const BASES_OF = `
  SELECT basis FROM unnest('{${BASES.join()}}'::text[]) WITH ORDINALITY AS known (basis, place)
  WHERE EXISTS (
    SELECT 1 FROM candles c
    WHERE c.symbol = ${SYMBOL_ID} AND c.interval = $2 AND c.basis = known.basis
  )
  ORDER BY place`;

const TICK_SPAN = `
  SELECT min(time) AS first, max(time) AS last FROM ticks
  WHERE symbol = ${SYMBOL_ID} AND time < $2`;

const SYMBOLS = `
  SELECT name FROM symbols s
  WHERE EXISTS (SELECT 1 FROM ticks WHERE symbol = s.id)
    OR EXISTS (SELECT 1 FROM candles WHERE symbol = s.id)
  ORDER BY name`;

const RUN_COLUMNS = "SELECT epoch, started_at, alive_until, clean FROM runs";

const RUN_AT = `
  ${RUN_COLUMNS} WHERE started_at <= $1
  ORDER BY alive_until >= $1 DESC, started_at DESC, epoch DESC LIMIT 1`;

const QUOTAS = `
  SELECT p.name AS provider, q.name, q.spendings::text FROM quotas q
  JOIN providers p ON p.id = q.provider
  ORDER BY p.name COLLATE "C", q.name COLLATE "C"`;

const MAPPINGS = `
  SELECT p.name AS provider, s.name AS symbol, m.venue_symbol AS name
  FROM provider_instrument_mappings m
  JOIN providers p ON p.id = m.provider JOIN symbols s ON s.id = m.symbol
  ORDER BY p.name COLLATE "C", s.name COLLATE "C"`;

/** A page of candles. */
export async function readCandles(runner: Runner, query: CandleQuery): Promise<Page<KeptCandle>> {
  requireLimit(query.limit);
  const { symbol, interval, basis, order, limit } = query;
  const name = `candles/${order}/${symbol}/${interval}/${basis}`;
  let { from = ALWAYS.from, to = ALWAYS.to } = query;
  if (query.cursor !== undefined) {
    const [start] = decodeCursor(query.cursor, name, ["number"]);
    if (order === "start") from = Math.max(from, start + 1);
    else to = Math.min(to, start);
  }
  const { rows } = await runner.query<CandleRow>(
    `${CANDLES} ORDER BY c.start_time ${order === "start" ? "ASC" : "DESC"} LIMIT $6`,
    [symbol, interval, basis, timestamp(from), timestamp(to), limit + 1],
  );
  return toPage(rows, limit, toCandle, ({ start_time }) => encodeCursor(name, [start_time]));
}

/** A page of candles by the events that told them. */
export async function readToldCandles(
  runner: Runner,
  query: ToldCandleQuery,
): Promise<Page<KeptCandle>> {
  requireLimit(query.limit);
  const { after, until, symbols, intervals, limit } = query;
  // Of the event itself nothing is wanted.
  const [epoch, sequence, symbol, interval, basis, start] = query.cursor === undefined
    ? [after.epoch, after.sequence, NO_SYMBOL, "", "", 0] as const
    : decodeCursor(
      query.cursor,
      "told",
      ["string", "number", "number", "string", "string", "number"],
    );
  const { rows } = await runner.query<CandleRow & { symbol_id: number }>(TOLD, [
    ...[epoch, sequence, symbol, interval, basis, timestamp(start)],
    ...[until.epoch, until.sequence],
    symbols === undefined ? null : textArray(symbols),
    intervals === undefined ? null : textArray(intervals),
    limit + 1,
  ]);
  return toPage(rows, limit, toCandle, (row) => {
    const { epoch, sequence, symbol_id, interval, basis, start_time } = row;
    return encodeCursor("told", [epoch, sequence, symbol_id, interval, basis, start_time]);
  });
}

/** A page of gaps. */
export async function readGaps(runner: Runner, query: GapQuery): Promise<Page<Gap>> {
  requireLimit(query.limit);
  const { from = ALWAYS.from, to = ALWAYS.to, symbol, status, order = "from", limit } = query;
  const name = `gaps/${order}/${status ?? ""}/${symbol ?? ""}`;
  const [time, ...names] = query.cursor === undefined
    ? [null, null, null] as const
    : decodeCursor(query.cursor, name, ["number", "string", "string"]);
  const { rows } = await runner.query<GapRow>(order === "from" ? GAPS_FORWARD : GAPS_BACKWARD, [
    ...[timestamp(from), timestamp(to), symbol ?? null],
    ...[time === null ? null : timestamp(time), ...names, status ?? null, limit + 1],
  ]);
  return toPage(
    rows,
    limit,
    toGap,
    ({ from_time, symbol, provider }) => encodeCursor(name, [from_time, symbol, provider]),
  );
}

/** A page of books. */
export async function readBooks(runner: Runner, query: BookQuery): Promise<Page<BookSnapshot>> {
  requireLimit(query.limit);
  const { symbol, order, limit } = query;
  const name = `books/${order}/${symbol}`;
  let { from = ALWAYS.from, to = ALWAYS.to } = query;
  const [time, provider] = query.cursor === undefined
    ? [null, ""]
    : decodeCursor(query.cursor, name, ["number", "string"]);
  // Not needed, but it narrows the search.
  if (time !== null && order === "time") from = Math.max(from, time);
  else if (time !== null) to = Math.min(to, time + 1);
  const { rows } = await runner.query<BookRow>(order === "time" ? BOOKS_FORWARD : BOOKS_BACKWARD, [
    ...[symbol, timestamp(from), timestamp(to)],
    ...[time === null ? null : timestamp(time), provider, limit + 1],
  ]);
  return toPage(rows, limit, toBook, ({ time, provider }) => encodeCursor(name, [time, provider]));
}

/** The latest events of a provider, newest first. */
export async function readProviderEvents(
  runner: Runner,
  provider: string,
  limit: number,
): Promise<ProviderEvent[]> {
  requireLimit(limit);
  const { rows } = await runner.query<ProviderEventRow>(EVENTS, [provider, limit]);
  return rows.map(toProviderEvent);
}

/** The bases of which an instrument has candles of an interval. */
export async function readBases(
  runner: Runner,
  symbol: string,
  interval: string,
): Promise<Basis[]> {
  const { rows } = await runner.query<{ basis: Basis }>(BASES_OF, [symbol, interval]);
  return rows.map(({ basis }) => basis);
}

/** The span of a symbol's ticks before an instant. */
export async function readTickSpan(
  runner: Runner,
  symbol: string,
  before: number,
): Promise<TickSpan | null> {
  const { rows: [span] } = await runner.query<{ first: number | null; last: number | null }>(
    TICK_SPAN,
    [symbol, timestamp(before)],
  );
  if (span === undefined || span.first === null || span.last === null) return null;
  return { first: span.first, last: span.last };
}

/** The symbols that have ticks or candles. */
export async function readSymbols(runner: Runner): Promise<string[]> {
  const { rows } = await runner.query<{ name: string }>(SYMBOLS);
  return rows.map(({ name }) => name);
}

/** The run that was alive at an instant or, failing that, the last one begun before it. */
export async function readRunAt(runner: Runner, time: number): Promise<Run | null> {
  const { rows: [row] } = await runner.query<RunRow>(RUN_AT, [timestamp(time)]);
  return row === undefined ? null : toRun(row);
}

/** The run of an epoch. */
export async function readRun(runner: Runner, epoch: string): Promise<Run | null> {
  const { rows: [row] } = await runner.query<RunRow>(`${RUN_COLUMNS} WHERE epoch = $1`, [epoch]);
  return row === undefined ? null : toRun(row);
}

/** The greatest epoch of any run. */
export async function readLastEpoch(runner: Runner): Promise<string | null> {
  const { rows } = await runner.query<{ epoch: string | null }>(
    "SELECT max(epoch) AS epoch FROM runs",
  );
  return rows[0]?.epoch ?? null;
}

/** What was said of instruments. */
export async function readInstrumentChanges(runner: Runner): Promise<InstrumentChange[]> {
  const { rows } = await runner.query<
    { symbol: string; spec: InstrumentSpec | null; changed_at: number }
  >("SELECT symbol, spec, changed_at FROM instruments ORDER BY symbol");
  return rows.map(({ symbol, spec, changed_at }) => ({ symbol, spec, changedAt: changed_at }));
}

/** What was said of routes. */
export async function readRouteChanges(runner: Runner): Promise<RouteChange[]> {
  const { rows } = await runner.query<
    { name: string; spec: RouteChange["spec"]; changed_at: number }
  >("SELECT name, spec, changed_at FROM routes ORDER BY name");
  return rows.map(({ name, spec, changed_at }) => ({ name, spec, changedAt: changed_at }));
}

/** What was spent of the venues' allowances. */
export async function readQuotas(runner: Runner): Promise<KeptQuota[]> {
  const { rows } = await runner.query<QuotaRow>(QUOTAS);
  return rows.map(toQuota);
}

/** The venues' names of instruments that were learnt. */
export async function readMappings(runner: Runner): Promise<Mapping[]> {
  const { rows } = await runner.query<Mapping>(MAPPINGS);
  return rows.map(({ provider, symbol, name }) => ({ provider, symbol, name }));
}

/** The bytes of the database. */
export async function readSize(runner: Runner): Promise<{ bytes: number }> {
  const { rows } = await runner.query<{ bytes: number }>(
    "SELECT pg_database_size(current_database()) AS bytes",
  );
  return { bytes: rows[0]!.bytes };
}
