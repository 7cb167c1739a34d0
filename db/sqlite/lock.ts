/**
 * The lock that makes one process the writer of a database file.
 *
 * @module
 */
import { messageOf } from "../../domain/errors.ts";
import { StoreError } from "../store.ts";

/**
 * A lock on `<database>.lock`, which holds the owner's process id. The operating system lets go of
 * it when the process ends, however it ends.
 */
export class WriterLock {
  private constructor(private readonly file: Deno.FsFile) {}

  /**
   * Takes the lock.
   *
   * @param path of the database.
   * @param label what messages call the database.
   * @throws StoreError `locked` where another process has it, `unusable` where there can be none.
   */
  static take(path: string, label: string): WriterLock {
    const file = openLockFile(`${path}.lock`, label);
    try {
      if (!file.tryLockSync(true)) {
        const owner = readOwner(`${path}.lock`);
        throw new StoreError(
          "locked",
          `Cannot open ${label} for writing: ${owner} has it. Stop it, or ask it over HTTP.`,
        );
      }
      writeOwner(file);
      return new WriterLock(file);
    } catch (error) {
      file.close();
      throw error instanceof StoreError ? error : unusable(`${path}.lock`, label, error);
    }
  }

  /**
   * Who has the lock, in words; `undefined` where nobody has it. A lock that others may share tells:
   * it is had for an instant only, and no writer's is taken away.
   *
   * @param path of the database.
   * @param label what messages call the database.
   * @throws StoreError `unusable` where that cannot be found out.
   */
  static owner(path: string, label: string): string | undefined {
    try {
      using file = Deno.openSync(`${path}.lock`, { read: true });
      return file.tryLockSync(false) ? undefined : readOwner(`${path}.lock`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw unusable(`${path}.lock`, label, error);
    }
  }

  /**
   * Lets go. The file stays: were it removed, a process that had just opened it could lock what
   * nobody else sees any more.
   */
  release(): void {
    this.file.truncateSync();
    this.file.unlockSync();
    this.file.close();
  }
}

function openLockFile(path: string, label: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { create: true, read: true, write: true, mode: 0o600 });
  } catch (error) {
    throw unusable(path, label, error);
  }
}

/** On a full disk the lock holds all the same, and only cannot say whose it is. */
function writeOwner(file: Deno.FsFile): void {
  try {
    file.truncateSync();
    file.writeSync(new TextEncoder().encode(`${Deno.pid}\n`));
  } catch (error) {
    if (!/space|ENOSPC/i.test(messageOf(error))) throw error;
  }
}

function readOwner(path: string): string {
  try {
    const pid = Deno.readTextFileSync(path).trim();
    if (/^\d+$/.test(pid)) return `process ${pid}`;
  } catch {
    // Where locks are mandatory (Windows), what is locked cannot be read.
  }
  return "another process";
}

function unusable(path: string, label: string, error: unknown): StoreError {
  return new StoreError(
    "unusable",
    `Cannot open ${label} for writing: its lock file ${path} cannot be used (${
      messageOf(error)
    }). Let marketd write that folder, or name another file in store.url.`,
    error,
  );
}
