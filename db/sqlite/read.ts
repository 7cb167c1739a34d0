/**
 * Reading: one page or one fact at a time.
 *
 * @module
 */
import { BASES, type Basis } from "../../domain/candle.ts";
import type { Gap } from "../../domain/gap.ts";
import type { InstrumentSpec } from "../../domain/instrument.ts";
import type { Signal } from "../../domain/signal.ts";
import type { Tick } from "../../domain/tick.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
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
  ExchangeChange,
  GapQuery,
  InstrumentChange,
  KeptCandle,
  KeptQuota,
  Mapping,
  MeasureKind,
  MeasureQuery,
  Page,
  ProviderEvent,
  RouteChange,
  Run,
  SignalQuery,
  StrategyChange,
  TickQuery,
  TickSpan,
  ToldCandleQuery,
} from "../store.ts";
import type { Database } from "./database.ts";
import { ALWAYS, requireLimit, toPage } from "../page.ts";
import type { ReadOperations } from "./protocol.ts";
import { readMeasures } from "./measures.ts";
import { readTicks } from "./read_ticks.ts";
import { readExchangeChanges } from "./exchanges.ts";
import { readSignals, readStrategyChanges } from "./strategies.ts";

const SYMBOL_ID = "(SELECT id FROM symbols WHERE name = ?1)";

const CANDLE_COLUMNS = `
  c.interval, c.basis, c.start_time, c.end_time, c.open, c.high, c.low, c.close, c.real_volume,
  c.tick_volume, c.vwap, c.buy_volume, c.sell_volume, c.status, c.revision, c.provider_source,
  c.open_time, c.close_time, c.epoch, c.sequence`;

const CANDLES = `
  SELECT ?1 AS symbol, ${CANDLE_COLUMNS} FROM candles c
  WHERE c.symbol = ${SYMBOL_ID} AND c.interval = ?2 AND c.basis = ?3
    AND c.start_time >= ?4 AND c.start_time < ?5`;

/**
 * Told after (?1, ?2, and among equals the key ?3 to ?6), up to (?7, ?8), of the symbols ?9 and the
 * intervals ?10, each a JSON list or NULL for any.
 */
const TOLD = `
  SELECT s.name AS symbol, c.symbol AS symbol_id, ${CANDLE_COLUMNS} FROM candles c
  CROSS JOIN symbols s ON s.id = c.symbol
  WHERE (c.epoch, c.sequence, c.symbol, c.interval, c.basis, c.start_time) > (?1, ?2, ?3, ?4, ?5, ?6)
    AND (c.epoch, c.sequence) <= (?7, ?8)
    AND (?9 IS NULL OR s.name IN (SELECT value FROM json_each(?9)))
    AND (?10 IS NULL OR c.interval IN (SELECT value FROM json_each(?10)))
  ORDER BY c.epoch, c.sequence, c.symbol, c.interval, c.basis, c.start_time LIMIT ?11`;

/**
 * With a part between ?1 and ?2, of the symbol ?3 or of any, of the status ?7 or any, after or (with
 * `<`) before (?4, ?5, ?6), where there is one.
 */
const GAPS = (compare: ">" | "<") => `
  SELECT s.name AS symbol, p.name AS provider, g.from_time, g.to_time, g.reason, g.status,
    g.detected_at
  FROM gaps g
  CROSS JOIN symbols s ON s.id = g.symbol CROSS JOIN providers p ON p.id = g.provider
  WHERE g.from_time < ?2 AND (g.to_time > ?1 OR g.from_time >= ?1)
    AND (?3 IS NULL OR s.name = ?3) AND (?7 IS NULL OR g.status = ?7)
    AND (?4 IS NULL OR (g.from_time, s.name, p.name) ${compare} (?4, ?5, ?6))`;
const GAPS_FORWARD = `${GAPS(">")} ORDER BY g.from_time, s.name, p.name LIMIT ?8`;
const GAPS_BACKWARD = `${GAPS("<")} ORDER BY g.from_time DESC, s.name DESC, p.name DESC LIMIT ?8`;

