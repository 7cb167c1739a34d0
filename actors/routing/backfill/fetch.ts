/**
 * Fetching a span of history in parts of whole minutes, so that little is held at once and what was
 * done stays done.
 *
 * @module
 */
import type { Source } from "./sources.ts";
import type { Refill } from "../../instruments/refill.ts";
import type { Listing } from "../../instruments/directory.ts";
import { type Micros, MINUTE } from "../../../domain/time.ts";
import type { HistoricalBar, QuotaRequest } from "../../../providers/provider.ts";

/** What of history is fetched. */
export interface Wanted {
  readonly listing: Listing;
  readonly from: Micros;
  readonly to: Micros;
  readonly source: Source;
  readonly request: QuotaRequest;
}

/** Rows after which whole minutes are handed on. */
const PART = { trades: 10_000, bars: 500 };

/**
 * Fetches it, the earliest part first.
 *
 * @throws ProviderError
 */
export async function* fetchParts(wanted: Wanted): AsyncGenerator<Refill> {
  const { from, listing: { basis, instrument }, request, source, to } = wanted;
  const { session } = source;
  const query = { instrument, from, to };
  if (source.gives === "trades") {
    const pages = session.trades!(query, request);
    yield* parts(wanted, pages, PART.trades, ({ time }) => time, (trades) => ({ trades }));
  } else {
    const pages = session.bars!({ ...query, interval: "1m", basis }, request);
    const startOf = ({ start }: HistoricalBar) => start;
    yield* parts(wanted, pages, PART.bars, startOf, (bars) => ({ bars }));
  }
}

async function* parts<Row>(
  { from, listing, source: { provider }, to }: Wanted,
  pages: AsyncIterable<readonly Row[]>,
  size: number,
  timeOf: (row: Row) => Micros,
  said: (rows: readonly Row[]) => Refill["said"],
): AsyncGenerator<Refill> {
  const { symbol } = listing.instrument;
  let start = from;
  let held: Row[] = [];
  const part = (end: Micros, rows: readonly Row[]): Refill => ({
    symbol,
    provider,
    span: { start, end },
    covered: { start: from, end },
    said: said(rows),
  });
  for await (const page of pages) {
    held = held.concat(page);
    if (held.length < size) continue;
    const last = timeOf(held.at(-1)!);
    // The minute that it is in may go on with the next page.
    const end = last - last % MINUTE;
    if (end <= start) continue;
    yield part(end, held.filter((row) => timeOf(row) < end));
    held = held.filter((row) => timeOf(row) >= end);
    start = end;
  }
  yield part(to, held);
}
