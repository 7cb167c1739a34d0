/**
 * Looks through a recording before it is played: what it holds, and what spans it.
 *
 * @module
 */
import type { Glance, RecordingReader } from "../../domain/recordingreader.ts";
import { TICK_KINDS, type TickKind } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";
import type { Inspection, RecordedFile } from "../provider.ts";
import { BrokenFile, type FileRecord, RecordingFile } from "./files.ts";

/**
 * Reads every file once. Rows that cannot be read are counted, and what follows a break is not:
 * playing the file says what is wrong.
 *
 * @throws ProviderError terminal, naming the file, where one or its header cannot be read.
 */
export async function inspect(paths: readonly string[]): Promise<Inspection> {
  const kinds = new Map<string, Set<TickKind>>();
  const files: RecordedFile[] = [];
  for (const path of paths) files.push(await inspectFile(path, kinds));
  const times = files.flatMap(({ first, last }) => first === null ? [] : [first, last!]);
  return {
    files,
    symbols: [...kinds.keys()].sort().map((symbol) => ({
      symbol,
      kinds: TICK_KINDS.filter((kind) => kinds.get(symbol)!.has(kind)),
    })),
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    tellsGaps: files.every((file) => file.tellsGaps),
    first: times.length === 0 ? null : Math.min(...times),
    last: times.length === 0 ? null : Math.max(...times),
  };
}

async function inspectFile(path: string, kinds: Map<string, Set<TickKind>>): Promise<RecordedFile> {
  const file = await RecordingFile.open(path);
  const tally = new Tally(file.reader, kinds);
  try {
    for (let records = await file.read(); records !== null; records = await file.read()) {
      tally.add(records);
    }
  } catch (error) {
    if (!(error instanceof BrokenFile)) throw error;
  } finally {
    await file.close();
  }
  const { size } = await Deno.stat(path);
  const { rows, first, last } = tally;
  return { path, bytes: size, rows, first, last, tellsGaps: file.reader.tellsGaps };
}

class Tally {
  rows = 0;
  first: Micros | null = null;
  last: Micros | null = null;
  readonly #reader: RecordingReader;
  readonly #kinds: Map<string, Set<TickKind>>;

  constructor(reader: RecordingReader, kinds: Map<string, Set<TickKind>>) {
    this.#reader = reader;
    this.#kinds = kinds;
  }

  add(records: readonly FileRecord[]): void {
    for (const { text } of records) {
      this.rows++;
      const glance = this.#reader.glance(text);
      if (glance !== undefined) this.#note(glance);
    }
  }

  #note({ symbol, kind, clock }: Glance): void {
    if (this.first === null || clock < this.first) this.first = clock;
    if (this.last === null || clock > this.last) this.last = clock;
    let seen = this.#kinds.get(symbol);
    if (seen === undefined) this.#kinds.set(symbol, seen = new Set());
    if (kind !== "gap") seen.add(kind);
  }
}