/** Of the symbol ?1 from ?2 to before ?3, after or (with `<`) before the time ?4 and provider ?5. */
const BOOKS = (compare: ">" | "<") => `
  SELECT ?1 AS symbol, p.name AS provider, b.time, b.bids, b.asks, m.mid, m.spread, m.imbalance
  FROM order_book b
  JOIN market_depth m ON m.symbol = b.symbol AND m.time = b.time AND m.provider = b.provider
  CROSS JOIN providers p ON p.id = b.provider
  WHERE b.symbol = ${SYMBOL_ID} AND b.time >= ?2 AND b.time < ?3
    AND (?4 IS NULL OR (b.time, p.name) ${compare} (?4, ?5))`;
const BOOKS_FORWARD = `${BOOKS(">")} ORDER BY b.time, p.name LIMIT ?6`;
const BOOKS_BACKWARD = `${BOOKS("<")} ORDER BY b.time DESC, p.name DESC LIMIT ?6`;

const EVENTS = `
  SELECT ?1 AS provider, time, event, reason, correlation FROM provider_events
  WHERE provider = (SELECT id FROM providers WHERE name = ?1)
  ORDER BY time DESC, id DESC LIMIT ?2`;

const TICK_SPAN = `
  SELECT
    (SELECT min(time) FROM ticks WHERE symbol = ${SYMBOL_ID} AND time < ?2) AS first,
    (SELECT max(time) FROM ticks WHERE symbol = ${SYMBOL_ID} AND time < ?2) AS last`;

const SYMBOLS = `
  SELECT name FROM symbols s
  WHERE EXISTS (SELECT 1 FROM ticks WHERE symbol = s.id)
    OR EXISTS (SELECT 1 FROM candles WHERE symbol = s.id)
  ORDER BY name`;

const RUN_AT = `
  SELECT epoch, started_at, alive_until, clean FROM runs WHERE started_at <= ?1
  ORDER BY alive_until >= ?1 DESC, started_at DESC, epoch DESC LIMIT 1`;

const RUN_OF = "SELECT epoch, started_at, alive_until, clean FROM runs WHERE epoch = ?";

const QUOTAS = `
  SELECT p.name AS provider, q.name, q.spendings FROM quotas q JOIN providers p ON p.id = q.provider
  ORDER BY p.name, q.name`;

const MAPPINGS = `
  SELECT p.name AS provider, s.name AS symbol, m.venue_symbol AS name
  FROM provider_instrument_mappings m
  JOIN providers p ON p.id = m.provider JOIN symbols s ON s.id = m.symbol
  ORDER BY p.name, s.name`;

/** The reading half of a connection. */
export class Reader implements ReadOperations {
  constructor(private readonly database: Database) {}

  ticks(query: TickQuery): Page<Tick> {
    requireLimit(query.limit);
    return readTicks(this.database, query);
  }

  candles(query: CandleQuery): Page<KeptCandle> {
    requireLimit(query.limit);
    const { symbol, interval, basis, order, limit } = query;
    const name = `candles/${order}/${symbol}/${interval}/${basis}`;
    let { from = ALWAYS.from, to = ALWAYS.to } = query;
    if (query.cursor !== undefined) {
      const [start] = decodeCursor(query.cursor, name, ["number"]);
      if (order === "start") from = Math.max(from, start + 1);
      else to = Math.min(to, start);
    }
    const rows = this.database.all<CandleRow>(
      `${CANDLES} ORDER BY c.start_time ${order === "start" ? "ASC" : "DESC"} LIMIT ?6`,
      symbol,
      interval,
      basis,
      from,
      to,
      limit + 1,
    );
    return toPage(rows, limit, toCandle, ({ start_time }) => encodeCursor(name, [start_time]));
  }

  toldCandles(query: ToldCandleQuery): Page<KeptCandle> {
    requireLimit(query.limit);
    const { after, until, symbols, intervals, limit } = query;
    // Of the event itself nothing is wanted: no symbol has so great a number.
    const keys = query.cursor === undefined
      ? [after.epoch, after.sequence, Number.MAX_SAFE_INTEGER, "", "", 0] as const
      : decodeCursor(
        query.cursor,
        "told",
        ["string", "number", "number", "string", "string", "number"],
      );
    const rows = this.database.all<CandleRow & { symbol_id: number }>(
      TOLD,
      ...keys,
      until.epoch,
      until.sequence,
      symbols === undefined ? null : JSON.stringify(symbols),
      intervals === undefined ? null : JSON.stringify(intervals),
      limit + 1,
    );
    return toPage(rows, limit, toCandle, (row) => {
      const { epoch, sequence, symbol_id, interval, basis, start_time } = row;
      return encodeCursor("told", [epoch, sequence, symbol_id, interval, basis, start_time]);
    });
  }

