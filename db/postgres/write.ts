/**
 * Writing: one batch is one transaction, sent without waiting in between.
 *
 * @module
 */
import { formatLevels } from "../../domain/levels.ts";
import type { Tick } from "../../domain/tick.ts";
import { formatProviders, formatSpendings } from "../rows.ts";
import type {
  Amendment,
  BookSnapshot,
  InstrumentChange,
  KeptCandle,
  KeptQuota,
  Mapping,
  ProviderEvent,
  RouteChange,
  Run,
  WriteBatch,
  WriteReport,
} from "../store.ts";
import type { Gap } from "../../domain/gap.ts";
import { numberArray, textArray, tickColumns } from "./columns.ts";
import type { Link, Parameter } from "./link.ts";
import { measureUpserts } from "./measures.ts";
import { Names } from "./names.ts";
import {
  AMEND_TICKS,
  CANDLE_COLUMNS,
  type CandleColumn,
  INSERT_BOOKS,
  INSERT_EVENTS,
  INSERT_MEASURES,
  INSERT_TICKS,
  UPSERT_CANDLES,
  UPSERT_GAPS,
  UPSERT_INSTRUMENT,
  UPSERT_MAPPINGS,
  UPSERT_QUOTAS,
  UPSERT_ROUTE,
  UPSERT_RUN,
} from "./statements.ts";
import { timestamp } from "./time.ts";

/** Ticks of one statement at most: what a statement takes is held in memory several times over. */
const CHUNK = 10_000;

type Statement = readonly [sql: string, parameters: readonly Parameter[]];

/** The writing half of a session. */
export class Writer {
  readonly #symbols = new Names("symbols");
  readonly #providers = new Names("providers");

  constructor(private readonly link: Link) {}

  /** Keeps a batch, whole or not at all. */
  async write(batch: WriteBatch): Promise<WriteReport> {
    const { ticks, candles, gaps, events, books = [], run } = batch;
    const { quotas = [], mappings = [], amendments = [], measures = [] } = batch;
    const named = [...ticks, ...gaps, ...books, ...mappings, ...amendments];
    await this.#symbols.know(
      this.link,
      symbolsOf([...named, ...candles, ...measures.map(({ value }) => value)]),
    );
    await this.#providers.know(this.link, providersOf([...named, ...events, ...quotas]));

