/**
 * The files of a recording: plain or gzipped CSV, read as records while they are needed.
 *
 * @module
 */
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { lineCount, RecordSplitter } from "../../domain/csv.ts";
import { MarketdError, messageOf } from "../../domain/errors.ts";
import { RecordingReader } from "../../domain/recordingreader.ts";
import { ProviderError } from "../provider.ts";

/** Bytes, unpacked, that are read at a time. */
const PIECE = 65_536;

/** One record of a file, not blank. */
export interface FileRecord {
  readonly text: string;
  /** The line that it begins on; the file's first is 1. */
  readonly line: number;
}

/** A file that stopped being readable somewhere. */
export class BrokenFile extends Error {
  override readonly name = "BrokenFile";

  /** @param line the last one that was read whole. */
  constructor(readonly line: number, cause: unknown) {
    super(messageOf(cause), { cause });
  }
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
    this.#next = rest;
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
    return done ? null : value;
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
      if (text !== "") records.push({ text, line: line + 1 });
      line += lineCount(text);
    }
    return records;
  }

  const { bytes, close } = openBytes(path);
  try {
    for await (const piece of bytes) {
      yield numbered(splitter.push(decoder.decode(piece, { stream: true })));
    }
    yield numbered([...splitter.push(decoder.decode()), ...splitter.end()]);
  } catch (error) {
    throw new BrokenFile(line, error);
  } finally {
    close();
  }
}

/** Node's gunzip rather than `DecompressionStream`: that one refuses a file of several members. */
function openBytes(path: string): { bytes: Readable; close: () => void } {
  const file = createReadStream(path, { highWaterMark: PIECE });
  if (!path.endsWith(".gz")) return { bytes: file, close: () => file.destroy() };
  const plain = createGunzip({ chunkSize: PIECE });
  file.on("error", (error) => plain.destroy(error));
  file.pipe(plain);
  const close = () => {
    file.destroy();
    plain.destroy();
  };
  return { bytes: plain, close };
}

function unreadable(path: string, error: unknown): ProviderError {
  const cause = error instanceof BrokenFile ? error.cause : error;
  const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
  const message = cause instanceof MarketdError
    ? cause.message
    : `Cannot read recording ${path}: ${missing ? "there is no such file" : messageOf(cause)}.`;
  return new ProviderError("bad-recording", message, { terminal: true, cause });
}
