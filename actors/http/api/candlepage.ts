/**
 * One page of candles: the stored ones and, at the end of time, the one that is forming. No seam: it
 * is neither missing between the two nor there twice.
 *
 * @module
 */
import type { Hub } from "../../hub.ts";
import type { Journal } from "../../journal.ts";
import { BAD_CURSOR, badParameter } from "../problem.ts";
import { settle } from "./settle.ts";
import type { Store } from "../../../db/store.ts";
import type { Basis, Candle } from "../../../domain/candle.ts";
import { formatTime, type Micros, parseTime } from "../../../domain/time.ts";

const ALPHABET = { alphabet: "base64url", omitPadding: true } as const;

/** What is asked for. */
export interface CandleRequest {
  readonly symbol: string;
  readonly interval: string;
  readonly basis: Basis;
  readonly from?: Micros | undefined;
  readonly to?: Micros | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly order: "asc" | "desc";
}

/** Where candles come from. */
export interface CandleSources {
  readonly store: Pick<Store, "candles">;
  readonly hub: Pick<Hub, "latestOf">;
  readonly journal: Pick<Journal, "flushed">;
}

/** A page of candles. */
export interface CandlePage {
  readonly candles: readonly Candle[];
  /** The cursor of the page that follows; `null` where there is none. */
  readonly next: string | null;
}

/**
 * Reads a page. It goes forward from `from`; without `from`, and with `desc`, back from `to` or from
 * the forming candle.
 *
 * @throws ProblemError 400 for a cursor that is none, or one of another query.
 * @throws StoreError
 */
export async function readCandles(
  { store, hub, journal }: CandleSources,
  request: CandleRequest,
): Promise<CandlePage> {
  const { symbol, interval, basis, limit, order } = request;
  const forward = request.from !== undefined && order === "asc";
  // The query that a cursor belongs to; symbols and names have no space.
  const name = ["candles", symbol, interval, basis, forward ? "forward" : "back"].join(" ");
  const { from, to } = continued(request, forward, name);
  // Looked up before the store is read: a candle that closes in between is then there twice, and
  // left out once, rather than nowhere.
  const latest = hub.latestOf("candle", `${symbol} ${interval} ${basis}`)?.payload as
    | Candle
    | undefined;
  const isWhole = await settle(journal);
  const stored = await store.candles({
    symbol,
    interval,
    basis,
    from,
    to,
    limit,
    order: forward ? "start" : "-start",
  });
  // After candles that could not be stored yet it would hide a hole.
  const forming = isWhole && latest?.status === "forming" && isWithin(latest.start, from, to)
    ? latest
    : undefined;
  const { rows } = stored;
  const found = forward
    ? stored.next === null ? [...rows, ...later(forming, rows.at(-1))] : rows
    : [...later(forming, rows[0]), ...rows];
  const shown: Candle[] = found.slice(0, limit);
  const more = stored.next !== null || found.length > limit;
  const next = more ? writeCursor(name, shown.at(-1)!.start) : null;
  return { candles: forward || order === "desc" ? shown : shown.reverse(), next };
}

/** The span that is left of the one asked for, after the pages before. */
function continued(
  { from, to, cursor }: CandleRequest,
  forward: boolean,
  name: string,
): { from: Micros | undefined; to: Micros | undefined } {
  if (cursor === undefined) return { from, to };
  const last = readCursor(cursor, name);
  return forward
    ? { from: Math.max(from ?? last, last + 1), to }
    : { from, to: Math.min(to ?? last, last) };
}

/** Where a page ended: the query's name, and the start of the last candle. */
function writeCursor(name: string, last: Micros): string {
  return new TextEncoder().encode(`${name} ${formatTime(last)}`).toBase64(ALPHABET);
}

function readCursor(cursor: string, name: string): Micros {
  const [, of, at] = /^(candles (?:\S+ ){3}(?:forward|back)) (\S+)$/.exec(decoded(cursor)) ?? [];
  const last = parseTime(at ?? "");
  if (of === undefined || last === undefined) {
    throw badParameter("cursor", "bad-cursor", BAD_CURSOR);
  }
  if (of === name) return last;
  const message = `${BAD_CURSOR}; another gave it: ${of.slice(0, 120)}, and not ${name}`;
  throw badParameter("cursor", "bad-cursor", message);
}

function decoded(cursor: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(cursor, ALPHABET));
  } catch {
    return "";
  }
}

function isWithin(time: Micros, from: Micros = -Infinity, to: Micros = Infinity): boolean {
  return time >= from && time < to;
}

/** A candle, where there is one and it is later than another. */
function later(candle: Candle | undefined, other: Candle | undefined): Candle[] {
  return candle !== undefined && candle.start > (other?.start ?? -Infinity) ? [candle] : [];
}
