/**
 * Merges the files of a recording by their clock.
 *
 * @module
 */
import type { Gap } from "../../domain/gap.ts";
import { clockTime, isGap } from "../../domain/recording.ts";
import { type RecordingRow, RowProblem } from "../../domain/recordingreader.ts";
import type { Tick } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";
import type { Problem, RecordedFile } from "../provider.ts";
import { FileClock } from "./clock.ts";
import { breakOf, BrokenFile, type FileRecord, RecordingFile } from "./files.ts";

/** What a recording says next, or what is wrong with what it says. */
export type Entry = Tick | Gap | Problem;

/** Whether an entry could not be used. */
export function isProblem(entry: Entry): entry is Problem {
  return "what" in entry;
}

/** Entries that are handed over at a time, at most. */
const LONGEST_BLOCK = 1_000;

/**
 * Plays files into one row of entries by clock time; where two files say the same, the one named
 * first comes first. Within a file the order of the rows stands, and a row from the past counts as
 * of the file's clock, which never goes back. A file is opened when its first row is due.
 *
 * @throws ProviderError terminal, naming the file, where one or its header cannot be read.
 */
export async function* merge(files: readonly RecordedFile[]): AsyncGenerator<readonly Entry[]> {
  const waiting = files.map((file, index) => ({ ...file, index }))
    .sort((a, b) => startOf(a) - startOf(b) || a.index - b.index);
  const open: Cursor[] = [];
  try {
    while (true) {
      while (waiting.length > 0 && (open.length === 0 || startOf(waiting[0]!) <= least(open))) {
        const { path, index } = waiting.shift()!;
        const cursor = await Cursor.open(path, index);
        if (cursor !== null) open.push(cursor);
      }
      if (open.length === 0) return;
      const block: Entry[] = [];
      const emptied = takeInto(block, open, waiting.length > 0 ? startOf(waiting[0]!) : Infinity);
      yield block;
      if (emptied !== undefined && !(await emptied.fill())) open.splice(open.indexOf(emptied), 1);
    }
  } finally {
    for (const cursor of open) await cursor.close();
  }
}

/**
 * Takes entries in their order until the block is full, the clock reaches `until`, or a cursor has
 * nothing more at hand, which it then returns.
 */
function takeInto(block: Entry[], open: readonly Cursor[], until: Micros): Cursor | undefined {
  while (block.length < LONGEST_BLOCK) {
    const first = earliest(open);
    if (first.clock >= until) return undefined;
    block.push(first.take());
    if (first.empty) return first;
  }
  return undefined;
}

/** A file without a readable row is opened at once: what is wrong with it must be told. */
function startOf(file: RecordedFile): Micros {
  return file.first ?? -Infinity;
}

function least(cursors: readonly Cursor[]): Micros {
  return Math.min(...cursors.map((cursor) => cursor.clock));
}

/** The cursor whose entry at hand comes first. */
function earliest(cursors: readonly Cursor[]): Cursor {
  let first = cursors[0]!;
  for (const cursor of cursors) if (cursor.isBefore(first)) first = cursor;
  return first;
}

/** A place in one file. */
class Cursor {
  readonly #file: RecordingFile;
  readonly #index: number;
  #entries: Entry[] = [];
  /** The file's clock at each of the entries. */
  #clocks: Micros[] = [];
  #at = 0;
  readonly #clock = new FileClock();
  /** The last record that was read: whether it strays is known by the one below it. */
  #last: readonly FileRecord[] = [];
  #over = false;

  private constructor(file: RecordingFile, index: number) {
    this.#file = file;
    this.#index = index;
  }

  /** Opens a file at its first entry; `null` where it has none. */
  static async open(path: string, index: number): Promise<Cursor | null> {
    const cursor = new Cursor(await RecordingFile.open(path), index);
    return await cursor.fill() ? cursor : null;
  }

  /** The clock time of the entry at hand. */
  get clock(): Micros {
    return this.#clocks[this.#at]!;
  }

  /** Whether the entry at hand comes before another file's. */
  isBefore(other: Cursor): boolean {
    return this.clock < other.clock || (this.clock === other.clock && this.#index < other.#index);
  }

  /** Takes the entry at hand. */
  take(): Entry {
    return this.#entries[this.#at++]!;
  }

  /** Whether there is no entry at hand until the next `fill`. */
  get empty(): boolean {
    return this.#at === this.#entries.length;
  }

  /** Makes sure that there is an entry at hand; false, and closed, at the end of the file. */
  async fill(): Promise<boolean> {
    while (this.empty) {
      if (this.#over) {
        await this.close();
        return false;
      }
      this.#at = 0;
      this.#entries = [];
      this.#clocks = [];
      await this.#read();
    }
    return true;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #read(): Promise<void> {
    try {
      const records = await this.#file.read();
      if (records === null) this.#end();
      else {
        const known = [...this.#last, ...records];
        this.#last = known.slice(-1);
        this.#add(known.slice(0, -1), known.at(-1));
      }
    } catch (error) {
      if (!(error instanceof BrokenFile)) throw error;
      this.#end();
      this.#entries.push(breakOf(this.#file.name, error));
      this.#clocks.push(...this.#clock.pass([NaN]));
    }
  }

  #end(): void {
    this.#over = true;
    this.#add(this.#last, undefined);
  }

  #add(records: readonly FileRecord[], below: FileRecord | undefined): void {
    const { name, reader } = this.#file;
    const read = ({ text, line }: FileRecord) => reader.read(text, line);
    const timeOf = (row: RecordingRow) => row instanceof RowProblem ? NaN : clockTime(row);
    const rows = records.map(read);
    const following = below === undefined ? NaN : timeOf(read(below));
    this.#clocks = this.#clock.pass(rows.map(timeOf), following);
    this.#entries = rows.map((row, at) =>
      row instanceof RowProblem
        ? { where: `${name}:${records[at]!.line}`, what: row.what }
        : reader.stamped
        ? row
        : stamped(row, this.#clocks[at]!)
    );
  }
}

/** A row of a file that does not say when it was received: not before the row above it. */
function stamped(row: Tick | Gap, clock: Micros): Tick | Gap {
  if (clockTime(row) === clock) return row;
  return isGap(row) ? { ...row, detectedAt: clock } : { ...row, receivedAt: clock };
}