    // All of it is made before any is sent: what cannot be told must not leave half a batch.
    const tickInserts = chunks(ticks).map((chunk) => this.#ticks(chunk));
    const candleUpserts = rounds(candles).map((round) => this.#candles(round));
    const others = [
      ...(gaps.length > 0 ? [this.#gaps(gaps)] : []),
      ...(events.length > 0 ? [this.#events(events)] : []),
      ...(books.length > 0 ? this.#books(books) : []),
      ...(quotas.length > 0 ? [this.#quotas(quotas)] : []),
      ...(mappings.length > 0 ? [this.#mappings(mappings)] : []),
      ...measureUpserts(measures, this.#symbols.ids),
      ...(run === undefined ? [] : [runUpsert(run)]),
    ];
    const amendings = amendments.length > 0 ? [this.#amend(amendments)] : [];
    if (tickInserts.length + candleUpserts.length + others.length + amendings.length === 0) {
      return { ticks: 0, candles: 0 };
    }
    return await this.link.transaction(async () => {
      const [keptTicks, keptCandles] = await Promise.all([
        this.#count(tickInserts),
        this.#count(candleUpserts),
        this.#count(others),
        this.#count(amendings),
      ]);
      return { ticks: keptTicks, candles: keptCandles };
    });
  }

  /** Keeps what was said of an instrument, in place of what was said before. */
  async changeInstrument({ symbol, spec, changedAt }: InstrumentChange): Promise<void> {
    const text = spec === null ? null : JSON.stringify(spec);
    await this.link.query(UPSERT_INSTRUMENT, [symbol, text, timestamp(changedAt)]);
  }

  /** Keeps what was said of a route, in place of what was said before. */
  async changeRoute({ name, spec, changedAt }: RouteChange): Promise<void> {
    const text = spec === null ? null : JSON.stringify(spec);
    await this.link.query(UPSERT_ROUTE, [name, text, timestamp(changedAt)]);
  }

  async #count(statements: readonly Statement[]): Promise<number> {
    const answers = await Promise.all(
      statements.map(([sql, parameters]) => this.link.query(sql, parameters)),
    );
    return answers.reduce((sum, { count }) => sum + count, 0);
  }

  #ticks(ticks: readonly Tick[]): Statement {
    const ids = { symbols: this.#symbols.ids, providers: this.#providers.ids };
    return [INSERT_TICKS, tickColumns(ticks, ids)];
  }

  #candles(candles: readonly KeptCandle[]): Statement {
    const numbers = (of: (candle: KeptCandle) => number | null) => numberArray(candles.map(of));
    const texts = (of: (candle: KeptCandle) => string) => textArray(candles.map(of));
    const columns: Record<CandleColumn, string> = {
      symbol: this.#symbolsOf(candles),
      interval: texts(({ interval }) => interval),
      basis: texts(({ basis }) => basis),
      start_time: numbers(({ start }) => start),
      end_time: numbers(({ end }) => end),
      open: numbers(({ open }) => open),
      high: numbers(({ high }) => high),
      low: numbers(({ low }) => low),
      close: numbers(({ close }) => close),
      real_volume: numbers(({ realVolume }) => realVolume),
      tick_volume: numbers(({ tickVolume }) => tickVolume),
      vwap: numbers(({ vwap }) => vwap),
      buy_volume: numbers(({ buyVolume }) => buyVolume),
      sell_volume: numbers(({ sellVolume }) => sellVolume),
      status: texts(({ status }) => status),
      revision: numbers(({ revision }) => revision),
      provider_source: texts(({ providers }) => formatProviders(providers)),
      open_time: numbers(({ openTime }) => openTime),
      close_time: numbers(({ closeTime }) => closeTime),
      epoch: texts(({ epoch }) => epoch),
      sequence: numbers(({ sequence }) => sequence),
    };
    return [UPSERT_CANDLES, CANDLE_COLUMNS.map((name) => columns[name])];
  }

  #gaps(gaps: readonly Gap[]): Statement {
    const last = lastOf(gaps, ({ symbol, provider, from }) => keyOf(symbol, provider, from));
    return [UPSERT_GAPS, [
      this.#symbolsOf(last),
      this.#providersOf(last),
      numberArray(last.map(({ from }) => from)),
      numberArray(last.map(({ to }) => to)),
      textArray(last.map(({ reason }) => reason)),
      textArray(last.map(({ status }) => status)),
      numberArray(last.map(({ detectedAt }) => detectedAt)),
    ]];
  }

  #events(events: readonly ProviderEvent[]): Statement {
    return [INSERT_EVENTS, [
      this.#providersOf(events),
      numberArray(events.map(({ time }) => time)),
      textArray(events.map(({ event }) => event)),
      textArray(events.map(({ reason }) => reason)),
      textArray(events.map(({ correlation }) => correlation)),
    ]];
  }

  #books(books: readonly BookSnapshot[]): Statement[] {
    const key = [
      this.#symbolsOf(books),
      numberArray(books.map(({ time }) => time)),
      this.#providersOf(books),
    ];
    const levels = [
      textArray(books.map(({ bids }) => formatLevels(bids))),
      textArray(books.map(({ asks }) => formatLevels(asks))),
    ];
    const measures = [
      numberArray(books.map(({ mid }) => mid)),
      numberArray(books.map(({ spread }) => spread)),
      numberArray(books.map(({ imbalance }) => imbalance)),
    ];
    return [[INSERT_BOOKS, [...key, ...levels]], [INSERT_MEASURES, [...key, ...measures]]];
  }

  #quotas(quotas: readonly KeptQuota[]): Statement {
    const last = lastOf(quotas, ({ provider, name }) => JSON.stringify([provider, name]));
    return [UPSERT_QUOTAS, [
      this.#providersOf(last),
      textArray(last.map(({ name }) => name)),
      textArray(last.map(({ spendings }) => formatSpendings(spendings))),
    ]];
  }

  #mappings(mappings: readonly Mapping[]): Statement {
    const last = lastOf(mappings, ({ provider, symbol }) => JSON.stringify([provider, symbol]));
    return [UPSERT_MAPPINGS, [
      this.#providersOf(last),
      this.#symbolsOf(last),
      textArray(last.map(({ name }) => name)),
    ]];
  }

  #amend(amendments: readonly Amendment[]): Statement {
    return [AMEND_TICKS, [
      this.#symbolsOf(amendments),
      this.#providersOf(amendments),
      numberArray(amendments.map(({ from }) => from)),
      numberArray(amendments.map(({ to }) => to)),
      textArray(amendments.map(({ id }) => id)),
      numberArray(amendments.map(({ flags }) => flags)),
    ]];
  }

  #symbolsOf(rows: readonly { readonly symbol: string }[]): string {
    return numberArray(rows.map(({ symbol }) => this.#symbols.ids.get(symbol)!));
  }

  #providersOf(rows: readonly { readonly provider: string }[]): string {
    return numberArray(rows.map(({ provider }) => this.#providers.ids.get(provider)!));
  }
}

function runUpsert({ epoch, startedAt, aliveUntil, clean }: Run): Statement {
  return [UPSERT_RUN, [epoch, timestamp(startedAt), timestamp(aliveUntil), clean]];
}

/** Of the rows with one key the last: a statement may change a row once. */
function lastOf<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()];
}

function symbolsOf(rows: readonly { readonly symbol: string }[]): string[] {
  return rows.map(({ symbol }) => symbol);
}

function providersOf(rows: readonly { readonly provider: string }[]): string[] {
  return rows.map(({ provider }) => provider);
}

function chunks(ticks: readonly Tick[]): (readonly Tick[])[] {
  const count = Math.ceil(ticks.length / CHUNK);
  return Array.from({ length: count }, (_, i) => ticks.slice(i * CHUNK, (i + 1) * CHUNK));
}

/**
 * Candles in as few groups as have no key twice, in order: a statement may change a row once, and each
 * telling of a candle has to meet what the one before it left.
 */
function rounds(candles: readonly KeptCandle[]): KeptCandle[][] {
  const groups: KeptCandle[][] = [];
  const seen = new Map<string, number>();
  for (const candle of candles) {
    const key = keyOf(candle.symbol, candle.interval, candle.basis, candle.start);
    const round = seen.get(key) ?? 0;
    seen.set(key, round + 1);
    (groups[round] ??= []).push(candle);
  }
  return groups;
}

function keyOf(...parts: (string | number)[]): string {
  return parts.join("\0");
}
