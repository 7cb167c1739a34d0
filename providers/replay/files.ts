/**
 * The files of a recording: plain or gzipped CSV, read as records while they are needed.
 *
 * @module
 */
import { lineCount, RecordSplitter } from "../../domain/csv.ts";
import { MarketdError } from "../../domain/errors.ts";
import { RecordingReader } from "../../domain/recordingreader.ts";
import { type Problem, ProviderError } from "../provider.ts";
import { breakReason, bytesOf } from "./unpack.ts";

/** One record of a file, not blank. */
export interface FileRecord {
  readonly text: string;
  /** The line that it begins on; the file's first is 1. */
  readonly line: number;
  /** The lines that it stands on. */
  readonly lines: number;
}

/** A file that stopped being readable somewhere. */
export class BrokenFile extends Error {
  override readonly name = "BrokenFile";

  /** @param line the last one that was read whole. */
  constructor(readonly line: number, cause: unknown) {
    super(breakReason(cause), { cause });
  }
}

/** A file's break as a problem of the feed. */
export function breakOf(name: string, { line, message }: BrokenFile): Problem {
  return { where: `${name}:${line}`, what: `the file breaks off after this line: ${message}` };
}

/** A recording whose header was read, and the records after it. */
export class RecordingFile {
  /** The file's name without its folder. */
  readonly name: string;
  readonly reader: RecordingReader;
  readonly #pieces: AsyncGenerator<readonly FileRecord[]>;
  #next: readonly FileRecord[] | null;

  private constructor(
    path: string,
    first: readonly FileRecord[],
    pieces: AsyncGenerator<readonly FileRecord[]>,
  ) {
    const [header, ...rest] = first;
    this.name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
    this.reader = new RecordingReader(header!.text, this.name);
    this.#next = this.#readable(rest);
    this.#pieces = pieces;
  }

  /**
   * Opens a file and reads its header. It must be closed.
   *
   * @throws ProviderError terminal, naming the file, where it or its header cannot be read.
   */
  static async open(path: string): Promise<RecordingFile> {
    const pieces = readPieces(path);
    try {
      return new RecordingFile(path, await firstPiece(pieces), pieces);
    } catch (error) {
      await pieces.return(undefined);
      throw unreadable(path, error);
    }
  }

  /**
   * The next records; `null` at the end. A record that is cut off with a broken file is not given.
   * One of several lines that does not fit the header (a quote was not closed, say) is given line by
   * line: it takes none of the rows below with it.
   *
   * @throws BrokenFile where the file breaks off (a gzip that was cut short, say), after everything
   * that could be read of it.
   */
  async read(): Promise<readonly FileRecord[] | null> {
    const next = this.#next;
    if (next !== null) {
      this.#next = null;
      return next;
    }
    const { value, done } = await this.#pieces.next();
    return done ? null : this.#readable(value);
  }

  #readable(records: readonly FileRecord[]): readonly FileRecord[] {
    if (records.every(({ lines }) => lines === 1)) return records;
    return records.flatMap((record) =>
      record.lines === 1 || this.reader.fits(record.text) ? [record] : linesOf(record)
    );
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.#pieces.return(undefined);
  }
}

async function firstPiece(
  pieces: AsyncGenerator<readonly FileRecord[]>,
): Promise<readonly FileRecord[]> {
  while (true) {
    const { value, done } = await pieces.next();
    if (done) throw new Error("it is empty");
    if (value.length > 0) return value;
  }
}

async function* readPieces(path: string): AsyncGenerator<readonly FileRecord[]> {
  const splitter = new RecordSplitter();
  const decoder = new TextDecoder();
  let line = 0;

  function numbered(texts: readonly string[]): FileRecord[] {
    const records: FileRecord[] = [];
    for (const text of texts) {
      const lines = lineCount(text);
      if (text !== "") records.push({ text, line: line + 1, lines });
      line += lines;
    }
    return records;
  }

  try {
    for await (const piece of bytesOf(path)) {
      yield numbered(splitter.push(decoder.decode(piece, { stream: true })));
    }
    yield numbered([...splitter.push(decoder.decode()), ...splitter.end()]);
  } catch (error) {
    throw new BrokenFile(line, error);
  }
}

function linesOf({ text, line }: FileRecord): FileRecord[] {
  return text.split("\n").map((text, at) => ({
    text: text.endsWith("\r") ? text.slice(0, -1) : text,
    line: line + at,
    lines: 1,
  })).filter(({ text }) => text !== "");
}

function unreadable(path: string, error: unknown): ProviderError {
  const cause = error instanceof BrokenFile ? error.cause : error;
  const message = cause instanceof MarketdError
    ? cause.message
    : `Cannot read recording ${path}: ${breakReason(cause)}.`;
  return new ProviderError("bad-recording", message, { terminal: true, cause });
}