  gaps(query: GapQuery): Page<Gap> {
    requireLimit(query.limit);
    const { from = ALWAYS.from, to = ALWAYS.to, symbol, status, order = "from", limit } = query;
    const name = `gaps/${order}/${status ?? ""}/${symbol ?? ""}`;
    const keys = query.cursor === undefined
      ? [null, null, null] as const
      : decodeCursor(query.cursor, name, ["number", "string", "string"]);
    const rows = this.database.all<GapRow>(
      order === "from" ? GAPS_FORWARD : GAPS_BACKWARD,
      ...[from, to, symbol ?? null, ...keys, status ?? null, limit + 1],
    );
    return toPage(
      rows,
      limit,
      toGap,
      ({ from_time, symbol, provider }) => encodeCursor(name, [from_time, symbol, provider]),
    );
  }

  books(query: BookQuery): Page<BookSnapshot> {
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
    const rows = this.database.all<BookRow>(
      order === "time" ? BOOKS_FORWARD : BOOKS_BACKWARD,
      symbol,
      from,
      to,
      time,
      provider,
      limit + 1,
    );
    return toPage(
      rows,
      limit,
      toBook,
      ({ time, provider }) => encodeCursor(name, [time, provider]),
    );
  }

  measures({ kind, query }: { kind: MeasureKind; query: MeasureQuery }) {
    return readMeasures(this.database, kind, query);
  }

  signals(query: SignalQuery): Page<Signal> {
    return readSignals(this.database, query);
  }

  strategyChanges(): StrategyChange[] {
    return readStrategyChanges(this.database);
  }

  providerEvents({ provider, limit }: { provider: string; limit: number }): ProviderEvent[] {
    requireLimit(limit);
    return this.database.all<ProviderEventRow>(EVENTS, provider, limit).map(toProviderEvent);
  }

  bases({ symbol, interval }: { symbol: string; interval: string }): Basis[] {
    return BASES.filter((basis) =>
      this.database.get(
        `SELECT 1 FROM candles WHERE symbol = ${SYMBOL_ID} AND interval = ?2 AND basis = ?3`,
        symbol,
        interval,
        basis,
      ) !== undefined
    );
  }

  tickSpan({ symbol, before }: { symbol: string; before: number }): TickSpan | null {
    const { first, last } = this.database.get<{ first: number | null; last: number | null }>(
      TICK_SPAN,
      symbol,
      before,
    )!;
    return first === null || last === null ? null : { first, last };
  }

  symbols(): string[] {
    return this.database.all<{ name: string }>(SYMBOLS).map(({ name }) => name);
  }

  runAt(time: number): Run | null {
    const row = this.database.get<RunRow>(RUN_AT, time);
    return row === undefined ? null : toRun(row);
  }

  run(epoch: string): Run | null {
    const row = this.database.get<RunRow>(RUN_OF, epoch);
    return row === undefined ? null : toRun(row);
  }

  lastEpoch(): string | null {
    return this.database.get<{ epoch: string | null }>("SELECT max(epoch) AS epoch FROM runs")!
      .epoch;
  }

  quotas(): KeptQuota[] {
    return this.database.all<QuotaRow>(QUOTAS).map(toQuota);
  }

  mappings(): Mapping[] {
    return this.database.all<Mapping>(MAPPINGS).map((row) => ({ ...row }));
  }

  instrumentChanges(): InstrumentChange[] {
    return this.database.all<{ symbol: string; spec: string | null; changed_at: number }>(
      "SELECT symbol, spec, changed_at FROM instruments ORDER BY symbol",
    ).map(({ symbol, spec, changed_at }) => ({
      symbol,
      spec: spec === null ? null : JSON.parse(spec) as InstrumentSpec,
      changedAt: changed_at,
    }));
  }

  exchangeChanges(): ExchangeChange[] {
    return readExchangeChanges(this.database);
  }

  routeChanges(): RouteChange[] {
    return this.database.all<{ name: string; spec: string | null; changed_at: number }>(
      "SELECT name, spec, changed_at FROM routes ORDER BY name",
    ).map(({ name, spec, changed_at }) => ({
      name,
      spec: spec === null ? null : JSON.parse(spec) as RouteChange["spec"],
      changedAt: changed_at,
    }));
  }
}
