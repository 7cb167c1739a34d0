/**
 * Looks through a recording before it is played: what it holds, and what spans it.
 *
 * @module
 */
import type { Glance, RecordingReader } from "../../domain/recordingreader.ts";
import { TICK_KINDS, type TickKind } from "../../domain/tick.ts";
import type { Micros } from "../../domain/time.ts";
import { type Inspection, type Problem, ProviderError, type RecordedFile } from "../provider.ts";
import { FileClock } from "./clock.ts";
import { breakOf, BrokenFile, type FileRecord, RecordingFile } from "./files.ts";

/**
 * Reads every file once. Rows that cannot be read are counted, and what follows a break is not:
 * playing the file says what is wrong.
 *
 * @throws ProviderError terminal, naming the file, where one or its header cannot be read.
 */
export async function inspect(paths: readonly string[]): Promise<Inspection> {
  const found = new Map<string, Found>();
  const files: RecordedFile[] = [];
  for (const path of paths) files.push(await inspectFile(path, found));
  const times = files.flatMap(({ first, last }) => first === null ? [] : [first, last!]);
  return {
    files,
    symbols: [...found].map(([symbol, { kinds, first }]) => ({
      symbol,
      kinds: TICK_KINDS.filter((kind) => kinds.has(kind)),
      first,
    })).sort((a, b) => a.symbol < b.symbol ? -1 : 1),
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    tellsGaps: files.every((file) => file.tellsGaps),
    judged: files.every((file) => file.judged),
    first: times.length === 0 ? null : Math.min(...times),
    last: times.length === 0 ? null : Math.max(...times),
  };
}

/** What is known of one instrument. */
interface Found {
  readonly kinds: Set<TickKind>;
  first: Micros;
}

async function inspectFile(path: string, found: Map<string, Found>): Promise<RecordedFile> {
  await requireFile(path);
  const file = await RecordingFile.open(path);
  const tally = new Tally(file.reader, found);
  let broken: Problem | null = null;
  try {
    for (let records = await file.read(); records !== null; records = await file.read()) {
      tally.add(records);
    }
  } catch (error) {
    if (!(error instanceof BrokenFile)) throw error;
    broken = breakOf(file.name, error);
  } finally {
    await file.close();
  }
  const { size } = await Deno.stat(path);
  const { rows, first, last } = tally;
  const { judged, tellsGaps } = file.reader;
  return { path, bytes: size, rows, first, last, tellsGaps, judged, broken };
}

/** @throws ProviderError where a path is a pipe or the like: a recording is read more than once. */
async function requireFile(path: string): Promise<void> {
  const { isFile, isDirectory } = await Deno.stat(path).catch(() => NOT_THERE);
  if (isFile || isDirectory) return;
  throw new ProviderError(
    "bad-recording",
    `Cannot read recording ${path}: it is read twice, and only a file can be. Write it to one first.`,
    { terminal: true },
  );
}

/** What is not there is told by the attempt to read it. */
const NOT_THERE = { isFile: true, isDirectory: false };

class Tally {
  rows = 0;
  first: Micros | null = null;
  last: Micros | null = null;
  readonly #reader: RecordingReader;
  readonly #found: Map<string, Found>;
  readonly #clock = new FileClock();

  constructor(reader: RecordingReader, found: Map<string, Found>) {
    this.#reader = reader;
    this.#found = found;
  }

  add(records: readonly FileRecord[]): void {
    this.rows += records.length;
    const glances = records.map(({ text }) => this.#reader.glance(text));
    const clocks = this.#clock.pass(glances.map((glance) => glance?.clock ?? NaN));
    glances.forEach((glance, at) => {
      if (glance !== undefined) this.#note(glance, clocks[at]!);
    });
  }

  #note({ symbol, kind }: Glance, clock: Micros): void {
    this.first ??= clock;
    this.last = clock;
    let found = this.#found.get(symbol);
    if (found === undefined) this.#found.set(symbol, found = { kinds: new Set(), first: clock });
    if (clock < found.first) found.first = clock;
    if (kind !== "gap") found.kinds.add(kind);
  }
}
