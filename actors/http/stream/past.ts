/**
 * What only the store can tell a client: closed candles that the ring does not hold any more, and
 * history from before it came.
 *
 * @module
 */
import type { Position } from "./query.ts";
import { type Subscription, wants } from "./subscription.ts";
import { settle } from "../api/settle.ts";
import { logger } from "../../log.ts";
import { readAll } from "../../pages.ts";
import type { Shared } from "../../shared.ts";
import type { KeptCandle } from "../../../db/store.ts";
import { messageOf } from "../../../domain/errors.ts";
import type { Micros } from "../../../domain/time.ts";

/** Candles refilled at most, give or take a page; whoever was away longer asks for them. */
const MOST = 20_000;

const log = logger("http");

/**
 * The closed candles told after one event and up to another, each in its latest revision.
 *
 * @returns `null` where the store never saw the epoch, or cannot be asked in time: that something
 * is missing is said in any case, and the live events must not wait for it.
 */
export async function readMissed(
  { journal, store }: Pick<Shared, "journal" | "store">,
  wanted: Subscription,
  span: { readonly after: Position; readonly until: Position },
  page: number,
): Promise<KeptCandle[] | null> {
  const { symbols, intervals } = wanted;
  const query = {
    symbols: symbols === null ? undefined : [...symbols],
    intervals: intervals === null ? undefined : [...intervals.keys()],
    ...span,
    limit: page,
  };
  try {
    // Only then is every candle that was told so far in the store.
    if (!await settle(journal) || await store.run(span.after.epoch) === null) return null;
    const told = await readAll((cursor) => store.toldCandles({ ...query, cursor }), MOST);
    return told.filter(({ symbol, interval }) =>
      wants(wanted, { type: "candle", symbol, interval })
    );
  } catch (error) {
    log.warn("closed candles cannot be refilled: {reason}", { reason: messageOf(error) });
    return null;
  }
}

/**
 * The stored candles from a time on that were told up to `head`, by pages: those told later, new
 * revisions too, come by themselves.
 *
 * @throws StoreError where they cannot be read.
 */
export async function* readHistory(
  { directory, hub, intervals, journal, store }: Shared,
  wanted: Subscription,
  since: Micros,
  head: number,
  page: number,
): AsyncGenerator<KeptCandle[]> {
  if (!wanted.types.has("candle")) return;
  await journal.flushed();
  for (const { instrument: { symbol }, basis } of directory.all()) {
    for (const { name: interval } of intervals) {
      if (!wants(wanted, { type: "candle", symbol, interval })) continue;
      const query = { symbol, interval, basis, from: since, order: "start", limit: page } as const;
      let cursor: string | undefined;
      do {
        const { rows, next } = await store.candles({ ...query, cursor });
        yield rows.filter(({ epoch, sequence }) => epoch !== hub.epoch || sequence <= head);
        cursor = next ?? undefined;
      } while (cursor !== undefined);
    }
  }
}
