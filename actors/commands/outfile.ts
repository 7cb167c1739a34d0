/**
 * A file that a command writes: whole, or not at all.
 *
 * @module
 */
import { MarketdError } from "../../domain/errors.ts";
import { systemReason } from "../../domain/systemerrors.ts";
import type { Output } from "./deps.ts";

/**
 * Writes a file under a passing name beside it, and gives it its own once it is whole; so what was
 * there before stays until then, and a broken attempt leaves nothing half done. What stands there
 * and is no file (a pipe, a device) is written as it is.
 */
export class OutFile implements Output {
  readonly #path: string;
  /** The passing name; `null` where there is none. */
  readonly #passing: string | null;
  readonly #file: Deno.FsFile;
  readonly #packer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | null = null;
  readonly #encoder = new TextEncoder();
  /** Resolves with what kept the packed bytes from the disk; `undefined` once they are there. */
  readonly #packed: Promise<unknown> = Promise.resolve();

  private constructor(path: string, passing: string | null, file: Deno.FsFile) {
    this.#path = path;
    this.#passing = passing;
    this.#file = file;
    if (!/\.gz$/i.test(path)) return;
    const gzip = new CompressionStream("gzip");
    this.#packer = gzip.writable.getWriter();
    const sink = new WritableStream<Uint8Array>({ write: (bytes) => writeWhole(file, bytes) });
    this.#packed = gzip.readable.pipeTo(sink).then(() => undefined, (error) => error);
  }

  /**
   * @param path gzipped where it ends in `.gz`.
   * @throws MarketdError `unwritable` where the file cannot be made.
   */
  static async create(path: string): Promise<OutFile> {
    return await worded(path, async () => {
      const there = await statOf(path);
      if (there?.isDirectory) throw Object.assign(new Error(), { code: "EISDIR" });
      const passing = there === undefined || there.isFile ? `${path}.part` : null;
      const options = { write: true, create: passing !== null, truncate: passing !== null };
      return new OutFile(path, passing, await Deno.open(passing ?? path, options));
    });
  }

  /** @throws MarketdError `unwritable`; Deno's `BrokenPipe` where whoever reads a pipe has left. */
  async write(text: string): Promise<void> {
    const bytes = this.#encoder.encode(text);
    await worded(this.#path, async () => {
      if (this.#packer === null) await writeWhole(this.#file, bytes);
      else await this.#packer.write(bytes);
    });
  }

  /**
   * Ends the file, and gives it its name.
   *
   * @throws as {@link write}.
   */
  async finish(): Promise<void> {
    await worded(this.#path, async () => {
      await this.#packer?.close();
      const failure = await this.#packed;
      if (failure !== undefined) throw failure;
      this.#file.close();
      if (this.#passing !== null) await Deno.rename(this.#passing, this.#path);
    });
  }

  /** Gives up: nothing is left of it. */
  async discard(): Promise<void> {
    await this.#packer?.abort().catch(() => {/* It broke already, hence it is discarded. */});
    await this.#packed;
    try {
      this.#file.close();
    } catch {
      // It is closed already: the name could not be given.
    }
    if (this.#passing !== null) await Deno.remove(this.#passing);
  }
}

async function writeWhole(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let left = bytes; left.length > 0;) left = left.subarray(await file.write(left));
}

async function statOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Does something with an output; what the system has against it is told in words.
 *
 * @throws MarketdError `unwritable`; Deno's `BrokenPipe` as it is.
 */
export async function worded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof Deno.errors.BrokenPipe) throw cause;
    const message = `Cannot write ${path}: ${systemReason(cause)}. Name a file that can be made.`;
    throw new MarketdError("unwritable", message, { terminal: true, cause });
  }
}
