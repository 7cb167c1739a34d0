/**
 * Indicators along a page of candles, warmed by those before it: each value is what it would be had
 * the indicator seen every candle.
 *
 * @module
 */
import { type CandleRequest, type CandleSources, readCandles } from "./candlepage.ts";
import { readAll } from "../../pages.ts";
import type { Page } from "../../../db/store.ts";
import type { Candle } from "../../../domain/candle.ts";
import { type Indicator, type IndicatorValues, inputOf } from "../../../domain/indicators.ts";
import type { Micros } from "../../../domain/time.ts";

/** The values at one candle. */
export interface IndicatorsAt {
  readonly candle: Candle;
  /** As the indicators were given; `null` before one is warm, and where its formula has no value. */
  readonly values: readonly (IndicatorValues | null)[];
}

/** The furthest that is looked back, in candles. */
export const FURTHEST = 50_000;
const PAGE = 5_000;
/** Candles after which others get a turn. */
const TURN = 1_000;

/**
 * Reads a page.
 *
 * @param indicators fresh ones.
 * @param sessionAt the start of the session that holds an instant.
 * @throws ProblemError and StoreError as {@link readCandles}.
 */
export async function readIndicators(
  sources: CandleSources,
  request: CandleRequest,
  indicators: readonly Indicator[],
  sessionAt: (time: Micros) => Micros | null,
): Promise<Page<IndicatorsAt>> {
  const { candles, next } = await readCandles(sources, request);
  const page = candles.toSorted((a, b) => a.start - b.start);
  const before = page.length === 0
    ? []
    : await readBefore(sources, request, page[0]!.start, indicators);
  const rows: IndicatorsAt[] = [];
  let count = 0;
  for (const candle of [...before, ...page]) {
    if (++count % TURN === 0) await new Promise((resolve) => setTimeout(resolve));
    const input = inputOf(candle, sessionAt(candle.start));
    const isForming = candle.status === "forming";
    const values = indicators.map((one) => isForming ? one.peek(input) : one.close(input));
    if (count > before.length) rows.push({ candle, values });
  }
  return { rows: request.order === "desc" ? rows.reverse() : rows, next };
}

/** The closed candles before an instant, as far back as they matter, ascending. */
async function readBefore(
  { store }: CandleSources,
  { symbol, interval, basis }: CandleRequest,
  to: Micros,
  indicators: readonly Indicator[],
): Promise<Candle[]> {
  const reach = Math.min(Math.max(...indicators.map(({ memory }) => memory)), FURTHEST);
  const query = { symbol, interval, basis, to, order: "-start" } as const;
  const limit = Math.min(reach, PAGE);
  const found = await readAll((cursor) => store.candles({ ...query, limit, cursor }), reach);
  return found.slice(0, reach).reverse();
}
