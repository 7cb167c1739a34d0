/**
 * A file that a command writes: whole, or not at all.
 *
 * @module
 */
import { MarketdError, messageOf } from "../../domain/errors.ts";
import type { Output } from "./deps.ts";

/**
 * Writes a file under a passing name beside it, and gives it its own once it is whole; so what was
 * there before stays until then, and a broken attempt leaves nothing half done.
 */
export class OutFile implements Output {
  readonly #path: string;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #encoder = new TextEncoder();
  /** Resolves with what kept the bytes from the disk; `undefined` once they are there. */
  readonly #settled: Promise<unknown>;

  private constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    if (path.endsWith(".gz")) {
      const packer = new CompressionStream("gzip");
      this.#writer = packer.writable.getWriter();
      this.#settled = packer.readable.pipeTo(file.writable).then(() => undefined, (error) => error);
    } else {
      this.#writer = file.writable.getWriter();
      this.#settled = Promise.resolve();
    }
  }

  /**
   * @param path gzipped where it ends in `.gz`.
   * @throws MarketdError `unwritable` where the file cannot be made.
   */
  static async create(path: string): Promise<OutFile> {
    try {
      const options = { write: true, create: true, truncate: true };
      return new OutFile(path, await Deno.open(passing(path), options));
    } catch (cause) {
      const message = `Cannot write ${path}: ${messageOf(cause)}. Name a file that can be made.`;
      throw new MarketdError("unwritable", message, { terminal: true, cause });
    }
  }

  async write(text: string): Promise<void> {
    await this.#writer.write(this.#encoder.encode(text));
  }

  /** Ends the file, and gives it its name. */
  async finish(): Promise<void> {
    await this.#writer.close();
    const failure = await this.#settled;
    if (failure !== undefined) throw failure;
    await Deno.rename(passing(this.#path), this.#path);
  }

  /** Gives up: nothing is left of it. */
  async discard(): Promise<void> {
    await this.#writer.abort().catch(() => {/* It broke already, which is why it is discarded. */});
    await this.#settled;
    await Deno.remove(passing(this.#path));
  }
}

function passing(path: string): string {
  return `${path}.part`;
}
