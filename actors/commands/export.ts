/**
 * `export candles|ticks|gaps`: what is stored, as CSV or JSON, page by page.
 *
 * @module
 */
import type { Page, Store } from "../../db/store.ts";
import type { Basis, Candle } from "../../domain/candle.ts";
import { MarketdError } from "../../domain/errors.ts";
import type { Gap } from "../../domain/gap.ts";
import { clockTime, formatRow, isGap, RECORDING_HEADER } from "../../domain/recording.ts";
import {
  CANDLE_HEADER,
  candleRecord,
  candleRow,
  GAP_HEADER,
  gapRecord,
  gapRow,
  tickRecord,
} from "../../domain/tables.ts";
import type { Tick } from "../../domain/tick.ts";
import { nearest } from "../settings/problems.ts";
import type { CommandDeps, ExportArgs, ExportFormat, Output } from "./deps.ts";
import { OutFile, worded } from "./outfile.ts";
import { prepare } from "./prepare.ts";

/** Rows that are read and written at a time. */
const PAGE = 10_000;

/**
 * Writes what is stored of an instrument to the standard output or to a file. Ticks come as a
 * recording, in the order in which they were received, each gap where it was found.
 *
 * @returns 0, also where whoever reads the output has heard enough.
 * @throws ConfigError; StoreError; MarketdError `unknown-symbol`, `no-symbol`, or `which-basis` where
 * candles are stored on several.
 */
export async function exportRows(deps: CommandDeps, args: ExportArgs): Promise<number> {
  const { settings } = await prepare(deps);
  const store = await deps.openStore(settings.store.url, { mode: "read" });
  try {
    await requireKnown(store, args);
    const count = args.out === undefined
      ? await writeTable(store, args, plainly(deps.stdout))
      : await writeFile(store, args, args.out);
    if (count === 0) await deps.stderr.write(`note: ${await nothingFound(store, args)}\n`);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  } finally {
    await store.close();
  }
  return 0;
}

async function requireKnown(store: Store, { kind, symbol }: ExportArgs): Promise<void> {
  if (symbol === undefined) {
    if (kind === "gaps") return;
    throw new MarketdError(
      "no-symbol",
      `Cannot export ${kind} without a symbol: name one, as in \`marketd export ${kind} AAPL\`.`,
      { terminal: true },
    );
  }
  const known = await store.symbols();
  if (known.includes(symbol)) return;
  if ((await store.gaps({ symbol, limit: 1 })).rows.length > 0) return;
  const near = nearest(symbol, known);
  const hint = near !== undefined
    ? `did you mean ${near}?`
    : known.length === 0
    ? "it holds no instrument yet."
    : `it holds ${listed(known)}.`;
  throw new MarketdError(
    "unknown-symbol",
    `Cannot read the ${kind} of ${symbol}: nothing of it is in ${store.label}; ${hint}`,
    { terminal: true },
  );
}

function listed(symbols: readonly string[]): string {
  const shown = symbols.slice(0, 20).join(", ");
  return symbols.length > 20 ? `${shown} and ${symbols.length - 20} more` : shown;
}

async function nothingFound(
  store: Store,
  { kind, symbol, interval, basis, from, to }: ExportArgs,
): Promise<string> {
  const what = kind === "candles" ? `${interval} candles` : kind;
  const where = from === undefined && to === undefined ? "stored" : "stored in that range";
  const nothing = `no ${what}${symbol === undefined ? "" : ` of ${symbol}`} are ${where}`;
  if (kind !== "candles" || basis === undefined) return nothing;
  const bases = await store.bases(symbol!, interval);
  const instead = bases.length === 0
    ? "; there are none on another, either"
    : bases.includes(basis)
    ? ""
    : `; there are some on ${bases.join(", ")}`;
  return `${nothing} on ${basis}${instead}`;
}

/** An output whose failures are told in words. */
function plainly(stdout: Output): Output {
  return { write: (text) => worded("standard output", () => stdout.write(text)) };
}

async function writeFile(store: Store, args: ExportArgs, path: string): Promise<number> {
  const file = await OutFile.create(path);
  try {
    const count = await writeTable(store, args, file);
    await file.finish();
    return count;
  } catch (error) {
    await file.discard();
    throw error;
  }
}

async function writeTable(store: Store, args: ExportArgs, output: Output): Promise<number> {
  switch (args.kind) {
    case "candles":
      return await write(candlePages(store, args), CANDLES, args.format, output);
    case "ticks":
      return await write(recordingPages(store, args), RECORDING, args.format, output);
    case "gaps":
      return await write(gapPages(store, args), GAPS, args.format, output);
  }
}

/** How rows are written. */
interface Table<T> {
  readonly header: string;
  row(value: T): string;
  record(value: T): unknown;
}

