/**
 * The lock that makes one process the owner of a spool. The operating system lets go of it when the
 * process ends, however it ends.
 *
 * @module
 */
import { MarketdError } from "../../domain/errors.ts";

/** A lock on a file, which holds its owner's process id. */
export class SpoolLock {
  private constructor(private readonly file: Deno.FsFile) {}

  /**
   * Takes the lock.
   *
   * @throws MarketdError `locked` where another process has it; what the file system says.
   */
  static async take(path: string): Promise<SpoolLock> {
    const file = await Deno.open(path, { create: true, read: true, write: true, mode: 0o600 });
    try {
      if (!await file.tryLock(true)) {
        const [pid] = /^\d+/.exec(await Deno.readTextFile(path)) ?? [];
        throw new MarketdError(
          "locked",
          `Cannot use the spool of ${path}: ${
            pid === undefined ? "another process" : `process ${pid}`
          } has it. Stop that marketd, or start this one in another folder.`,
          { terminal: true },
        );
      }
      await file.truncate();
      await writeId(file);
      return new SpoolLock(file);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Lets go. The file stays: another process may have opened it, and would lock what is gone. */
  async release(): Promise<void> {
    await this.file.unlock();
    this.file.close();
  }
}

/** On a full disk the lock holds all the same, and only cannot say whose it is. */
async function writeId(file: Deno.FsFile): Promise<void> {
  try {
    await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}
