/**
 * Writing: one batch is one transaction.
 *
 * @module
 */
import type { Gap } from "../../domain/gap.ts";
import { formatLevels } from "../../domain/levels.ts";
import type {
  Amendment,
  BookSnapshot,
  ExchangeChange,
  InstrumentChange,
  KeptCandle,
  KeptQuota,
  Mapping,
  ProviderEvent,
  Pruned,
  PruneLimits,
  RouteChange,
  Run,
  StrategyChange,
  WriteReport,
} from "../store.ts";
import {
  CANDLE_KEY,
  CANDLE_TELLING,
  CANDLE_VALUES,
  formatProviders,
  formatSpendings,
  KIND_CODES,
} from "../rows.ts";
import { SIDES, STRIDE, type TickColumns } from "./columns.ts";
import type { Bound, Database } from "./database.ts";
import { upsertMeasure } from "./measures.ts";
import { Names } from "./names.ts";
import type { ColumnBatch, WriteOperations } from "./protocol.ts";
import { prune } from "./prune.ts";
import { changeExchange } from "./exchanges.ts";
import { changeStrategy } from "./strategies.ts";

/** Inserts the columns of one kind of tick; a tick that is there already is passed over. */
function insertTick(...columns: string[]): string {
  const all = ["symbol", "time", "provider", "kind", "id", "received_at", "flags", ...columns];
  return `INSERT INTO ticks (${all.join(", ")}) VALUES (${all.map(() => "?").join(", ")})
    ON CONFLICT (symbol, time, provider, kind, id) DO NOTHING`;
}

const INSERT_TRADE = insertTick("price", "size", "side", "conditions");
const INSERT_QUOTE = insertTick("bid", "bid_size", "ask", "ask_size");
const INSERT_DEPTH = insertTick("bids", "asks");

const CANDLE_COLUMNS = [...CANDLE_KEY, ...CANDLE_VALUES, ...CANDLE_TELLING];

const UPSERT_CANDLE = `
  INSERT INTO candles (${CANDLE_COLUMNS.join(", ")})
  VALUES (${CANDLE_COLUMNS.map(() => "?").join(", ")})
  ON CONFLICT (symbol, interval, basis, start_time) DO UPDATE SET
    ${[...CANDLE_VALUES, ...CANDLE_TELLING].map((name) => `${name} = excluded.${name}`).join()}
  WHERE excluded.revision >= revision
    AND (${CANDLE_VALUES.join(", ")})
      IS NOT (${CANDLE_VALUES.map((name) => `excluded.${name}`).join(", ")})`;

const UPSERT_GAP = `
  INSERT INTO gaps (symbol, provider, from_time, to_time, reason, status, detected_at)
  VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (symbol, provider, from_time) DO UPDATE SET
    to_time = excluded.to_time, reason = excluded.reason, status = excluded.status,
    detected_at = excluded.detected_at`;

const INSERT_BOOK = `
  INSERT INTO order_book (symbol, time, provider, bids, asks) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (symbol, time, provider) DO NOTHING`;

const INSERT_MEASURES = `
  INSERT INTO market_depth (symbol, time, provider, mid, spread, imbalance)
  VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (symbol, time, provider) DO NOTHING`;

const INSERT_EVENT = `
  INSERT INTO provider_events (provider, time, event, reason, correlation)
  VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (provider, time, event, reason, correlation) DO NOTHING`;

const UPSERT_QUOTA = `
  INSERT INTO quotas (provider, name, spendings) VALUES (?, ?, ?)
  ON CONFLICT (provider, name) DO UPDATE SET spendings = excluded.spendings`;

const UPSERT_MAPPING = `
  INSERT INTO provider_instrument_mappings (provider, symbol, venue_symbol) VALUES (?, ?, ?)
  ON CONFLICT (provider, symbol) DO UPDATE SET venue_symbol = excluded.venue_symbol`;

const AMEND = `
  UPDATE ticks SET flags = flags | ?
  WHERE symbol = ? AND provider = ? AND time >= ? AND time < ? AND kind = ? AND id = ?`;

