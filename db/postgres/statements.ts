/**
 * The statements that write. Each takes many rows as arrays, one per column, and times as microseconds.
 *
 * @module
 */
import { CANDLE_KEY, CANDLE_TELLING, CANDLE_VALUES } from "../rows.ts";
import { fromMicros } from "./time.ts";

/** Takes what `tickColumns` makes. A tick that is there already is passed over. */
export const INSERT_TICKS = `
  INSERT INTO ticks (
    symbol, time, provider, kind, id, received_at, flags, price, size, bid, bid_size, ask, ask_size,
    side, conditions, bids, asks
  )
  SELECT symbol, ${fromMicros("time")}, provider, kind, id, ${fromMicros("received")}, flags,
    CASE kind WHEN 0 THEN a END, CASE kind WHEN 0 THEN b END,
    CASE kind WHEN 1 THEN a END, CASE kind WHEN 1 THEN b END, c, d,
    side, CASE kind WHEN 0 THEN text END, CASE kind WHEN 2 THEN text END, asks
  FROM unnest(
    $1::integer[], $2::bigint[], $3::integer[], $4::smallint[], $5::text[], $6::bigint[],
    $7::integer[], $8::float8[], $9::float8[], $10::float8[], $11::float8[], $12::text[],
    $13::text[], $14::text[]
  ) AS row (symbol, time, provider, kind, id, received, flags, a, b, c, d, side, text, asks)
  ON CONFLICT (symbol, time, provider, kind, id) DO NOTHING`;

/** The columns of {@link UPSERT_CANDLES}, in the order of its parameters. */
export const CANDLE_COLUMNS = [...CANDLE_KEY, ...CANDLE_VALUES, ...CANDLE_TELLING];
/** One of them. */
export type CandleColumn = (typeof CANDLE_COLUMNS)[number];

/** Which columns of a candle are no plain doubles. */
const CANDLE_TYPES: Readonly<Partial<Record<CandleColumn, string>>> = {
  symbol: "integer",
  interval: "text",
  basis: "text",
  start_time: "time",
  end_time: "time",
  tick_volume: "bigint",
  status: "text",
  revision: "integer",
  provider_source: "text",
  open_time: "time",
  close_time: "time",
  epoch: "text",
  sequence: "bigint",
};

/**
 * Takes an array per column, of candles that have no key twice. What is told replaces what is kept
 * where its revision is not lower and anything but the telling differs.
 */
export const UPSERT_CANDLES = `
  INSERT INTO candles AS kept (${CANDLE_COLUMNS.join(", ")})
  SELECT ${
  CANDLE_COLUMNS.map((name) =>
    CANDLE_TYPES[name] === "time" ? fromMicros(`row.${name}`) : `row.${name}`
  ).join(", ")
}
  FROM unnest(${
  CANDLE_COLUMNS.map((name, index) => {
    const type = CANDLE_TYPES[name] ?? "float8";
    return `$${index + 1}::${type === "time" ? "bigint" : type}[]`;
  }).join(", ")
}) AS row (${CANDLE_COLUMNS.join(", ")})
  ON CONFLICT (symbol, interval, basis, start_time) DO UPDATE SET
    ${[...CANDLE_VALUES, ...CANDLE_TELLING].map((name) => `${name} = excluded.${name}`).join(", ")}
  WHERE excluded.revision >= kept.revision
    AND (${CANDLE_VALUES.map((name) => `kept.${name}`).join(", ")})
      IS DISTINCT FROM (${CANDLE_VALUES.map((name) => `excluded.${name}`).join(", ")})`;

/** Takes symbols, providers, beginnings, ends, reasons, statuses and times of detection. */
export const UPSERT_GAPS = `
  INSERT INTO gaps (symbol, provider, from_time, to_time, reason, status, detected_at)
  SELECT symbol, provider, ${fromMicros("since")}, ${fromMicros("until")}, reason, status,
    ${fromMicros("detected")}
  FROM unnest(
    $1::integer[], $2::integer[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::bigint[]
  ) AS row (symbol, provider, since, until, reason, status, detected)
  ON CONFLICT (symbol, provider, from_time) DO UPDATE SET
    to_time = excluded.to_time, reason = excluded.reason, status = excluded.status,
    detected_at = excluded.detected_at`;

