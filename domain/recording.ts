/**
 * Recordings: ticks and gaps as rows of CSV, the same on the way out and on the way in, so that a
 * replay of what was exported does exactly what the live run did. `recordingreader.ts` reads them.
 *
 * A header names the columns, any of {@link RECORDING_COLUMNS} in any order; `time`, `symbol` and
 * `kind` must be there. A row of the kind `gap` has the gap's `from` in `time` and its `detectedAt`
 * in `receivedAt`. An empty field is `null`.
 *
 * @module
 */
import { csvRow, type CsvValue } from "./csv.ts";
import { flagNames } from "./flags.ts";
import type { Gap, GapReason } from "./gap.ts";
import { formatLevels } from "./levels.ts";
import type { Level, Tick } from "./tick.ts";
import { formatTime, type Micros } from "./time.ts";
import { timeWriter } from "./timetext.ts";

/** Every column that a recording may have, in the order in which an export writes them. */
export const RECORDING_COLUMNS = [
  "time",
  "receivedAt",
  "symbol",
  "kind",
  "id",
  "provider",
  "price",
  "size",
  "side",
  "conditions",
  "bid",
  "bidSize",
  "ask",
  "askSize",
  "bids",
  "asks",
  "flags",
  "to",
  "reason",
  "status",
] as const;

/** The name of a column. */
export type RecordingColumn = typeof RECORDING_COLUMNS[number];

/** The first line of an export. */
export const RECORDING_HEADER: string = RECORDING_COLUMNS.join(",");

/** Whether a row is a gap rather than a tick. */
export function isGap(row: Tick | Gap): row is Gap {
  return "detectedAt" in row;
}

/**
 * When a row took effect: what orders a recording, and moves its clock. A gap that was felt as it
 * began (nothing was heard any more) counts from there: the candles that closed in it knew of it.
 */
export function clockTime(row: Tick | Gap): Micros {
  if (!isGap(row)) return row.receivedAt;
  return isFelt(row.reason) ? row.from : row.detectedAt;
}

/** Whether a gap of this reason is felt as it begins. */
export function isFelt(reason: string): boolean {
  return FELT.has(reason);
}

const FELT: ReadonlySet<string> = new Set(
  ["restart", "disconnect", "unsubscribed"] satisfies GapReason[],
);

const writeTime = timeWriter();
const writeReceived = timeWriter();

/** Writes a tick or a gap as a row with every column, without a line break at its end. */
export function formatRow(row: Tick | Gap): string {
  return csvRow(isGap(row) ? gapFields(row) : tickFields(row));
}

function tickFields(tick: Tick): CsvValue[] {
  const { price, size, side, conditions } = tick.kind === "trade" ? tick : NO_TRADE;
  const { bid, bidSize, ask, askSize } = tick.kind === "quote" ? tick : NO_QUOTE;
  const { bids, asks } = tick.kind === "depth" ? tick : NO_DEPTH;
  return [
    writeTime(tick.time),
    writeReceived(tick.receivedAt),
    tick.symbol,
    tick.kind,
    tick.id,
    tick.provider,
    price,
    size,
    side,
    conditions,
    bid,
    bidSize,
    ask,
    askSize,
    formatLevels(bids),
    formatLevels(asks),
    flagNames(tick.flags).join("|"),
    null,
    null,
    null,
  ];
}

function gapFields(gap: Gap): CsvValue[] {
  return [
    writeTime(gap.from),
    writeReceived(gap.detectedAt),
    gap.symbol,
    "gap",
    null,
    gap.provider,
    ...NO_TICK,
    formatTime(gap.to),
    gap.reason,
    gap.status,
  ];
}

/** The columns from `price` to `flags`, all empty. */
const NO_TICK: readonly null[] = Array.from({ length: 11 }, () => null);
const NO_TRADE = { price: null, size: null, side: null, conditions: null };
const NO_QUOTE = { bid: null, bidSize: null, ask: null, askSize: null };
const NO_DEPTH: { bids: readonly Level[]; asks: readonly Level[] } = { bids: [], asks: [] };