const UPSERT_RUN = `
  INSERT INTO runs (epoch, started_at, alive_until, clean) VALUES (?, ?, ?, ?)
  ON CONFLICT (epoch) DO UPDATE SET
    started_at = excluded.started_at, alive_until = excluded.alive_until, clean = excluded.clean`;

const UPSERT_INSTRUMENT = `
  INSERT INTO instruments (symbol, spec, changed_at) VALUES (?, ?, ?)
  ON CONFLICT (symbol) DO UPDATE SET spec = excluded.spec, changed_at = excluded.changed_at`;

const UPSERT_ROUTE = `
  INSERT INTO routes (name, spec, changed_at) VALUES (?, ?, ?)
  ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, changed_at = excluded.changed_at`;

/** The writing half of a connection. */
export class Writer implements WriteOperations {
  readonly #database: Database;
  readonly #symbols: Names;
  readonly #providers: Names;

  constructor(database: Database) {
    this.#database = database;
    this.#symbols = new Names(database, "symbols");
    this.#providers = new Names(database, "providers");
  }

  /** Keeps a batch, whole or not at all. */
  write(batch: ColumnBatch): WriteReport {
    try {
      return this.#database.transaction(() => {
        const ticks = this.#insertTicks(batch.ticks);
        let candles = 0;
        for (const candle of batch.candles) candles += this.#upsertCandle(candle);
        for (const gap of batch.gaps) this.#upsertGap(gap);
        for (const event of batch.events) this.#insertEvent(event);
        for (const book of batch.books ?? []) this.#insertBook(book);
        for (const quota of batch.quotas ?? []) this.#upsertQuota(quota);
        for (const mapping of batch.mappings ?? []) this.#upsertMapping(mapping);
        for (const measure of batch.measures ?? []) {
          upsertMeasure(this.#database, this.#symbols, measure);
        }
        for (const amendment of batch.amendments ?? []) this.#amend(amendment);
        if (batch.run !== undefined) this.#upsertRun(batch.run);
        return { ticks, candles };
      });
    } catch (error) {
      // The numbers of names that the batch brought went with it.
      this.#symbols.forget();
      this.#providers.forget();
      throw error;
    }
  }

  /** Keeps what was said of an instrument, in place of what was said before. */
  changeInstrument({ symbol, spec, changedAt }: InstrumentChange): void {
    const text = spec === null ? null : JSON.stringify(spec);
    this.#database.run(UPSERT_INSTRUMENT, symbol, text, changedAt);
  }

  /** Keeps what was said of a route, in place of what was said before. */
  changeRoute({ name, spec, changedAt }: RouteChange): void {
    const text = spec === null ? null : JSON.stringify(spec);
    this.#database.run(UPSERT_ROUTE, name, text, changedAt);
  }

  /** Keeps what was said of an exchange, in place of what was said before. */
  changeExchange(change: ExchangeChange): void {
    changeExchange(this.#database, change);
  }

  /** Keeps what was said of a strategy, after all that was said before. */
  changeStrategy(change: StrategyChange): void {
    changeStrategy(this.#database, change);
  }

  /** Deletes what is past its limit, at most `most` rows. */
  prune({ limits, most }: { limits: PruneLimits; most: number }): Pruned {
    return prune(this.#database, limits, most);
  }

  #insertTicks(ticks: TickColumns): number {
    const insertTrade = this.#database.prepare(INSERT_TRADE);
    const insertQuote = this.#database.prepare(INSERT_QUOTE);
    const insertDepth = this.#database.prepare(INSERT_DEPTH);
    const symbols = ticks.symbolNames.map((name) => this.#symbols.idOf(name));
    const providers = ticks.providerNames.map((name) => this.#providers.idOf(name));
    const { numbers } = ticks;
    let inserted = 0;
    let idStart = 0;
    for (let index = 0; index < ticks.length; index++) {
      const at = index * STRIDE;
      const idEnd = idStart + ticks.idLengths[index]!;
      const kind = ticks.kinds[index]!;
      const symbol = symbols[ticks.symbols[index]!]!;
      const provider = providers[ticks.providers[index]!]!;
      const id = ticks.ids.slice(idStart, idEnd);
      const time = numbers[at]!;
      const received = numbers[at + 1]!;
      const flags = numbers[at + 2]!;
      idStart = idEnd;
      // Spelled out, not spread: this runs once per tick. SQLite keeps NaN as NULL.
      const { changes } = kind === KIND_CODES.trade
        ? insertTrade.run(
          symbol,
          time,
          provider,
          kind,
          id,
          received,
          flags,
          numbers[at + 3]!,
          numbers[at + 4]!,
          SIDES[ticks.sides[index]!]!,
          ticks.texts[index]!,
        )
        : kind === KIND_CODES.quote
        ? insertQuote.run(
          symbol,
          time,
          provider,
          kind,
          id,
          received,
          flags,
          numbers[at + 3]!,
          numbers[at + 4]!,
          numbers[at + 5]!,
          numbers[at + 6]!,
        )
        : insertDepth.run(
          symbol,
          time,
          provider,
          kind,
          id,
          received,
          flags,
          ticks.texts[index]!,
          ticks.asks[index]!,
        );
      inserted += Number(changes);
    }
    return inserted;
  }

  #upsertCandle(candle: KeptCandle): number {
    const values: Bound[] = [
      this.#symbols.idOf(candle.symbol),
      candle.interval,
      candle.basis,
      candle.start,
      candle.end,
      candle.open,
      candle.high,
      candle.low,
      candle.close,
      candle.realVolume,
      candle.tickVolume,
      candle.vwap,
      candle.buyVolume,
      candle.sellVolume,
      candle.status,
      candle.revision,
      formatProviders(candle.providers),
      candle.openTime,
      candle.closeTime,
      candle.epoch,
      candle.sequence,
    ];
    return this.#database.run(UPSERT_CANDLE, ...values);
  }

  #upsertGap(gap: Gap): void {
    this.#database.run(
      UPSERT_GAP,
      this.#symbols.idOf(gap.symbol),
      this.#providers.idOf(gap.provider),
      gap.from,
      gap.to,
      gap.reason,
      gap.status,
      gap.detectedAt,
    );
  }

  #insertBook(book: BookSnapshot): void {
    const symbol = this.#symbols.idOf(book.symbol);
    const provider = this.#providers.idOf(book.provider);
    const { time, mid, spread, imbalance } = book;
    const [bids, asks] = [formatLevels(book.bids), formatLevels(book.asks)];
    this.#database.run(INSERT_BOOK, symbol, time, provider, bids, asks);
    this.#database.run(INSERT_MEASURES, symbol, time, provider, mid, spread, imbalance);
  }

  #upsertQuota({ provider, name, spendings }: KeptQuota): void {
    const text = formatSpendings(spendings);
    this.#database.run(UPSERT_QUOTA, this.#providers.idOf(provider), name, text);
  }

  #upsertMapping({ provider, symbol, name }: Mapping): void {
    const key = [this.#providers.idOf(provider), this.#symbols.idOf(symbol)];
    this.#database.run(UPSERT_MAPPING, ...key, name);
  }

  #amend({ symbol, provider, id, from, to, flags }: Amendment): void {
    const key = [this.#symbols.idOf(symbol), this.#providers.idOf(provider)];
    this.#database.run(AMEND, flags, ...key, from, to, KIND_CODES.trade, id);
  }

  #insertEvent({ provider, time, event, reason, correlation }: ProviderEvent): void {
    const of = this.#providers.idOf(provider);
    this.#database.run(INSERT_EVENT, of, time, event, reason, correlation);
  }

  #upsertRun({ epoch, startedAt, aliveUntil, clean }: Run): void {
    this.#database.run(UPSERT_RUN, epoch, startedAt, aliveUntil, clean ? 1 : 0);
  }
}