const CANDLES: Table<Candle> = { header: CANDLE_HEADER, row: candleRow, record: candleRecord };
const GAPS: Table<Gap> = { header: GAP_HEADER, row: gapRow, record: gapRecord };
const RECORDING: Table<Tick | Gap> = {
  header: RECORDING_HEADER,
  row: formatRow,
  record: (row) => isGap(row) ? { kind: "gap", ...gapRecord(row) } : tickRecord(row),
};

async function write<T>(
  pages: AsyncIterable<readonly T[]>,
  table: Table<T>,
  format: ExportFormat,
  output: Output,
): Promise<number> {
  const [head, separator, tail] = {
    csv: [`${table.header}\n`, "\n", "\n"],
    ndjson: ["", "\n", "\n"],
    json: ["[\n", ",\n", "\n]\n"],
  }[format] as [string, string, string];
  const line = format === "csv"
    ? (value: T) => table.row(value)
    : (value: T) => JSON.stringify(table.record(value));
  let count = 0;
  // The head waits for the first page: where that cannot be read, nothing is written.
  for await (const page of pages) {
    if (page.length === 0) continue;
    const text = page.map(line).join(separator);
    await output.write((count === 0 ? head : separator) + text);
    count += page.length;
  }
  if (count === 0) await output.write(head);
  if (count > 0 || format === "json") await output.write(tail);
  return count;
}

async function* candlePages(
  store: Store,
  { symbol, interval, basis, from, to }: ExportArgs,
): AsyncGenerator<readonly Candle[]> {
  const chosen = basis ?? await onlyBasis(store, symbol!, interval);
  if (chosen === undefined) return;
  const query = { symbol: symbol!, interval, basis: chosen, from, to, order: "start" } as const;
  yield* pagesOf((page) => store.candles({ ...query, ...page }));
}

async function onlyBasis(
  store: Store,
  symbol: string,
  interval: string,
): Promise<Basis | undefined> {
  const bases = await store.bases(symbol, interval);
  if (bases.length <= 1) return bases[0];
  throw new MarketdError(
    "which-basis",
    `Cannot choose among the ${interval} candles of ${symbol}: they are stored on ` +
      `${bases.join(", ")}. Name one with --basis.`,
    { terminal: true },
  );
}

async function* gapPages(
  store: Store,
  { symbol, from, to }: ExportArgs,
): AsyncGenerator<readonly Gap[]> {
  yield* pagesOf((page) => store.gaps({ symbol, from, to, ...page }));
}

/** The ticks as they arrived, and before each those gaps that had been found by then. */
async function* recordingPages(
  store: Store,
  args: ExportArgs,
): AsyncGenerator<readonly (Tick | Gap)[]> {
  const { symbol, from, to } = args;
  // Gaps are few, and stored by when they began: all of them are held, to be put in order.
  const gaps: Gap[] = [];
  for await (const page of gapPages(store, args)) gaps.push(...page);
  gaps.sort((a, b) => clockTime(a) - clockTime(b));

  const query = { symbol: symbol!, from, to, order: "arrival" } as const;
  let told = 0;
  for await (const ticks of pagesOf((page) => store.ticks({ ...query, ...page }))) {
    const rows: (Tick | Gap)[] = [];
    for (const tick of ticks) {
      while (told < gaps.length && clockTime(gaps[told]!) <= tick.receivedAt) {
        rows.push(gaps[told++]!);
      }
      rows.push(tick);
    }
    yield rows;
  }
  yield gaps.slice(told);
  const end = await watchedUntil(store, args);
  if (end !== null) yield [end];
}

/**
 * A gap without length where the watch ended: it moves the clock of a replay to where the candles
 * that formed then were closed.
 */
async function watchedUntil(store: Store, { symbol, from, to }: ExportArgs): Promise<Gap | null> {
  const last = (await store.ticks({ symbol: symbol!, from, to, order: "-time", limit: 1 })).rows[0];
  const run = last === undefined ? null : await store.runAt(last.receivedAt);
  if (last === undefined || run === null) return null;
  const at = Math.min(Math.max(run.aliveUntil, last.receivedAt), to ?? Infinity);
  const { provider } = last;
  return {
    symbol: symbol!,
    provider,
    from: at,
    to: at,
    reason: "restart",
    status: "open",
    detectedAt: at,
  };
}

/** Every page of a query. */
async function* pagesOf<T>(
  read: (page: { limit: number; cursor: string | undefined }) => Promise<Page<T>>,
): AsyncGenerator<readonly T[]> {
  let cursor: string | undefined;
  do {
    const page = await read({ limit: PAGE, cursor });
    yield page.rows;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}
