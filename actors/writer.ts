/**
 * Writing entries to the store. A row for which the store has no place must not keep the others
 * out: it is dropped, counted and told.
 *
 * @module
 */
import type { Journal } from "./journal.ts";
import { logger } from "./log.ts";
import type { Meters } from "./meters.ts";
import { type Entry, rowsOf } from "./outbox.ts";
import { type Run, type Store, StoreError } from "../db/store.ts";

/** What writing works with. */
export interface WriterInput {
  readonly store: Pick<Store, "write">;
  readonly journal: Journal;
  readonly meters: Meters;
}

const log = logger("recorder");

/**
 * Writes entries, and the run's mark after them.
 *
 * @param done told of each entry that was written, or dropped: it must not be written again.
 * @throws StoreError where the rest could not be written.
 */
export async function writeEntries(
  input: WriterInput,
  entries: readonly Entry[],
  run: Run | undefined,
  done: (entry: Entry) => void,
): Promise<void> {
  if (await refusalOf(input, entries, run) === null) {
    entries.forEach(done);
    return;
  }
  // Some row is at fault: one entry at a time, so that the rest is kept all the same.
  for (const entry of entries) {
    const refusal = await refusalOf(input, [entry], undefined);
    if (refusal !== null) drop(input, entry, refusal);
    done(entry);
  }
  if (run !== undefined) await keep(input, [], run);
}

/** Writes entries; returns why where the store has no place for a row of theirs. */
async function refusalOf(
  input: WriterInput,
  entries: readonly Entry[],
  run: Run | undefined,
): Promise<StoreError | null> {
  try {
    await keep(input, entries, run);
    return null;
  } catch (error) {
    const isRefusal = error instanceof StoreError && error.code === "refused";
    if (isRefusal && entries.length > 0) return error;
    throw error;
  }
}

async function keep(
  { store, journal, meters }: WriterInput,
  entries: readonly Entry[],
  run: Run | undefined,
): Promise<void> {
  const began = performance.now();
  const report = await store.write({
    ticks: entries.flatMap((entry) => entry.ticks),
    candles: entries.flatMap((entry) => entry.candles ?? []),
    gaps: entries.flatMap((entry) => entry.gaps ?? []),
    events: entries.flatMap((entry) => entry.events ?? []),
    books: entries.flatMap((entry) => entry.books ?? []),
    quotas: entries.flatMap((entry) => entry.quotas ?? []),
    mappings: entries.flatMap((entry) => entry.mappings ?? []),
    measures: entries.flatMap((entry) => entry.measures ?? []),
    amendments: entries.flatMap((entry) => entry.amendments ?? []),
    ...(run === undefined ? {} : { run }),
  });
  journal.kept.ticks += report.ticks;
  journal.kept.candles += report.candles;
  meters.recordedTicks.inc(report.ticks);
  meters.recordedCandles.inc(report.candles);
  meters.flushSeconds.observe((performance.now() - began) / 1_000);
}

function drop({ meters }: WriterInput, entry: Entry, refusal: StoreError): void {
  const rows = rowsOf(entry);
  meters.rowsRefused.inc(rows);
  log.error("{rows} rows are lost: {reason}", { rows, reason: refusal.message });
}