/** Takes providers, times, events, reasons and correlations. */
export const INSERT_EVENTS = `
  INSERT INTO provider_events (provider, time, event, reason, correlation)
  SELECT provider, ${fromMicros("time")}, event, reason, correlation
  FROM unnest($1::integer[], $2::bigint[], $3::text[], $4::text[], $5::text[])
    AS row (provider, time, event, reason, correlation)
  ON CONFLICT (provider, time, md5(event), md5(reason), md5(correlation)) DO NOTHING`;

/** Takes symbols, times, providers, bids and asks. */
export const INSERT_BOOKS = `
  INSERT INTO order_book (symbol, time, provider, bids, asks)
  SELECT symbol, ${fromMicros("time")}, provider, bids, asks
  FROM unnest($1::integer[], $2::bigint[], $3::integer[], $4::text[], $5::text[])
    AS row (symbol, time, provider, bids, asks)
  ON CONFLICT (symbol, time, provider) DO NOTHING`;

/** Takes symbols, times, providers, mids, spreads and imbalances. */
export const INSERT_MEASURES = `
  INSERT INTO market_depth (symbol, time, provider, mid, spread, imbalance)
  SELECT symbol, ${fromMicros("time")}, provider, mid, spread, imbalance
  FROM unnest(
    $1::integer[], $2::bigint[], $3::integer[], $4::float8[], $5::float8[], $6::float8[]
  ) AS row (symbol, time, provider, mid, spread, imbalance)
  ON CONFLICT (symbol, time, provider) DO NOTHING`;

/** Takes providers, allowances and spendings as JSON, each key once. */
export const UPSERT_QUOTAS = `
  INSERT INTO quotas (provider, name, spendings)
  SELECT provider, name, spendings::jsonb
  FROM unnest($1::integer[], $2::text[], $3::text[]) AS row (provider, name, spendings)
  ON CONFLICT (provider, name) DO UPDATE SET spendings = excluded.spendings`;

/** Takes providers, symbols and the venue's names, each key once. */
export const UPSERT_MAPPINGS = `
  INSERT INTO provider_instrument_mappings (provider, symbol, venue_symbol)
  SELECT provider, symbol, name
  FROM unnest($1::integer[], $2::integer[], $3::text[]) AS row (provider, symbol, name)
  ON CONFLICT (provider, symbol) DO UPDATE SET venue_symbol = excluded.venue_symbol`;

/** Takes symbols, providers, the bounds of the times, ids and flags. */
export const AMEND_TICKS = `
  UPDATE ticks SET flags = ticks.flags | row.flags
  FROM unnest(
    $1::integer[], $2::integer[], $3::bigint[], $4::bigint[], $5::text[], $6::integer[]
  ) AS row (symbol, provider, since, until, id, flags)
  WHERE ticks.symbol = row.symbol AND ticks.provider = row.provider AND ticks.kind = 0
    AND ticks.time >= ${fromMicros("row.since")} AND ticks.time < ${fromMicros("row.until")}
    AND ticks.id = row.id`;

/** Takes an epoch, a start, a last sign of life, and whether the run stopped by itself. */
export const UPSERT_RUN = `
  INSERT INTO runs (epoch, started_at, alive_until, clean) VALUES ($1, $2, $3, $4)
  ON CONFLICT (epoch) DO UPDATE SET
    started_at = excluded.started_at, alive_until = excluded.alive_until, clean = excluded.clean`;

/** Takes a symbol, what was said of it as JSON, and when. */
export const UPSERT_INSTRUMENT = `
  INSERT INTO instruments (symbol, spec, changed_at) VALUES ($1, $2::text::jsonb, $3)
  ON CONFLICT (symbol) DO UPDATE SET spec = excluded.spec, changed_at = excluded.changed_at`;

/** Keeps what was said of a route. */
export const UPSERT_ROUTE = `
  INSERT INTO routes (name, spec, changed_at) VALUES ($1, $2::text::jsonb, $3)
  ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, changed_at = excluded.changed_at`;
