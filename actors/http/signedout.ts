/**
 * Sessions that were ended by hand: kept beside the database, so that a restart brings none back.
 *
 * @module
 */
import { dirname } from "node:path";
import { OWNERS, readText, writeWhole } from "./token.ts";
import { logger } from "../log.ts";
import { messageOf } from "../../domain/errors.ts";

/** Those remembered, the last of them. */
const MOST = 10_000;

const log = logger("http");

/**
 * Remembers what was ended, by name: when the session ends by itself, in seconds since 1970, a dot and
 * letters. Without its signature a name opens nothing.
 */
export class SignedOut {
  readonly #names: Set<string>;

  private constructor(private readonly file: string | undefined, names: Iterable<string> = []) {
    this.#names = new Set(names);
  }

  /** One that lasts as long as the process. */
  static inMemory(): SignedOut {
    return new SignedOut(undefined);
  }

  /** Those kept as `<databasePath>.signedout`, but for what is over by itself. */
  static async beside(databasePath: string): Promise<SignedOut> {
    if (databasePath.startsWith(":")) return SignedOut.inMemory();
    const file = `${databasePath}.signedout`;
    try {
      const kept = (await readText(file) ?? "").split("\n").filter((line) => line !== "");
      const names = kept.filter((name) => Number(name.split(".")[0]) > Date.now() / 1_000)
        .slice(-MOST);
      if (names.length < kept.length) await writeWhole(file, names.join("\n"));
      return new SignedOut(file, names);
    } catch (error) {
      log.warn("Cannot read in {file} which sessions were ended: {reason}. They are good again.", {
        file,
        reason: messageOf(error),
      });
      return new SignedOut(file);
    }
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Remembers one. Where it cannot be kept it is remembered until a restart, and that is logged. */
  async add(name: string): Promise<void> {
    if (this.#names.has(name)) return;
    this.#names.add(name);
    if (this.#names.size > MOST) this.#names.delete(this.#names.values().next().value!);
    if (this.file === undefined) return;
    try {
      await Deno.mkdir(dirname(this.file), { recursive: true });
      // What a write that was cut short has left stays a line of its own.
      await Deno.writeTextFile(this.file, `\n${name}`, { append: true, mode: OWNERS });
    } catch (error) {
      log.warn(
        "Cannot keep in {file} that a session was ended: {reason}. It is good again after a restart.",
        { file: this.file, reason: messageOf(error) },
      );
    }
  }
}
